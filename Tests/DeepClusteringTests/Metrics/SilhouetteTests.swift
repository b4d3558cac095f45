// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Testing

@Suite struct SilhouetteTests {
  private func silhouette(
    _ values: [Float], columns: Int = 1, _ clusters: [Int], limit: Int = 5_000, seed: UInt64 = 1
  ) -> Double? {
    var generator = TestGenerator(state: seed)
    return Silhouette.mean(
      values: values, columns: columns, clusters: clusters, limit: limit, using: &generator)
  }

  /// Points 0 and 2 against 10 and 14: (b − a)/b is (12 − 2)/12, (10 − 2)/10, (9 − 4)/9, (13 − 4)/13.
  @Test func fourPointsByHand() throws {
    let mean = try #require(silhouette([0, 2, 10, 14], [0, 0, 1, 1]))
    let each: [Double] = [10.0 / 12, 8.0 / 10, 5.0 / 9, 9.0 / 13]
    let byHand = each.reduce(0, +) / 4
    #expect(abs(mean - byHand) < 1e-7)
  }

  @Test func theOnlyPointOfAClusterCountsAsZero() throws {
    // 0: (7 − 1)/7; 1: (6 − 1)/6; 7 alone: 0.
    let mean = try #require(silhouette([0, 1, 7], [3, 3, 0]))
    #expect(abs(mean - (6.0 / 7 + 5.0 / 6) / 3) < 1e-7)
    #expect(silhouette([0, 1, 7], [0, 1, 2]) == 0)
  }

  @Test func clustersHaveTheirOwnMeans() throws {
    // As above: cluster 3 holds 6/7 and 5/6, cluster 0 one point.
    var generator = TestGenerator(state: 1)
    let means = try #require(
      Silhouette.means(values: [0, 1, 7], columns: 1, clusters: [3, 3, 0], using: &generator))
    #expect(Set(means.ofCluster.keys) == [0, 3])
    #expect(means.ofCluster[0] == 0)
    #expect(abs(means.ofCluster[3, default: 0] - (6.0 / 7 + 5.0 / 6) / 2) < 1e-7)
  }

  /// Of a small cluster far from the others a sample holds one row, several or none.
  @Test func theOnlySampledRowOfAClusterSaysNothing() throws {
    let clusters = (0..<102).map { $0 < 50 ? 0 : $0 < 100 ? 1 : 2 }
    let values = clusters.enumerated().map { Float(1_000 * $0.element) + Float($0.offset % 5) }
    var entries: [Double?] = []
    for seed in 1...20 {
      var generator = TestGenerator(state: UInt64(seed))
      let means = try #require(
        Silhouette.means(
          values: values, columns: 1, clusters: clusters, limit: 40, using: &generator))
      #expect(means.overall > 0.99)
      entries.append(means.ofCluster[2])
    }
    #expect(entries.contains(nil) && entries.contains { $0 != nil })
    #expect(entries.allSatisfy { $0 ?? 1 > 0.99 })
  }

  @Test func oneClusterHasNone() {
    #expect(silhouette([0, 1, 7], [2, 2, 2]) == nil)
    #expect(silhouette([], []) == nil)
  }

  @Test func coincidentPointsAreNeitherNearNorFar() {
    #expect(silhouette([5, 5, 5, 5], [0, 0, 1, 1]) == 0)
  }

  @Test func distancesThatOverflowHaveNone() {
    #expect(silhouette([0, 1e30, 3e30, -1e30], [0, 0, 1, 1]) == nil)
  }

  @Test func agreesWithScikitLearn() throws {
    let cases = try MetricsGolden.load().silhouettes
    #expect(cases.count == 3)
    for example in cases {
      let mean = try #require(
        silhouette(example.values, columns: example.columns, example.clusters))
      #expect(abs(mean - example.mean) < 1e-6)
    }
  }

  @Test func aSampleEstimatesTheWhole() throws {
    // Two clouds of 1,000 on a line, 3 apart and 2 wide.
    var generator = TestGenerator(state: 9)
    let clusters = (0..<2_000).map { $0 % 2 }
    let values = clusters.map { Float($0) * 3 + Float.random(in: 0..<2, using: &generator) }
    let exact = try #require(silhouette(values, clusters))
    let sampled = try #require(silhouette(values, clusters, limit: 500, seed: 1))
    let again = try #require(silhouette(values, clusters, limit: 500, seed: 1))
    let other = try #require(silhouette(values, clusters, limit: 500, seed: 2))
    #expect(sampled == again)
    #expect(sampled != other)
    #expect(sampled != exact)
    #expect(abs(sampled - exact) < 0.02)
    #expect(abs(other - exact) < 0.02)
  }
}
