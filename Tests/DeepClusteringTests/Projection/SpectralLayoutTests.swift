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
    #expect(NeighborGraph(ring: 12).componentCount == 1)
    #expect(NeighborGraph(rings: [12, 12]).componentCount == 2)
  }

  /// Rings of 30, 40 and 50 nodes: 0 once for each, then 1 − cos(2πj/n), each twice.
  @Test(arguments: [2, 3, 5, 7])
  func aGraphInPiecesHasTheirEigenvectors(clusters: Int) {
    let sizes = [30, 40, 50]
    let laplacian = NormalizedLaplacian(of: NeighborGraph(rings: sizes))
    let pieces = laplacian.pieces
    #expect(pieces == sizes.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) })
    let found = LaplacianSpectrum(
      for: clusters, of: laplacian, trivial: laplacian.roots, piece: pieces, tolerance: 1e-8,
      seed: 3)
    #expect(found.pieces == 3 && found.residual <= 1e-8)
    func cosine(_ j: Double, _ n: Double) -> Double { 1 - cos(2 * .pi * j / n) }
    // Fewer clusters than pieces: those of the largest; else what is orthogonal to the constant.
    let wanted =
      clusters == 2 ? [0, 0] : [0, 0, cosine(1, 50), cosine(1, 50), cosine(1, 40), cosine(1, 40)]
    #expect(found.values.count == (clusters == 2 ? 2 : clusters - 1))
    for (value, wanted) in zip(found.values, wanted) { #expect(abs(value - wanted) < 1e-9) }
    let (v, lambda) = (found.vectors, Tensor(found.values, shape: [found.values.count, 1]))
    #expect((laplacian.multiply(v) - v * lambda).magnitude().max().item < 1e-9)
    let inner: [Double] = v.matmul(v.transposed()).scalars()
    for (place, product) in inner.enumerated() {
      let isDiagonal = place.isMultiple(of: found.values.count + 1)
      #expect(abs(product - (isDiagonal ? 1 : 0)) < 1e-9)
    }
    let constant = Tensor(laplacian.roots, shape: [1, 120])
    if clusters > 2 { #expect(v.matmul(constant.transposed()).magnitude().max().item < 1e-9) }
  }

  /// An edge that is nothing beside those of its ends joins none; a node without edges is in no piece.
  @Test func lostEdgesJoinNone() {
    var rings = NeighborGraph(rings: [12, 12])
    // From node 0 to node 12 and back, then a node alone.
    rings.neighbors.insert(12, at: rings.starts[1])
    rings.weights.insert(1e-16, at: rings.starts[1])
    rings.starts = rings.starts.enumerated().map { $0.offset > 0 ? $0.element + 1 : $0.element }
    rings.neighbors.insert(0, at: rings.starts[13])
    rings.weights.insert(1e-16, at: rings.starts[13])
    rings.starts = rings.starts.enumerated().map { $0.offset > 12 ? $0.element + 1 : $0.element }
    rings.starts.append(rings.starts[24])
    #expect(rings.componentCount == 2, "one for the rings, one for the node alone")
    let pieces = NormalizedLaplacian(of: rings).pieces
    #expect(pieces == [0, 1].flatMap { Array(repeating: $0, count: 12) } + [-1])
  }
}

extension NeighborGraph {
  /// Rings that no edge joins.
  fileprivate init(rings sizes: [Int]) {
    self.init(starts: [0], neighbors: [], weights: [])
    for size in sizes {
      let (ring, first, edges) = (NeighborGraph(ring: size), Int32(count), neighbors.count)
      starts += ring.starts.dropFirst().map { $0 + edges }
      neighbors += ring.neighbors.map { $0 + first }
      weights += ring.weights
    }
  }

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
