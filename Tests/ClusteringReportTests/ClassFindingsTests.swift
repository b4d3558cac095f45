// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ClusteringReport
import enum DeepClustering.NPY

@Suite struct ClassFindingsTests {
  private func sentences(
    _ contingency: [[Int]], matching: [Int], names: [String] = ["a", "b", "c"]
  ) throws -> [String] {
    var data = try #require(TemporaryRun.record["data"] as? [String: Any])
    data["classNames"] = names
    data["rows"] = contingency.joined().reduce(0, +)
    let changes: [String: Any?] = [
      "data": data, "contingency": contingency, "matching": matching, "classScores": nil,
      "clusterSizes": contingency.map { $0.reduce(0, +) },
    ]
    let run = try TemporaryRun(TemporaryRun.record(changes), metrics: nil)
    let folder = try RunFolder(run.folder)
    return ClassFindings(run: folder, names: GroupNames(folder)).sentences
  }

  @Test func goodClustersNeedNoWords() throws {
    #expect(try sentences([[90, 5, 5], [5, 90, 5], [5, 5, 90]], matching: [0, 1, 2]) == [])
  }

  @Test func twoClassesInOneClusterAndOneInTwo() throws {
    // a and b share cluster 0; c is split over 1 and 2.
    let found = try sentences([[90, 80, 0], [5, 10, 60], [5, 10, 40]], matching: [0, 2, -1])
    #expect(
      found == [
        "Class c is split over the clusters 1 (60%) and 2 (40%).",
        "Two classes share cluster 0: it holds 90% of class a and 80% of class b.",
      ])
  }

  @Test func aClassThatWasNotFound() throws {
    // Half of c is in neither place enough, and it is nowhere the largest.
    let found = try sentences([[100, 0, 8], [0, 100, 8], [30, 30, 8]], matching: [0, 1, 2])
    #expect(found == ["No cluster is mostly class c, which has 24 samples."])
    let named = try sentences(
      [[100, 0, 8], [0, 100, 8], [30, 30, 8]], matching: [0, 1, 2],
      names: ["class 1", "class 2", "class 3"])
    #expect(named == ["No cluster is mostly class 3, which has 24 samples."])
  }

  /// A class has its samples in no cluster too: of 20 of a, two clusters hold 4 each, less than a
  /// quarter, and b has one sample, in none.
  @Test func samplesInNoClusterCount() throws {
    var data = try #require(TemporaryRun.record["data"] as? [String: Any])
    (data["classNames"], data["rows"]) = (["a", "b"], 21)
    let score = ["precision": 0.6, "recall": 0.6, "f1": 0.6, "support": 20] as [String: Any]
    let none = ["precision": 0.1, "recall": 1, "f1": 0.15, "support": 1] as [String: Any]
    let changes: [String: Any?] = [
      "data": data, "contingency": [[4, 0], [4, 0]], "matching": [0, -1], "clusters": 2,
      "clusterSizes": [4, 4], "noise": 13,
      "classScores": [
        score.merging(["name": "a"]) { $1 }, none.merging(["name": "b"]) { $1 },
      ],
    ]
    let run = try TemporaryRun(TemporaryRun.record(changes), metrics: nil)
    let clusters = [0, 0, 0, 0, 1, 1, 1, 1] + [Int](repeating: -1, count: 13)
    try NPY.write(clusters, shape: [21], to: run.file("assignments.npy"))
    try NPY.write(
      [Int](repeating: 0, count: 20) + [1], shape: [21], to: run.file("labels.npy"))
    let folder = try RunFolder(run.folder)
    let names = GroupNames(folder)
    #expect(
      ClassFindings(run: folder, names: names).sentences
        == ["No cluster is mostly class b, which has 1 sample."])
    let charts = ClusterCharts(run: folder, names: names)
    let confusion = try #require(charts.confusion()).file()
    #expect(confusion.contains("In no cluster: 12 of class a, 1 of class b"))
    let page = try RunReport(folder: run.folder).html()
    #expect(page.contains("20.0% of the class"))
    #expect(page.contains("class b (matched)\n1 sample\n7.69% of those in none"))
    #expect(page.contains("In no cluster\n13 samples, 61.9%"))
  }
}
