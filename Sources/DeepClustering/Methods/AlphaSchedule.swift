// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The values that α takes, one after the other, in the soft assignments of Deep k-means.
///
/// With a small α every sample belongs to all clusters a little; as it grows the assignments harden
/// to those of k-means. The annealing is that of the authors' code: α_1 = `first`, and
/// α_n = 2^(1/(ln n)²) · α_(n−1) for n = 2, …, `count`. From 0.1 it goes 0.1, 0.4232, 0.7516, … and
/// reaches 28.1326 at the 40th value. Descriptions that take the root at n − 1 are undefined for
/// the second value.
public struct AlphaSchedule: Codable, Sendable, Equatable {
  /// α_1.
  public var first = 0.1
  /// The number of values.
  public var count = 40
  /// Passes over the samples for each value.
  public var epochsEach = 5
  /// Whether α grows; false keeps it at `first`.
  public var anneals = true

  /// The annealing of Deep k-means: 40 values from 0.1 on, five passes each.
  public init() {}

  /// One α for a number of passes.
  public static func constant(_ alpha: Double, epochs: Int) -> AlphaSchedule {
    var schedule = AlphaSchedule()
    (schedule.first, schedule.count, schedule.epochsEach) = (alpha, 1, epochs)
    schedule.anneals = false
    return schedule
  }

  /// All values in their order: `count` of them.
  public var values: [Double] {
    var (values, alpha) = ([first], first)
    for n in stride(from: 2, through: count, by: 1) {
      if anneals { alpha *= Foundation.pow(2, 1 / Foundation.pow(Foundation.log(Double(n)), 2)) }
      values.append(alpha)
    }
    return values
  }

  /// The passes over the samples for all values.
  public var epochs: Int { count * epochsEach }

  /// α in a pass, counted from 0; the last value after the last pass.
  func alpha(at epoch: Int) -> Double { values[min(epoch / epochsEach, count - 1)] }
}
