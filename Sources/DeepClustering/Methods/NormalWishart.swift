// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What is believed of a Gaussian's mean and precision: N(μ | m, (βΛ)⁻¹) W(Λ | W, ν).
///
/// Bishop, Pattern Recognition and Machine Learning, 2006, equation 10.40.
struct NormalWishart: Codable, Equatable {
  /// m.
  let mean: [Double]
  /// β.
  let meanPrecision: Double
  /// ν.
  let freedom: Double
  /// W⁻¹, d × d.
  let scatter: [Double]

  /// The same after samples of a weight, a mean and a covariance (equations 10.60 to 10.63).
  func updated(_ weight: Double, _ sampleMean: [Double], _ covariance: [Double]) -> NormalWishart {
    let d = mean.count
    let precision = meanPrecision + weight
    let difference = zip(sampleMean, mean).map { $0 - $1 }
    let pull = weight * meanPrecision / precision
    return NormalWishart(
      mean: zip(mean, sampleMean).map { (meanPrecision * $0 + weight * $1) / precision },
      meanPrecision: precision, freedom: freedom + weight,
      scatter: (0..<(d * d)).map {
        scatter[$0] + weight * covariance[$0] + pull * difference[$0 / d] * difference[$0 % d]
      })
  }

  /// The covariance in the middle of this belief: (ν·W)⁻¹.
  var covariance: [Double] { scatter.map { $0 / freedom } }

  private var logDeterminantOfScatter: Double {
    Cholesky(scatter, size: mean.count).logDeterminant
  }

  /// What E[log N(x | μ, Λ⁻¹)] has beside the log-density of N(x | m, covariance): half of E[log |Λ|]
  /// (equation 10.65) less log |ν·W| and d/β (equation 10.64).
  var logDensityOffset: Double {
    let d = Double(mean.count)
    let digammas = (0..<mean.count).reduce(0.0) { $0 + digamma(0.5 * (freedom - Double($1))) }
    return 0.5 * (digammas + d * log(2) - d * log(freedom) - d / meanPrecision)
  }

  /// log B(W, ν), the Wishart distribution's constant (equation B.79), but for the part of d alone.
  var logNormalizer: Double {
    let d = mean.count
    let gammas = (0..<d).reduce(0.0) { $0 + lgamma(0.5 * (freedom - Double($1))) }
    return 0.5 * freedom * logDeterminantOfScatter - 0.5 * freedom * Double(d) * log(2) - gammas
  }
}

/// The variational posterior of a truncated Dirichlet process mixture.
struct Posterior: Codable, Equatable {
  /// The sticks: Beta(a_k, b_k).
  let sticks: [Stick]
  /// The components in the order in which the stick is broken.
  let order: [Int]
  let clusters: [NormalWishart]

  struct Stick: Codable, Equatable {
    let a: Double
    let b: Double
  }

  /// - Parameters:
  ///   - sizes: The weight of the samples of each component.
  ///   - concentration: γ.
  ///   - clusters: What is believed of each.
  ///   - bySize: Whether the largest component has the first piece of the stick, as the prior expects
  ///     it (Kurihara, Welling, Vlassis: Accelerated variational Dirichlet process mixtures, NIPS 2006,
  ///     §4); else the components have theirs as they are numbered.
  init(sizes: [Double], concentration: Double, clusters: [NormalWishart], bySize: Bool) {
    order =
      bySize ? sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) } : Array(sizes.indices)
    // Blei and Jordan 2006, equations 18 and 19.
    var rest = sizes.reduce(0, +)
    var sticks = [Stick](repeating: Stick(a: 1, b: concentration), count: sizes.count)
    for component in order {
      rest -= sizes[component]
      sticks[component] = Stick(a: 1 + sizes[component], b: concentration + max(rest, 0))
    }
    self.sticks = sticks
    self.clusters = clusters
  }

  /// E[log π_k] of stick breaking: of its own stick, and of what those before it left.
  var logWeights: [Double] {
    var (left, result) = (0.0, [Double](repeating: 0, count: sticks.count))
    for component in order {
      let stick = sticks[component]
      let whole = digamma(stick.a + stick.b)
      result[component] = digamma(stick.a) - whole + left
      left += digamma(stick.b) - whole
    }
    return result
  }

  /// The expected mixture, whose responsibilities are those of the posterior.
  var components: GaussianComponents {
    var (left, weights) = (1.0, [Double](repeating: 0, count: sticks.count))
    for component in order {
      let share = sticks[component].a / (sticks[component].a + sticks[component].b)
      weights[component] = share * left
      left *= 1 - share
    }
    let total = weights.reduce(0, +)
    return GaussianComponents(
      weights: weights.map { $0 / total }, means: clusters.flatMap(\.mean),
      covariances: clusters.flatMap(\.covariance),
      logWeights: zip(logWeights, clusters).map { $0 + $1.logDensityOffset })
  }

  /// The bound on log p(X) that an iteration raises, but for what the priors alone decide.
  ///
  /// - Parameter entropy: −Σ r log r of the responsibilities that the posterior was made from.
  /// - Returns: The bound for all samples together.
  func lowerBound(entropy: Double) -> Double {
    let d = Double(clusters.first?.mean.count ?? 0)
    let normalizers = clusters.reduce(0) { $0 + $1.logNormalizer }
    let betas = sticks.reduce(0) { $0 + lgamma($1.a) + lgamma($1.b) - lgamma($1.a + $1.b) }
    let precisions = clusters.reduce(0) { $0 + log($1.meanPrecision) }
    return entropy - normalizers + betas - 0.5 * d * precisions
  }
}

extension GaussianComponents {
  /// Some of the components, in an order; their weights add to one again.
  func only(_ kept: [Int]) -> GaussianComponents {
    let d = dimensions
    let total = kept.reduce(0) { $0 + weights[$1] }
    return GaussianComponents(
      weights: kept.map { weights[$0] / total },
      means: kept.flatMap { means[($0 * d)..<(($0 + 1) * d)] },
      covariances: kept.flatMap { covariances[($0 * d * d)..<(($0 + 1) * d * d)] },
      logWeights: logWeights.map { all in kept.map { all[$0] } })
  }
}
