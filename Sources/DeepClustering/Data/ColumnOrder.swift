// SPDX-License-Identifier: Apache-2.0

/// Where the columns that a model was fitted to are in another table, by their names.
struct ColumnOrder {
  /// The place of each of the model's columns in the table.
  let places: [Int]
  /// Which columns of the table the model has none of, in a sentence; nil where there are none.
  let note: String?

  /// Finds the columns; those of one name are taken in their order.
  ///
  /// - Parameters:
  ///   - wanted: The names of the model's columns.
  ///   - found: The names of the table's columns.
  ///   - table: What the sentences call the table.
  /// - Throws: ``InputError`` that names the columns that are missing.
  init(of wanted: [String], among found: [String], in table: String) throws(InputError) {
    var left: [String: [Int]] = [:]
    // From the last on, so that the first of one name is taken first.
    for place in found.indices.reversed() { left[found[place], default: []].append(place) }
    var places: [Int] = []
    var missing: [String] = []
    for name in wanted {
      if let place = left[name]?.popLast() {
        places.append(place)
      } else {
        missing.append(name)
      }
    }
    for name in wanted where left[name]?.isEmpty == false {
      throw InputError(
        .data,
        "\(table) has \(found.count { $0 == name }) columns '\(name)', and the model was fitted to "
          + "\(wanted.count { $0 == name }): give each column a name of its own")
    }
    guard missing.isEmpty else {
      throw InputError(
        .data,
        "\(table) lacks \(missing.count) of the \(wanted.count) columns that the model was fitted "
          + "to: \(Self.list(missing)); give all of them, in any order")
    }
    self.places = places
    let others = left.values.joined().sorted().map { found[$0] }
    let (columns, were, them) =
      others.count == 1 ? ("column", "was", "it") : ("columns", "were", "them")
    note =
      others.isEmpty
      ? nil
      : "\(others.count) \(columns) of \(table) \(were) left out, as the model was not fitted to "
        + "\(them): \(Self.list(others))"
  }

  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}

extension Dataset {
  /// The columns of these names in this order, and no others; the data as they are where either
  /// side has no names.
  ///
  /// - Parameter names: Those of the columns that a model was fitted to.
  /// - Returns: rows × names; what was left out is in the ``notes``.
  /// - Throws: ``InputError`` that names the columns that are missing.
  func arranged(by names: [String]?) throws(InputError) -> Dataset {
    guard let names, let columnNames, names != columnNames else { return self }
    guard columnNames.count == columns else {
      throw InputError(.data, "\(source) has \(columnNames.count) names for \(columns) columns")
    }
    let order = try ColumnOrder(of: names, among: columnNames, in: source)
    var result = self
    var arranged: [Float] = []
    arranged.reserveCapacity(rows * names.count)
    table.eachRow(columns: columns) { _, values in
      for place in order.places { arranged.append(values[place]) }
      return true
    }
    result.table = .dense(arranged)
    (result.columns, result.columnNames) = (names.count, names)
    result.notes += [order.note].compactMap(\.self)
    return result
  }
}
