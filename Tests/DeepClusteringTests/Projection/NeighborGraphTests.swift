// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct NeighborGraphTests {
  private func graph(_ points: Tensor, _ k: Int) -> (NeighborGraph, NearestNeighbors) {
    let found = NearestNeighbors(of: points, among: points, count: k, excludingSelf: true)
    return (NeighborGraph(fuzzy: found), found)
  }

  private func weights(_ graph: NeighborGraph) -> [[Int: Double]] {
    (0..<graph.count).map { node in
      let range = graph.starts[node]..<graph.starts[node + 1]
      let pairs = range.map { (Int(graph.neighbors[$0]), Double(graph.weights[$0])) }
      return Dictionary(pairs) { _, _ in .nan }
    }
  }

  /// On a circle all nodes are alike and all neighbours mutual, so an edge of weight a at both ends
  /// has 1 − (1 − a)² in the graph; the a of a node add to log₂ k.
  @Test(arguments: [4, 6, 10])
  func weightsOfANodeAddToTheLogarithm(k: Int) {
    let points = (0..<24).flatMap { [cos(Float($0) * .pi / 12), sin(Float($0) * .pi / 12)] }
    let (graph, _) = graph(Tensor(points, shape: [24, 2]), k)
    for node in weights(graph) {
      let sum = node.values.reduce(0) { $0 + 1 - max(1 - $1, 0).squareRoot() }
      #expect(node.count == k)
      #expect(abs(sum - log2(Double(k))) < 2e-3)
    }
  }

  /// Distances have units: in any of them the weights are the same.
  @Test(arguments: [1e-9 as Float, 1e9, 1e20]) func weightsHaveNoUnit(unit: Float) {
    let distances: [Float] = [1, 1.5, 2, 4, 8]
    let wanted = NeighborGraph.weights(distances)
    let found = NeighborGraph.weights(distances.map { $0 * unit })
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(abs(wanted.reduce(0, +) - log2(5)) < 1e-3)
  }

  /// ρ is the least distance above zero: twins do not push all others away.
  @Test func twinsLeaveTheOthersTheirWeight() {
    let found = NeighborGraph.weights([0, 1, 1.5, 2, 4, 8, 9, 9])
    #expect(found[0] == 1 && found[1] == 1 && found[2] > 0.2)
    #expect(NeighborGraph.weights([0, 0, 0]) == [1, 1, 1])
  }

  /// Both directions of every edge from its distances, in double precision.
  @Test func joinsBothDirections() {
    let k = 8
    let (graph, found) = graph(Generator(seed: 92).normal(shape: [60, 3]), k)
    var directed = [[Int: Double]](repeating: [:], count: 60)
    for node in 0..<60 {
      let range = (node * k)..<((node + 1) * k)
      let distances = found.squaredDistances[range].map { Double($0).squareRoot() }
      func decayed(_ sigma: Double) -> [Double] {
        distances.map { exp(-($0 - distances[0]) / sigma) }
      }
      var (low, high) = (1e-9, 1e9)
      for _ in 0..<200 {
        let middle = (low * high).squareRoot()
        if decayed(middle).reduce(0, +) > 3 { high = middle } else { low = middle }
      }
      for (index, weight) in zip(found.indices[range], decayed(high)) {
        directed[node][Int(index)] = weight
      }
    }
    let all = weights(graph)
    var mutual = 0
    for i in 0..<60 {
      for j in 0..<60 {
        let (a, b) = (directed[i][j] ?? 0, directed[j][i] ?? 0)
        if a > 0 && b > 0 { mutual += 1 }
        #expect(abs((all[i][j] ?? 0) - (a + b - a * b)) < 1e-4, "edge \(i)–\(j)")
        #expect((all[i][j] == nil) == (directed[i][j] == nil && directed[j][i] == nil))
      }
    }
    #expect(mutual > 100)
  }

  @Test func equalPointsAreNoProblem() {
    let (graph, _) = graph(Tensor(repeating: 3, shape: [30, 2]), 5)
    #expect(graph.weights.allSatisfy { $0 == 1 })
    #expect(graph.neighbors.count == graph.weights.count && graph.count == 30)
  }
}
