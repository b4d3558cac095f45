// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ClusteringReport

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
}
