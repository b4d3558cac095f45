// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs that are stopped or killed and go on: they end with the bytes of one that never was.
@Suite struct ResumeTests {
  private let fit =
    [
      "fit", "small.npy", "--labels", "labels.npy", "--output", "run", "--checkpoint-seconds",
      "0.02",
    ]
    + SmallData.dec
  private let resume = [
    "fit", "--resume", "--output", "run", "--no-cache", "--checkpoint-seconds", "0.02",
  ]

  private func place() throws -> Workplace {
    let place = try Workplace()
    try SmallData.write(to: place)
    return place
  }

  @Test func goesOnAfterControlC() throws {
    let place = try place()
    // Once while pretraining, once while clustering.
    for (words, lines) in [(fit, 20), (resume, 150)] {
      let stopped = try signal(SIGINT, to: place.start(words), in: place, after: lines)
      #expect(stopped.status == 130 && !stopped.wasKilled, "\(stopped.complaints)")
      #expect(
        stopped.complaints.last
          == "stopped and saved; go on with: deepclust fit --resume --output run")
      // At once, since the step under way may be a long one.
      #expect(stopped.complaints.contains { $0.hasPrefix("• stopping as soon as") })
      #expect(stopped.output.isEmpty)
      #expect(try record(place.file("run"))["status"] as? String == "interrupted")
    }
    let early = try place.run(["predict", "run", "small.npy"])
    #expect(early.status == 66)
    #expect(
      early.complaints == [
        "deepclust: run holds an unfinished run: go on with deepclust fit --resume --output run"
      ])
    let scored = try place.run(["evaluate", "run", "--labels", "labels.npy"])
    #expect(scored.status == 66 && scored.complaints == early.complaints)

    let resumed = try place.run(resume + ["--json"])
    #expect(resumed.status == 0, "\(resumed.error)")
    let whole = try FittedRun.shared().place.file("run")
    try expectSameBytes(place.file("run"), whole)
    #expect(try steps(place.file("run")) == steps(whole), "each step is logged once")
    let summary = try object(resumed.output)
    let scores = try record(whole)["scores"] as? [String: Double]
    #expect(summary["scores"] as? [String: Double] == scores)
  }

  /// The study of K writes nothing that could be gone on with; it stops before its next step.
  @Test func controlCEndsTheChoiceOfK() throws {
    let place = try place()
    let job = try place.start(
      ["fit", "small.npy", "--method", "kmeans", "--clusters", "auto", "--output", "run"])
    while job.process.isRunning,
      try !String(contentsOf: job.errorFile, encoding: .utf8).contains("choosing K: layout")
    {
      usleep(1000)
    }
    kill(job.process.processIdentifier, SIGINT)
    let stopped = try job.outcome()
    #expect(stopped.status == 130 && !stopped.wasKilled, "\(stopped.complaints)")
    #expect(
      stopped.complaints.last == "stopped before the run began: the same command begins anew")
    #expect(!stopped.error.contains("choosing K: 9 clusters") && stopped.output.isEmpty)
    #expect(!place.has("run"))
  }

  /// The columns that were left out at the start are left out when it goes on.
  @Test func goesOnWithTheSameColumns() throws {
    let place = try Workplace()
    try NamedTable.write(to: place)
    let words =
      [
        "fit", "named.csv", "--label-column", "class", "--ignore-columns", "id,when", "--output",
        "run", "--checkpoint-seconds", "0.02",
      ] + SmallData.dec
    let stopped = try signal(SIGINT, to: place.start(words), in: place, after: 20)
    #expect(stopped.status == 130, "\(stopped.complaints)")
    let resumed = try place.run(resume)
    #expect(resumed.status == 0, "\(resumed.error)")
    let whole = try FittedRun.shared().place.file("run")
    for name in ["assignments.npy", "embedding.npy", "centroids.npy"] {
      #expect(
        try Data(contentsOf: place.file("run/\(name)"))
          == Data(contentsOf: whole.appendingPathComponent(name)), "\(name)")
    }
  }

  /// The map that was asked for at the start is made at the end, and no other result differs.
  @Test func goesOnWithTheSameMap() throws {
    let place = try place()
    let job = try place.start(fit + ["--map", "t-sne"])
    let stopped = try signal(SIGINT, to: job, in: place, after: 20)
    #expect(stopped.status == 130, "\(stopped.complaints)")
    let resumed = try place.run(resume)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(try record(place.file("run"))["map"] as? String == "t-sne")
    let whole = try FittedRun.shared().place.file("run")
    for name in ["assignments.npy", "embedding.npy", "centroids.npy", "projection.npy"] {
      let isSame =
        try Data(contentsOf: place.file("run/\(name)"))
        == Data(contentsOf: whole.appendingPathComponent(name))
      #expect(isSame == (name != "projection.npy"), "\(name)")
    }
  }

  @Test func goesOnAfterBeingKilled() throws {
    let place = try place()
    let total = SmallData.pretrainingSteps + SmallData.clusteringSteps
    // Three random moments, in order, each in another part of the run.
    let moments = (0..<3).map { Int.random(in: ($0 * total / 4 + 1)...(($0 + 1) * total / 4)) }
    for (index, lines) in moments.enumerated() {
      let killed = try signal(
        SIGKILL, to: place.start(index == 0 ? fit : resume), in: place, after: lines)
      #expect(killed.wasKilled && killed.status == SIGKILL, "\(moments)")
    }
    let resumed = try place.run(resume)
    #expect(resumed.status == 0, "\(moments): \(resumed.error)")
    let whole = try FittedRun.shared().place.file("run")
    try expectSameBytes(place.file("run"), whole, "killed after \(moments) lines")
    #expect(try steps(place.file("run")) == steps(whole), "killed after \(moments) lines")
    #expect(try record(place.file("run"))["pretrained"] as? String == "trained", "\(moments)")
    let left = try FileManager.default.subpathsOfDirectory(atPath: place.file("run").path)
    #expect(!left.contains { $0.contains("checkpoint") || $0.hasSuffix(".part") }, "\(left)")
  }

  @Test func saysThatARunIsFinished() throws {
    let place = try FittedRun.shared().place
    let before = try record(place.file("run"))["finished"] as? String
    let again = try place.run(["fit", "--resume", "--output", "run"])
    #expect(again.status == 0)
    #expect(again.error == "run is finished already\n")
    #expect(again.output.contains("ACC         1.0000\n"))
    #expect(try record(place.file("run"))["finished"] as? String == before)
  }

  @Test func refusesToChangeWhatItGoesOnWith() throws {
    let place = try FittedRun.shared().place
    let seed = try place.run(["fit", "--resume", "--output", "run", "--seed", "2"])
    #expect(seed.status == 64)
    #expect(seed.complaints.count == 1 && seed.error.contains("leave out --seed"))
    let columns = try place.run(["fit", "--resume", "--output", "run", "--ignore-columns", "id"])
    #expect(columns.status == 64 && columns.error.contains("leave out --ignore-columns"))
    let map = try place.run(["fit", "--resume", "--output", "run", "--map", "umap"])
    #expect(map.status == 64 && map.error.contains("leave out --map"))
    #expect(try place.run(["fit", "--resume"]).status == 64)
    let none = try place.run(["fit", "--resume", "--output", "none"])
    #expect(none.status == 66)
    #expect(none.error.contains("none is no run folder: it has no config.yaml"))
  }

  @Test func refusesOtherDataThanItBeganWith() throws {
    let place = try place()
    _ = try signal(SIGINT, to: place.start(fit), in: place, after: 20)
    var values = SmallData.values
    values[0] += 1
    try NumPyFile(values, shape: [300, 8]).bytes.write(to: place.file("small.npy"))
    let outcome = try place.run(resume + ["--quiet"])
    #expect(outcome.status == 65)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.error.contains("small.npy is not what"))
    #expect(place.has("run/checkpoint/pretraining.safetensors"), "the run is kept")
  }

  /// The lock goes with the process that held it, and paths start where the run was begun.
  @Test func aFolderIsForOneProcessAndGoesOnFromAnywhere() throws {
    let place = try place()
    let first = try place.start(fit)
    try wait(for: 20, of: first, in: place)
    kill(first.process.processIdentifier, SIGSTOP)
    let second = try place.run(resume)
    #expect(second.status == 73)
    #expect(second.complaints.count == 1)
    #expect(second.error.contains("run is being written by another deepclust: wait"))
    let report = try place.run(["report", "run", "--map", "t-sne"])
    #expect(report.status == 73 && report.complaints == second.complaints, "\(report.error)")
    kill(first.process.processIdentifier, SIGKILL)
    #expect(try first.outcome().wasKilled)

    let script = "mkdir elsewhere && cd elsewhere && exec \"$0\" \"$@\""
    let words = resume.map { $0 == "run" ? "../run" : $0 }
    let resumed = try place.start(
      ["-c", script, Workplace.deepclust.path] + words, program: URL(fileURLWithPath: "/bin/bash")
    ).outcome()
    #expect(resumed.status == 0, "\(resumed.error)")
    try expectSameBytes(place.file("run"), FittedRun.shared().place.file("run"))
  }

  /// Sends a signal when the log has so many lines.
  private func signal(
    _ number: Int32, to job: Workplace.Job, in place: Workplace, after lines: Int
  ) throws -> Workplace.Outcome {
    try wait(for: lines, of: job, in: place)
    if job.process.isRunning { kill(job.process.processIdentifier, number) }
    return try job.outcome()
  }

  private func wait(for lines: Int, of job: Workplace.Job, in place: Workplace) throws {
    let log = place.file("run/metrics.jsonl")
    while job.process.isRunning {
      let text = (try? Data(contentsOf: log)) ?? Data()
      if text.count(where: { $0 == UInt8(ascii: "\n") }) >= lines { return }
      usleep(1000)
    }
  }

  /// Stage and number of each step in the log.
  private func steps(_ run: URL) throws -> [String] {
    try String(contentsOf: run.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n").map {
        let line = try object($0)
        return "\(line["stage"] ?? "") \(line["step"] ?? "")"
      }
  }
}
