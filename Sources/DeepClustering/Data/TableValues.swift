// SPDX-License-Identifier: Apache-2.0
public import Torch

/// The values of a table: all of them, or those that are not zero.
///
/// Both say the same; they differ in the memory that they take.
public enum TableValues: Equatable, Sendable {
  /// Row after row, rows × columns.
  case dense([Float])
  /// Without the zeros.
  case sparse(SparseRows)

  /// The values of sparse rows, in the form that suits them: with their zeros unless three values of
  /// four are some.
  init(_ rows: SparseRows, columns: Int) {
    let isSparse = rows.values.count <= min(rows.count * columns / 4, Int(Int32.max))
    self = isSparse ? .sparse(rows) : .dense(rows.dense(columns: columns))
  }

  /// All values, row after row.
  func dense(columns: Int) -> [Float] {
    switch self {
    case .dense(let values): values
    case .sparse(let rows): rows.dense(columns: columns)
    }
  }

  /// The rows of these numbers, in their order.
  func rows(_ kept: [Int], columns: Int) -> TableValues {
    switch self {
    case .dense(let values):
      .dense(kept.flatMap { values[($0 * columns)..<(($0 + 1) * columns)] })
    case .sparse(let rows): .sparse(rows.rows(kept))
    }
  }

  /// Adds the rows of another table of as many columns.
  mutating func append(_ other: TableValues, columns: Int) {
    if case (.sparse(var rows), .sparse(let others)) = (self, other) {
      self = .dense([])
      rows.append(others)
      self = .sparse(rows)
    } else {
      self = .dense(dense(columns: columns) + other.dense(columns: columns))
    }
  }

  /// Calls `body` with the number of each row and all its values, until it returns false.
  func eachRow(columns: Int, _ body: (Int, UnsafeBufferPointer<Float>) -> Bool) {
    guard columns > 0 else { return }
    switch self {
    case .dense(let values):
      values.withUnsafeBufferPointer { values in
        for row in 0..<(values.count / columns) {
          let own = UnsafeBufferPointer(rebasing: values[(row * columns)..<((row + 1) * columns)])
          guard body(row, own) else { return }
        }
      }
    case .sparse(let rows):
      var buffer = [Float](repeating: 0, count: columns)
      for row in 0..<rows.count {
        let places = rows.starts[row]..<rows.starts[row + 1]
        for place in places { buffer[Int(rows.columns[place])] = rows.values[place] }
        guard buffer.withUnsafeBufferPointer({ body(row, $0) }) else { return }
        for place in places { buffer[Int(rows.columns[place])] = 0 }
      }
    }
  }

  /// The first value that is not as it should be, with its row and column.
  public func first(
    columns: Int, where isWrong: (Float) -> Bool
  ) -> (row: Int, column: Int, value: Float)? {
    if case .sparse(let rows) = self, !isWrong(0) {
      guard let place = rows.values.firstIndex(where: isWrong) else { return nil }
      let row = rows.starts.firstIndex { $0 > place } ?? rows.count
      return (row - 1, Int(rows.columns[place]), rows.values[place])
    }
    var found: (Int, Int, Float)?
    eachRow(columns: columns) { row, values in
      for column in 0..<columns where isWrong(values[column]) {
        found = (row, column, values[column])
        return false
      }
      return true
    }
    return found
  }
}

extension Dataset {
  /// The rows as the methods take them: rows × columns, scaled.
  ///
  /// It takes the data set, so that its memory is freed as soon as may be.
  ///
  /// - Parameters:
  ///   - preprocessing: What was learned from the training data.
  ///   - sparse: Whether sparse rows stay without their zeros, where the scaling leaves these and the
  ///     device is the processor.
  ///   - device: Where the tensor goes.
  /// - Returns: Single precision; compressed if so.
  /// - Throws: ``InputError`` for values that are too large once they are scaled, and where there is no
  ///   memory for all zeros.
  public consuming func scaled(
    by preprocessing: FittedPreprocessing, sparse: Bool = false, on device: Device = .cpu
  ) throws(InputError) -> Tensor {
    var table = TableValues.dense([])
    swap(&table, &self.table)
    try preprocessing.apply(to: &table, columns: columns, of: source)
    let shape = [rows, columns]
    switch table {
    case .dense(let values): return Tensor(values, shape: shape, on: device)
    case .sparse(let rows) where sparse && device == .cpu:
      return Tensor(
        compressed: rows.starts.map(Int32.init), columns: rows.columns, values: rows.values,
        shape: shape)
    case .sparse(let rows):
      try NumberTable.refuseTooLarge(
        rows: shape[0], columns: shape[1], name: "\(source) with its zeros")
      return Tensor(rows.dense(columns: shape[1]), shape: shape, on: device)
    }
  }
}
