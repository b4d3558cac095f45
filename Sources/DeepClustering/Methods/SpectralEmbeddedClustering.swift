// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Spectral embedded clustering (SEC): smooth functions on a graph that are nearly linear as well.
///
/// Nie, Zeng, Tsang, Xu, Zhang, Spectral embedded clustering: a framework for in-sample and
/// out-of-sample spectral clustering, IEEE Trans. Neural Networks 22, 2011:
///
///     min over F, W, b of tr(FᵀL̃F) + μ(‖XᵀW + 1bᵀ − F‖² + γ tr(WᵀW)),  FᵀF = I
///
/// With the best W and b it is tr(Fᵀ(L̃ + μL_g)F), L_g = H − X_cᵀ(X_cX_cᵀ + γI)⁻¹X_c, with X_c the
/// centred samples as columns and H the centring; F are the K least eigenvectors. L̃ is the
/// normalised Laplacian of the self-tuning graph of nearest neighbours. The clusters are those of
/// k-means on the rows of F; the paper also rotates F. A baseline of the DEC paper.
public struct SpectralEmbeddedClustering: SpectralMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "sec", title: "SEC",
    paper: "Nie, Zeng, Tsang, Xu, Zhang: Spectral embedded clustering: a framework for in-sample "
      + "and out-of-sample spectral clustering",
    venue: "IEEE Transactions on Neural Networks, 2011")

  /// K.
  public var clusters: Int
  /// The neighbours of a sample, itself not counted.
  public var neighbors = 5
  /// μ, how much being linear counts.
  public var linearity = 1.0
  /// γ, on the squared norm of the linear map.
  public var ridge = 1.0
  /// How near the eigenvectors are: the length of A·v − λ·v, the largest eigenvalue being below 1.
  public var tolerance = 1e-5
  /// Starts of k-means.
  public var restarts = 10

  /// SEC with μ = γ = 1.
  public init(clusters: Int) { self.clusters = clusters }

  /// Nothing is computed yet.
  ///
  /// - Throws: ``InputError`` for too many clusters, a ridge of 0, or too many columns.
  public func begin(_ context: FitContext) throws -> SpectralPartition {
    try SpectralPartition.refuse(clusters: clusters, neighbors: neighbors, context)
    guard ridge > 0 else { throw InputError(.usage, "ridge must be above 0") }
    guard context.columns <= 4096 else {
      throw InputError(
        .usage, "\(context.columns) columns are too many for SEC: reduce the columns first")
    }
    return SpectralPartition()
  }

  /// The eigenvectors F and their cost.
  public func eigenvectors(_ context: FitContext) -> (rows: Tensor, report: StepReport) {
    let found = spectrum(context)
    let cost = found.values.reduce(0, +)
    return (
      SpectralPartition.rows(of: found.vectors),
      StepReport(loss: cost, losses: ["tr(Fᵀ(L + μL_g)F)": cost])
    )
  }

  /// The K least eigenvalues of L̃ + μL_g, ascending, and their vectors, K × n.
  func spectrum(_ context: FitContext) -> (values: [Double], vectors: Tensor) {
    var graph = NeighborGraph(.selfTuning, neighbors: neighbors, gamma: 0, of: context.data)
    _ = graph.normalize()
    let matrix = EmbeddedOperator(
      graph: graph, samples: context.data, linearity: linearity, ridge: ridge)
    let found = SpectralLayout(
      leading: clusters, of: matrix, orthogonalTo: nil, tolerance: tolerance,
      seed: context.seed.stream("spectrum"))
    return (found.values.map { (2 + linearity) * (1 - $0) }, found.vectors)
  }
}

/// I − (L̃ + μL_g)/(2 + μ), whose eigenvalues are from 0 to 1 and the largest wanted.
private struct EmbeddedOperator: SymmetricOperator {
  private let graph: NeighborGraph
  /// n × d, centred.
  private let samples: Tensor
  /// (X_cX_cᵀ + γI)⁻¹, d × d.
  private let inverse: Tensor
  private let linearity: Double

  init(graph: NeighborGraph, samples: Tensor, linearity: Double, ridge: Double) {
    self.graph = graph
    self.linearity = linearity
    let d = samples.shape[1]
    let centered = (samples - samples.mean(0, keeping: true)).to(.float32, on: .cpu)
    let exact = centered.to(.float64)
    var scatter: [Double] = exact.transposed().matmul(exact).scalars()
    for i in 0..<d { scatter[i * d + i] += ridge }
    self.samples = centered
    inverse = Tensor(Cholesky(scatter, size: d).inverse, shape: [d, d]).to(.float32)
  }

  var count: Int { graph.count }

  func multiply(_ row: Tensor) -> Tensor {
    let centered = row - row.mean(1, keeping: true)
    let linear = row.matmul(samples).matmul(inverse).matmul(samples.transposed())
    let laplacian = row - graph.multiply(row)
    return row - (laplacian + linearity * (centered - linear)) / (2 + linearity)
  }
}
