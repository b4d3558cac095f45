// SPDX-License-Identifier: Apache-2.0
public import Torch

/// LDMGI: clusters that a linear discriminant tells apart in every small neighbourhood.
///
/// Yang, Xu, Nie, Yan, Zhuang, Image clustering using local discriminant models and global
/// integration, IEEE TIP 19, 2010. A sample and its nearest neighbours are a clique of k samples,
/// with the local Laplacian L_i = H(X̃_iᵀX̃_i + λI)⁻¹H of its centred samples X̃_i (columns; H is the
/// centring of k). Their sum L takes the place of a graph's Laplacian: min tr(GᵀLG), GᵀG = I, by the K
/// least eigenvectors, of which the constant one is left out. Here every L_i is multiplied by λ, which
/// changes no eigenvector. The clusters are those of k-means on the rows of G, where the paper
/// rotates G. A baseline of the DEC paper.
public struct LDMGI: SpectralMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "ldmgi", title: "LDMGI",
    paper: "Yang, Xu, Nie, Yan, Zhuang: Image clustering using local discriminant models and "
      + "global integration",
    venue: "IEEE Transactions on Image Processing, 2010")

  /// K.
  public var clusters: Int
  /// The neighbours in a clique beside the sample itself.
  public var neighbors = 4
  /// λ; the scale of the squared distances in a clique is what it is to be compared with.
  public var ridge = 1.0
  /// How near the eigenvectors are: the length of A·v − λ·v, the largest eigenvalue being below 1.
  public var tolerance = 1e-5
  /// Starts of k-means.
  public var restarts = 10

  /// LDMGI with cliques of five samples and λ = 1.
  public init(clusters: Int) { self.clusters = clusters }

  /// Nothing is computed yet.
  ///
  /// - Throws: ``InputError`` for too many clusters or a ridge of 0.
  public func begin(_ context: FitContext) throws -> SpectralPartition {
    try SpectralPartition.refuse(clusters: clusters, neighbors: neighbors, context)
    guard ridge > 0 else { throw InputError(.usage, "ridge must be above 0") }
    return SpectralPartition()
  }

  /// The eigenvectors but the constant one, and their cost times λ.
  public func eigenvectors(_ context: FitContext) -> (rows: Tensor, report: StepReport) {
    let found = spectrum(context)
    let cost = found.values.reduce(0, +)
    let rows = found.vectors.map(SpectralPartition.rows)
    return (
      rows ?? Tensor(repeating: 0, shape: [context.rows, 1]),
      StepReport(loss: cost, losses: ["λ·tr(GᵀLG)": cost])
    )
  }

  /// The least eigenvalues of λL after that of the constant, ascending, and their vectors.
  func spectrum(_ context: FitContext) -> (values: [Double], vectors: Tensor?) {
    guard clusters > 1 else { return ([], nil) }
    let n = context.rows
    let (matrix, bound) = complement(of: context.data)
    let found = SpectralLayout(
      leading: clusters - 1, of: matrix,
      orthogonalTo: Tensor(repeating: 1 / Double(n).squareRoot(), shape: [1, n]),
      tolerance: tolerance, seed: context.seed.stream("spectrum"))
    return (found.values.map { bound * (1 - $0) }, found.vectors)
  }

  /// I − λL/c as a graph with loops, and c, which no eigenvalue of λL exceeds.
  private func complement(of data: Tensor) -> (NeighborGraph, Double) {
    let n = data.shape[0]
    let k = min(neighbors, n - 1)
    let found = NearestNeighbors(of: data, among: data, count: k, excludingSelf: true)
    let cliques = LocalLaplacians(of: data, ridge: ridge)
    var rows = [[Int32: Double]](repeating: [:], count: n)
    var memberships = [Double](repeating: 0, count: n)
    for sample in 0..<n {
      let members = [sample] + found.indices[(sample * k)..<((sample + 1) * k)].map(Int.init)
      let local = cliques.laplacian(members)
      for (i, a) in members.enumerated() {
        memberships[a] += 1
        for (j, b) in members.enumerated() {
          rows[a][Int32(b), default: 0] += local[i * members.count + j]
        }
      }
    }
    // No λL_i has an eigenvalue above 1, so xᵀλLx is at most Σ memberships · x².
    let bound = memberships.max() ?? 1
    var graph = NeighborGraph(starts: [0], neighbors: [], weights: [])
    for (row, entries) in rows.enumerated() {
      for (column, value) in entries.sorted(by: { $0.key < $1.key }) {
        graph.neighbors.append(column)
        graph.weights.append(Float((Int(column) == row ? 1 : 0) - value / bound))
      }
      graph.starts.append(graph.neighbors.count)
    }
    return (graph, bound)
  }
}

/// The Laplacians of cliques, times λ.
private struct LocalLaplacians {
  private let values: [Float]
  private let columns: Int
  private let ridge: Double

  init(of data: Tensor, ridge: Double) {
    (values, columns, self.ridge) = (data.scalars(), data.shape[1], ridge)
  }

  /// λH(X̃ᵀX̃ + λI)⁻¹H of some samples, row-major.
  func laplacian(_ members: [Int]) -> [Double] {
    let k = members.count
    var rows = members.map { member in
      (0..<columns).map { Double(values[member * columns + $0]) }
    }
    for column in 0..<columns {
      let mean = rows.reduce(0) { $0 + $1[column] } / Double(k)
      for i in 0..<k { rows[i][column] -= mean }
    }
    var gram = [Double](repeating: 0, count: k * k)
    for i in 0..<k {
      for j in 0...i {
        let dot = zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 } / ridge
        (gram[i * k + j], gram[j * k + i]) = (dot, dot)
      }
      gram[i * k + i] += 1
    }
    // The constant is an eigenvector of the inverse, for the value 1: centring takes it away.
    return Cholesky(gram, size: k).inverse.map { $0 - 1 / Double(k) }
  }
}
