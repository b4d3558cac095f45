// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ClusteringReport

@Suite struct AxisTests {
  @Test(arguments: [
    (1.0, 5, 0.2), (10.0, 5, 2.0), (6903.0, 3, 2000.0), (0.07, 5, 0.01), (7.0, 2, 5.0),
    (0.9, 1, 1.0),
  ])
  func stepsAreOneTwoOrFiveTimesAPowerOfTen(span: Double, count: Int, step: Double) {
    #expect(abs(Axis.niceStep(span: span, count: count) - step) < step * 1e-12)
  }

  @Test func aLinearAxisBeginsAndEndsOnRoundNumbers() {
    let axis = Axis.linear(from: 0.013, to: 0.086)
    #expect(axis.ticks.map(\.label) == ["0.00", "0.02", "0.04", "0.06", "0.08", "0.10"])
    #expect(axis.lower == 0)
    #expect(abs(axis.upper - 0.1) < 1e-12)
    #expect(abs(axis.position(0.05) - 0.5) < 1e-9)
  }

  @Test func aRoundUpperEndGetsNoFurtherStep() {
    #expect(
      Axis.linear(from: 0, to: 1).ticks.map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
  }

  @Test func largeValuesHaveSeparators() {
    #expect(
      Axis.linear(from: 0, to: 7877, ticks: 3).ticks.map(\.label)
        == ["0", "2,000", "4,000", "6,000", "8,000"])
  }

  @Test func countsHaveWholeTicks() {
    #expect(
      Axis.linear(from: 0, to: 2, whole: true).ticks.map(\.label) == ["0", "1", "2"])
    #expect(Axis.linear(from: 3, to: 3, whole: true).ticks.map(\.label) == ["2", "3", "4"])
    // Shares that happen to be whole are shares.
    #expect(Axis.linear(from: 0, to: 1, ticks: 2, whole: true).ticks.count == 3)
  }

  @Test func aValueJustBelowZeroGetsNoFurtherStep() {
    #expect(Axis.linear(from: -0.0001, to: 1).lower == 0)
    #expect(Axis.linear(from: -0.02, to: 1).lower < -0.1)
  }

  @Test func oneValueStillHasARange() {
    let axis = Axis.linear(from: 3, to: 3)
    #expect(axis.lower < 3 && axis.upper > 3)
    #expect(Axis.linear(from: 0, to: 0).upper > 0)
  }

  @Test func stepsAreWholeNumbers() {
    #expect(Axis.steps(from: 1, to: 3).ticks.map(\.label) == ["1", "2", "3"])
    #expect(
      Axis.steps(from: 1, to: 143).ticks.map(\.label) == [
        "20", "40", "60", "80", "100", "120", "140",
      ])
    #expect(Axis.steps(from: 4, to: 4).position(4) == 0)
  }

  @Test func aLogarithmicAxisNamesPowersOfTen() {
    let axis = Axis.logarithmic(from: 0.0004, to: 0.09)
    #expect(axis.ticks.map(\.label) == ["0.001", "0.01", "0.1"])
    #expect(abs(axis.position(0.01) - (axis.position(0.001) + axis.position(0.1)) / 2) < 1e-12)
  }

  @Test func aLongLogarithmicAxisHasPowers() {
    #expect(
      Axis.logarithmic(from: 1e-8, to: 1e8).ticks.map(\.label)
        == ["10⁻⁸", "10⁻⁵", "10⁻²", "10", "10⁴", "10⁷"])
  }

  @Test func aShortLogarithmicAxisHasTicksBetweenPowers() {
    #expect(Axis.logarithmic(from: 1, to: 30).ticks.map(\.label) == ["1", "2", "5", "10", "20"])
  }
}

@Suite struct NumberTextTests {
  @Test func groups() {
    #expect(NumberText.grouped(0) == "0")
    #expect(NumberText.grouped(999) == "999")
    #expect(NumberText.grouped(70000) == "70,000")
    #expect(NumberText.grouped(-1_234_567) == "−1,234,567")
  }

  @Test func compacts() {
    #expect(NumberText.compact(0.0125) == "0.0125")
    #expect(NumberText.compact(0.011584) == "0.01158")
    #expect(NumberText.compact(2.5e-5) == "2.5×10⁻⁵")
    #expect(NumberText.compact(1e-7) == "10⁻⁷")
    #expect(NumberText.compact(12345.678) == "12,346")
    #expect(NumberText.compact(1234.5) == "1,234" || NumberText.compact(1234.5) == "1,235")
    #expect(NumberText.compact(150) == "150")
    #expect(NumberText.compact(.infinity) == "∞")
  }

  @Test func namesSharesAndTimes() {
    #expect(NumberText.percent(0.9344) == "93.4%")
    #expect(NumberText.percent(0.0004) == "0.040%")
    #expect(NumberText.percent(0.05) == "5.00%")
    #expect(NumberText.percent(0) == "0.0%")
    #expect(NumberText.duration(1.23) == "1.2 s")
    #expect(NumberText.duration(503.3) == "8 min 23 s")
    #expect(NumberText.duration(7500) == "2 h 05 min")
    #expect(NumberText.fixed(-0.00001, 3) == "0.000")
    #expect(NumberText.fixed(-0.25, 2) == "−0.25")
  }

  @Test func coordinatesAreShort() {
    #expect(NumberText.coordinate(12) == "12")
    #expect(NumberText.coordinate(12.5) == "12.5")
    #expect(NumberText.coordinate(-0.049) == "-0.05")
    #expect(NumberText.coordinate(3.14159) == "3.14")
  }
}
