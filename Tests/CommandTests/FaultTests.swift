// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What fails around a run, not in it: streams that are closed or full, and files that are cut,
/// damaged, changed or gone when it goes on.
@Suite struct FaultTests {
  private func place() throws -> Workplace {
    let place = try Workplace()
    try SmallData.write(to: place)
    return place
  }

  /// Runs the command by a shell, which closes or redirects its streams.
  private func shell(_ script: String, in place: Workplace) throws -> Workplace.Outcome {
    try place.start(
      ["-c", script, Workplace.deepclust.path], program: URL(fileURLWithPath: "/bin/bash")
    ).outcome()
  }

  private let kmeans =
    "\"$0\" fit small.npy --labels labels.npy --method kmeans -k 3 --quiet --output"

  private func expectSameClusters(_ run: String, _ other: String, in place: Workplace) throws {
    for name in ["assignments.npy", "centroids.npy", "projection.npy", "model.safetensors"] {
      let bytes = try [run, other].map { try Data(contentsOf: place.file("\($0)/\(name)")) }
      #expect(bytes[0] == bytes[1], "\(name) of \(run)")
    }
  }

  /// A file of the run must not take the number of a closed stream, and be written into.
  @Test func closedStreamsChangeNothing() throws {
    let place = try place()
    let fit = kmeans.replacing(" --quiet", with: "")
    #expect(try shell("\(fit) open", in: place).status == 0)
    for (name, streams) in [("both", ">&- 2>&-"), ("error", "2>&-"), ("all", "<&- >&- 2>&-")] {
      #expect(try shell("\(fit) \(name) \(streams)", in: place).status == 0)
      try expectSameClusters(name, "open", in: place)
      #expect(try place.run(["report", name]).status == 0)
    }
  }

  @Test func fullAndBrokenStreamsAreTold() throws {
    let place = try place()
    // Progress is no reason to fail; a result that is nowhere else is.
    let fit = kmeans.replacing(" --quiet", with: "")
    #expect(try shell("\(fit) full 2>/dev/full", in: place).status == 0)
    #expect(try shell("\"$0\" predict nothing x.npy 2>/dev/full", in: place).status == 66)
    let lost = try shell("\"$0\" predict full small.npy >/dev/full", in: place)
    #expect(lost.status == 74)
    #expect(lost.error.contains("standard output cannot be written: No space left on device"))
    let broken = try shell(
      "set -o pipefail; \(fit) broken 2>&1 | true; exit ${PIPESTATUS[0]}", in: place)
    #expect(broken.status == 0)
    try expectSameClusters("broken", "full", in: place)
  }

  /// A run that was stopped while it clustered.
  private func stopped() throws -> Workplace {
    let place = try place()
    let words = ["fit", "small.npy", "--labels", "labels.npy", "--output", "run"]
    let job = try place.start(words + ["--checkpoint-seconds", "0.01"] + SmallData.dec)
    let log = place.file("run/metrics.jsonl")
    while job.process.isRunning,
      (try? String(contentsOf: log, encoding: .utf8))?.contains("\"stage\":\"clustering\"") != true
    { usleep(1000) }
    while job.process.isRunning, !place.has("run/checkpoint/clustering.safetensors") {
      usleep(1000)
    }
    kill(job.process.processIdentifier, SIGINT)
    #expect(try job.outcome().status == 130)
    return place
  }

  private func change(_ name: String, in place: Workplace, _ body: (inout Data) -> Void) throws {
    var data = try Data(contentsOf: place.file("run/\(name)"))
    body(&data)
    try data.write(to: place.file("run/\(name)"))
  }

  private let resume = ["fit", "--resume", "--output", "run", "--no-cache", "--quiet"]

  /// Of a log that lost its end the whole lines stay, and the results are the same.
  @Test func aLogThatWasCutIsTold() throws {
    let place = try stopped()
    try change("metrics.jsonl", in: place) { $0 = $0.prefix(1000) }
    let outcome = try place.run(resume)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.error.contains("metrics.jsonl was cut or damaged"))
    #expect(try place.run(["report", "run"]).status == 0)
    let whole = try FittedRun.shared().place.file("run")
    try expectSameBytes(place.file("run"), whole)
  }

  @Test(arguments: ["pretrained", "clustering"])
  func aDamagedCheckpointIsToldWithWhatHelps(stage: String) throws {
    let place = try stopped()
    try change("checkpoint/\(stage).safetensors", in: place) { $0[$0.count - 5] ^= 1 }
    let outcome = try place.run(resume)
    #expect(outcome.status == 65)
    #expect(outcome.error.contains("\(stage).safetensors is damaged"))
    #expect(outcome.error.contains("remove that file to go on from the checkpoint before it"))
    if stage == "pretrained" {
      try FileManager.default.removeItem(at: place.file("run/checkpoint"))
    } else {
      try FileManager.default.removeItem(at: place.file("run/checkpoint/clustering.safetensors"))
    }
    #expect(try place.run(resume).status == 0)
    try expectSameBytes(place.file("run"), FittedRun.shared().place.file("run"))
  }

  @Test(arguments: ["pretrained.safetensors", "plan.json"])
  func whatIsGoneOfACheckpointIsTold(name: String) throws {
    let place = try stopped()
    try FileManager.default.removeItem(at: place.file("run/checkpoint/\(name)"))
    let outcome = try place.run(resume)
    #expect(outcome.status == 65 && outcome.complaints.count == 1, "\(outcome.error)")
    #expect(outcome.error.contains(name) && outcome.error.contains("to begin anew"))
  }

  @Test func aConfigurationThatWasChangedIsRefused() throws {
    let place = try stopped()
    try change("config.yaml", in: place) {
      $0 = Data(String(decoding: $0, as: UTF8.self).replacing("seed: 1", with: "seed: 2").utf8)
    }
    let outcome = try place.run(resume)
    #expect(outcome.status == 65)
    #expect(outcome.error.contains("its seed was 1 and is 2; put it back"), "\(outcome.error)")
  }

  /// The folder that the user made stays, empty, after a mistake of his; one that is made goes.
  @Test func aFolderOfTheUserStays() throws {
    let place = try place()
    try FileManager.default.createDirectory(
      at: place.file("own"), withIntermediateDirectories: false)
    for name in ["own", "new/run"] {
      let words = ["fit", "small.npy", "--method", "kmeans", "-k", "9999", "--output", name]
      #expect(try place.run(words).status == 65)
    }
    #expect(place.has("own") && !place.has("new"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.file("own").path).isEmpty)
  }

  /// A study takes long; where its run cannot be written, it is not made.
  @Test func anOutputThatCannotBeMadeIsToldBeforeTheStudy() throws {
    let place = try place()
    try Data().write(to: place.file("file"))
    let words = ["fit", "small.npy", "--method", "kmeans", "-k", "auto", "--output", "file/run"]
    let outcome = try place.run(words)
    #expect(outcome.status == 73 && outcome.complaints.count == 1, "\(outcome.error)")
  }

  /// One damaged run keeps no other from the table.
  @Test func aDamagedRecordConcernsItsRunAlone() throws {
    let place = try place()
    try Data(
      """
      title: T
      data: [small.npy]
      clusters: 3
      seeds: [1, 2]
      methods: [{method: kmeans}]
      """.utf8
    ).write(to: place.file("grid.yaml"))
    let words = ["experiment", "grid.yaml", "--output", "runs", "--quiet"]
    #expect(try place.run(words).status == 0)
    try Data("{".utf8).write(to: place.file("runs/small-kmeans-1/run.json"))
    #expect(try place.run(words + ["--table-only"]).output.contains("| 1 of 2 |"))
    let again = try place.run(words)
    #expect(again.status == 65 && again.output.contains("| 1 of 2 |"), "\(again.error)")
    #expect(again.error.contains("run.json is damaged: remove it"))
    try FileManager.default.removeItem(at: place.file("runs/small-kmeans-1/run.json"))
    #expect(try place.run(words).output.contains("| 2 |"))
  }

  @Test(arguments: ["-1", "nan", "inf"]) func secondsAreChecked(seconds: String) throws {
    let place = try place()
    let outcome = try place.run(
      ["fit", "small.npy", "--output", "run", "--checkpoint-seconds=\(seconds)"])
    #expect(outcome.status == 64 && outcome.error.contains("must be 0 or more"))
    #expect(!place.has("run"))
  }
}
