// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Clusters that a network tells, in the space of the data, of the codes of another, or of their layout.
///
/// The result of DeepDPM.
public struct ClusterNetworkModel: ReadableModel, @unchecked Sendable {
  /// The word for such models in an archive.
  static let kind = "cluster-network"

  /// The Gaussians that the network learned from, in the space of the scaled rows.
  public let components: GaussianComponents
  /// What gives the codes; nil when the data themselves are clustered.
  public let autoencoder: Autoencoder?
  /// Whether there is an encoder.
  public var encodesRows: Bool { autoencoder != nil }
  /// The layout of the codes; nil when the codes themselves are clustered.
  public let layout: UMAPLayout?
  /// The mean code of each cluster, K × latent, for the decoder; nil without one.
  private let meanCodes: Tensor?
  /// What tells the clusters of scaled rows.
  let network: ClusterNetwork
  /// How rows, codes or places are scaled for it.
  let scaling: RowScaling
  /// The most probable cluster of every training sample.
  public let assignments: [Int]
  /// How probable that is.
  public let certainty: [Float]

  /// The clusters of a mixture that have samples.
  ///
  /// The codes, n × latent, come with an autoencoder.
  init(
    _ mixture: SplittingMixture, autoencoder: Autoencoder?, layout: UMAPLayout?, codes: Tensor?
  ) {
    let mixture = mixture.occupied()
    (network, scaling) = (mixture.network, mixture.scaling)
    let outputs = network(mixture.rows, withParts: false)
    (assignments, certainty) = (outputs.labels.map(Int.init), outputs.certainty)
    let k = network.clusters
    components = mixture.components.shifted(by: mixture.origin.map { -$0 })
    (self.autoencoder, self.layout) = (autoencoder?.copy(), layout)
    let labels = assignments
    meanCodes = codes.map { NeighborhoodGraphStart.means(of: $0, labels, clusters: k) }
  }

  /// The most probable clusters of rows.
  public func assignments(for rows: Tensor) -> [Int] {
    network(embedding(of: rows), withParts: false).labels.map(Int.init)
  }

  /// The probability of each cluster: rows × K.
  public func probabilities(for rows: Tensor) -> Tensor? {
    let outputs = network(embedding(of: rows), withParts: false)
    return Tensor(outputs.probabilities, shape: [outputs.labels.count, network.clusters])
  }

  /// The scaled rows, or the scaled codes of rows or places in the layout.
  ///
  /// Training samples have their own places.
  public func embedding(of rows: Tensor) -> Tensor {
    guard let autoencoder else { return scaling(rows) }
    let codes = autoencoder.embedding(of: rows)
    return scaling(layout?.positions(of: codes) ?? codes)
  }

  /// The means of the Gaussians: K × d.
  public var centroids: Tensor {
    Tensor(components.means.map(Float.init), shape: [components.count, components.dimensions])
  }

  /// The mean codes of the clusters through the decoder, or the means without one.
  public func decodedCentroids() -> Tensor? {
    guard let autoencoder, let meanCodes else { return scaling.inverse(centroids) }
    return autoencoder.reconstruction(of: meanCodes)
  }

  /// Puts the model into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", Self.kind)
    storeAssignments(in: &archive)
    archive.set("components", components)
    archive.set("scaling", scaling)
    network.store(in: &archive, withMoments: false)
    archive.set("laidOut", layout != nil)
    archive.set("encoded", autoencoder != nil)
    guard let autoencoder, let meanCodes else { return }
    autoencoder.store(in: &archive, under: "network")
    layout?.store(in: &archive)
    archive.set("meanCodes", tensor: meanCodes)
  }

  /// The columns of the rows that it takes.
  public var columns: Int? { autoencoder.map(\.columns) ?? components.dimensions }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    (assignments, certainty) = try archive.assignments(of: Self.kind)
    components = try GaussianComponents(from: archive)
    scaling = try archive.value("scaling")
    network = try ClusterNetwork(from: archive)
    layout = try archive.value("laidOut") ? UMAPLayout(from: archive, on: device) : nil
    guard try archive.value("encoded") else {
      (autoencoder, meanCodes) = (nil, nil)
      return
    }
    autoencoder = try archive.network(on: device)
    meanCodes = try archive.tensor("meanCodes", on: device)
  }
}

extension ClusterNetwork.Outputs {
  /// The probability of the most probable cluster of each row.
  fileprivate var certainty: [Float] {
    let k = labels.isEmpty ? 0 : probabilities.count / labels.count
    return labels.indices.map { probabilities[$0 * k + Int(labels[$0])] }
  }
}
