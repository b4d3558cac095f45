// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ClusterCountTests {
  private func row(
    _ clusters: Int, _ strength: Double, silhouette: Double = 0
  ) -> ClusterCountStudy.Row {
    ClusterCountStudy.Row(
      clusters: clusters, stability: 1, predictionStrength: strength, silhouette: silhouette,
      bic: 0, generalizability: 1)
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

  /// A finer cut is taken where its silhouette is much higher, also where none is stable.
  @Test func clustersThatComeBackMayBeGroupsOfOthers() {
    let table = [
      row(2, 0.9, silhouette: 0.3), row(3, 0.5, silhouette: 0.45), row(4, 0.4, silhouette: 0.49),
      row(5, 0.3, silhouette: 0.1),
    ]
    let near = ClusterCountStudy(table, rows: 100, wanted: 0.8)
    #expect(near.clusters == 2 && near.isStable)
    let finer = table + [row(6, 0.2, silhouette: 0.52), row(7, 0.2, silhouette: 0.5)]
    for wanted in [0.8, 0.95] {
      let groups = ClusterCountStudy(finer, rows: 100, wanted: wanted)
      #expect(groups.clusters == 6 && !groups.isStable)
      #expect(
        groups.reason == "2 clusters come back in other layouts with a prediction strength of 0.9, "
          + "but they are groups of clusters: their silhouette is 0.3, and that of 6 is 0.52, "
          + "the highest")
    }
    // A coarser cut with a higher silhouette changes nothing.
    let coarse = ClusterCountStudy(
      [row(2, 0.9, silhouette: 0.9), row(3, 0.85, silhouette: 0.4)], rows: 100, wanted: 0.8)
    #expect(coarse.clusters == 3 && coarse.isStable)
  }

  /// More are tried where the largest is the best, as far as was allowed and the rows can tell.
  @Test func theRangeGrowsWhereItsEndIsTheBest() throws {
    var count = ClusterCount()
    count.range = 2...5
    count.layouts = 3
    let rows = Blobs(rows: 400, clusters: 8, deviation: 0.03).tensor
    let study = try count.study(rows, seed: Seed(1))
    #expect(study.clusters == 8 && study.isStable)
    #expect(study.table.map(\.clusters) == Array(2...15))
    count.mostClusters = 5
    let short = try count.study(rows, seed: Seed(1))
    #expect(short.table == Array(study.table[..<4]) && short.clusters == 5 && !short.isStable)
    #expect(short.edge == "K = 5 is the largest that was tried: --cluster-range 2-15 tries more")
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
    count.mostClusters = 5
    count.layouts = 3
    let study = try count.study(Blobs(rows: 300).tensor, seed: Seed(1))
    #expect(study.table.map(\.clusters) == [4, 5] && (4...5).contains(study.clusters))
    #expect(study.reason.contains("; fewer than 4 "))
    // 120 rows are enough for twelve clusters.
    count.range = 11...40
    count.mostClusters = 40
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
    count.layouts = 5
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
