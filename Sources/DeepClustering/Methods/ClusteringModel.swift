// SPDX-License-Identifier: Apache-2.0
public import Torch

/// What a clustering method has found; only a finished fit gives one.
///
/// Models are `Sendable` although they hold tensors, which are not: nothing writes to those of a
/// finished model, and what is computed from them is new.
public protocol ClusteringModel: Sendable {
  /// The cluster of every training sample, from 0 to K − 1; −1 is noise, which only methods that
  /// find the number of clusters give.
  var assignments: [Int] { get }
  /// How certain each assignment is, from 0 to 1.
  var certainty: [Float] { get }
  /// Whether rows go through an encoder before anything else, and so may be compressed.
  var encodesRows: Bool { get }
  /// Puts the model into an archive.
  func store(in archive: inout Archive)
}

extension ClusteringModel {
  /// They are taken as they are.
  public var encodesRows: Bool { false }
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

/// A model that says how well it fits its training samples, without labels.
public protocol MeasuredModel: ClusteringModel {
  /// Likelihoods, information criteria and the like by name.
  var measures: [String: Double] { get }
}

/// A model with a clustering loss that can be taken of any rows.
public protocol LossModel: InductiveModel {
  /// The mean over the rows, scaled as the training data were.
  func loss(of rows: Tensor) -> Double
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

/// A model that draws new samples.
public protocol GenerativeModel: ClusteringModel {
  /// New samples of each cluster, scaled as the training data were: K × count × D.
  func samples(ofEachCluster count: Int, using generator: Generator) -> Tensor
}

/// Clusters around centroids, in the space of the data or behind an encoder.
///
/// The result of k-means, autoencoder + k-means, DEC, IDEC, DCN, Deep k-means and its form without a network.
public struct CentroidModel: ReadableModel, LossModel, @unchecked Sendable {
  /// The word for such models in an archive.
  static let kind = "centroids"

  /// The encoder and decoder; nil when the centroids are in the space of the data.
  public let network: Autoencoder?
  /// Whether there is a network.
  public var encodesRows: Bool { network != nil }
  /// K × d.
  public let centroids: Tensor
  /// Where several centroids make one cluster: these (K′ × d) with the cluster of each, while
  /// `centroids` are the clusters' means; nil when each cluster has one.
  let parts: (centroids: Tensor, clusters: [Int])?
  /// The degrees of freedom α of Student's t kernel (DEC, equation 1); nil for hard assignments.
  public let degreesOfFreedom: Double?
  /// The cluster of every training sample.
  public let assignments: [Int]
  /// How certain each is: max_j q_ij with a kernel; without one 1 − d₁/d₂, from the distances to
  /// the nearest and the second nearest centroid.
  public let certainty: [Float]

  /// A model of these values; `embedding` holds the training samples, n × d.
  init(
    network: Autoencoder?, centroids: Tensor, degreesOfFreedom: Double?, embedding: Tensor,
    parts: (centroids: Tensor, clusters: [Int])? = nil
  ) {
    self.network = network
    self.parts = parts
    self.centroids = centroids.detached().copy()
    self.degreesOfFreedom = degreesOfFreedom
    if let parts {
      let nearest = NearestCentroids(of: embedding, among: parts.centroids)
      assignments = nearest.labels.map { parts.clusters[$0] }
      certainty = nearest.margins()
    } else {
      (assignments, certainty) = Self.assign(embedding, self.centroids, degreesOfFreedom)
    }
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

  /// The columns of the rows that it takes.
  public var columns: Int? { network.map(\.columns) ?? centroids.shape[1] }

  /// The clusters of rows: the nearest centroid, which is the most probable one too.
  public func assignments(for rows: Tensor) -> [Int] {
    withoutGradients {
      let embedding = embedding(of: rows)
      guard let parts else { return NearestCentroids(of: embedding, among: centroids).labels }
      return NearestCentroids(of: embedding, among: parts.centroids).labels
        .map { parts.clusters[$0] }
    }
  }

  /// The soft assignments q_ij (DEC, equation 1); nil without a kernel.
  public func probabilities(for rows: Tensor) -> Tensor? {
    degreesOfFreedom.map { freedom in
      withoutGradients { StudentT.probabilities(embedding(of: rows), centroids, freedom) }
    }
  }

  /// DEC's KL(P‖Q) per row, with the target P of these rows (equations 2 and 3); without a kernel the
  /// squared distance to the nearest centroid, as in k-means.
  public func loss(of rows: Tensor) -> Double {
    withoutGradients {
      let codes = embedding(of: rows)
      guard let degreesOfFreedom else {
        let nearest = NearestCentroids(of: codes, among: parts?.centroids ?? centroids)
        return nearest.cost / Double(codes.shape[0])
      }
      let q = StudentT.probabilities(codes, centroids, degreesOfFreedom)
      return StudentT.divergence(StudentT.target(q), codes, centroids, degreesOfFreedom).item
    }
  }

  /// The codes of rows, or the rows themselves without a network.
  public func embedding(of rows: Tensor) -> Tensor { network?.embedding(of: rows) ?? rows }

  /// The centroids through the decoder, or as they are without a network; nil without a decoder.
  public func decodedCentroids() -> Tensor? {
    guard let network else { return centroids }
    return network.decoder.isEmpty ? nil : network.reconstruction(of: centroids)
  }

  /// Puts the model into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", Self.kind)
    archive.set("centroids", tensor: centroids)
    storeAssignments(in: &archive)
    if let degreesOfFreedom { archive.set("degreesOfFreedom", degreesOfFreedom) }
    if let parts {
      archive.set("parts", tensor: parts.centroids)
      archive.set("partClusters", parts.clusters)
    }
    archive.set("network", network != nil)
    network?.store(in: &archive, under: "network")
  }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    (assignments, certainty) = try archive.assignments(of: Self.kind)
    network = try archive.value("network") ? archive.network(on: device) : nil
    centroids = try archive.matrix("centroids", columns: network?.latent, on: device)
    degreesOfFreedom =
      archive.contains(value: "degreesOfFreedom") ? try archive.value("degreesOfFreedom") : nil
    if let degreesOfFreedom, !(degreesOfFreedom > 1e-6 && degreesOfFreedom.isFinite) {
      throw InputError(.data, "the saved degrees of freedom are \(degreesOfFreedom)")
    }
    guard archive.contains(tensor: "parts") else {
      parts = nil
      return
    }
    let (count, width) = (centroids.shape[0], centroids.shape[1])
    let found = try archive.matrix("parts", columns: width, on: device)
    let clusters: [Int] = try archive.value("partClusters")
    guard clusters.count == found.shape[0],
      clusters.allSatisfy({ 0..<count ~= $0 })
    else { throw InputError(.data, "the saved parts of clusters have other clusters") }
    parts = (found, clusters)
  }
}
