// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Foundation
internal import Torch

/// The number of some rows, their sum, and the sum of their products, all around one origin.
///
/// The moments of two sets of rows together are the sums of theirs.
struct Moments: Equatable {
  /// N, or the sum of the rows' weights.
  var count: Double
  /// Σ x, d numbers.
  var sum: [Double]
  /// Σ x xᵀ: the lower triangle by rows, d (d + 1) / 2 numbers.
  var products: [Double]

  /// The moments of these and other rows together.
  func with(_ other: Moments) -> Moments {
    Moments(
      count: count + other.count, sum: zip(sum, other.sum).map { $0 + $1 },
      products: zip(products, other.products).map { $0 + $1 })
  }

  /// The moments of rows that count this much each.
  func weighted(_ weight: Double) -> Moments {
    Moments(
      count: weight * count, sum: sum.map { weight * $0 }, products: products.map { weight * $0 })
  }

  /// The sums over each group of rows, in double precision.
  ///
  /// - Parameters:
  ///   - rows: n × d, on the processor.
  ///   - origin: What is taken from every row first, d numbers.
  ///   - group: The group of each row, below `groups`; nil for one group.
  ///   - groups: How many groups there are.
  ///   - weights: n × columns, how much a row counts in each column; nil for 1.
  ///   - columns: How many sums each group has.
  /// - Returns: groups × columns moments.
  static func of(
    _ rows: Tensor, around origin: [Double], group: [Int32]? = nil, groups: Int = 1,
    weights: [Float]? = nil, columns: Int = 1
  ) -> [Moments] {
    let (n, d) = (rows.shape[0], rows.shape[1])
    let width = 1 + d + d * (d + 1) / 2
    var sums = [Double](repeating: 0, count: groups * columns * width)
    let succeeded = rows.withFloats { values -> Bool in
      guard let base = values.baseAddress else { return n == 0 }
      return withOptional(group) { group in
        withOptional(weights) { weights in
          ct_moments(
            base, Int64(n), Int64(d), origin, group, Int64(groups), weights, Int64(columns), &sums,
            Int32(Threads.count))
        }
      }
    }
    precondition(succeeded, "out of memory for the moments of \(groups * columns) groups")
    return stride(from: 0, to: sums.count, by: width).map { start in
      Moments(
        count: sums[start], sum: Array(sums[(start + 1)...].prefix(d)),
        products: Array(sums[(start + 1 + d)..<(start + width)]))
    }
  }
}

/// The conjugate prior of a Gaussian's mean and covariance, with its mean at the origin.
///
/// Σ ~ IW(ψ, ν) with ψ = scale · I, μ | Σ ~ N(0, Σ / κ); see Murphy, Conjugate Bayesian analysis of
/// the Gaussian distribution, 2007, section 8. Rows are moved so that the prior's mean is 0.
struct NormalInverseWishart {
  /// d.
  let dimensions: Int
  /// κ: as how many rows the prior's mean counts.
  let meanStrength: Double
  /// ν, above d − 1: as how many rows the prior's covariance counts.
  let degreesOfFreedom: Double
  /// ψ is this times the unit matrix.
  let scale: Double

  /// log p(C), the likelihood of rows with mean and covariance integrated out.
  func logMarginalLikelihood(_ rows: Moments) -> Double {
    let (d, n) = (Double(dimensions), rows.count)
    let (strength, freedom) = (meanStrength + n, degreesOfFreedom + n)
    let posterior = Cholesky(scatter(rows), size: dimensions).logDeterminant
    let volume = -n * d / 2 * log(Double.pi) + d / 2 * (log(meanStrength) - log(strength))
    return volume + logGamma(freedom / 2) - logGamma(degreesOfFreedom / 2)
      + degreesOfFreedom / 2 * d * log(scale) - freedom / 2 * posterior
  }

  /// The most probable mean and covariance.
  func mode(_ rows: Moments) -> (mean: [Double], covariance: [Double]) {
    let mean = rows.sum.map { $0 / (meanStrength + rows.count) }
    let divisor = degreesOfFreedom + rows.count + Double(dimensions) + 2
    return (mean, scatter(rows).map { $0 / divisor })
  }

  /// ψ + S + κN / (κ + N) · x̄ x̄ᵀ, where S is the scatter around the rows' own mean x̄: d × d.
  private func scatter(_ rows: Moments) -> [Double] {
    let d = dimensions
    // Σ x xᵀ − N x̄ x̄ᵀ + κN / (κ + N) · x̄ x̄ᵀ is Σ x xᵀ − N² / (κ + N) · x̄ x̄ᵀ.
    let share = 1 / (meanStrength + rows.count)
    var result = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      for j in 0...i {
        let value =
          rows.products[i * (i + 1) / 2 + j] - share * rows.sum[i] * rows.sum[j]
          + (i == j ? scale : 0)
        (result[i * d + j], result[j * d + i]) = (value, value)
      }
    }
    return result
  }

  /// The logarithm of the gamma function of d dimensions, without the power of π that cancels.
  private func logGamma(_ x: Double) -> Double {
    (0..<dimensions).reduce(0) { $0 + lnGamma(x - Double($1) / 2) }
  }
}

/// ln Γ(x).
func lnGamma(_ x: Double) -> Double { lgamma(x).0 }

/// The Hastings ratios of a Dirichlet process mixture (Chang and Fisher, NIPS 2013), as DeepDPM has
/// them.
struct HastingsRatio {
  let prior: NormalInverseWishart
  /// α, the concentration of the Dirichlet process.
  let concentration: Double
  /// ζ, the power of the likelihood of each row.
  var likelihoodPower = 1.0

  /// ln H of telling two sets of rows apart rather than taking them as one; −ln H of the merge.
  ///
  /// H = α Γ(N₁) p(C₁) Γ(N₂) p(C₂) / (Γ(N) p(C)); both sets hold something. In p each row's likelihood
  /// has the power ζ, which for a Gaussian is the p of rows that count ζ each.
  func ofSplit(_ first: Moments, _ second: Moments) -> Double {
    func weight(_ rows: Moments) -> Double {
      lnGamma(rows.count) + prior.logMarginalLikelihood(rows.weighted(likelihoodPower))
    }
    return log(concentration) + weight(first) + weight(second) - weight(first.with(second))
  }
}
