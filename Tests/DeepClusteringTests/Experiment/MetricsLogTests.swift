// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct MetricsLogTests {
  /// Makes six steps; diverges after the second, and begun anew after the third.
  private struct Restless: Learner {
    struct State: Codable {
      var trial = 0
      var step = 0
    }

    func begin(_ context: FitContext) -> State { State() }

    func advance(_ state: inout State, _ context: FitContext) -> StepReport {
      if [2, 3, 6][state.trial] == state.step { state = State(trial: state.trial + 1) }
      state.step += 1
      return StepReport(loss: 1, stopReason: state.step == 6 ? "six steps were made" : nil)
    }

    func finish(_ state: State, _ context: FitContext) -> Int { state.trial }
    func plannedSteps(_ context: FitContext) -> Int { 6 }
    func stepsTaken(_ state: State) -> Int { state.step }

    func store(_ state: State, in archive: inout Archive) { archive.set("state", state) }
    func restore(from archive: Archive, _ context: FitContext) throws -> State {
      try archive.value("state")
    }
  }

  private let folder: DataFolder
  private let blobs = Blobs(rows: 12)

  init() throws { folder = try DataFolder() }

  /// Drives the learner to its end, in a new process, as it were, after each stop.
  ///
  /// - Returns: The log, with times of zero.
  private func drive(_ name: String, stopping: Bool) throws -> String {
    var run = try Run(
      blobs.configuration("kmeans", in: folder), folder: folder.url.appendingPathComponent(name))
    let url = run.folder.file("metrics.jsonl")
    let context = FitContext(data: blobs.tensor, seed: Seed(1))
    for _ in 0..<20 {
      let log = try MetricsLog(url, keeping: run.lastCheckpointLength())
      run.shouldStop = { stopping }
      do {
        let trial = try run.drive(
          Restless(), "pretraining", context, log, labels: nil, assignments: { _ in nil })
        #expect(trial == 2)
        return try String(contentsOf: url, encoding: .utf8)
          .replacing(/"seconds":[^,}]*/, with: "\"seconds\":0")
      } catch is Run.Interrupted {
        // What was logged after the checkpoint, before a kill.
        try log.append(
          MetricsLog.Line(
            stage: "pretraining", step: 1, of: 6, seconds: 0, loss: 7, losses: [:]))
        run = try Run(resuming: run.folder.url)
      }
    }
    Issue.record("the learner does not come to its end")
    return ""
  }

  /// Two steps, three, and the six that count: a repeated step tells its trial.
  @Test func aTrialAfterTheFirstHasItsNumber() throws {
    let lines = try drive("whole", stopping: false).split(separator: "\n").map {
      try JSONDecoder().decode(MetricsLog.Line.self, from: Data($0.utf8))
    }
    #expect(lines.map(\.step) == [1, 2, 1, 2, 3, 1, 2, 3, 4, 5, 6])
    #expect(lines.map(\.trial) == [nil, nil, 2, 2, 2, 3, 3, 3, 3, 3, 3])
  }

  /// Another stage counts from 1 too, and that is no trial.
  @Test func theNextStageIsNoTrial() throws {
    let url = folder.url.appendingPathComponent("metrics.jsonl")
    let log = try MetricsLog(url, keeping: 0)
    for (stage, step) in [("a", 1), ("a", 2), ("b", 1), ("b", 2)] {
      try log.append(
        MetricsLog.Line(stage: stage, step: step, of: 2, seconds: 0, loss: 1, losses: [:]))
    }
    let text = try String(contentsOf: url, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 4 && !text.contains("trial"))
  }

  @Test func aRunThatIsStoppedAfterEachStepLogsTheSame() throws {
    #expect(try drive("pieces", stopping: true) == drive("whole", stopping: false))
  }
}
