// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Spectral clustering: k-means on the smoothest functions over a graph of the samples.
///
/// Shi and Malik, Normalized cuts and image segmentation, IEEE TPAMI 22, 2000, as von Luxburg's
/// tutorial (Statistics and Computing 17, 2007) writes it: the K leading eigenvectors of the random
/// walk D⁻¹W, by LOBPCG and never from a matrix of n × n, then k-means on their rows. The first of
/// them is constant and left out; those of a graph in pieces are exact. There is no rule for new
/// samples.
public struct SpectralClustering: SpectralMethod, Equatable {
  /// Which samples are joined.
  public enum Graph: String, Codable, Sendable, CaseIterable {
    /// Each with its nearest neighbours.
    case nearestNeighbors = "nearest-neighbors"
    /// All pairs; for a few thousand rows.
    case complete
  }

  /// Name, title and source.
  public static let card = MethodCard(
    name: "spectral-clustering", title: "Spectral clustering",
    paper: "Shi, Malik: Normalized cuts and image segmentation", venue: "IEEE TPAMI, 2000",
    profiles: [
      ("default", "the connectivity of ten nearest neighbours"),
      ("self-tuning", "all pairs, with a scale for each sample: for a few thousand rows"),
    ])

  /// The most rows of a complete graph, 8 bytes a pair: 0.8 GB.
  static let largest = 10_000

  /// K.
  public var clusters: Int
  /// Which samples are joined.
  public var graph = Graph.nearestNeighbors
  /// How alike joined samples are.
  public var affinity = Affinity.connectivity
  /// The neighbours of a sample, itself not counted.
  public var neighbors = 10
  /// γ of the radial basis functions.
  public var gamma = 1.0
  /// How near the eigenvectors are: the length of L·v − λ·v by the last of the λ, which may be small.
  public var tolerance = 1e-3
  /// Starts of k-means.
  public var restarts = 10

  /// Spectral clustering on the graph of nearest neighbours.
  public init(clusters: Int) { self.clusters = clusters }

  /// `default` or `self-tuning`.
  public static func profile(_ name: String, clusters: Int) -> SpectralClustering? {
    var method = SpectralClustering(clusters: clusters)
    switch name {
    case "default": return method
    case "self-tuning":
      (method.graph, method.affinity) = (.complete, .selfTuning)
      return method
    default: return nil
    }
  }

  /// Nothing is computed yet.
  ///
  /// - Throws: ``InputError`` for a graph that cannot be, or that would not fit the memory.
  public func begin(_ context: FitContext) throws -> SpectralPartition {
    try SpectralPartition.refuse(clusters: clusters, neighbors: neighbors, context)
    guard graph == .complete else { return SpectralPartition() }
    guard affinity != .connectivity else {
      throw InputError(
        .usage, "in a complete graph all are connected: --set affinity=self-tuning or radial-basis")
    }
    guard context.rows <= Self.largest else {
      throw InputError(
        .usage,
        "a complete graph of \(context.rows) rows does not fit (\(Self.largest) do): "
          + "--set graph=nearest-neighbors")
    }
    return SpectralPartition()
  }

  /// The eigenvectors of the random walk, and the last one's eigenvalue of the Laplacian.
  public func eigenvectors(_ context: FitContext) -> (rows: Tensor, report: StepReport) {
    let found = spectrum(context)
    var report = StepReport(
      loss: found.last, losses: ["last eigenvalue of the Laplacian": found.last])
    report.warning = found.warning
    if found.alone > 0 {
      report.warning =
        "\(found.alone) of \(context.rows) samples are too far from all others to be joined to any, and "
        + "are put together: try a smaller gamma, another --preprocessing or affinity=connectivity"
    }
    return (found.embedding, report)
  }

  private func spectrum(
    _ context: FitContext
  ) -> (embedding: Tensor, last: Double, alone: Int, warning: String?) {
    let graph =
      switch graph {
      case .nearestNeighbors:
        NeighborGraph(affinity, neighbors: neighbors, gamma: gamma, of: context.data)
      case .complete: NeighborGraph(complete: affinity, gamma: gamma, of: context.data)
      }
    guard clusters > 1 else {
      return (Tensor(repeating: 0, shape: [context.rows, 1]), 0, 0, nil)
    }
    let laplacian = NormalizedLaplacian(of: graph)
    let found = LaplacianSpectrum(
      for: clusters, of: laplacian, trivial: laplacian.roots, piece: laplacian.pieces,
      tolerance: tolerance, seed: context.seed.stream("spectrum"))
    // From the symmetric D^−½WD^−½ to the random walk.
    // A sample that is joined to none has no place of its own: it stays at the origin.
    let scales = laplacian.roots.map { $0 > 0 ? 1 / $0 : 0 }
    let warning =
      SpectralPartition.warning(
        residual: found.residual, tolerance: tolerance, remedy: "more neighbors")
      ?? SpectralPartition.warning(pieces: found.pieces, clusters: clusters)
    return (
      SpectralPartition.rows(of: found.vectors * Tensor(scales, shape: [1, context.rows])),
      found.values.last ?? 0, scales.count { $0 == 0 }, warning
    )
  }
}
