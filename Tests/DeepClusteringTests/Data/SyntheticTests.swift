// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct SyntheticTests {
  @Test func drawsTheThreeGaussiansOfTheSource() {
    let data = Synthetic.threeGaussians(seed: 3)
    #expect(data.rows == 4500 && data.columns == 2)
    #expect(data.classCounts == [2000, 1500, 1000])
    #expect(data == Synthetic.threeGaussians(seed: 3))
    #expect(data.values != Synthetic.threeGaussians(seed: 4).values)
    // Means and variances of the first two are those of the formula, to 4 standard errors.
    for (rows, mean) in [(0..<2000, 0.0), (2000..<3500, 13.0)] {
      for column in 0..<2 {
        let values = rows.map { Double(data.values[2 * $0 + column]) }
        let average = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + pow($1 - average, 2) } / Double(values.count)
        #expect(abs(average - mean) < 4 / Double(values.count).squareRoot())
        #expect(abs(variance - 1) < 4 * (2 / Double(values.count)).squareRoot())
      }
    }
  }

  /// The nearest true mean is right for at least 99 points of 100, for every seed tried.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func keepsFifteenGaussiansApart(seed: UInt64) throws {
    let data = Synthetic.fifteenGaussians(seed: seed)
    #expect(data.rows == 10_000 && data == Synthetic.fifteenGaussians(seed: seed))
    let counts = try #require(data.classCounts)
    let labels = try #require(data.labels)
    #expect(counts.count == 15 && counts.allSatisfy { (250...1100).contains($0) })
    var means = [[Double]](repeating: [0, 0], count: 15)
    for row in 0..<data.rows {
      for column in 0..<2 {
        means[labels[row]][column] +=
          Double(data.values[2 * row + column])
          / Double(counts[labels[row]])
      }
    }
    var right = 0
    for row in 0..<data.rows {
      let distances = means.map {
        hypot($0[0] - Double(data.values[2 * row]), $0[1] - Double(data.values[2 * row + 1]))
      }
      if distances.firstIndex(of: distances.min() ?? 0) == labels[row] { right += 1 }
    }
    #expect(right >= 9900)
  }
}
