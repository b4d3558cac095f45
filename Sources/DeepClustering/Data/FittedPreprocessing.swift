// SPDX-License-Identifier: Apache-2.0

/// A scaling with the factors that it learned from the training data, and the names of the columns
/// that they belong to.
public struct FittedPreprocessing: Codable, Equatable, Sendable {
  /// Which scaling it is; never ``Preprocessing/automatic``.
  public let kind: Preprocessing
  /// What all values are divided by.
  public let scale: Float
  /// What each column is lessened by; nil unless the kind is a standard score or symmetric.
  public let means: [Float]?
  /// What each column is divided by after that, 1 for constant columns.
  public let deviations: [Float]?
  /// The names of the columns, in the order of the factors; nil where the training data had none.
  public internal(set) var columnNames: [String]?

  init(
    kind: Preprocessing, scale: Float = 1, means: [Float]? = nil, deviations: [Float]? = nil
  ) {
    self.kind = kind
    self.scale = scale
    self.means = means
    self.deviations = deviations
  }

  /// Scales rows of values in place.
  ///
  /// The rows have as many columns as those of the training data.
  public func apply(to values: inout [Float], columns: Int) {
    switch kind {
    case .none, .automatic:
      break
    case .unitRange, .meanSquare:
      let scale = scale
      values.withUnsafeMutableBufferPointer { values in
        for index in values.indices { values[index] /= scale }
      }
    case .unitNorm:
      for start in stride(from: 0, to: values.count, by: max(columns, 1)) {
        let row = start..<(start + columns)
        let norm = Float(
          values[row].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        guard norm > 0 else { continue }
        for index in row { values[index] /= norm }
      }
    case .standardScore, .symmetric:
      eachValue(of: &values, columns: columns) { value, mean, deviation in
        (value - mean) / deviation
      }
    }
  }

  /// Scales the rows of a table in place, and refuses values that the methods could not square.
  ///
  /// - Parameters:
  ///   - table: The rows, with as many columns as those of the training data; sparse ones stay so
  ///     where zeros stay zeros.
  ///   - columns: D.
  ///   - source: Where they came from, for the message.
  /// - Throws: ``InputError`` for a scaled value whose magnitude is more than 10¹⁸, or no number, and
  ///   where there is no memory for zeros that are none any more.
  public func apply(
    to table: inout TableValues, columns: Int, of source: String
  ) throws(InputError) {
    if case .sparse(let rows) = table, means != nil {
      table = .dense([])
      try NumberTable.refuseTooLarge(
        rows: rows.count, columns: columns, name: "\(source) after the scaling \(kind.rawValue)")
      table = .dense(rows.dense(columns: columns))
    }
    switch table {
    case .dense(var values):
      table = .dense([])
      apply(to: &values, columns: columns)
      table = .dense(values)
    case .sparse(var rows):
      table = .dense([])
      if kind == .unitNorm {
        rows.eachRow { apply(to: &$0, columns: $0.count) }
      } else {
        apply(to: &rows.values, columns: columns)
      }
      table = .sparse(rows)
    }
    let largest: Float = 1e18
    guard let found = table.first(columns: columns, where: { !($0.magnitude <= largest) }) else {
      return
    }
    let scaled = kind == .none ? "" : " after the scaling \(kind.rawValue)"
    let example = kind == .standardScore ? "" : ", such as standard-score"
    throw InputError(
      .data,
      "row \(found.row + 1), column \(found.column + 1) of \(source) is \(found.value)\(scaled), too "
        + "large to be squared in single precision; correct it, or choose another "
        + "--preprocessing\(example)")
  }

  /// Turns scaled rows back into the units of the data, as far as that is possible.
  ///
  /// The norms that ``Preprocessing/unitNorm`` divided by are gone, so its rows stay as they are.
  public func inverse(_ values: [Float], columns: Int) -> [Float] {
    var values = values
    switch kind {
    case .none, .automatic, .unitNorm:
      break
    case .unitRange, .meanSquare:
      for index in values.indices { values[index] *= scale }
    case .standardScore, .symmetric:
      eachValue(of: &values, columns: columns) { value, mean, deviation in
        value * deviation + mean
      }
    }
    return values
  }

  private func eachValue(
    of values: inout [Float], columns: Int, _ change: (Float, Float, Float) -> Float
  ) {
    guard let means, let deviations else { return }
    precondition(
      means.count == columns && deviations.count == columns,
      "the scaling was learned from \(means.count) columns, not from \(columns)")
    for start in stride(from: 0, to: values.count, by: max(columns, 1)) {
      for column in 0..<columns {
        values[start + column] = change(
          values[start + column], means[column], deviations[column])
      }
    }
  }
}
