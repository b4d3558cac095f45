// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Data drawn from known mixtures of Gaussians in the plane; the same seed gives the same points.
public enum Synthetic {
  /// Three Gaussians of 2,000, 1,500 and 1,000 points, the toy set of the project's first source.
  ///
  /// Z, Z + 13 and (Z + 6) M, where Z is standard normal and M = 3 (U − 0.2) with U a 2 × 2 matrix
  /// drawn uniformly from [0, 1). M differs from seed to seed, and for some the third Gaussian is
  /// thin or lies over one of the others.
  public static func threeGaussians(seed: UInt64) -> Dataset {
    var generator = SplitMix64(seed: seed)
    let m = (0..<4).map { _ in 3 * (generator.nextUniform() - 0.2) }
    var values: [Float] = []
    for _ in 0..<2000 {
      values.append(Float(generator.nextGaussian()))
      values.append(Float(generator.nextGaussian()))
    }
    for _ in 0..<1500 {
      values.append(Float(generator.nextGaussian() + 13))
      values.append(Float(generator.nextGaussian() + 13))
    }
    for _ in 0..<1000 {
      let x = generator.nextGaussian() + 6
      let y = generator.nextGaussian() + 6
      values.append(Float(x * m[0] + y * m[2]))
      values.append(Float(x * m[1] + y * m[3]))
    }
    return table("three-gaussians", values: values, sizes: [2000, 1500, 1000])
  }

  /// Fifteen Gaussians, 10,000 points, with random full covariances.
  ///
  /// The standard deviations along the axes of each ellipse are between 0.3 and 1, and the means
  /// are at least 7 apart, so that the best split is right for more than 99 points of 100. Each
  /// cluster holds from about half to one and a half times the average of 667 points.
  public static func fifteenGaussians(seed: UInt64) -> Dataset {
    var generator = SplitMix64(seed: seed)
    let means = separatedPoints(count: 15, side: 40, distance: 7, using: &generator)
    let weights = means.map { _ in 0.5 + generator.nextUniform() }
    let total = weights.reduce(0, +)
    var sizes = weights.map { Int(10_000 * $0 / total) }
    sizes[0] += 10_000 - sizes.reduce(0, +)
    var values: [Float] = []
    for (mean, size) in zip(means, sizes) {
      let long = 0.3 + 0.7 * generator.nextUniform()
      let short = 0.3 + 0.7 * generator.nextUniform()
      let angle = Double.pi * generator.nextUniform()
      for _ in 0..<size {
        let u = long * generator.nextGaussian()
        let v = short * generator.nextGaussian()
        values.append(Float(mean.x + u * cos(angle) - v * sin(angle)))
        values.append(Float(mean.y + u * sin(angle) + v * cos(angle)))
      }
    }
    return table("fifteen-gaussians", values: values, sizes: sizes)
  }

  /// Points of a square that keep their distance; starts anew when it has painted itself into a
  /// corner.
  private static func separatedPoints(
    count: Int, side: Double, distance: Double, using generator: inout SplitMix64
  ) -> [(x: Double, y: Double)] {
    var points: [(x: Double, y: Double)] = []
    var failures = 0
    while points.count < count {
      let x = side * generator.nextUniform()
      let y = side * generator.nextUniform()
      if points.allSatisfy({ hypot($0.x - x, $0.y - y) >= distance }) {
        points.append((x, y))
      } else {
        failures += 1
        if failures.isMultiple(of: 1000) { points.removeAll() }
      }
    }
    return points
  }

  private static func table(_ name: String, values: [Float], sizes: [Int]) -> Dataset {
    let labels = sizes.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    return Dataset(
      name: name, values: values, rows: labels.count, columns: 2, labels: labels,
      classNames: sizes.indices.map { "\($0)" })
  }
}
