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
  /// How near the eigenvectors are: the length of A·v − σ·v by the last of the eigenvalues σ.
  public var tolerance = 1e-4
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
    var report = StepReport(loss: cost, losses: ["tr(Fᵀ(L + μL_g)F)": cost])
    report.warning = SpectralPartition.warning(
      residual: found.residual, tolerance: tolerance, remedy: "more neighbors")
    return (SpectralPartition.rows(of: found.vectors), report)
  }

  /// The K least eigenvalues of L̃ + μL_g, ascending, and their vectors, K × n.
  func spectrum(_ context: FitContext) -> LeastEigenvectors {
    var graph = NeighborGraph(.selfTuning, neighbors: neighbors, gamma: 0, of: context.data)
    _ = graph.normalize()
    let matrix = EmbeddedOperator(
      graph: graph, samples: context.data, linearity: linearity, ridge: ridge)
    return LeastEigenvectors(
      least: clusters, of: matrix, orthogonalTo: nil, tolerance: tolerance,
      seed: context.seed.stream("spectrum"))
  }
}

/// L̃ + μL_g.
private struct EmbeddedOperator: SymmetricOperator {
  /// D^−½WD^−½.
  private let graph: SparseMatrix
  /// n × d, centred.
  private let samples: Tensor
  /// (X_cX_cᵀ + γI)⁻¹, d × d.
  private let inverse: Tensor
  /// (X_cX_cᵀ/μ + γ(1 + 1/μ)I)⁻¹, d × d; nil where it is of no use.
  private let preconditioner: Tensor?
  private let linearity: Double

  init(graph: NeighborGraph, samples: Tensor, linearity: Double, ridge: Double) {
    self.graph = SparseMatrix(graph)
    self.linearity = linearity
    let exact = samples.to(.float64, on: .cpu)
    let centered = exact - exact.mean(0, keeping: true)
    let scatter = centered.transposed().matmul(centered)
    self.samples = centered
    inverse = Self.inverse(scatter, plus: ridge)
    preconditioner =
      linearity > 1 ? Self.inverse(scatter / linearity, plus: ridge * (1 + 1 / linearity)) : nil
  }

  private static func inverse(_ matrix: Tensor, plus diagonal: Double) -> Tensor {
    let d = matrix.shape[0]
    var values: [Double] = matrix.scalars()
    for i in 0..<d { values[i * d + i] += diagonal }
    return Tensor(Cholesky(values, size: d).inverse, shape: [d, d])
  }

  var count: Int { graph.count }

  func multiply(_ rows: Tensor) -> Tensor {
    let centered = rows - rows.mean(1, keeping: true)
    let linear = centered.matmul(samples).matmul(inverse).matmul(samples.transposed())
    return rows - graph.multiply(rows) + linearity * (centered - linear)
  }

  /// (I + μL_g)⁻¹ by Woodbury's identity: the eigenvalues of L̃ are from 0 to 2, those of μL_g may be
  /// of any size.
  func precondition(_ rows: Tensor) -> Tensor {
    guard let preconditioner else { return rows }
    let mean = rows.mean(1, keeping: true)
    let centered = rows - mean
    let linear = centered.matmul(samples).matmul(preconditioner).matmul(samples.transposed())
    return (centered + linear) / (1 + linearity) + mean
  }
}
