// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct ClusterSizesTests {
  @Test func evenClustersAreNotWarnedOf() {
    #expect(ClusterSizes([0, 0, 1, 1, 2], clusters: 3).warnings.isEmpty)
    // Two clusters can be uneven; and half is not more than half.
    #expect(ClusterSizes([0, 0, 0, 1], clusters: 2).warnings.isEmpty)
    #expect(ClusterSizes([0, 0, 1, 2], clusters: 3).warnings.isEmpty)
  }

  @Test func oneClusterThatHoldsMostIsACollapse() throws {
    let warnings = ClusterSizes([2, 2, 2, 1, 0, -1], clusters: 3).warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].hasPrefix("cluster 2 holds 60% of the samples in clusters: "))
    let whole = ClusterSizes([2, 2, 2, 1, 0], of: KMeans(clusters: 3)).warnings
    #expect(whole.count == 1 && whole[0].hasPrefix("cluster 2 holds 60% of the samples: "))
    #expect(whole[0].hasSuffix("try another seed or other settings"))
    let found = ClusterSizes([2, 2, 2, 1, 0, -1], of: HDBSCAN(clusters: 3)).warnings
    #expect(found.count == 1 && found[0].hasSuffix("collapsed; try other settings"))
  }

  @Test func emptyClustersAreCounted() {
    let warnings = ClusterSizes([0, 0, 3, 3], clusters: 4).warnings
    #expect(warnings == ["2 of 4 clusters are empty: ask for fewer, or try another seed"])
    let one = ClusterSizes([0, 0, 2, 2], clusters: 3).warnings
    #expect(one == ["1 of 3 clusters is empty: ask for fewer, or try another seed"])
    #expect(ClusterSizes([-1, -1], clusters: 2).warnings.count == 1)
  }

  /// Each method is advised what it has.
  @Test func allNoiseIsNoClusterAndTheAdviceIsTheMethods() {
    let noise = [Int](repeating: -1, count: 9)
    let dbscan = ClusterSizes(noise, of: DBSCAN(clusters: 1))
    #expect(dbscan.counts.isEmpty && dbscan.noise == 9)
    #expect(
      dbscan.warnings
        == ["all samples are noise: ask for a larger radius, or for fewer minimumSamples"])
    let hdbscan = ClusterSizes(noise, of: HDBSCAN(clusters: 1))
    #expect(hdbscan.counts.isEmpty && hdbscan.warnings.count == 1)
    #expect(hdbscan.warnings[0].contains("smaller minimumSize"))
    #expect(!hdbscan.warnings[0].contains("radius"))
  }

  /// What was asked for is not warned of, what was found is.
  @Test func oneClusterThatWasFoundIsSaid() {
    let one = [Int](repeating: 0, count: 9) + [-1]
    let warnings = ClusterSizes(one, of: DBSCAN(clusters: 1)).warnings
    #expect(warnings.count == 1)
    #expect(warnings[0].hasPrefix("only one cluster was found, with 9 of 10 samples"))
    #expect(warnings[0].contains("smaller radius"))
    #expect(!ClusterSizes(one, of: DeepDPM(clusters: 1)).warnings[0].contains("radius"))
    #expect(ClusterSizes(one, of: KMeans(clusters: 1)).warnings.isEmpty)
    #expect(ClusterSizes([0, 0, 1, -1], of: DBSCAN(clusters: 1)).warnings.isEmpty)
  }
}
