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
    #expect(warnings[0].hasPrefix("cluster 2 holds 60% of the samples"))
  }

  @Test func emptyClustersAreCounted() {
    let warnings = ClusterSizes([0, 0, 3, 3], clusters: 4).warnings
    #expect(warnings == ["2 of 4 clusters are empty: ask for fewer, or try another seed"])
    #expect(ClusterSizes([-1, -1], clusters: 2).warnings.count == 1)
  }
}
