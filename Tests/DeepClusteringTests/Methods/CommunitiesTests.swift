// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct CommunitiesTests {
  /// Every pair of five nodes from `first` on.
  private func clique(_ first: Int) -> [(Int, Int, Float)] {
    (0..<5).flatMap { i in (0..<i).map { (first + $0, first + i, 1) } }
  }

  private var twoCliques: NeighborGraph {
    NeighborGraph(count: 10, edges: clique(0) + clique(5) + [(4, 5, 1)])
  }

  private var ringOfEight: NeighborGraph {
    var edges: [(Int, Int, Float)] = []
    for first in stride(from: 0, to: 40, by: 5) {
      edges += clique(first)
      edges.append((first + 4, (first + 5) % 40, 1))
    }
    return NeighborGraph(count: 40, edges: edges)
  }

  private func found(_ graph: NeighborGraph, resolution: Double = 1, seed: UInt64 = 1)
    -> Communities
  {
    var generator = SplitMix64(seed: seed)
    return Communities(of: graph, resolution: resolution, using: &generator)
  }

  private func isWhole(_ labels: [Int]) -> Bool {
    stride(from: 0, to: labels.count, by: 5).allSatisfy { Set(labels[$0..<($0 + 5)]).count == 1 }
  }

  /// Each clique has 20 half-edges inside and one outside.
  @Test func theNormalizedCutIsTheShareThatLeaves() {
    let whole = [Int](repeating: 0, count: 5) + [Int](repeating: 1, count: 5)
    #expect(abs(Communities.normalizedCut(whole, 2, in: twoCliques) - 2.0 / 21) < 1e-12)
    let one = [Int](repeating: 0, count: 10)
    #expect(Communities.normalizedCut(one, 1, in: twoCliques) == 0)
    #expect(Communities.normalizedCut(one, 2, in: twoCliques) == 1)
  }

  @Test(arguments: 1...5)
  func twoCliquesAreTwoCommunities(seed: UInt64) {
    let communities = found(twoCliques, seed: seed)
    #expect(communities.count == 2 && isWhole(communities.labels))
    #expect(Set(communities.labels) == [0, 1])
    // 21 edges; 10 within each clique, whose nodes have 21 ends of 42: 2 · (10/21 − ¼).
    #expect(abs(communities.modularity(in: twoCliques) - 0.452_381) < 1e-6)
  }

  @Test(arguments: 1...5)
  func cliquesOfARingAreCommunities(seed: UInt64) {
    let communities = found(ringOfEight, seed: seed)
    #expect(communities.count == 8 && isWhole(communities.labels))
    // 88 edges: 8 · (10/88 − (22/176)²).
    #expect(abs(communities.modularity(in: ringOfEight) - 0.784_091) < 1e-6)
  }

  @Test func mergingJoinsNeighbours() {
    var communities = found(ringOfEight)
    communities.merge(to: 4, in: ringOfEight)
    #expect(communities.count == 4 && Set(communities.labels) == Set(0..<4))
    #expect(isWhole(communities.labels))
    // Four pairs of neighbours: 4 · (21/88 − (44/176)²), the most that four communities can have.
    #expect(abs(communities.modularity(in: ringOfEight) - 0.704_545) < 1e-6)
  }

  @Test func mergingSingleNodesFindsTheCliques() {
    var communities = found(twoCliques, resolution: 100)
    #expect(communities.count == 10)
    communities.merge(to: 2, in: twoCliques)
    #expect(communities.count == 2 && isWhole(communities.labels))
  }

  @Test func aHigherResolutionGivesMore() {
    #expect(found(ringOfEight, resolution: 0.05).count < 8)
    #expect(found(ringOfEight, resolution: 20).count > 8)
  }

  /// Node 10 has two edges to the second clique and one to the first.
  @Test func refiningMovesANodeToItsNeighbours() {
    let bridge: [(Int, Int, Float)] = [(0, 10, 1), (5, 10, 1), (6, 10, 1)]
    let edges = clique(0) + clique(5) + bridge
    let graph = NeighborGraph(count: 11, edges: edges)
    // Without the bridge to the second clique the node is in the first.
    let cut = NeighborGraph(count: 11, edges: Array(edges.dropLast(2)))
    var communities = found(cut)
    #expect(communities.count == 2 && communities.labels[10] == communities.labels[0])
    let before = communities.modularity(in: graph)
    var generator = SplitMix64(seed: 2)
    communities.refine(in: graph, using: &generator)
    #expect(communities.labels[10] == communities.labels[5])
    #expect(communities.labels[0] != communities.labels[5] && communities.count == 2)
    #expect(communities.modularity(in: graph) > before)
  }

  /// A single node stays where it is alone, though it would gain by moving.
  @Test func refiningEmptiesNoCommunity() {
    let path = NeighborGraph(count: 3, edges: [(0, 1, 1), (1, 2, 1)])
    var communities = found(path, resolution: 100)
    var generator = SplitMix64(seed: 2)
    communities.refine(in: path, using: &generator)
    #expect(Set(communities.labels) == [0, 1, 2])
  }

  /// A path of weights 2 and 1, its first two nodes together: 4/6 − (5/6)² − (1/6)².
  @Test func modularityCountsWeights() {
    let path = NeighborGraph(count: 3, edges: [(0, 1, 2), (1, 2, 1)])
    var communities = found(path, resolution: 100)
    #expect(abs(communities.modularity(in: path) - -14.0 / 36) < 1e-6)
    communities.merge(to: 2, in: path)
    #expect(communities.labels == [0, 0, 1])
    #expect(abs(communities.modularity(in: path) - -2.0 / 36) < 1e-6)
    communities.merge(to: 1, in: path)
    #expect(communities.labels == [0, 0, 0])
    #expect(abs(communities.modularity(in: path)) < 1e-6)
  }
}

extension NeighborGraph {
  /// A graph of given edges, each named once.
  init(count: Int, edges: [(Int, Int, Float)]) {
    let pair = Tensor(column: [0, 1])
    self.init(fuzzy: NearestNeighbors(of: pair, among: pair, count: 1, excludingSelf: true))
    (starts, neighbors, weights) = ([0], [], [])
    for node in 0..<count {
      let own = edges.compactMap { edge -> (Int, Float)? in
        if edge.0 == node { return (edge.1, edge.2) }
        return edge.1 == node ? (edge.0, edge.2) : nil
      }
      for (other, weight) in own.sorted(by: { $0.0 < $1.0 }) {
        neighbors.append(Int32(other))
        weights.append(weight)
      }
      starts.append(neighbors.count)
    }
  }
}
