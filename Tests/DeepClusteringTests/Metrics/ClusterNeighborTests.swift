// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct ClusterNeighborTests {
  @Test func nearestMeansComeFirst() throws {
    // Means: 0 at (1, 0), 1 at (1, 4), 2 at (4, 0); 3 is empty; the noise at (9, 9) does not count.
    let values: [Float] = [0, 0, 2, 0, 1, 4, 4, 0, 9, 9]
    let found = try #require(
      ClusterNeighbor.nearest(
        values: values, columns: 2, clusters: [0, 0, 1, 2, -1], count: 4))
    #expect(found.map { $0.map(\.cluster) } == [[2, 1], [0, 2], [0, 1], []])
    #expect(found[0].map(\.distance) == [3, 4])
    #expect(found[1].map(\.distance) == [4, 5])
  }

  @Test func onlySoManyAreKept() throws {
    let found = try #require(
      ClusterNeighbor.nearest(
        values: [0, 1, 3], columns: 1, clusters: [0, 1, 2], count: 3, shown: 1))
    #expect(found.map { $0.map(\.cluster) } == [[1], [0], [1]])
  }

  @Test func distancesThatAreNotFiniteGiveNone() {
    let found = ClusterNeighbor.nearest(
      values: [.infinity, 0], columns: 1, clusters: [0, 1], count: 2)
    #expect(found == nil)
  }
}
