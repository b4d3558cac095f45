// SPDX-License-Identifier: Apache-2.0

/// The one-to-one pairing of rows with columns that has the largest total weight.
///
/// Exact, by shortest augmenting paths in O(min² · max) for a rectangular matrix. Source: Jonker
/// and Volgenant, A shortest augmenting path algorithm for dense and sparse linear assignment
/// problems, Computing 38, 1987. Of several best pairings one is chosen by the order of rows and
/// columns alone, so the same weights always give the same pairing.
///
/// ```swift
/// Assignment(weights: [1, 5, 4, 6], rows: 2, columns: 2).columnOfRow  // [1, 0]: 5 + 4 > 1 + 6
/// ```
public struct Assignment: Equatable, Sendable {
  /// The column of each row; −1 for the rows left over when there are more rows than columns.
  public let columnOfRow: [Int]

  /// The sum of the weights of all pairs.
  public let total: Double

  /// Pairs rows with columns; whole weights below 2⁵³ are handled without rounding.
  ///
  /// - Parameters:
  ///   - weights: The finite gain of each pair, row-major, `rows` × `columns`.
  ///   - rows: The number of rows.
  ///   - columns: The number of columns.
  public init(weights: [Double], rows: Int, columns: Int) {
    precondition(
      rows >= 0 && columns >= 0 && weights.count == rows * columns,
      "\(weights.count) weights do not fill \(rows) rows of \(columns) columns")
    precondition(weights.allSatisfy(\.isFinite), "every weight must be finite")
    if rows <= columns {
      columnOfRow = Self.pair(rows, columns) { weights[$0 * columns + $1] }
    } else {
      var inverse = [Int](repeating: -1, count: rows)
      let rowOfColumn = Self.pair(columns, rows) { weights[$1 * columns + $0] }
      for (column, row) in rowOfColumn.enumerated() { inverse[row] = column }
      columnOfRow = inverse
    }
    var total = 0.0
    for (row, column) in columnOfRow.enumerated() where column >= 0 {
      total += weights[row * columns + column]
    }
    self.total = total
  }

  /// Gives each of the `rows` ≤ `columns` rows its column.
  private static func pair(
    _ rows: Int, _ columns: Int, weight: (_ row: Int, _ column: Int) -> Double
  ) -> [Int] {
    var columnOf = [Int](repeating: -1, count: rows)
    var rowOf = [Int](repeating: -1, count: columns)
    // Prices: rowPrice[i] + columnPrice[j] ≤ −weight(i, j), with equality for the pairs.
    var rowPrice = [Double](repeating: 0, count: rows)
    var columnPrice = [Double](repeating: 0, count: columns)
    var parent = [Int](repeating: -1, count: columns)
    for start in 0..<rows {
      // Dijkstra's search from an unpaired row to the nearest free column over reduced costs.
      var distance = [Double](repeating: .infinity, count: columns)
      var settled = [Bool](repeating: false, count: columns)
      var settledColumns: [Int] = []
      var row = start
      var reached = 0.0
      var end = -1
      while end < 0 {
        var nearest = -1
        for column in 0..<columns where !settled[column] {
          let through = reached - weight(row, column) - rowPrice[row] - columnPrice[column]
          if through < distance[column] {
            distance[column] = through
            parent[column] = row
          }
          if nearest < 0 || distance[column] < distance[nearest] { nearest = column }
        }
        reached = distance[nearest]
        settled[nearest] = true
        if rowOf[nearest] < 0 {
          end = nearest
        } else {
          settledColumns.append(nearest)
          row = rowOf[nearest]
        }
      }
      rowPrice[start] += reached
      for column in settledColumns {
        rowPrice[rowOf[column]] += reached - distance[column]
        columnPrice[column] -= reached - distance[column]
      }
      // Along the path every column goes to its parent, which gives up the column it had.
      var column = end
      while column >= 0 {
        let owner = parent[column]
        let released = columnOf[owner]
        rowOf[column] = owner
        columnOf[owner] = column
        column = released
      }
    }
    return columnOf
  }
}
