// SPDX-License-Identifier: Apache-2.0

/// A MATLAB 5 file (MATLAB 5 to 7.2, and what `scipy.io.savemat` writes).
///
/// Numeric arrays of any class are read, full and sparse, packed or not, of either byte order. Cells,
/// structures, objects and text are passed over. Layout: MAT-File Format, The MathWorks.
struct MATFile: ArrayFile {
  let name: String
  private var variables: [Variable] = []

  /// A variable that holds numbers.
  private struct Variable {
    let name: String
    let shape: [Int]
    let isComplex: Bool
    let storage: Storage
  }

  private enum Storage {
    case full(Element)
    case sparse(rows: Element, starts: Element, values: Element)
  }

  /// A data element: the number of its type, the bytes that it lies in, and where.
  private struct Element {
    let type: Int
    let bytes: [UInt8]
    let range: Range<Int>
    let isBigEndian: Bool

    /// The kind of number by the format's table 1-1; nil for what is no number.
    var kind: NPYArray.Element? {
      switch type {
      case 1: .int8
      case 2: .uint8
      case 3: .int16
      case 4: .uint16
      case 5: .int32
      case 6: .uint32
      case 7: .float32
      case 9: .float64
      case 12: .int64
      case 13: .uint64
      default: nil
      }
    }

    func array(_ shape: [Int]?, name: String) throws(InputError) -> NPYArray {
      guard let kind else {
        throw InputError(.data, "\(name) is damaged: its numbers are of the unknown type \(type)")
      }
      let shape = shape ?? [range.count / kind.size]
      // The shape is checked against these bytes, not against those of the whole file.
      return try NPYArray(
        shape: shape, element: kind, isBigEndian: isBigEndian, isFortranOrder: true,
        storage: Array(bytes[range]), offset: 0, name: name)
    }
  }

  /// Whether bytes start as a MATLAB file of version 5 or later does.
  static func matches(_ bytes: [UInt8]) -> Bool { bytes.starts(with: "MATLAB ".utf8) }

  /// Finds the variables of a file.
  ///
  /// - Throws: ``InputError`` for a damaged file, and for one of version 7.3, which is HDF5.
  init(_ bytes: [UInt8], name: String) throws(InputError) {
    self.name = name
    guard !bytes.starts(with: "MATLAB 7.3".utf8) else {
      throw InputError(
        .data,
        "\(name) is a MATLAB 7.3 file, which is not read; save it in MATLAB with save(..., '-v7')")
    }
    guard bytes.count >= 128 else { throw ByteCursor.cutOff(name, at: 128, bytes.count) }
    // The two characters are MI in the order of the computer that wrote them.
    let mark = Array(bytes[126..<128])
    guard mark == Array("MI".utf8) || mark == Array("IM".utf8) else {
      throw InputError(.data, "\(name) is damaged: its header does not tell the order of bytes")
    }
    let isBigEndian = mark == Array("MI".utf8)
    var cursor = try ByteCursor(bytes, 128..<bytes.count, isBigEndian: isBigEndian, name: name)
    while cursor.rest > 0 {
      let element = try Self.element(&cursor, isPadded: false)
      try read(element, level: 0)
    }
  }

  var arrayNames: [String] { variables.map(\.name) }

  func array(_ wanted: String) throws(InputError) -> StoredArray {
    guard let variable = variables.first(where: { $0.name == wanted }) else {
      throw InputError(.data, "\(name) has no variable \(wanted)")
    }
    let title = "\(wanted) of \(name)"
    guard !variable.isComplex else {
      throw InputError(.data, "\(title) holds complex numbers, which are not read")
    }
    switch variable.storage {
    case .full(let element):
      return .dense(try element.array(variable.shape, name: title))
    case .sparse(let rows, let starts, let values):
      return .table(
        try Self.sparse(
          shape: variable.shape, rows: rows.array(nil, name: title).integers(),
          starts: starts.array(nil, name: title).integers(),
          values: values.array(nil, name: title).floats(), name: title))
    }
  }

  private mutating func read(_ element: Element, level: Int) throws(InputError) {
    switch element.type {
    case 15 where level == 0:
      let unpacked = try GZip.unpackZlib(element.bytes[element.range], name: name)
      var cursor = try ByteCursor(unpacked, isBigEndian: element.isBigEndian, name: name)
      try read(Self.element(&cursor, isPadded: false), level: 1)
    case 14:
      if let variable = try Self.variable(element, name: name) { variables.append(variable) }
    default:
      break
    }
  }

  /// The element at a cursor, which is moved behind it.
  private static func element(
    _ cursor: inout ByteCursor, isPadded: Bool = true
  ) throws(InputError) -> Element {
    let start = cursor.position
    let first = try cursor.number(4)
    let (type, size, range): (Int, Int, Range<Int>)
    if first >> 16 != 0 {
      // Up to four bytes stand in the tag itself.
      (type, size) = (first & 0xFFFF, first >> 16)
      guard size <= 4 else {
        throw InputError(.data, "\(cursor.name) is damaged: byte \(start) starts no data element")
      }
      range = try cursor.take(size)
      try cursor.take(4 - size)
    } else {
      type = first
      size = try cursor.number(4)
      range = try cursor.take(size)
      if isPadded { try cursor.take(min((8 - size % 8) % 8, cursor.rest)) }
    }
    return Element(
      type: type, bytes: cursor.bytes, range: range, isBigEndian: cursor.isBigEndian)
  }

  /// The variable of a matrix element; nil for those that hold no numbers.
  private static func variable(_ matrix: Element, name: String) throws(InputError) -> Variable? {
    var cursor = try ByteCursor(
      matrix.bytes, matrix.range, isBigEndian: matrix.isBigEndian, name: name)
    guard cursor.rest > 0 else { return nil }
    let flags = try element(&cursor)
    guard flags.type == 6, flags.range.count == 8 else {
      throw InputError(.data, "\(name) is damaged: a variable does not tell its class")
    }
    var words = try ByteCursor(
      flags.bytes, flags.range, isBigEndian: flags.isBigEndian, name: name)
    let word = try words.number(4)
    let kind = word & 0xFF
    // 5 is a sparse matrix, 6 to 15 are the classes of numbers.
    guard (5...15).contains(kind) else { return nil }
    let shape = try element(&cursor).array(nil, name: "a variable of \(name)").integers()
    let title = try element(&cursor)
    let text = String(decoding: title.bytes[title.range], as: UTF8.self)
    let storage: Storage =
      kind == 5
      ? .sparse(
        rows: try element(&cursor), starts: try element(&cursor), values: try element(&cursor))
      : .full(try element(&cursor))
    return Variable(
      name: text, shape: shape, isComplex: word & 0x800 != 0, storage: storage)
  }

  /// The rows of a matrix that is stored column by column without its zeros.
  private static func sparse(
    shape: [Int], rows: [Int], starts: [Int], values: [Float], name: String
  ) throws(InputError) -> NumberTable {
    guard shape.count == 2, shape.allSatisfy({ $0 >= 0 }), starts.count - 1 == shape[1],
      starts.first == 0, zip(starts, starts.dropFirst()).allSatisfy(<=),
      let stored = starts.last, stored <= rows.count, stored <= values.count
    else {
      throw InputError(
        .data, "\(name) is a damaged sparse matrix: its column starts do not fit its values")
    }
    try NumberTable.refuseTooWide(rows: shape[0], columns: shape[1], name: name)
    // A header may name more rows than there are bytes; each takes three numbers below.
    try NumberTable.refuseTooLarge(rows: shape[0], columns: 8, name: name)
    if let place = rows[..<stored].firstIndex(where: { !(0..<shape[0]).contains($0) }) {
      let column = starts.firstIndex { $0 > place } ?? shape[1]
      throw InputError(
        .data,
        "\(name) is a damaged sparse matrix: column \(column) has a value in row \(rows[place] + 1) "
          + "of \(shape[0])")
    }
    // Column after column becomes row after row.
    var rowStarts = [Int](repeating: 0, count: shape[0] + 1)
    for row in rows[..<stored] { rowStarts[row + 1] += 1 }
    for row in 0..<shape[0] { rowStarts[row + 1] += rowStarts[row] }
    var next = rowStarts
    var columns = [Int](repeating: 0, count: stored)
    var turned = [Float](repeating: 0, count: stored)
    for column in 0..<shape[1] {
      for place in starts[column]..<starts[column + 1] {
        (columns[next[rows[place]]], turned[next[rows[place]]]) = (column, values[place])
        next[rows[place]] += 1
      }
    }
    let table = SparseRows(starts: rowStarts, columns: columns, values: turned)
    return NumberTable(
      table: TableValues(table, columns: shape[1]), rows: shape[0], columns: shape[1])
  }
}
