// SPDX-License-Identifier: Apache-2.0

/// Rows of numbers, as an array file lays them out: what becomes a data set's values.
struct NumberTable {
  var table: TableValues
  var rows: Int
  var columns: Int
  var imageShape: ImageShape?

  init(values: [Float], rows: Int, columns: Int, imageShape: ImageShape? = nil) {
    self.init(table: .dense(values), rows: rows, columns: columns, imageShape: imageShape)
  }

  init(table: TableValues, rows: Int, columns: Int, imageShape: ImageShape? = nil) {
    self.table = table
    self.rows = rows
    self.columns = columns
    self.imageShape = imageShape
  }

  /// The rows of an array: [n] and [n, d] are plain, [n, h, w] and [n, h, w, c] are images.
  init(_ array: NPYArray) throws(InputError) {
    try self.init([array])
  }

  /// The rows of arrays of one layout, one after another.
  init(_ arrays: [NPYArray]) throws(InputError) {
    rows = 0
    columns = 0
    table = .dense([])
    var total = 0
    for (index, array) in arrays.enumerated() {
      let (columns, image) = try Self.layout(of: array)
      guard index == 0 || columns == self.columns else {
        throw InputError(
          .data, "\(array.name) has \(columns) columns, but \(arrays[0].name) has \(self.columns)")
      }
      (self.columns, imageShape) = (columns, image)
      rows += array.shape[0]
      total += array.count
      try Self.refuseTooLarge(rows: rows, columns: columns, name: array.name)
    }
    let values = [Float](unsafeUninitializedCapacity: total) { buffer, initialized in
      var start = 0
      for array in arrays {
        array.fill(UnsafeMutableBufferPointer(rebasing: buffer[start..<(start + array.count)]))
        start += array.count
      }
      initialized = total
    }
    table = .dense(values)
    let isDouble = arrays.contains { $0.element == .float64 }
    guard isDouble, values.contains(where: { $0.isInfinite }) else { return }
    for array in arrays {
      guard let (index, value) = array.firstBeyondSingle() else { continue }
      throw InputError(
        .data,
        "row \(index / columns + 1), column \(index % columns + 1) of \(array.name) is \(value), which is "
          + "beyond single precision; scale that column down, or remove it")
    }
  }

  /// All values, row after row.
  var values: [Float] { table.dense(columns: columns) }

  private static func layout(
    of array: NPYArray
  ) throws(InputError) -> (columns: Int, image: ImageShape?) {
    let shape = array.shape
    switch shape.count {
    case 1: return (1, nil)
    case 2: return (shape[1], nil)
    case 3: return (shape[1] * shape[2], ImageShape(height: shape[1], width: shape[2]))
    case 4 where shape[3] <= 4:
      let image = ImageShape(height: shape[1], width: shape[2], channels: shape[3])
      return (shape[1] * shape[2] * shape[3], image)
    default:
      let text = shape.isEmpty ? "()" : shape.map(String.init).joined(separator: " × ")
      throw InputError(
        .data,
        "\(array.name) has the shape \(text); rows × columns, images × height × width and images × "
          + "height × width × channels are read")
    }
  }

  /// Refuses sparse rows of which not even a batch would fit into memory with its zeros, or some numbers
  /// for each column.
  static func refuseTooWide(rows: Int, columns: Int, name: String) throws(InputError) {
    let batch = columns > Int32.max ? Int.max : min(max(rows, 8), 2048)
    let (count, overflow) = batch.multipliedReportingOverflow(by: columns)
    let bytes = count.multipliedReportingOverflow(by: MemoryLayout<Float>.size)
    try FileBytes.refuseMoreThanMemory(
      overflow || bytes.overflow ? nil : bytes.partialValue,
      name: "a batch of \(name), \(rows) rows of \(columns) columns,")
  }

  /// Refuses a table that would not fit into memory, before any of it is taken.
  static func refuseTooLarge(rows: Int, columns: Int, name: String) throws(InputError) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    let bytes = count.multipliedReportingOverflow(by: MemoryLayout<Float>.size)
    try FileBytes.refuseMoreThanMemory(
      overflow || bytes.overflow ? nil : bytes.partialValue,
      name: "\(name), \(rows) rows of \(columns) columns,")
  }
}
