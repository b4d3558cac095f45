// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// What the methods share that run k-means on eigenvectors: one step for these, one for the clusters.
struct SpectralPartition {
  /// n × eigenvectors, after the first step.
  var embedding: Tensor?
  /// The clusters, after the second.
  private(set) var labels: [Int]?
  private var margins: [Float]?

  init() {}

  /// How many of the two steps were made.
  var steps: Int { embedding == nil ? 0 : labels == nil ? 1 : 2 }

  /// Eigenvectors (count × n) as rows of samples, of a size that suits the tolerance of k-means.
  static func rows(of vectors: Tensor) -> Tensor {
    (vectors / vectors.squared().mean().squareRoot()).transposed().copy()
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
  mutating func cluster(_ clusters: Int, restarts: Int, _ seed: Seed) -> StepReport {
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

  /// The clusters; one for all samples before the last step.
  func model(_ context: FitContext) -> PartitionModel {
    PartitionModel(
      assignments: labels ?? [Int](repeating: 0, count: context.rows), certainty: margins,
      embedding: embedding)
  }

  func store(in archive: inout Archive) {
    if let embedding { archive.set("embedding", tensor: embedding) }
  }

  init(from archive: Archive) throws(InputError) {
    guard archive.contains(tensor: "embedding") else { return }
    embedding = try archive.tensor("embedding")
  }
}
