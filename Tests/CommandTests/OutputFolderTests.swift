// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Where a run may be written, and what happens when it cannot.
@Suite struct OutputFolderTests {
  private let words = ["fit", "small.npy", "--method", "kmeans", "-k", "3", "--quiet", "--output"]

  private func place() throws -> Workplace {
    let place = try Workplace()
    try SmallData.write(to: place)
    return place
  }

  @Test func keepsWhatIsThere() throws {
    let place = try place()
    #expect(try place.run(words + ["run"]).status == 0)
    let before = try Data(contentsOf: place.file("run/run.json"))
    let again = try place.run(words + ["run"])
    #expect(again.status == 73)
    #expect(again.complaints.count == 1)
    #expect(again.error.contains("run exists already: it holds a finished run; give another"))
    #expect(try Data(contentsOf: place.file("run/run.json")) == before)

    let file = try place.run(words + ["small.npy"])
    #expect(file.status == 73)
    #expect(file.error.contains("small.npy exists already: give another folder by --output"))
  }

  @Test func takesAnEmptyFolder() throws {
    let place = try place()
    try FileManager.default.createDirectory(
      at: place.file("run"), withIntermediateDirectories: true)
    #expect(try place.run(words + ["run"]).status == 0)
    #expect(place.has("run/assignments.npy"))
  }

  /// A folder under a file cannot be made by anyone, not even by root.
  @Test func saysWhyAFolderCannotBeMade() throws {
    let place = try place()
    let outcome = try place.run(words + ["small.npy/runs/run"])
    #expect(outcome.status == 73)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.error.contains("small.npy/runs/run cannot be made: Not a directory"))
  }

  @Test func aMistakeLeavesTheWayFree() throws {
    let place = try place()
    try Data("1,2\n3\n".utf8).write(to: place.file("bad.csv"))
    try FileManager.default.createDirectory(
      at: place.file("runs/kept"), withIntermediateDirectories: true)
    let bad = try place.run(["fit", "bad.csv", "--method", "kmeans", "--output", "runs/a/run"])
    #expect(bad.status == 65)
    #expect(place.has("runs/kept") && !place.has("runs/a"))
    #expect(try place.run(words + ["runs/a/run"]).status == 0)
  }

  @Test(arguments: [
    ["predict", "run", "small.npy"], ["report", "run"], ["fit", "--resume", "--output", "run"],
  ])
  func refusesARunOfAnotherFormat(words: [String]) throws {
    let place = try place()
    #expect(try place.run(self.words + ["run"]).status == 0)
    let url = place.file("run/run.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    let other = text.replacingOccurrences(of: "\"format\" : 1", with: "\"format\" : 2")
    try #require(other != text)
    try Data(other.utf8).write(to: url)
    let outcome = try place.run(words)
    #expect(outcome.status == 65)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.error.contains("run.json") && outcome.error.contains("format"))
    #expect(outcome.error.contains("2") && outcome.error.contains("1"))
  }

  /// A limit on the size of files, with its signal ignored, fails writes as a full disk does.
  @Test func aFullDiskLosesNothing() throws {
    let place = try place()
    let arguments =
      ["fit", "small.npy", "--quiet", "--output", "run", "--checkpoint-seconds", "0"]
      + SmallData.dec
    // Blocks of 1 KiB: the log and the checkpoints of small networks fit into 12, the table not.
    let script = "trap '' XFSZ; ulimit -f 12; exec \"$0\" \"$@\""
    let full = try place.start(
      ["-c", script, Workplace.deepclust.path] + arguments,
      program: URL(fileURLWithPath: "/bin/bash")
    ).outcome()
    #expect(full.status == 74, "\(full.error)")
    #expect(full.complaints.count == 1)
    #expect(
      full.error.contains("could not be written: File too large")
        || full.error.contains("cannot be written"))
    let left = try FileManager.default.subpathsOfDirectory(atPath: place.file("run").path)
    #expect(!left.contains { $0.hasSuffix(".part") }, "\(left)")

    // With room again, the run goes on and ends as if nothing had happened.
    let resumed = try place.run(["fit", "--resume", "--output", "run", "--no-cache", "--quiet"])
    #expect(resumed.status == 0, "\(resumed.error)")
    let whole = try FittedRun.shared().place.file("run")
    for name in ["assignments.npy", "centroids.npy", "model.safetensors"] {
      #expect(
        try Data(contentsOf: place.file("run/\(name)"))
          == Data(contentsOf: whole.appendingPathComponent(name)), "\(name)")
    }
  }
}
