// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Clusters that are the values of a discrete latent variable, which an encoder tells of a sample
/// and from which a generator makes one.
///
/// The result of ClusterGAN. The latent variables are (z_n, z_c): d_n normal ones and K for the
/// cluster.
public struct DiscreteLatentModel: ReadableModel, GenerativeModel, @unchecked Sendable {
  /// The word for such models in an archive.
  static let kind = "discrete-latent"

  /// The encoder x ↦ (z_n, logits of z_c), and the generator (z_n, z_c) ↦ x as its decoder.
  public let network: Autoencoder
  /// K.
  public let clusters: Int
  /// σ, the deviation of z_n.
  public let deviation: Double
  /// The cluster of every training sample.
  public let assignments: [Int]
  /// The largest probability of every training sample.
  public let certainty: [Float]

  /// A model from its parts, and the training samples, n × D.
  init(network: Autoencoder, clusters: Int, deviation: Double, data: Tensor) {
    (self.network, self.clusters, self.deviation) = (network, clusters, deviation)
    let probabilities = Self.split(network.embedding(of: data), clusters).probabilities
    (assignments, certainty) = (probabilities.labels, probabilities.max(1).scalars())
  }

  /// z_n, and the softmax of the logits of z_c.
  private static func split(
    _ codes: Tensor, _ clusters: Int
  ) -> (noise: Tensor, probabilities: Tensor) {
    let (latent, width) = (codes.shape[1] - clusters, codes.shape[1])
    return (
      codes.slice(0..<latent, of: 1), codes.slice(latent..<width, of: 1).softmax(1)
    )
  }

  private func split(_ rows: Tensor) -> (noise: Tensor, probabilities: Tensor) {
    Self.split(network.embedding(of: rows), clusters)
  }

  /// The most probable clusters of rows.
  public func assignments(for rows: Tensor) -> [Int] { split(rows).probabilities.labels }

  /// The softmax of the encoder's z_c: rows × K.
  public func probabilities(for rows: Tensor) -> Tensor? { split(rows).probabilities }

  /// The encoder's z_n beside the probabilities: rows × (d_n + K).
  public func embedding(of rows: Tensor) -> Tensor {
    let parts = split(rows)
    return .concatenated([parts.noise, parts.probabilities], along: 1)
  }

  /// The means of the latent variables: zeros beside a one for the cluster, K × (d_n + K).
  public var centroids: Tensor {
    latentVariables(noise: Tensor(repeating: 0, shape: [clusters, latent], on: device), each: 1)
  }

  private var latent: Int { (network.decoder.first?.weight.shape[1] ?? clusters) - clusters }
  private var device: Device { network.parameters.first?.device ?? .cpu }

  /// z_n beside the one-hot z_c, `count` rows of each cluster in turn.
  private func latentVariables(noise: Tensor, each count: Int) -> Tensor {
    let labels = (0..<(clusters * count)).map { $0 / count }
    return .concatenated([noise, oneHot(labels, clusters).to(noise.device)], along: 1)
  }

  /// What the generator makes of the means of the latent variables: K × D.
  public func decodedCentroids() -> Tensor? { network.reconstruction(of: centroids) }

  /// What the generator makes of new latent variables of each cluster: K × count × D.
  public func samples(ofEachCluster count: Int, using generator: Generator) -> Tensor {
    let noise = generator.normal(deviation: deviation, shape: [clusters * count, latent])
    let made = network.reconstruction(of: latentVariables(noise: noise.to(device), each: count))
    return made.reshaped([clusters, count, made.shape[1]])
  }

  /// Puts the model into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", Self.kind)
    storeAssignments(in: &archive)
    archive.set("clusters", clusters)
    archive.set("deviation", deviation)
    network.store(in: &archive, under: "network")
  }

  /// The columns of the rows that it takes.
  public var columns: Int? { network.columns }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    (assignments, certainty) = try archive.assignments(of: Self.kind)
    clusters = try archive.value("clusters")
    deviation = try archive.value("deviation")
    network = try archive.network(on: device)
    // A code is K numbers for the cluster, then those for all else.
    guard let latent = network.latent, 1...latent ~= clusters, deviation >= 0, deviation.isFinite
    else { throw InputError(.data, "the saved model has \(clusters) clusters, but other codes") }
  }
}

extension Autoencoder {
  /// The same network with a decoder whose outputs lie from 0 to 1.
  func withSigmoidOutput() -> Autoencoder {
    guard let last = decoder.last else { return self }
    let bounded = Self.layer(
      weight: last.weight, bias: last.bias, .sigmoid, last.compute, last.imageWindows)
    return Autoencoder(encoder: encoder, decoder: decoder.dropLast() + [bounded])
  }
}
