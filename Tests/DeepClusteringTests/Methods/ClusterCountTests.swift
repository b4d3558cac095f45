// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ClusterCountTests {
  private func row(_ clusters: Int, _ strength: Double) -> ClusterCountStudy.Row {
    ClusterCountStudy.Row(
      clusters: clusters, stability: 1, predictionStrength: strength, silhouette: 0, bic: 0,
      generalizability: 1)
  }

  /// The largest stable K, also where a smaller one is more stable; the most stable where none is.
  @Test func theRuleTakesTheLargestStableNumber() {
    let table = [row(2, 1), row(3, 0.7), row(4, 0.86), row(5, 0.79), row(6, 0.3)]
    let found = ClusterCountStudy(table, rows: 100, wanted: 0.8)
    #expect(found.clusters == 4 && found.isStable && found.reason.contains("0.86"))
    #expect(found.reason.hasSuffix("at least 0.8") && found.edge == nil)
    let none = ClusterCountStudy(Array(table[1...1] + table[3...4]), rows: 100, wanted: 0.8)
    #expect(none.clusters == 5 && !none.isStable)
    #expect(none.reason.hasPrefix("no number of clusters comes back"))
    #expect(none.reason.hasSuffix("0.79; fewer than 3 were not tried"))
    let last = ClusterCountStudy([row(20, 1)], rows: 100, wanted: 0.8)
    #expect(last.reason.hasSuffix("fewer than 20 or more than 20 were not tried"))
    #expect(last.edge == "K = 20 is the largest that 100 rows can tell of")
    let first = ClusterCountStudy([row(2, 1), row(3, 0.8)], rows: 100, wanted: 0.8)
    #expect(first.reason.hasSuffix("at least 0.8; more than 3 were not tried"))
    #expect(first.edge?.contains("--cluster-range 2-9 tries more") == true)
  }

  @Test func aStudyEndsWhereItsProgressThrows() throws {
    struct Stop: Error {}
    var told: [String] = []
    #expect(throws: Stop.self) {
      _ = try ClusterCount().study(Blobs(rows: 120).tensor, seed: Seed(1)) { line in
        told.append(line)
        if told.count == 2 { throw Stop() }
      }
    }
    #expect(told.count == 2)
  }

  /// What lies outside of the range is not found, and that is said.
  @Test func theRangeMayExcludeTheNumberOfGroups() throws {
    var count = ClusterCount()
    count.range = 4...5
    let study = try count.study(Blobs(rows: 300).tensor, seed: Seed(1))
    #expect(study.table.map(\.clusters) == [4, 5] && (4...5).contains(study.clusters))
    #expect(study.reason.contains("; fewer than 4 "))
    // 120 rows are enough for twelve clusters.
    count.range = 11...40
    let few = try count.study(Blobs(rows: 120).tensor, seed: Seed(1))
    #expect(few.table.map(\.clusters) == [11, 12])
    #expect(few.reason.contains("; fewer than 11 "))
    count.range = 13...40
    let error = refusal { try count.study(Blobs(rows: 120).tensor, seed: Seed(1)) }
    #expect(error?.kind == .data)
    #expect(error?.description.contains("120 rows can tell of 12 clusters at most") == true)
  }

  /// Groups that lie apart are counted, by the same numbers each time.
  @Test func separateGroupsAreCounted() throws {
    let blobs = Blobs(rows: 300)
    var count = ClusterCount()
    count.range = 2...5
    let study = try count.study(blobs.tensor, seed: Seed(1))
    #expect(study.clusters == 3 && study.isStable && study.rows == 300)
    #expect(study.table.map(\.clusters) == [2, 3, 4, 5])
    #expect(study.table[1].silhouette > 0.8)
    #expect(study.table[1].predictionStrength > 0.95 && study.table[3].predictionStrength < 0.9)
    let again = try count.study(blobs.tensor, seed: Seed(1))
    #expect(study == again)
  }

  /// Small data vary more from layout to layout, and are laid out more often.
  @Test func fewerRowsGetMoreLayouts() {
    var count = ClusterCount()
    #expect([10_000, 5_000, 100].map { count.layoutCount(rows: $0) } == [5, 10, 25])
    count.layouts = 3
    #expect(count.layoutCount(rows: 100) == 3)
  }

  @Test func fewRowsAreRefused() {
    #expect(throws: InputError.self) {
      try ClusterCount().study(Generator(seed: 1).normal(shape: [99, 3]), seed: Seed(1))
    }
  }
}
