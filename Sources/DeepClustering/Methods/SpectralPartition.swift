// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// A method that runs k-means on eigenvectors: one step for these, one for the clusters.
public protocol SpectralMethod: ClusteringMethod
where State == SpectralPartition, Outcome == PartitionModel {
  /// Starts of k-means.
  var restarts: Int { get }
  /// The eigenvectors as rows of samples (n × eigenvectors), and what they say of the fit.
  func eigenvectors(_ context: FitContext) -> (rows: Tensor, report: StepReport)
}

extension SpectralMethod {
  /// No network.
  public var pretraining: Pretraining? { nil }

  /// The eigenvectors in the first step, k-means in the second.
  public func advance(_ state: inout SpectralPartition, _ context: FitContext) -> StepReport {
    withoutGradients {
      guard state.embedding == nil else {
        return state.cluster(clusters, restarts: restarts, context.seed)
      }
      let (rows, report) = eigenvectors(context)
      state.embedding = rows
      return report
    }
  }

  /// The clusters; one for all samples before the last step.
  public func finish(_ state: SpectralPartition, _ context: FitContext) -> PartitionModel {
    PartitionModel(
      assignments: state.labels ?? [Int](repeating: 0, count: context.rows),
      certainty: state.margins, embedding: state.embedding)
  }

  /// The clusters after the last step.
  public func assignments(_ state: SpectralPartition) -> [Int]? { state.labels }
  /// Two.
  public func plannedSteps(_ context: FitContext) -> Int { 2 }
  /// How many of the two were made.
  public func stepsTaken(_ state: SpectralPartition) -> Int {
    state.embedding == nil ? 0 : state.labels == nil ? 1 : 2
  }

  /// Puts the eigenvectors into an archive.
  public func store(_ state: SpectralPartition, in archive: inout Archive) {
    if let embedding = state.embedding { archive.set("embedding", tensor: embedding) }
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> SpectralPartition {
    var state = SpectralPartition()
    guard archive.contains(tensor: "embedding") else { return state }
    state.embedding = try archive.tensor("embedding")
    return state
  }
}

/// The eigenvectors, then the clusters.
public struct SpectralPartition {
  /// n × eigenvectors, after the first step.
  fileprivate var embedding: Tensor?
  /// The clusters, after the second.
  fileprivate var labels: [Int]?
  fileprivate var margins: [Float]?

  init() {}

  /// Eigenvectors (count × n) as rows of samples, of a size that suits the tolerance of k-means.
  static func rows(of vectors: Tensor) -> Tensor {
    let size = vectors.squared().mean().squareRoot().item
    return (vectors / (size > 0 ? size : 1)).transposed().copy().to(.float32)
  }

  /// What to say of eigenvectors that are not as near as they should be.
  static func warning(residual: Double, tolerance: Double, remedy: String) -> String? {
    guard residual > tolerance else { return nil }
    return
      "the eigenvectors have not settled (\(String(format: "%.1g", residual)) instead of "
      + "\(tolerance)), so the clusters may depend on the seed: try \(remedy)"
  }

  /// What to say of a graph that has more pieces than clusters are wanted.
  static func warning(pieces: Int, clusters: Int) -> String? {
    guard pieces > clusters else { return nil }
    return
      "the graph of the samples falls into \(pieces) pieces, more than \(clusters) clusters: the largest are "
      + "told apart and all others put together; try more neighbors"
  }

  /// Refuses more clusters than the spectrum can tell.
  static func refuse(
    clusters: Int, neighbors: Int, _ context: FitContext
  ) throws(InputError) {
    guard 2 * clusters < context.rows else {
      throw InputError(
        .usage, "\(clusters) clusters are too many for the spectrum of \(context.rows) rows")
    }
    guard neighbors > 0 else { throw InputError(.usage, "neighbors must be above 0") }
  }

  /// k-means on the rows.
  fileprivate mutating func cluster(_ clusters: Int, restarts: Int, _ seed: Seed) -> StepReport {
    guard let embedding else { preconditionFailure("no eigenvectors to cluster") }
    var kMeans = KMeans(clusters: clusters)
    kMeans.restarts = restarts
    let found = kMeans.cluster(embedding, seed: Seed(seed.stream("spectral k-means")))
    let nearest = NearestCentroids(of: embedding, among: found.centroids)
    (labels, margins) = (nearest.labels, nearest.margins())
    return StepReport(
      loss: found.cost, losses: ["cost": found.cost],
      stopReason: "k-means has clustered the eigenvectors")
  }
}
