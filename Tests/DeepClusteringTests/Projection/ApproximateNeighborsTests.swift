// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ApproximateNeighborsTests {
  private let rows = Generator(seed: 31).normal(shape: [6000, 6])

  /// What is found are neighbours at their true distances, and as many of the nearest as it says.
  @Test func theRecallIsTheTruth() {
    let found = NeighborCells(rows, count: 8, cellSize: 100, sampleSize: 400).search()
    let exact = NearestNeighbors(within: rows, count: 8)
    #expect(exact.recall == nil)
    let kept = (0..<6000).reduce(0) { sum, row in
      let range = (8 * row)..<(8 * row + 8)
      return sum + Set(found.indices[range]).intersection(exact.indices[range]).count
    }
    let recall = Double(kept) / 48_000
    // 1,600 neighbours were looked at: three standard deviations of the share are 0.013.
    #expect(
      recall > 0.95 && abs((found.recall ?? 0) - recall) < 0.02, "\(recall), \(found.recall ?? 0)")
    // Not by looking everywhere.
    #expect(recall < 1)
    for row in 0..<6000 {
      let range = (8 * row)..<(8 * row + 8)
      #expect(!found.indices[range].contains(Int32(row)))
      #expect(found.squaredDistances[range].first! >= exact.squaredDistances[8 * row] - 1e-5)
      #expect(Array(found.squaredDistances[range]) == found.squaredDistances[range].sorted())
    }
  }

  @Test func isUsedAboveTheLimit() {
    let few = rows.slice(0..<1500)
    #expect(NearestNeighbors(within: few, count: 5, exactLimit: 1500).recall == nil)
    #expect(NearestNeighbors(within: few, count: 5, exactLimit: 1499).recall != nil)
  }

  /// All in one place but a few: groups without rows, and groups smaller than the neighbours asked for.
  @Test func equalRowsHaveNeighborsToo() {
    let equal = Tensor(repeating: 1, shape: [300, 2])
    let rows = Tensor.concatenated([equal, self.rows.slice(0..<20).slice(0..<2, of: 1)])
    let found = NeighborCells(rows, count: 15, cellSize: 10, sampleSize: 50).search()
    #expect(found.indices.enumerated().allSatisfy { Int($1) != $0 / 15 })
    #expect(found.squaredDistances.prefix(15 * 300).allSatisfy { $0 == 0 })
    #expect((0..<320).allSatisfy { Set(found.indices[(15 * $0)..<(15 * $0 + 15)]).count == 15 })
  }
}
