// SPDX-License-Identifier: Apache-2.0

/// A table by its values that are not zero, row after row: compressed sparse rows.
public struct SparseRows: Equatable, Sendable {
  /// Where each row's values start, and where the last one's end.
  public private(set) var starts = [0]
  /// The column of each value, in rising order within a row.
  public private(set) var columns: [Int32] = []
  /// The values.
  public internal(set) var values: [Float] = []

  /// No rows yet.
  init() {}

  /// Rows as files have them: a row's values in any order of their columns; those of one column add
  /// up, as they do in SciPy.
  init(starts: [Int], columns: [Int], values: [Float]) {
    self.columns.reserveCapacity(columns.count)
    self.values.reserveCapacity(columns.count)
    for row in 0..<(starts.count - 1) {
      let places = starts[row]..<starts[row + 1]
      if zip(places, places.dropFirst()).allSatisfy({ columns[$0] < columns[$1] }) {
        append(places.lazy.map { (columns[$0], values[$0]) })
      } else {
        // By the place too, so that sums are always the same.
        let sorted = places.sorted { (columns[$0], $0) < (columns[$1], $1) }
        append(sorted.lazy.map { (columns[$0], values[$0]) })
      }
    }
  }

  /// The number of rows.
  public var count: Int { starts.count - 1 }

  /// Adds a row, by its values in rising order of their columns; those of one column add up.
  mutating func append(_ row: some Sequence<(Int, Float)>) {
    let start = columns.count
    for (column, value) in row where value != 0 {
      if columns.count > start, Int(columns[columns.count - 1]) == column {
        values[columns.count - 1] += value
      } else {
        columns.append(Int32(column))
        values.append(value)
      }
    }
    starts.append(columns.count)
  }

  /// Adds the rows of another table.
  mutating func append(_ other: SparseRows) {
    starts += other.starts.dropFirst().map { $0 + columns.count }
    columns += other.columns
    values += other.values
  }

  /// Changes the values of each row, none of which may become zero.
  mutating func eachRow(_ change: (inout [Float]) -> Void) {
    for row in 0..<count {
      let places = starts[row]..<starts[row + 1]
      var own = Array(values[places])
      change(&own)
      values.replaceSubrange(places, with: own)
    }
  }

  /// The rows of these numbers, in their order.
  func rows(_ kept: [Int]) -> SparseRows {
    var result = SparseRows()
    for row in kept {
      result.columns += columns[starts[row]..<starts[row + 1]]
      result.values += values[starts[row]..<starts[row + 1]]
      result.starts.append(result.columns.count)
    }
    return result
  }

  /// The rows with their zeros, one after another.
  func dense(columns width: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count * width)
    for row in 0..<count {
      for place in starts[row]..<starts[row + 1] {
        result[row * width + Int(columns[place])] = values[place]
      }
    }
    return result
  }
}
