// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Student's t distribution, for intervals and tests of a few runs.
struct StudentDistribution {
  /// ν, above 0.
  let degreesOfFreedom: Double

  /// P(|T| ≥ |t|).
  func twoSided(_ t: Double) -> Double {
    let nu = degreesOfFreedom
    return Self.regularizedBeta(nu / (nu + t * t), nu / 2, 0.5)
  }

  /// The t that |T| stays below with a probability from 0 to less than 1.
  func bound(_ probability: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while twoSided(high) > 1 - probability { high *= 2 }
    // Halved until the two are neighbours.
    while true {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { return middle }
      if twoSided(middle) > 1 - probability { low = middle } else { high = middle }
    }
  }

  /// I_x(a, b), by its continued fraction (Abramowitz, Stegun, Handbook of mathematical functions,
  /// 26.5.8).
  static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast below the mean.
    if x > (a + 1) / (a + b + 2) { return 1 - regularizedBeta(1 - x, b, a) }
    let front = exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * log(x) + b * log1p(-x)) / a
    // Lentz's rule: numerator and denominator as ratios to the step before.
    func awayFromZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var (c, d) = (1.0, 1 / awayFromZero(1 - (a + b) * x / (a + 1)))
    var fraction = d
    for m in stride(from: 1.0, through: 10_000, by: 1) {
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / awayFromZero(1 + even * d)
      c = awayFromZero(1 + even / c)
      fraction *= c * d
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / awayFromZero(1 + odd * d)
      c = awayFromZero(1 + odd / c)
      fraction *= c * d
      if abs(c * d - 1) < 1e-15 { break }
    }
    return front * fraction
  }
}
