// SPDX-License-Identifier: Apache-2.0

extension Dataset {
  /// A data set of rows from outside, such as the body of a request.
  ///
  /// - Parameters:
  ///   - rows: The samples, all of the same length.
  ///   - name: What messages call the data.
  /// - Throws: ``InputError`` when a row has another length than the first.
  public init(rows: [[Float]], name: String = "rows") throws(InputError) {
    let columns = rows.first?.count ?? 0
    if let row = rows.firstIndex(where: { $0.count != columns }) {
      throw InputError(
        .data,
        "row \(row + 1) of \(name) has \(rows[row].count) values, but row 1 has \(columns); all rows "
          + "must have the same length")
    }
    self.init(name: name, values: rows.flatMap { $0 }, rows: rows.count, columns: columns)
  }

  /// A data set of values from outside that follow each other row by row.
  ///
  /// - Parameters:
  ///   - values: The samples, one after the other.
  ///   - columns: The number of values of each.
  ///   - name: What messages call the data.
  /// - Throws: ``InputError`` when the values do not fill whole rows.
  public init(values: [Float], columns: Int, name: String = "values") throws(InputError) {
    guard columns > 0, values.count.isMultiple(of: columns) else {
      throw InputError(
        .data,
        "\(values.count) values of \(name) do not fill rows of \(columns) columns; give as many "
          + "values as rows times columns")
    }
    self.init(name: name, values: values, rows: values.count / columns, columns: columns)
  }
}
