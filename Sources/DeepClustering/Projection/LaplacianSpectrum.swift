// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The smoothest functions on a graph: the least eigenvectors of a Laplacian after the trivial one.
///
/// A graph that falls into pieces has the eigenvalue 0 once for each. Their eigenvectors are known
/// and are not searched for: no number of steps would tell them from others with eigenvalues that
/// are nearly 0, as those of pieces that hang together by a few edges are.
struct LaplacianSpectrum {
  /// The eigenvalues, ascending.
  let values: [Double]
  /// One eigenvector a row, of unit length, in double precision.
  let vectors: Tensor
  /// How far they are from eigenvectors: ``LeastEigenvectors/residual``, 0 where all are known.
  let residual: Double
  /// How many pieces there are.
  let pieces: Int

  /// Finds the eigenvectors for K clusters.
  ///
  /// They are K − 1, or K where there are more pieces than clusters: those of the largest pieces, in
  /// which the samples of all others lie at the origin.
  ///
  /// - Parameters:
  ///   - clusters: K, at least 2 and less than half the rows.
  ///   - laplacian: Symmetric and positive semi-definite.
  ///   - trivial: The entry of each row in the eigenvector of its piece, before that has unit length.
  ///   - piece: The piece of each row, from 0; −1 for a row that belongs to none.
  ///   - tolerance: As of ``LeastEigenvectors``.
  ///   - seed: Of the first directions.
  init(
    for clusters: Int, of laplacian: some SymmetricOperator, trivial: [Double], piece: [Int],
    tolerance: Double, seed: UInt64
  ) {
    let n = laplacian.count
    var volumes = [Double](repeating: 0, count: (piece.max() ?? -1) + 1)
    for row in 0..<n where piece[row] >= 0 { volumes[piece[row]] += trivial[row] * trivial[row] }
    let order = volumes.indices.sorted { (volumes[$0], $1) > (volumes[$1], $0) }
    pieces = order.count
    /// The eigenvectors of some pieces, one a row.
    func vectors(of pieces: some Collection<Int>) -> Tensor {
      var entries = [Double](repeating: 0, count: pieces.count * n)
      for (place, wanted) in pieces.enumerated() {
        let length = volumes[wanted].squareRoot()
        for row in 0..<n where piece[row] == wanted {
          entries[place * n + row] = trivial[row] / length
        }
      }
      return Tensor(entries, shape: [pieces.count, n])
    }
    guard order.count <= clusters else {
      (values, residual) = ([Double](repeating: 0, count: clusters), 0)
      self.vectors = vectors(of: order.prefix(clusters))
      return
    }
    let known = order.isEmpty ? nil : vectors(of: order)
    // Of the pieces' vectors those that are orthogonal to the trivial one, which is all of them added up.
    let total = volumes.reduce(0, +)
    let shares = order.map { (volumes[$0] / total).squareRoot() }
    let own = known.flatMap { Self.reflected($0, shares) }
    let wanted = clusters - max(order.count, 1)
    guard wanted > 0 else {
      (values, residual) = ([Double](repeating: 0, count: clusters - 1), 0)
      self.vectors = own ?? Tensor(repeating: 0, shape: [1, n], type: .float64)
      return
    }
    let found = LeastEigenvectors(
      least: wanted, of: laplacian, orthogonalTo: known, tolerance: tolerance, seed: seed)
    values = [Double](repeating: 0, count: max(order.count - 1, 0)) + found.values
    self.vectors = own.map { Tensor.concatenated([$0, found.vectors]) } ?? found.vectors
    residual = found.residual
  }

  /// Orthonormal rows turned so that the first is the sum of them by their shares, without that one.
  private static func reflected(_ rows: Tensor, _ shares: [Double]) -> Tensor? {
    let count = shares.count
    guard count > 1 else { return nil }
    // Householder's reflection takes the shares to the first axis.
    var normal = shares
    normal[0] += 1
    let scale = 2 / normal.reduce(0) { $0 + $1 * $1 }
    let rotation = (1..<count).flatMap { i in
      (0..<count).map { j in (i == j ? 1 : 0) - scale * normal[i] * normal[j] }
    }
    return Tensor(rotation, shape: [count - 1, count]).matmul(rows)
  }
}

/// I − D^−½ W D^−½ of a graph W with degrees D, in double precision.
struct NormalizedLaplacian: SymmetricOperator {
  private let graph: NeighborGraph
  /// √degree.
  let roots: [Double]
  private let scales: [Double]

  /// Of a symmetric graph; its weights are at least zero.
  init(of graph: NeighborGraph) {
    self.graph = graph
    roots = (0..<graph.count).map { node in
      graph.weights[graph.starts[node]..<graph.starts[node + 1]]
        .reduce(0.0) { $0 + Double($1) }.squareRoot()
    }
    scales = roots.map { $0 > 0 ? 1 / $0 : 0 }
  }

  var count: Int { graph.count }

  /// The piece of each node; an edge that is nothing beside 1 in double precision joins none.
  var pieces: [Int] {
    GraphPieces.of(graph.starts, graph.neighbors) { edge in
      Double(graph.weights[edge.place]) * scales[edge.node]
        * scales[Int(graph.neighbors[edge.place])] > 1e-14
    }
  }

  func multiply(_ rows: Tensor) -> Tensor {
    let width = rows.shape[0]
    // What is multiplied by the same weight lies side by side.
    let x: [Double] = rows.transposed().scalars()
    var product = x
    product.withUnsafeMutableBufferPointer { product in
      x.withUnsafeBufferPointer { x in
        for node in 0..<count {
          let target = node * width
          for edge in graph.starts[node]..<graph.starts[node + 1] {
            let other = Int(graph.neighbors[edge])
            let weight = Double(graph.weights[edge]) * scales[node] * scales[other]
            for index in 0..<width { product[target + index] -= weight * x[other * width + index] }
          }
        }
      }
    }
    return Tensor(product, shape: [count, width]).transposed()
  }

  func precondition(_ rows: Tensor) -> Tensor { rows }
}
