// SPDX-License-Identifier: Apache-2.0
public import Torch

/// What a clustering method has found; only a finished fit gives one.
public protocol ClusteringModel {
  /// The cluster of every training sample, from 0 to K − 1.
  var assignments: [Int] { get }
  /// How certain each assignment is, from 0 to 1.
  var certainty: [Float] { get }
  /// Puts the model into an archive.
  func store(in archive: inout Archive)
}

/// A model that tells the clusters of new samples.
public protocol InductiveModel: ClusteringModel {
  /// The clusters of rows, preprocessed as the training data were.
  func assignments(for rows: Tensor) -> [Int]
}

/// A model that gives each sample a probability for each cluster.
public protocol SoftModel: InductiveModel {
  /// rows × K, each row adding to one; nil when the model at hand is a hard one.
  func probabilities(for rows: Tensor) -> Tensor?
}

/// A model that places samples in a space of its own.
public protocol EmbeddingModel: ClusteringModel {
  /// The embedding of rows: rows × d.
  func embedding(of rows: Tensor) -> Tensor
  /// The centre of each cluster in that space: K × d.
  var centroids: Tensor { get }
  /// The centroids as inputs (K × D), where the model can decode them.
  func decodedCentroids() -> Tensor?
}

/// Clusters around centroids, in the space of the data or behind an encoder.
///
/// The result of k-means, autoencoder + k-means, DEC, IDEC, DCN, Deep k-means and its form without a network.
public struct CentroidModel: InductiveModel, SoftModel, EmbeddingModel {
  /// The encoder and decoder; nil when the centroids are in the space of the data.
  public let network: Autoencoder?
  /// K × d.
  public let centroids: Tensor
  /// The degrees of freedom α of Student's t kernel (DEC, equation 1); nil for hard assignments.
  public let degreesOfFreedom: Double?
  /// The cluster of every training sample.
  public let assignments: [Int]
  /// How certain each is: max_j q_ij with a kernel; without one 1 − d₁/d₂, from the distances to
  /// the nearest and the second nearest centroid.
  public let certainty: [Float]

  /// A model from its parts; `embedding` holds the training samples, n × d.
  init(network: Autoencoder?, centroids: Tensor, degreesOfFreedom: Double?, embedding: Tensor) {
    self.network = network
    self.centroids = centroids.detached().copy()
    self.degreesOfFreedom = degreesOfFreedom
    (assignments, certainty) = Self.assign(embedding, self.centroids, degreesOfFreedom)
  }

  private static func assign(
    _ embedding: Tensor, _ centroids: Tensor, _ degreesOfFreedom: Double?
  ) -> ([Int], [Float]) {
    withoutGradients {
      let nearest = NearestCentroids(of: embedding, among: centroids)
      guard let degreesOfFreedom else { return (nearest.labels, nearest.margins()) }
      let q = StudentT.probabilities(embedding, centroids, degreesOfFreedom)
      return (nearest.labels, q.max(1).scalars())
    }
  }

  /// The clusters of rows: the nearest centroid, which is the most probable one too.
  public func assignments(for rows: Tensor) -> [Int] {
    withoutGradients { NearestCentroids(of: embedding(of: rows), among: centroids).labels }
  }

  /// The soft assignments q_ij (DEC, equation 1); nil without a kernel.
  public func probabilities(for rows: Tensor) -> Tensor? {
    degreesOfFreedom.map { freedom in
      withoutGradients { StudentT.probabilities(embedding(of: rows), centroids, freedom) }
    }
  }

  /// The codes of rows, or the rows themselves without a network.
  public func embedding(of rows: Tensor) -> Tensor { network?.embedding(of: rows) ?? rows }

  /// The centroids through the decoder, or as they are without a network.
  public func decodedCentroids() -> Tensor? {
    network.map { $0.reconstruction(of: centroids) } ?? centroids
  }

  /// Puts the model into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", "centroids")
    archive.set("centroids", tensor: centroids)
    archive.set(
      "assignments", tensor: Tensor(assignments.map(Int64.init), shape: [assignments.count]))
    archive.set("certainty", tensor: Tensor(certainty, shape: [certainty.count]))
    if let degreesOfFreedom { archive.set("degreesOfFreedom", degreesOfFreedom) }
    archive.set("network", network != nil)
    network?.store(in: &archive, under: "network")
  }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    do {
      centroids = try archive.tensor("centroids", on: device)
      let labels: [Int64] = try archive.tensor("assignments").scalars()
      assignments = labels.map(Int.init)
      certainty = try archive.tensor("certainty").scalars()
      degreesOfFreedom = try? archive.value("degreesOfFreedom")
      network =
        try archive.value("network")
        ? Autoencoder(from: archive, under: "network", on: device) : nil
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(.data, "the saved model cannot be read: \(error)")
    }
  }
}
