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
  private static func logSumExp(_ x: Tensor) -> Tensor {
    let largest = x.max(1, keeping: true)
    return ((x - largest).exp().sum(1, keeping: true).log() + largest).reshaped([-1])
  }
}

extension DiagonalMixture {
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
    let logits = try archive.tensor("mixture.logits", on: device)
    let means = try archive.matrix("mixture.means", on: device)
    let logVariances = try archive.matrix(
      "mixture.logVariances", columns: means.shape[1], on: device)
    guard logits.shape == [means.shape[0]], logVariances.shape == means.shape,
      logits.elementType == .float32, logits.isFinite
    else { throw InputError(.data, "the saved mixture's parts are of different mixtures") }
    self.init(logits: logits, means: means, logVariances: logVariances)
  }
}
