// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation
import Testing

@testable import ClusteringReport

@Suite struct RunFolderTests {
  private func error(_ run: TemporaryRun) -> InputError? {
    error(run.folder)
  }

  private func error(_ folder: URL) -> InputError? {
    do throws(InputError) {
      _ = try RunReport(folder: folder)
      return nil
    } catch {
      return error
    }
  }

  @Test func aFolderThatIsNotThereIsMissing() {
    let found = error(URL(fileURLWithPath: "/nowhere/at/all"))
    #expect(found == InputError(.missing, "there is no run folder /nowhere/at/all"))
  }

  @Test func aFolderWithoutARecordIsNotARun() throws {
    let run = try TemporaryRun()
    try FileManager.default.removeItem(at: run.file("run.json"))
    let found = try #require(error(run))
    #expect(found.kind == .missing)
    #expect(found.description.contains("it has no run.json"))
  }

  @Test(arguments: [
    ("{\"format\":1,", "it is not JSON, or it is cut off"),
    (
      "{\"format\":2,\"anything\":[]}", "has format 2, and this version of deepclust reads format 1"
    ),
    (
      "{\"format\":1,\"data\":{\"name\":\"x\"},\"method\":{\"name\":\"y\"}}",
      "'clusters' is missing"
    ),
    (
      """
      {"format":1,"data":{"name":"x"},"method":{"name":"y"},"clusters":2,"scores":{"acc":"high"}}
      """, "'scores.acc' is of the wrong kind"
    ),
    (
      """
      {"format":1,"data":{"name":"x"},"method":{"name":"y"},"clusters":2,"clusterSizes":[1]}
      """, "'clusterSizes' has 1 numbers for 2 clusters"
    ),
    (
      """
      {"format":1,"data":{"name":"x"},"method":{"name":"y"},"clusters":1,"contingency":[[1,2]],
      "matching":[2]}
      """, "'matching' names a class that does not exist"
    ),
  ])
  func aDamagedRecordIsRefused(text: String, problem: String) throws {
    let run = try TemporaryRun()
    try Data(text.utf8).write(to: run.file("run.json"))
    let found = try #require(error(run))
    #expect(found.kind == .data)
    #expect(found.description.contains("run.json"))
    #expect(found.description.contains(problem), "\(found.description)")
  }

  @Test func arraysThatDoNotFitTheRecordAreRefused() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try NPY.write([0, 1], shape: [2], to: run.file("labels.npy"))
    #expect(error(run)?.description.contains("labels.npy has 2 rows, and the run has 9") == true)
    try NPY.write([0, 0, 0, 0, 3, 1, 1, 2, 2], shape: [9], to: run.file("assignments.npy"))
    #expect(error(run)?.description.contains("assignments.npy has 3 in row 5") == true)
  }

  @Test func aProjectionThatIsNotANumberIsRefused() throws {
    let run = try TemporaryRun()
    var values = [Float](repeating: 0, count: 18)
    values[7] = .nan
    try NPY.write(values, shape: [9, 2], to: run.file("projection.npy"))
    #expect(error(run)?.description.hasPrefix("row 4 of ") == true)
  }

  @Test func picturesOfAnotherShapeAreRefused() throws {
    let run = try TemporaryRun()
    try NPY.write(
      [UInt8](repeating: 0, count: 8), shape: [2, 2, 2, 1], to: run.file("pictures/centroids.npy"))
    let found = try #require(error(run))
    #expect(found.kind == .data)
    #expect(found.description.contains("centroids.npy has the shape [2, 2, 2, 1]"))
  }

  @Test func aTruncatedArrayNamesItsFile() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    let bytes = try Data(contentsOf: run.file("certainty.npy"))
    try bytes.prefix(bytes.count - 3).write(to: run.file("certainty.npy"))
    #expect(error(run)?.description.contains("certainty.npy") == true)
  }

  @Test func aFilmThatDoesNotFitIsRefused() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writeFilm()
    #expect(error(run) == nil)
    try run.writeFilm(steps: [0, 6])
    #expect(error(run)?.description.contains("2 steps of 3 samples in the plane") == true)
  }
}

@Suite struct MetricsLogTests {
  private func parse(_ text: String) throws -> MetricsLog {
    try MetricsLog.parse(Data(text.utf8), name: "metrics.jsonl")
  }

  @Test func keepsStagesInOrderAndTheLaterOfARepeatedStep() throws {
    let log = try parse(
      """
      {"stage":"b","step":1,"loss":9}
      {"stage":"b","step":2,"loss":8}
      {"stage":"a","step":1,"loss":1}
      {"stage":"b","step":2,"loss":7,"losses":{"y":null,"x":1}}

      """)
    #expect(log.stages.map(\.name) == ["b", "a"])
    #expect(log.stages[0].entries.map(\.loss) == [9, 7])
    #expect(log.stages[0].lossNames == ["x", "y"])
  }

  /// The second trial has not come as far as the first: nothing of that is left, with the trial's
  /// number in the log or, as in older ones, without.
  @Test(arguments: ["", ",\"trial\":2"])
  func keepsTheLastTrialOnly(trial: String) throws {
    let log = try parse(
      """
      {"stage":"a","step":1,"loss":9}
      {"stage":"a","step":2,"loss":90}
      {"stage":"a","step":3,"loss":900}
      {"stage":"a","step":1,"loss":8\(trial)}
      {"stage":"a","step":2,"loss":7\(trial)}

      """)
    #expect(log.stages.map(\.name) == ["a"])
    #expect(log.stages[0].entries.map(\.step) == [1, 2])
    #expect(log.stages[0].entries.map(\.loss) == [8, 7])
  }

  @Test func leavesOutALastLineThatWasCutOff() throws {
    let log = try parse("{\"stage\":\"a\",\"step\":1,\"loss\":1}\n{\"stage\":\"a\",\"st")
    #expect(log.stages.first?.entries.count == 1)
    let whole = try parse("{\"stage\":\"a\",\"step\":1}\n{\"stage\":\"a\",\"step\":2}")
    #expect(whole.stages.first?.entries.count == 2)
  }

  @Test func aDamagedLineInTheMiddleIsRefusedWithItsNumber() {
    #expect(
      throws: InputError(
        .data, "line 2 of metrics.jsonl is damaged: it is not JSON, or it is cut off")
    ) {
      try parse("{\"stage\":\"a\",\"step\":1}\noops\n{\"stage\":\"a\",\"step\":2}\n")
    }
  }
}
