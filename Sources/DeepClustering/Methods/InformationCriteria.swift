// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What a likelihood is worth once the parameters that it took are paid for; lower is better.
///
/// They compare fits to the same data without labels: other numbers of clusters, other covariances.
public struct InformationCriteria: Codable, Equatable, Sendable {
  /// Σ_i log p(x_i).
  public let logLikelihood: Double
  /// n.
  public let samples: Int
  /// The free parameters p.
  public let parameters: Int

  /// The Bayesian criterion, p·log n − 2·log-likelihood (Schwarz 1978).
  public var bic: Double { Double(parameters) * log(Double(samples)) - 2 * logLikelihood }
  /// The criterion of Akaike, 2p − 2·log-likelihood (1974).
  public var aic: Double { 2 * Double(parameters) - 2 * logLikelihood }
}
