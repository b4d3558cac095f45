// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// What a decoder's output says of the data: p(x|z).
public enum DecoderLikelihood: String, Codable, Sendable, CaseIterable {
  /// Bernoulli for data that lie from 0 to 1, Gaussian for others.
  case automatic = "auto"
  /// Each feature is the probability of a one; the decoder's output is its logit.
  case bernoulli
  /// Each feature is normal around the decoder's output, with variance ½.
  case gaussian

  /// The likelihood that this stands for on some data.
  ///
  /// - Throws: ``InputError`` when Bernoulli was asked for and values lie outside 0…1.
  func resolved(for data: Tensor) throws(InputError) -> DecoderLikelihood {
    let range = data.range
    let (low, high) = (range.lowerBound, range.upperBound)
    let isShare = low >= 0 && high <= 1
    switch self {
    case .automatic: return isShare ? .bernoulli : .gaussian
    case .gaussian: return .gaussian
    case .bernoulli:
      guard isShare else {
        throw InputError(
          .data,
          "likelihood=bernoulli needs values from 0 to 1, and the scaled data go from \(low) to "
            + "\(high): use likelihood=gaussian, or another preprocessing")
      }
      return .bernoulli
    }
  }

  /// The mean of x, given the decoder's output.
  func mean(_ output: Tensor) -> Tensor {
    self == .bernoulli ? Activation.sigmoid(output) : output
  }

  /// −log p(x|z), averaged over the rows: the binary cross-entropy, or ‖x − x̂‖², which is the
  /// Gaussian's up to a constant.
  ///
  /// - Parameters:
  ///   - rows: x, rows × D.
  ///   - output: The decoder's output, of the same shape.
  /// - Returns: One number.
  func negativeLogLikelihood(_ rows: Tensor, _ output: Tensor) -> Tensor {
    let scale = 1 / Double(rows.shape[0])
    return switch self {
    case .bernoulli: output.binaryCrossEntropy(to: rows, scale: scale)
    case .gaussian: output.squaredError(to: rows, scale: scale)
    case .automatic: preconditionFailure("the likelihood has to be resolved first")
    }
  }
}

/// The terms of VaDE's evidence lower bound (Jiang et al., IJCAI 2017, §3), each of every row.
///
/// With the likelihood's −E log p(x|z) they make −ELBO; the last three are
/// KL(q(z,c|x) ‖ p(z,c)), what pulls the codes to the mixture.
enum EvidenceLowerBound {
  /// −E log p(z|c) = ½ Σ_c γ_c Σ_j (log 2π + log λ_cj + σ̃²_j/λ_cj + (μ̃_j − u_cj)²/λ_cj).
  ///
  /// - Parameters:
  ///   - mean: μ̃, rows × d.
  ///   - logVariance: log σ̃², rows × d.
  ///   - gamma: γ, rows × K, in double precision.
  ///   - mixture: p(z|c).
  /// - Returns: As many numbers as rows, in double precision.
  static func crossEntropy(
    _ mean: Tensor, _ logVariance: Tensor, _ gamma: Tensor, _ mixture: DiagonalMixture
  ) -> Tensor {
    let precisions = (-mixture.logVariances.to(.float64)).exp()
    let spread = logVariance.to(.float64).exp().matmul(precisions.transposed())
    return (gamma * (spread * 0.5 - mixture.logDensities(mean))).sum(1)
  }

  /// −E log q(z|x) = ½ Σ_j (1 + log 2π + log σ̃²_j), the entropy of the code.
  static func entropy(_ logVariance: Tensor) -> Tensor {
    (logVariance.to(.float64) + (1 + log(2 * Double.pi))).sum(1) * 0.5
  }

  /// KL(q(c|x) ‖ p(c)) = Σ_c γ_c (log γ_c − log π_c).
  static func assignmentDivergence(_ logGamma: Tensor, _ logWeights: Tensor) -> Tensor {
    (logGamma.exp() * (logGamma - logWeights)).sum(1)
  }
}
