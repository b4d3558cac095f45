// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Whether two methods differ, from scores of the same seeds.
///
/// Seeds are few, so two answers are given. The paired t-test (Student, Biometrika 6, 1908) takes the
/// differences for normal. The signed-rank test (Wilcoxon, Biometrics Bulletin 1, 1945) takes them
/// for symmetric alone, and is computed exactly, over all signs; its p cannot fall below 2^(1−n) for
/// n differences, so five seeds give 0.0625 at least. Both are two-sided.
public struct PairedTest: Codable, Sendable, Equatable {
  /// n, the pairs.
  public let count: Int
  /// The mean of first − second.
  public let meanDifference: Double
  /// What the mean difference lies in with a confidence of 95 %, by Student's t; nil where ``tTest``
  /// is.
  public let interval: [Double]?
  /// p of the paired t-test; nil for one pair, and where all differences are the same but for
  /// rounding, whose spread says nothing; 1 where all are zero.
  public let tTest: Double?
  /// p of the exact signed-rank test, where differences of zero are left out and equal ones share
  /// their ranks; 1 where all are zero.
  public let signedRank: Double

  /// The tests on pairs of scores, at least one.
  public init(_ first: [Double], _ second: [Double]) {
    precondition(first.count == second.count && !first.isEmpty, "scores come in pairs")
    let differences = zip(first, second).map { $0 - $1 }
    count = differences.count
    let n = Double(count)
    let mean = differences.reduce(0, +) / n
    meanDifference = mean
    let rounding = 1e-9 * (first + second).reduce(0) { max($0, abs($1)) }
    signedRank = Self.signedRank(differences, rounding)
    let isZero = differences.allSatisfy { abs($0) <= rounding }
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = count > 1 ? (squares / (n - 1)).squareRoot() : 0
    guard count > 1 && (deviation > rounding || isZero) else {
      (interval, tTest) = (nil, nil)
      return
    }
    let error = deviation / n.squareRoot()
    let student = StudentDistribution(degreesOfFreedom: n - 1)
    let reach = student.bound(0.95) * error
    interval = [mean - reach, mean + reach]
    tTest = isZero ? 1 : student.twoSided(mean / error)
  }

  /// 2 · min(P(W ≤ w), P(W ≥ w)) over all signs of the ranks.
  private static func signedRank(_ differences: [Double], _ rounding: Double) -> Double {
    guard rounding > 0 else { return 1 }
    // In whole units, so that what differs by rounding alone is equal.
    let values = differences.map { ($0 / rounding).rounded() }.filter { $0 != 0 }
    guard !values.isEmpty else { return 1 }
    let sizes = values.map(abs).sorted()
    // Twice the mean rank of equal ones, a whole number.
    let ranks = values.map { value in
      let below = sizes.count { $0 < abs(value) }
      return 2 * below + sizes.count { $0 == abs(value) } + 1
    }
    let total = ranks.reduce(0, +)
    // The share of all signs for each sum of the positive ranks.
    var shares = [Double](repeating: 0, count: total + 1)
    shares[0] = 1
    for rank in ranks {
      for sum in stride(from: total, through: 0, by: -1) {
        shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2
      }
    }
    let observed = zip(ranks, values).reduce(0) { $0 + ($1.1 > 0 ? $1.0 : 0) }
    let atMost = shares[...observed].reduce(0, +)
    let atLeast = shares[observed...].reduce(0, +)
    return min(1, 2 * min(atMost, atLeast))
  }
}
