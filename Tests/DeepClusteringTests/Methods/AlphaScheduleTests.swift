// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct AlphaScheduleTests {
  /// The values that the authors' code prints, by their number from 1 on.
  @Test(arguments: [
    (1, 0.1), (2, 0.4232), (3, 0.7516), (4, 1.078), (5, 1.4087), (6, 1.7482), (10, 3.2422),
    (20, 8.3739), (30, 16.2984), (40, 28.1326),
  ])
  func theAnnealingIsThatOfTheAuthorsCode(number: Int, alpha: Double) {
    let values = AlphaSchedule().values
    #expect(values.count == 40)
    #expect(abs(values[number - 1] - alpha) < 6e-5)
  }

  @Test func startsAnywhereAndHasAnyLength() {
    var schedule = AlphaSchedule()
    (schedule.first, schedule.count, schedule.epochsEach) = (0.5, 3, 2)
    // Each value is the one of the usual start, five times as large.
    let wanted = AlphaSchedule().values.prefix(3).map { 5 * $0 }
    #expect(zip(schedule.values, wanted).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(schedule.epochs == 6)
    let values = schedule.values
    #expect(
      (0..<7).map { schedule.alpha(at: $0) }
        == [values[0], values[0], values[1], values[1], values[2], values[2], values[2]])
    schedule.count = 1
    #expect(schedule.values == [0.5])
  }

  @Test func aConstantOneStays() {
    var schedule = AlphaSchedule.constant(1000, epochs: 100)
    #expect(schedule.epochs == 100 && schedule.alpha(at: 99) == 1000)
    (schedule.count, schedule.epochsEach) = (20, 5)
    #expect(schedule.values == [Double](repeating: 1000, count: 20) && schedule.epochs == 100)
  }
}
