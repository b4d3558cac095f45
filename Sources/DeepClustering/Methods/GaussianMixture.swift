// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// A mixture of K Gaussians with diagonal covariances: p(z) = Σ_c π_c N(z; u_c, diag λ_c).
///
/// Weights are logits and variances logarithms, so that any values of the tensors make a mixture
/// and gradient steps cannot leave it. Densities are computed in double precision and in logarithms.
public struct DiagonalMixture {
  /// K; the weights are π = softmax(logits).
  public let logits: Tensor
  /// u, K × d.
  public let means: Tensor
  /// log λ, K × d.
  public let logVariances: Tensor

  /// A mixture from its parameters.
  public init(logits: Tensor, means: Tensor, logVariances: Tensor) {
    let (k, shape) = (logits.count, means.shape)
    precondition(
      shape.count == 2 && shape[0] == k && logVariances.shape == shape,
      "\(k) weights, means of \(shape) and variances of \(logVariances.shape) make no mixture")
    (self.logits, self.means, self.logVariances) = (logits, means, logVariances)
  }

  /// log π, K numbers in double precision.
  var logWeights: Tensor { logits.to(.float64).logSoftmax(0) }

  /// log N(z_i; u_c, λ_c) for every row and component: rows × K, in double precision.
  func logDensities(_ points: Tensor) -> Tensor {
    let z = points.to(.float64)
    let (u, logLambda) = (means.to(.float64), logVariances.to(.float64))
    let precisions = (-logLambda).exp()
    // Σ_j (z − u)²/λ by products: what cancels is small beside double precision.
    let squares =
      z.squared().matmul(precisions.transposed()) - z.matmul((u * precisions).transposed()) * 2
      + (u.squared() * precisions).sum(1)
    let constant = logLambda.sum(1) + Double(means.shape[1]) * log(2 * Double.pi)
    return (squares + constant) * -0.5
  }

  /// log p(c|z) for every row: rows × K, in double precision.
  func logProbabilities(_ points: Tensor) -> Tensor {
    (logDensities(points) + logWeights).logSoftmax(1)
  }

  /// p(c|z) for every row, without gradients: rows × K in single precision.
  public func probabilities(of points: Tensor) -> Tensor {
    withoutGradients { logProbabilities(points).exp().to(.float32) }
  }

  /// log p(z) of every row, by log-sum-exp: as many numbers as rows, in double precision.
  public func logLikelihoods(of points: Tensor) -> Tensor {
    withoutGradients { Self.logSumExp(logDensities(points) + logWeights) }
  }

  /// log Σ_c e^x_c of each row.
  fileprivate static func logSumExp(_ x: Tensor) -> Tensor {
    let largest = x.max(1, keeping: true)
    return ((x - largest).exp().sum(1, keeping: true).log() + largest).reshaped([-1])
  }
}

/// Fits mixtures of Gaussians by expectation and maximisation (Dempster, Laird, Rubin, JRSS B 1977).
///
/// Each start takes the clusters of one run of k-means as responsibilities; of several the one of
/// the highest likelihood wins. A variance never falls below `regularization`.
struct GaussianMixture {
  /// What the covariances of the components may be.
  enum Covariance: String, Codable, Sendable, CaseIterable {
    /// One variance for each component and feature.
    case diagonal
    /// One variance for each component.
    case spherical
  }

  /// K.
  var components: Int
  /// What the covariances may be.
  var covariance = Covariance.diagonal
  /// How many starts are tried.
  var restarts = 10
  /// Iterations of one start at most.
  var maximumIterations = 100
  /// A start ends when the mean log-likelihood rises by less than this.
  var tolerance = 1e-3
  /// Added to every variance.
  var regularization = 1e-6

  /// A fitted mixture and how it came to be.
  struct Fit {
    /// The mixture after the last iteration, in single precision.
    let mixture: DiagonalMixture
    /// The mean of log p(z) over the points before each iteration's step; it never falls but by
    /// what the regularisation takes.
    let logLikelihoods: [Double]
    /// Whether it came to rest within the limit of iterations.
    let converged: Bool
  }

  /// Settings for K components.
  init(components: Int) { self.components = components }

  /// The best of all starts.
  ///
  /// - Parameters:
  ///   - points: n × d.
  ///   - seed: Decides the runs of k-means.
  /// - Returns: The mixture of the highest likelihood.
  func fit(_ points: Tensor, seed: Seed) -> Fit {
    var kMeans = KMeans(clusters: components)
    kMeans.restarts = 1
    let fits = (0..<restarts).map { restart in
      let start = kMeans.cluster(points, seed: Seed(seed.stream("mixture start", restart)))
      return fit(points, from: NearestCentroids(of: points, among: start.centroids).labels)
    }
    func height(_ fit: Fit) -> Double { fit.logLikelihoods.last ?? -.infinity }
    guard let best = fits.max(by: { height($0) < height($1) }) else {
      preconditionFailure("a mixture needs at least one start")
    }
    return best
  }

  /// Iterations from a partition of the points into K clusters.
  func fit(_ points: Tensor, from labels: [Int]) -> Fit {
    withoutGradients {
      let z = points.to(.float64)
      var mixture = moments(of: z, oneHot(labels, components).to(.float64, on: z.device))
      var trace: [Double] = []
      var converged = false
      while trace.count < maximumIterations && !converged {
        let logJoint = mixture.logDensities(z) + mixture.logWeights
        let height = DiagonalMixture.logSumExp(logJoint).mean().item  // E
        converged = trace.last.map { abs(height - $0) < tolerance } ?? false
        trace.append(height)
        mixture = moments(of: z, logJoint.softmax(1))  // M
      }
      return Fit(mixture: mixture.single, logLikelihoods: trace, converged: converged)
    }
  }

  /// The mixture of the clusters' own shares, means and variances, without an iteration.
  func moments(of points: Tensor, labels: [Int]) -> DiagonalMixture {
    let z = points.to(.float64)
    return moments(of: z, oneHot(labels, components).to(.float64, on: z.device)).single
  }

  /// The weighted shares, means and variances; responsibilities are n × K.
  private func moments(of z: Tensor, _ responsibilities: Tensor) -> DiagonalMixture {
    // As much as nothing, so that a component without points divides by no zero.
    let sizes = responsibilities.sum(0) + 1e-15
    let column = sizes.reshaped([components, 1])
    let means = responsibilities.transposed().matmul(z) / column
    var variances = responsibilities.transposed().matmul(z.squared()) / column - means.squared()
    if covariance == .spherical {
      variances = variances.mean(1, keeping: true) + means * 0
    }
    return DiagonalMixture(
      logits: (sizes / sizes.sum()).log(), means: means,
      logVariances: (variances.clamped(atLeast: 0) + regularization).log())
  }
}

extension DiagonalMixture {
  fileprivate var single: DiagonalMixture {
    DiagonalMixture(
      logits: logits.to(.float32), means: means.to(.float32),
      logVariances: logVariances.to(.float32))
  }

  /// The same mixture with tensors of its own, to differentiate by.
  func trained() -> DiagonalMixture {
    func leaf(_ tensor: Tensor) -> Tensor { tensor.detached().copy().requiringGradient() }
    return DiagonalMixture(
      logits: leaf(logits), means: leaf(means), logVariances: leaf(logVariances))
  }

  /// The logits of the weights, the means and the logarithms of the variances.
  var parameters: [Tensor] { [logits, means, logVariances] }

  /// Puts the parameters into an archive.
  func store(in archive: inout Archive) {
    archive.set("mixture.logits", tensor: logits)
    archive.set("mixture.means", tensor: means)
    archive.set("mixture.logVariances", tensor: logVariances)
  }

  /// The mixture of an archive.
  init(from archive: Archive, on device: Device) throws(InputError) {
    self.init(
      logits: try archive.tensor("mixture.logits", on: device),
      means: try archive.tensor("mixture.means", on: device),
      logVariances: try archive.tensor("mixture.logVariances", on: device))
  }
}
