// SPDX-License-Identifier: Apache-2.0
public import Torch

/// LDMGI: clusters that a linear discriminant tells apart in every small neighbourhood.
///
/// Yang, Xu, Nie, Yan, Zhuang, Image clustering using local discriminant models and global
/// integration, IEEE TIP 19, 2010. A sample and its nearest neighbours are a clique of k samples,
/// with the local Laplacian L_i = H(X̃_iᵀX̃_i + λI)⁻¹H of its centred samples X̃_i (columns; H is the
/// centring of k). Their sum L takes the place of a graph's Laplacian: min tr(GᵀLG), GᵀG = I, by the K
/// least eigenvectors, of which the constant one is left out. The clusters are those of k-means on the
/// rows of G, where the paper rotates G. A baseline of the DEC paper.
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
  /// How near the eigenvectors are: the length of L·v − σ·v by the last of the eigenvalues σ.
  public var tolerance = 1e-4
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
    let found = clusters > 1 ? spectrum(context) : nil
    let cost = ridge * (found?.values.reduce(0, +) ?? 0)
    var report = StepReport(loss: cost, losses: ["λ·tr(GᵀLG)": cost])
    report.warning = found.flatMap {
      SpectralPartition.warning(
        residual: $0.residual, tolerance: tolerance, remedy: "a larger ridge")
        ?? SpectralPartition.warning(pieces: $0.pieces, clusters: clusters)
    }
    let rows = found.map { SpectralPartition.rows(of: $0.vectors) }
    return (rows ?? Tensor(repeating: 0, shape: [context.rows, 1]), report)
  }

  /// The K − 1 least eigenvalues of L after that of the constant, ascending, and their vectors.
  func spectrum(_ context: FitContext) -> LaplacianSpectrum {
    let laplacian = CliqueLaplacian(of: context.data, neighbors: neighbors, ridge: ridge)
    return LaplacianSpectrum(
      for: clusters, of: laplacian, trivial: [Double](repeating: 1, count: context.rows),
      piece: laplacian.pieces, tolerance: tolerance, seed: context.seed.stream("spectrum"))
  }
}
