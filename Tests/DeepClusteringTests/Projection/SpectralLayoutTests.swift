// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct SpectralLayoutTests {
  /// A ring of n nodes: the eigenvalues of the halved adjacency are cos(2πj/n), each twice.
  @Test(arguments: [40, 200])
  func aRingHasCosines(nodes: Int) {
    var ring = NeighborGraph(ring: nodes)
    let layout = SpectralLayout(leading: 4, of: ring, tolerance: 1e-5)
    let wanted = [1.0, 1, 2, 2].map { cos(2 * .pi * $0 / Double(nodes)) }
    for (value, wanted) in zip(layout.values, wanted) { #expect(abs(value - wanted) < 1e-5) }
    // A·v = λ·v, v of unit length and orthogonal to the constant.
    _ = ring.normalize()
    for index in 0..<4 {
      let vector = layout.vectors.slice(index..<(index + 1))
      let rest = ring.multiply(vector) - vector * layout.values[index]
      #expect(rest.magnitude().max().item < 1e-4)
      #expect(abs(vector.squared().sum().item - 1) < 1e-4)
      #expect(abs(vector.sum().item) < 1e-2)
    }
  }

  @Test func piecesAreCounted() {
    let ring = NeighborGraph(ring: 12)
    #expect(ring.componentCount == 1)
    var two = ring
    two.starts += ring.starts.dropFirst().map { $0 + ring.neighbors.count }
    two.neighbors += ring.neighbors.map { $0 + 12 }
    two.weights += ring.weights
    #expect(two.componentCount == 2)
  }
}

extension NeighborGraph {
  /// Each node is joined to the one before it and the one after it.
  fileprivate init(ring nodes: Int) {
    let line = Tensor(
      (0..<nodes).flatMap { node -> [Float] in
        let angle = 2 * Double.pi * Double(node) / Double(nodes)
        return [Float(cos(angle)), Float(sin(angle))]
      }, shape: [nodes, 2])
    self.init(fuzzy: NearestNeighbors(of: line, among: line, count: 2, excludingSelf: true))
    weights = weights.map { _ in 1 }
  }
}
