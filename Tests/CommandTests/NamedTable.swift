// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The small data as tables with a header line and with columns that are no features.
enum NamedTable {
  /// Writes `named.csv`: `id`, the eight features, `when` (a date, or nothing) and `class`.
  static func write(to place: Workplace) throws {
    try write("named.csv", ["id"] + features + ["when", "class"], to: place)
  }

  /// The names of the features.
  static let features = (0..<SmallData.columns).map { "x\($0)" }

  /// Writes a table of some columns, in this order.
  static func write(_ name: String, _ columns: [String], to place: Workplace) throws {
    var lines = [columns.joined(separator: ",")]
    for row in 0..<SmallData.rows {
      lines.append(columns.map { field($0, row) }.joined(separator: ","))
    }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: place.file(name))
  }

  private static func field(_ column: String, _ row: Int) -> String {
    switch column {
    case "id": "\"r, \(row)\""
    case "when": row % 2 == 0 ? "2024-01-02" : ""
    case "class": ["red", "green", "blue"][SmallData.labels[row]]
    default:
      features.firstIndex(of: column).map { "\(SmallData.values[row * SmallData.columns + $0])" }
        ?? "0"
    }
  }
}
