// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

extension Run {
  /// What a checkpoint knows beside the learner's state.
  struct Position: Codable {
    /// Bytes of `metrics.jsonl` that belong to it.
    var logLength: UInt64
    /// Seconds by stage so far.
    var seconds: [String: Double]
  }

  /// Where the run stands now; the log is on the disk before a checkpoint counts on it.
  func position(_ log: MetricsLog) throws(InputError) -> Position {
    try log.synchronize()
    return Position(logLength: log.length, seconds: record.seconds ?? [:])
  }

  func checkpoint(_ stage: String) -> URL {
    folder.file("checkpoint").appendingPathComponent("\(stage).safetensors")
  }

  /// How much of the log the newest checkpoint covers.
  func lastCheckpointLength() throws(InputError) -> UInt64 {
    for stage in ["clustering", "pretrained", "pretraining"] {
      let url = checkpoint(stage)
      guard FileManager.default.fileExists(atPath: url.path) else { continue }
      let position = try whole(url).value("position", as: Position.self)
      record.seconds = position.seconds
      return position.logLength
    }
    return 0
  }

  /// A checkpoint; one that is damaged is told with what helps.
  func whole(_ checkpoint: URL) throws(InputError) -> Archive {
    do {
      return try Archive(contentsOf: checkpoint)
    } catch {
      throw InputError(
        error.kind,
        "\(error.description): remove that file to go on from the checkpoint before it, or the folder "
          + "checkpoint to begin anew")
    }
  }

  /// Advances a learner to its end, from its checkpoint where there is one.
  func drive<L: Learner>(
    _ learner: L, _ stage: String, _ context: FitContext, _ log: MetricsLog, labels: [Int]?,
    assignments: (L.State) -> [Int]?, codes: (L.State, Tensor) -> Tensor? = { _, _ in nil }
  ) throws -> L.Outcome {
    var start = clock.now
    var film = Film(of: context.data)
    var state = try beginOrRestore(learner, stage, context, &film)
    film.add(learner.stepsTaken(state)) { codes(state, $0) }
    let planned = learner.plannedSteps(context)
    add(seconds(since: start), to: stage)
    var saved = clock.now
    while true {
      start = clock.now
      let report = learner.advance(&state, context)
      let taken = seconds(since: start)
      add(taken, to: stage)
      let scores = labels.flatMap { labels in
        assignments(state).map { Scores(predicted: $0, labels: labels).main }
      }
      let step = learner.stepsTaken(state)
      try log.append(
        MetricsLog.Line(
          stage: stage, step: step, of: planned, seconds: taken, loss: report.loss,
          losses: report.losses, measures: report.measures.isEmpty ? nil : report.measures,
          changed: report.changed, scores: scores))
      self.report(
        .step(stage: stage, step: step, of: planned, seconds: taken, report: report, scores))
      if let warning = report.warning { warn(warning) }
      guard report.loss.isFinite else { throw diverged(stage, after: "step \(step)") }
      if let reason = report.stopReason {
        if stage == "clustering" { record.stopReason = reason }
        film.add(step, isLast: true) { codes(state, $0) }
        let isLaidOut = map != .principalComponents
        if film.hasMotion && isLaidOut { self.report(.stage("laying out the film of the codes")) }
        start = clock.now
        try film.write(to: folder.file("film"), isLaidOut: isLaidOut)
        add(seconds(since: start), to: "scoring")
        return learner.finish(state, context)
      }
      film.add(step) { codes(state, $0) }
      let stopping = shouldStop()
      if stopping || seconds(since: saved) >= checkpointInterval {
        try save(learner, state, film, stage, log)
        saved = clock.now
      }
      if stopping { throw Interrupted() }
    }
  }

  func diverged(_ stage: String, after step: String) -> InputError {
    Divergence(stage, of: record.method.hyperparameters ?? .null).commandError(after: step)
  }

  private func beginOrRestore<L: Learner>(
    _ learner: L, _ stage: String, _ context: FitContext, _ film: inout Film
  ) throws -> L.State {
    let url = checkpoint(stage)
    guard FileManager.default.fileExists(atPath: url.path) else {
      return try learner.begin(context)
    }
    let archive = try whole(url)
    try film.restore(from: archive)
    return try learner.restore(from: archive, context)
  }

  private func save<L: Learner>(
    _ learner: L, _ state: L.State, _ film: Film, _ stage: String, _ log: MetricsLog
  ) throws(InputError) {
    var archive = Archive()
    learner.store(state, in: &archive)
    film.store(in: &archive)
    archive.set("position", try position(log))
    try archive.write(to: checkpoint(stage))
  }
}

extension Scores {
  /// The three that are followed while a fit goes on.
  fileprivate var main: Scores {
    var scores = Scores(silhouette: nil)
    (scores.acc, scores.nmi, scores.ari) = (acc, nmi, ari)
    return scores
  }
}
