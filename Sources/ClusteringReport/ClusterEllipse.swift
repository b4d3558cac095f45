// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The ellipse that holds 95 % of a Gaussian with the mean and the covariance of a cluster's points
/// in the plane, as drawn in source 004.
struct ClusterEllipse: Equatable, Sendable {
  /// The mean.
  var x: Double
  var y: Double
  /// Half the longer and half the shorter axis.
  var long: Double
  var short: Double
  /// Of the longer axis against the x axis, counter-clockwise, in radians.
  var angle: Double

  /// χ² with two degrees of freedom is below −2 ln 0.05 in 95 % of the cases.
  private static let deviations = sqrt(-2 * log(0.05))

  /// Those of the clusters; nil for fewer than three points.
  ///
  /// The projection is x and y, row after row; −1 among the assignments is noise.
  static func all(
    of projection: [Float], assignments: [Int], count: Int
  ) -> [ClusterEllipse?] {
    var numbers = [Double](repeating: 0, count: count)
    var means = [SIMD2<Double>](repeating: .zero, count: count)
    // x², y² and xy, of differences from the mean so far (Welford).
    var moments = [SIMD3<Double>](repeating: .zero, count: count)
    for (row, cluster) in assignments.enumerated() where cluster >= 0 {
      let point = SIMD2(Double(projection[2 * row]), Double(projection[2 * row + 1]))
      numbers[cluster] += 1
      let before = point - means[cluster]
      means[cluster] += before / numbers[cluster]
      let after = point - means[cluster]
      moments[cluster] += SIMD3(before.x * after.x, before.y * after.y, before.x * after.y)
    }
    return (0..<count).map { cluster in
      guard numbers[cluster] >= 3 else { return nil }
      return ClusterEllipse(mean: means[cluster], covariance: moments[cluster] / numbers[cluster])
    }
  }

  // The covariance is that of x, of y, and between them.
  private init(mean: SIMD2<Double>, covariance: SIMD3<Double>) {
    let middle = (covariance.x + covariance.y) / 2
    let half = (covariance.x - covariance.y) / 2
    let spread = hypot(half, covariance.z)
    (x, y) = (mean.x, mean.y)
    long = Self.deviations * sqrt(middle + spread)
    short = Self.deviations * sqrt(max(middle - spread, 0))
    angle = atan2(covariance.z, half) / 2
  }
}
