// SPDX-License-Identifier: Apache-2.0

/// Mean, spread and extremes of a score over runs.
public struct ScoreSummary: Codable, Sendable, Equatable {
  /// The mean.
  public let mean: Double
  /// The standard deviation of the population (÷ n), as most tables have it.
  public let deviation: Double
  /// The median.
  public let median: Double
  /// What the mean lies in with a confidence of 95 %: mean ± t·s/√n by Student's t with n − 1 degrees
  /// of freedom and s of the sample (÷ (n − 1)), as far as such values can be; nil for one run.
  public let interval: [Double]?
  /// The lowest.
  public let lowest: Double
  /// The highest.
  public let highest: Double

  /// Of values, which a range may be known for; nil for none.
  public init?(_ values: [Double], within range: ClosedRange<Double>? = nil) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    let (n, middle) = (Double(values.count), values.count / 2)
    let mean = values.reduce(0, +) / n
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = (squares / n).squareRoot()
    median =
      values.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    (lowest, highest) = (sorted[0], sorted[sorted.count - 1])
    if values.count > 1 {
      let reach =
        StudentDistribution(degreesOfFreedom: n - 1).bound(0.95)
        * (squares / (n - 1) / n).squareRoot()
      interval = [mean - reach, mean + reach].map { end in
        range.map { min(max(end, $0.lowerBound), $0.upperBound) } ?? end
      }
    } else {
      interval = nil
    }
  }
}
