// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Clusters that are the components of a mixture of Gaussians, in the latent space of a network.
///
/// The result of VaDE. A sample's cluster is the most probable component at its mean code.
public struct LatentMixtureModel: ReadableModel, GenerativeModel, @unchecked Sendable {
  /// The word for such models in an archive.
  static let kind = "latent-mixture"

  /// The encoder to the mean code, and the decoder, whose output `likelihood` explains.
  public let network: Autoencoder
  /// They are encoded.
  public var encodesRows: Bool { true }
  /// The components, in the space of the codes.
  public let mixture: DiagonalMixture
  /// What the decoder's output means; never `automatic`.
  public let likelihood: DecoderLikelihood
  /// The cluster of every training sample.
  public let assignments: [Int]
  /// max_c γ_c of every training sample.
  public let certainty: [Float]

  /// A model from its parts, and the training samples, n × D.
  init(
    network: Autoencoder, mixture: DiagonalMixture, likelihood: DecoderLikelihood, data: Tensor
  ) {
    self.network = network
    self.mixture = mixture.copy()
    self.likelihood = likelihood
    let gamma = self.mixture.probabilities(of: network.embedding(of: data))
    (assignments, certainty) = (gamma.labels, gamma.max(1).scalars())
  }

  /// The most probable components of rows.
  public func assignments(for rows: Tensor) -> [Int] { gamma(rows).labels }

  /// γ = p(c|z) at the mean code of each row: rows × K.
  public func probabilities(for rows: Tensor) -> Tensor? { gamma(rows) }

  private func gamma(_ rows: Tensor) -> Tensor { mixture.probabilities(of: embedding(of: rows)) }

  /// The mean codes of rows: rows × d.
  public func embedding(of rows: Tensor) -> Tensor { network.embedding(of: rows) }

  /// The means of the components: K × d.
  public var centroids: Tensor { mixture.means }

  /// The means of the components as inputs: K × D.
  public func decodedCentroids() -> Tensor? {
    likelihood.mean(network.reconstruction(of: centroids))
  }

  /// New samples of each component: z ∼ N(u_c, diag λ_c), decoded to the mean of p(x|z).
  public func samples(ofEachCluster count: Int, using generator: Generator) -> Tensor {
    let (k, d) = (centroids.shape[0], centroids.shape[1])
    let noise = generator.normal(shape: [k, count, d]).to(centroids.device)
    let deviations = (mixture.logVariances * 0.5).exp()
    let z = mixture.means.reshaped([k, 1, d]) + noise * deviations.reshaped([k, 1, d])
    let drawn = likelihood.mean(network.reconstruction(of: z.reshaped([k * count, d])))
    return drawn.reshaped([k, count, drawn.shape[1]])
  }

  /// Puts the model into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", Self.kind)
    storeAssignments(in: &archive)
    archive.set("likelihood", likelihood)
    mixture.store(in: &archive)
    network.store(in: &archive, under: "network")
  }

  /// The columns of the rows that it takes.
  public var columns: Int? { network.columns }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    (assignments, certainty) = try archive.assignments(of: Self.kind)
    likelihood = try archive.value("likelihood")
    mixture = try DiagonalMixture(from: archive, on: device)
    network = try archive.network(on: device)
  }
}

extension DiagonalMixture {
  /// The same mixture, untouched by later training.
  fileprivate func copy() -> DiagonalMixture {
    DiagonalMixture(
      logits: logits.detached().copy(), means: means.detached().copy(),
      logVariances: logVariances.detached().copy())
  }
}
