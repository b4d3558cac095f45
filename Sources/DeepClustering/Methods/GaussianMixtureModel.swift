// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Clusters that are the components of a mixture of Gaussians, in the space of the data or in a
/// layout of the codes of a network.
///
/// The result of a Gaussian mixture and of N2D.
public struct GaussianMixtureModel: ReadableModel, MeasuredModel, @unchecked Sendable {
  /// The word for such models in an archive.
  static let kind = "gaussian-mixture"

  /// The mixture.
  public let components: GaussianComponents
  /// What new rows are told by.
  private let densities: LogDensities
  /// What the mixture is worth on its training samples; nil in a layout, whose scale is arbitrary.
  public let criteria: InformationCriteria?
  /// The bound on the log-likelihood that a variational fit maximised; nil for others.
  public let lowerBound: Double?
  /// N2D's encoder; nil when the mixture is in the space of the data.
  public let network: Autoencoder?
  /// Whether there is a network.
  public var encodesRows: Bool { network != nil }
  /// N2D's layout of the codes.
  public let layout: UMAPLayout?
  /// The mean code of each cluster, K × latent, for the decoder; nil without a network.
  private let meanCodes: Tensor?
  /// The most probable component of every training sample.
  public let assignments: [Int]
  /// How probable that is.
  public let certainty: [Float]

  /// A mixture in the space of the data, n × d.
  init(
    components: GaussianComponents, data: Tensor, criteria: InformationCriteria? = nil,
    lowerBound: Double? = nil
  ) {
    (self.components, densities) = (components, LogDensities(components))
    (self.criteria, self.lowerBound) = (criteria, lowerBound)
    (network, layout, meanCodes) = (nil, nil, nil)
    let probabilities = densities.probabilities(of: data)
    (assignments, certainty) = (probabilities.labels, probabilities.max(1).scalars())
  }

  /// A mixture in a layout of a network's codes.
  init(components: GaussianComponents, network: Autoencoder, layout: UMAPLayout) {
    (self.components, densities) = (components, LogDensities(components))
    (self.network, self.layout) = (network.copy(), layout)
    (criteria, lowerBound) = (nil, nil)
    let probabilities = densities.probabilities(of: layout.positions)
    (assignments, certainty) = (probabilities.labels, probabilities.max(1).scalars())
    let members = oneHot(assignments, components.count).to(layout.data.device)
    let sizes = members.sum(0).clamped(atLeast: 1).reshaped([components.count, 1])
    meanCodes = members.transposed().matmul(layout.data) / sizes
  }

  /// The most probable components of rows.
  public func assignments(for rows: Tensor) -> [Int] {
    densities.probabilities(of: embedding(of: rows)).labels
  }

  /// The probability of each component: rows × K.
  public func probabilities(for rows: Tensor) -> Tensor? {
    densities.probabilities(of: embedding(of: rows))
  }

  /// The places of rows in the layout, or the rows themselves without one.
  ///
  /// Training samples have their own places.
  public func embedding(of rows: Tensor) -> Tensor {
    guard let network, let layout else { return rows }
    return layout.positions(of: network.embedding(of: rows))
  }

  /// The log-likelihood with BIC and AIC, or the lower bound.
  public var measures: [String: Double] {
    var measures: [String: Double] = [:]
    if let criteria {
      measures = [
        "log-likelihood": criteria.logLikelihood, "BIC": criteria.bic, "AIC": criteria.aic,
      ]
    }
    measures["lower bound"] = lowerBound
    return measures
  }

  /// The means of the components: K × d.
  public var centroids: Tensor {
    Tensor(components.means.map(Float.init), shape: [components.count, components.dimensions])
  }

  /// The mean codes of the clusters through the decoder, or the means without a network.
  public func decodedCentroids() -> Tensor? {
    guard let network, let meanCodes else { return centroids }
    return network.reconstruction(of: meanCodes)
  }

  /// Puts the model into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", Self.kind)
    storeAssignments(in: &archive)
    archive.set("components", components)
    archive.set("criteria", criteria)
    archive.set("lowerBound", lowerBound)
    archive.set("laidOut", layout != nil)
    guard let network, let layout, let meanCodes else { return }
    network.store(in: &archive, under: "network")
    layout.store(in: &archive)
    archive.set("meanCodes", tensor: meanCodes)
  }

  /// The columns of the rows that it takes.
  public var columns: Int? { network.map(\.columns) ?? components.dimensions }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    (assignments, certainty) = try archive.assignments(of: Self.kind)
    components = try GaussianComponents(from: archive)
    densities = LogDensities(components)
    criteria = try archive.value("criteria", as: InformationCriteria?.self)
    lowerBound = try archive.value("lowerBound", as: Double?.self)
    guard try archive.value("laidOut") else {
      (network, layout, meanCodes) = (nil, nil, nil)
      return
    }
    network = try archive.network(on: device)
    layout = try UMAPLayout(from: archive, on: device)
    meanCodes = try archive.tensor("meanCodes", on: device)
  }
}
