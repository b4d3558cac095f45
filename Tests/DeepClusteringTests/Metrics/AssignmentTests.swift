// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Testing

@Suite struct AssignmentTests {
  @Test func theBestTotalBeatsTheGreedyChoice() {
    // Greedy takes 6 first and gets 6 + 1; the best is 5 + 4.
    let assignment = Assignment(weights: [1, 5, 4, 6], rows: 2, columns: 2)
    #expect(assignment.columnOfRow == [1, 0])
    #expect(assignment.total == 9)
  }

  @Test func rowsAreLeftOverWhenThereAreTooMany() {
    let assignment = Assignment(weights: [1, 2, 8, 7, 9, 3], rows: 3, columns: 2)
    #expect(assignment.columnOfRow == [-1, 1, 0])
    #expect(assignment.total == 16)
  }

  @Test func tiesAreDecidedByOrder() {
    let equal = Assignment(weights: [Double](repeating: 1, count: 12), rows: 3, columns: 4)
    #expect(equal.columnOfRow == [0, 1, 2])
    let tall = Assignment(weights: [Double](repeating: 1, count: 12), rows: 4, columns: 3)
    #expect(tall.columnOfRow == [0, 1, 2, -1])
  }

  @Test func nothingCanBePairedWithNothing() {
    #expect(Assignment(weights: [], rows: 3, columns: 0).columnOfRow == [-1, -1, -1])
    #expect(Assignment(weights: [], rows: 0, columns: 3).columnOfRow.isEmpty)
  }

  @Test func agreesWithSciPy() throws {
    for example in try MetricsGolden.load().assignments {
      let assignment = Assignment(
        weights: example.weights.flatMap { $0 },
        rows: example.weights.count, columns: example.weights[0].count)
      #expect(assignment.columnOfRow == example.columnOfRow)
      #expect(abs(assignment.total - example.total) < 1e-9)
    }
  }

  /// Against all pairings, on small whole weights with many ties.
  @Test func noPairingIsBetter() {
    var generator = TestGenerator(state: 5)
    for _ in 0..<200 {
      let rows = Int.random(in: 1...5, using: &generator)
      let columns = Int.random(in: 1...5, using: &generator)
      let weights = (0..<rows * columns).map { _ in
        Double(Int.random(in: -3...3, using: &generator))
      }
      let assignment = Assignment(weights: weights, rows: rows, columns: columns)
      let best = best(
        weights, columns, from: 0, rows, Set(0..<columns), idle: max(0, rows - columns))
      #expect(assignment.total == best)
      let taken = assignment.columnOfRow.filter { $0 >= 0 }
      #expect(Set(taken).count == min(rows, columns) && taken.count == min(rows, columns))
    }
  }

  /// The largest total over all ways to pair the rows from `row` on, of which `idle` go without.
  private func best(
    _ weights: [Double], _ columns: Int, from row: Int, _ rows: Int, _ free: Set<Int>, idle: Int
  ) -> Double {
    if row == rows { return 0 }
    var largest = -Double.infinity
    if idle > 0 {
      largest = best(weights, columns, from: row + 1, rows, free, idle: idle - 1)
    }
    for column in free {
      let rest = best(
        weights, columns, from: row + 1, rows, free.subtracting([column]), idle: idle)
      largest = max(largest, weights[row * columns + column] + rest)
    }
    return largest
  }
}
