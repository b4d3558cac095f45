// SPDX-License-Identifier: Apache-2.0

/// The IDX format of the MNIST files: a big-endian header, then the values in C order.
enum IDX {
  private static let elements: [UInt8: NPYArray.Element] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]

  /// Whether bytes start as an IDX file does: two zeros, a known type, and some dimensions.
  static func matches(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && elements[bytes[2]] != nil
      && (1...8).contains(bytes[3])
  }

  /// Reads the bytes of an unpacked IDX file.
  ///
  /// - Throws: ``InputError`` when the header claims more than the file has.
  static func parse(_ bytes: [UInt8], name: String) throws(InputError) -> NPYArray {
    guard matches(bytes), let element = elements[bytes[2]] else {
      throw InputError(.data, "\(name) is not an IDX file: it does not start as one")
    }
    let dimensions = Int(bytes[3])
    let offset = 4 + 4 * dimensions
    guard bytes.count >= offset else {
      throw InputError(
        .data, "\(name) is cut off within its header, which should have \(offset) bytes")
    }
    let shape = (0..<dimensions).map { dimension in
      bytes[(4 + 4 * dimension)..<(8 + 4 * dimension)].reduce(0) { $0 << 8 | Int($1) }
    }
    return try NPYArray(
      shape: shape, element: element, isBigEndian: true, storage: bytes, offset: offset,
      name: name)
  }
}
