// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

/// What SciPy says of the same numbers.
private struct StatisticsGolden: Decodable {
  struct Student: Decodable {
    var freedom, t, twoSided, bound95: Double
  }
  struct Mean: Decodable {
    var values: [Double]
    var mean, std, median: Double
    var interval: [Double]
  }
  struct Pair: Decodable {
    var name: String
    var first, second, interval: [Double]
    var tTest, signedRank: Double
  }
  var student: [Student]
  var means: [Mean]
  var tests: [Pair]
}

@Suite struct ExperimentStatisticsTests {
  private let golden: StatisticsGolden

  init() throws { golden = try GoldenFile.load("experiment-statistics") }

  @Test func studentsDistributionIsSciPys() {
    for point in golden.student {
      let student = StudentDistribution(degreesOfFreedom: point.freedom)
      let p = student.twoSided(point.t)
      // Relative, so that tails count.
      #expect(abs(p - point.twoSided) <= 1e-10 * point.twoSided, "\(point): \(p)")
      #expect(abs(student.twoSided(-point.t) - p) <= 1e-15)
      #expect(abs(student.bound(0.95) - point.bound95) <= 1e-9 * point.bound95, "\(point)")
    }
  }

  @Test func summariesAreSciPys() throws {
    for case let wanted in golden.means {
      let summary = try #require(ScoreSummary(wanted.values))
      #expect(abs(summary.mean - wanted.mean) < 1e-12)
      #expect(abs(summary.deviation - wanted.std) < 1e-12)
      #expect(abs(summary.median - wanted.median) < 1e-12)
      let interval = try #require(summary.interval)
      for (own, reference) in zip(interval, wanted.interval) {
        #expect(abs(own - reference) < 1e-10)
      }
    }
    #expect(ScoreSummary([]) == nil)
    let one = try #require(ScoreSummary([0.5]))
    #expect(one.mean == 0.5 && one.deviation == 0 && one.interval == nil)
  }

  @Test func pairedTestsAreSciPys() throws {
    for wanted in golden.tests {
      let test = PairedTest(wanted.first, wanted.second)
      #expect(test.count == wanted.first.count)
      let p = try #require(test.tTest)
      #expect(abs(p - wanted.tTest) < 1e-10, "\(wanted.name): \(p)")
      #expect(
        abs(test.signedRank - wanted.signedRank) < 1e-12, "\(wanted.name): \(test.signedRank)")
      for (own, reference) in zip(try #require(test.interval), wanted.interval) {
        #expect(abs(own - reference) < 1e-10, "\(wanted.name)")
      }
      let turned = PairedTest(wanted.second, wanted.first)
      #expect(turned.tTest == test.tTest && turned.signedRank == test.signedRank)
      #expect(turned.meanDifference == -test.meanDifference)
    }
  }

  /// Differences that are all the same have no spread to judge by; one pair says nothing.
  @Test func extremesHaveAnAnswer() {
    let same = PairedTest([2, 3, 4], [1, 2, 3])
    #expect(same.tTest == nil && same.interval == nil && same.signedRank == 0.25)
    let one = PairedTest([1], [0])
    #expect(one.tTest == nil && one.interval == nil && one.signedRank == 1)
    let nothing = PairedTest([0, 0], [0, 0])
    #expect(nothing.tTest == 1 && nothing.interval == [0, 0] && nothing.signedRank == 1)
  }

  /// Subtraction rounds: differences of 0.005 that are unlike in their last bits are equal.
  @Test func roundingIsNoSpread() {
    let scores = [0.6250, 0.7428, 0.7203]
    let above = [0.6300, 0.7478, 0.7253]
    #expect(Set(zip(scores, above).map { $0 - $1 }).count > 1)
    let test = PairedTest(scores, above)
    #expect(test.tTest == nil && test.interval == nil && test.signedRank == 0.25)
    #expect(abs(test.meanDifference + 0.005) < 1e-12)
    // A spread that is small and real has its p.
    let real = PairedTest(scores, [0.63000001, 0.7478, 0.72530002])
    #expect(real.tTest.map { $0 < 1e-4 } == true)
    // Three ranks of 2 with the sign of one turned: P(W ≤ 2) = 4 / 8, so p = 1.
    let turned = PairedTest([0.6250, 0.7428, 0.7253], [0.6300, 0.7478, 0.7203])
    #expect(turned.signedRank == 1)
  }
}
