// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// Matrices that are stored without their zeros.
extension Tensor {
  /// A matrix of single precision on the processor, by its elements that are not zero (compressed
  /// sparse rows).
  ///
  /// Its rows can be read (`slice(_:)`, `rows(at:)`), which gives dense ones, and its shape; any other
  /// operation traps. It is for data of which batches are taken.
  ///
  /// - Parameters:
  ///   - starts: Where each row's elements start, and where the last one's end: rows + 1 numbers.
  ///   - columns: The column of each element, in rising order within a row.
  ///   - values: The elements.
  ///   - shape: Rows and columns.
  public init(compressed starts: [Int32], columns: [Int32], values: [Float], shape: [Int]) {
    precondition(
      shape.count == 2 && starts.count == shape[0] + 1 && starts.first == 0
        && starts.last.map(Int.init) == values.count && columns.count == values.count,
      "\(starts.count) starts and \(values.count) elements do not make a matrix of shape \(shape)")
    self.init(ct_compressed(starts, columns, values, Int64(shape[0]), Int64(shape[1])))
  }

  /// Whether the zeros are not stored.
  public var isCompressed: Bool { ct_is_compressed(handle) }

  /// All elements, zeros too; itself where they are stored already.
  public var dense: Tensor { isCompressed ? slice(0..<shape[0]) : self }
}
