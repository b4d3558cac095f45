// SPDX-License-Identifier: Apache-2.0

/// An array of numbers of an HDF5 file.
struct HDF5Array {
  private let storage: HDF5Storage
  private let header: HDF5ObjectHeader
  private let name: String
  private let shape: [Int]
  private let element: NPYArray.Element
  private let isBigEndian: Bool

  /// Reads what an array is: its shape and its kind of number.
  init(
    _ header: HDF5ObjectHeader, _ storage: HDF5Storage, name: String
  ) throws(InputError) {
    (self.header, self.storage, self.name) = (header, storage, name)
    guard var space = header.message(.dataspace), var type = header.message(.datatype) else {
      throw InputError(.data, "\(name) is damaged: it has no shape or no type")
    }
    guard !header.isShared(.datatype), !header.isShared(.dataspace) else {
      throw InputError(.data, "\(name) has a committed type, which is not read")
    }
    let version = try space.number(1)
    let rank = try space.number(1)
    try space.take(version == 1 ? 6 : 2)
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try space.number(storage.lengthSize)) }
    self.shape = shape
    (element, isBigEndian) = try Self.element(&type, name: name)
  }

  /// The whole array.
  func read() throws(InputError) -> NPYArray {
    guard var layout = header.message(.layout) else {
      throw InputError(.data, "\(name) is damaged: it does not say where its values are")
    }
    let version = try layout.number(1)
    // Version 5 of HDF5 2.0 differs from 4 in indices that tell the size of their entries.
    guard (3...5).contains(version) else {
      throw InputError(.data, "\(name) has a layout of version \(version); 3 to 5 are read")
    }
    switch try layout.number(1) {
    case 0:
      let size = try layout.number(2)
      return try array(Array(layout.bytes[layout.take(size)]))
    case 1:
      guard let address = try storage.address(&layout) else { return try neverWritten() }
      let size = try layout.number(storage.lengthSize)
      var content = try storage.cursor(at: address)
      return try array(Array(storage.bytes[content.take(size)]))
    case 2:
      let filters = try HDF5Filters(header.message(.filters), name: name)
      let chunks = try HDF5Chunks(
        &layout, version: version, shape: shape, elementSize: element.size, filters, storage,
        name: name)
      guard !chunks.isEmpty || shape.contains(0) else { return try neverWritten() }
      return try array(chunks.read())
    default:
      throw InputError(.data, "\(name) is a virtual array of other files, which is not read")
    }
  }

  private func array(_ bytes: [UInt8]) throws(InputError) -> NPYArray {
    try NPYArray(
      shape: shape, element: element, isBigEndian: isBigEndian, storage: bytes, offset: 0,
      name: name)
  }

  private func neverWritten() throws(InputError) -> NPYArray {
    guard shape.contains(0) else { throw InputError(.data, "\(name) was never written") }
    return try array([])
  }

  /// The kind of number that a datatype message describes.
  private static func element(
    _ type: inout ByteCursor, name: String
  ) throws(InputError) -> (NPYArray.Element, isBigEndian: Bool) {
    let kind = try type.number(1) & 0x0F
    let bits = try type.number(3)
    let size = try type.number(4)
    let isBigEndian = bits & 1 != 0
    switch (kind, size) {
    case (0, 1), (0, 2), (0, 4), (0, 8):
      let word = "\(bits & 8 != 0 ? "i" : "u")\(size)"
      if let element = NPYArray.Element(rawValue: word) { return (element, isBigEndian) }
    case (1, 2), (1, 4), (1, 8):
      // Where the exponent lies tells IEEE 754's numbers from others of their size.
      try type.take(5)
      let exponent = try type.number(1)
      let usual = [2: 5, 4: 8, 8: 11]
      if exponent == usual[size], bits & 0x40 == 0,
        let element = NPYArray.Element(rawValue: "f\(size)")
      {
        return (element, isBigEndian)
      }
    case (8, _):
      // Truth values are an enumeration of small numbers.
      return try self.element(&type, name: name)
    default:
      break
    }
    let isText = kind == 9 && bits & 0x0F == 1
    let kinds = [
      3: "text", 4: "bit fields", 5: "opaque bytes", 6: "records", 7: "references",
      9: "lists of varying length", 10: "arrays in each place", 2: "times",
    ]
    throw InputError(
      .data,
      "\(name) holds \(kinds[isText ? 3 : kind] ?? "numbers of \(size) bytes"), and whole or floating-point "
        + "numbers of up to 8 bytes are read")
  }
}

/// The filters that the chunks of an array went through.
struct HDF5Filters {
  /// Numbers of the filters, in the order in which they were applied.
  private(set) var ids: [Int] = []
  private let name: String

  /// No filters without a message.
  init(_ message: ByteCursor?, name: String) throws(InputError) {
    self.name = name
    guard var message else { return }
    let version = try message.number(1)
    let count = try message.number(1)
    try message.take(version == 1 ? 6 : 0)
    for _ in 0..<count {
      let id = try message.number(2)
      let length = version == 1 || id >= 256 ? try message.number(2) : 0
      try message.take(2)
      let values = try message.number(2)
      try message.take(version == 1 ? (length + 7) / 8 * 8 : length)
      try message.take(4 * values + (version == 1 && !values.isMultiple(of: 2) ? 4 : 0))
      guard (1...3).contains(id) else {
        let known = [4: "szip", 5: "nbit", 6: "scale-offset", 32000: "lzf", 32001: "blosc"]
        throw InputError(
          .data,
          "\(name) was packed by the filter \(known[id] ?? "\(id)"), which is not read; gzip and "
            + "shuffle are")
      }
      ids.append(id)
    }
  }

  /// The bytes of a chunk before it was filtered; a bit of `skipped` stands for a filter left out.
  func undo(
    _ bytes: ArraySlice<UInt8>, skipped: Int, size: Int, elementSize: Int
  ) throws(InputError) -> [UInt8] {
    var content = Array(bytes)
    for (index, id) in ids.enumerated().reversed() where skipped & (1 << index) == 0 {
      switch id {
      case 1: content = try GZip.unpackZlib(content[...], size: size + 4, name: name)
      case 2: content = Self.unshuffled(content, elementSize)
      default:
        guard content.count >= 4 else { break }
        content.removeLast(4)
      }
    }
    guard content.count == size else {
      throw InputError(
        .data, "\(name) is damaged: a chunk has \(content.count) bytes, and \(size) were expected")
    }
    return content
  }

  /// The first bytes of all numbers, then the second ones …, put together again.
  private static func unshuffled(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
    let count = bytes.count / size
    var result = bytes
    for byte in 0..<size {
      for index in 0..<count { result[index * size + byte] = bytes[byte * count + index] }
    }
    return result
  }
}
