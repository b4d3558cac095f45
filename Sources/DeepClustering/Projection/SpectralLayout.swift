// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Smooth functions on a graph, to begin a layout with: eigenvectors of D^−½ W D^−½ after the trivial one.
///
/// They are found by the thick-restart Lanczos method with full orthogonalisation (Wu and Simon,
/// SIAM J. Matrix Anal. Appl. 2000), from products with the graph alone.
struct SpectralLayout {
  /// The eigenvalues, descending; 1 − λ is the eigenvalue of the normalised Laplacian.
  let values: [Double]
  /// One eigenvector a row, of unit length: count × nodes, or fewer where no more were found.
  let vectors: Tensor

  /// Finds the leading eigenvectors.
  ///
  /// - Parameters:
  ///   - count: How many, fewer than half the nodes; the trivial one, √degree, is not among them.
  ///   - graph: Symmetric, with non-negative weights and no node alone.
  ///   - tolerance: On the length of A·v − λ·v.
  ///   - seed: Of the first direction.
  init(
    leading count: Int, of graph: NeighborGraph, tolerance: Double = 1e-3, seed: UInt64 = 0
  ) {
    var graph = graph
    let trivial = Tensor(graph.normalize(), shape: [1, graph.count])
    precondition(count > 0 && 2 * count < graph.count, "\(count) eigenvectors of \(graph.count)")
    let width = min(max(3 * count, 60), 64 + 2 * count, graph.count - 1)
    let kept = min(count + 12, width - 2)
    var basis = KrylovBasis(
      orthogonalTo: trivial, first: Generator(seed: seed).normal(shape: [1, graph.count]))
    var ritz = KrylovBasis.Ritz(values: [], residuals: [])
    var settled: [Double]?
    // Where eigenvalues coincide each round finds one more vector of theirs.
    for round in 1...(30 + count) {
      basis.expand(to: width, by: graph)
      ritz = basis.restart(keeping: kept)
      let found = Array(ritz.values.prefix(count))
      guard basis.isComplete || ritz.residuals.prefix(count).allSatisfy({ $0 < tolerance })
      else { continue }
      // One direction leads to one vector of each eigenspace: a fresh one must find nothing new.
      if let settled, settled.count == found.count, found.count == count,
        zip(settled, found).allSatisfy({ abs($0 - $1) < tolerance })
      {
        break
      }
      settled = found
      basis.add(Generator(seed: seed &+ UInt64(round)).normal(shape: [1, graph.count]))
    }
    values = Array(ritz.values.prefix(count))
    vectors = basis.vectors.slice(0..<min(count, basis.vectors.shape[0]))
  }
}

/// An orthonormal basis q that grows by products A·q, and shrinks to its best directions.
private struct KrylovBasis {
  /// What the Rayleigh–Ritz projection found.
  struct Ritz {
    var values: [Double]
    var residuals: [Double]
  }

  /// count × n.
  private(set) var vectors: Tensor
  /// A·q for each, count × n; the last vector has none yet.
  private var products: Tensor?
  /// Whether the basis spans all that products reach.
  private(set) var isComplete = false
  private let deflated: Tensor

  init(orthogonalTo deflated: Tensor, first: Tensor) {
    self.deflated = deflated
    vectors = first
    vectors = normalized(orthogonal(first)) ?? first
  }

  mutating func expand(to width: Int, by graph: NeighborGraph) {
    while vectors.shape[0] <= width && !isComplete {
      let last = vectors.slice((vectors.shape[0] - 1)..<vectors.shape[0])
      let product = graph.multiply(last)
      products = products.map { Tensor.concatenated([$0, product]) } ?? product
      guard let next = normalized(orthogonal(product)) else {
        isComplete = true
        return
      }
      vectors = Tensor.concatenated([vectors, next])
    }
  }

  /// Replaces the basis by its best approximations of eigenvectors and the direction that follows.
  mutating func restart(keeping count: Int) -> Ritz {
    guard let products else { preconditionFailure("nothing to restart from") }
    let size = products.shape[0]
    let next = isComplete ? nil : vectors.slice(size..<(size + 1))
    let basis = vectors.slice(0..<size)
    let projected = basis.matmul(products.transposed())
    let matrix: [Double] = ((projected + projected.transposed()) * 0.5).scalars()
    let leading = SymmetricEigenvectors(leading: min(count, size), of: matrix, size: size)
    let rotation = Tensor(leading.vectors.map(Float.init), shape: [leading.values.count, size])
    let (rotated, images) = (rotation.matmul(basis), rotation.matmul(products))
    let scale = Tensor(leading.values.map(Float.init), shape: [leading.values.count, 1])
    let residuals: [Double] = (images - rotated * scale).squared().sum(1).scalars()
    vectors = next.map { Tensor.concatenated([rotated, $0]) } ?? rotated
    self.products = images
    return Ritz(values: leading.values, residuals: residuals.map { $0.squareRoot() })
  }

  /// Goes on from another direction instead of the next one.
  mutating func add(_ direction: Tensor) {
    guard let products else { preconditionFailure("nothing to go on from") }
    vectors = vectors.slice(0..<products.shape[0])
    guard let next = normalized(orthogonal(direction)) else { return }
    vectors = Tensor.concatenated([vectors, next])
    isComplete = false
  }

  /// Twice is enough (Kahan).
  private func orthogonal(_ vector: Tensor) -> Tensor {
    var rest = vector
    for _ in 0..<2 {
      rest = rest - rest.matmul(deflated.transposed()).matmul(deflated)
      if products != nil { rest = rest - rest.matmul(vectors.transposed()).matmul(vectors) }
    }
    return rest
  }

  private func normalized(_ vector: Tensor) -> Tensor? {
    let length = vector.squared().sum().item.squareRoot()
    return length > 1e-5 ? vector / length : nil
  }
}

extension NeighborGraph {
  /// The sum of the weights of each node's edges.
  var degrees: [Float] {
    (0..<count).map { weights[starts[$0]..<starts[$0 + 1]].reduce(Float(0), +) }
  }

  /// Divides the weights by √(degree · degree), and returns √degree in unit length.
  mutating func normalize() -> [Float] {
    let degrees = degrees
    for node in 0..<count {
      for edge in starts[node]..<starts[node + 1] {
        guard weights[edge] > 0 else { continue }
        // One root after the other: the product of two small degrees would be none.
        weights[edge] /= degrees[node].squareRoot() * degrees[Int(neighbors[edge])].squareRoot()
      }
    }
    let total = degrees.reduce(0, +)
    return degrees.map { ($0 / max(total, .leastNormalMagnitude)).squareRoot() }
  }

  /// W·x for a row x, 1 × nodes.
  func multiply(_ row: Tensor) -> Tensor {
    let x: [Float] = row.scalars()
    let product = [Float](unsafeUninitializedCapacity: count) { product, filled in
      x.withUnsafeBufferPointer { x in
        neighbors.withUnsafeBufferPointer { neighbors in
          weights.withUnsafeBufferPointer { weights in
            for node in 0..<count {
              var sum: Float = 0
              for edge in starts[node]..<starts[node + 1] {
                sum += weights[edge] * x[Int(neighbors[edge])]
              }
              product[node] = sum
            }
          }
        }
      }
      filled = count
    }
    return Tensor(product, shape: [1, count])
  }

  /// How many pieces the graph falls into.
  var componentCount: Int {
    let pieces = GraphPieces.of(starts, neighbors) { _ in true }
    return (pieces.max() ?? -1) + 1 + pieces.count { $0 < 0 }
  }
}

/// The pieces that a graph falls into.
enum GraphPieces {
  /// The piece of each node, from 0, where some of the edges count; −1 for a node without any of these.
  ///
  /// - Parameters:
  ///   - starts: Where each node's edges start; one entry more than nodes.
  ///   - neighbors: The other end of each edge; each is listed at both its ends.
  ///   - counts: Whether an edge counts, given its node and its place.
  /// - Returns: One number a node.
  static func of(
    _ starts: [Int], _ neighbors: [Int32], where counts: (_ edge: (node: Int, place: Int)) -> Bool
  ) -> [Int] {
    var pieces = [Int](repeating: -1, count: starts.count - 1)
    var found = 0
    var open: [Int] = []
    for root in pieces.indices where pieces[root] < 0 {
      open.append(root)
      var isJoined = false
      while let node = open.popLast() {
        for place in starts[node]..<starts[node + 1] where counts((node, place)) {
          isJoined = true
          let other = Int(neighbors[place])
          guard pieces[other] < 0 else { continue }
          pieces[other] = found
          open.append(other)
        }
      }
      if isJoined { found += 1 }
    }
    return pieces
  }
}
