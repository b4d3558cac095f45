// SPDX-License-Identifier: Apache-2.0

/// A file of TensorBoard events: records with their lengths and masked checksums (TFRecord).
struct EventRecords {
  private(set) var bytes: [UInt8] = []

  /// Adds a record: its length, the length's checksum, its bytes, their checksum.
  mutating func append(_ record: [UInt8]) {
    let length = withUnsafeBytes(of: UInt64(record.count).littleEndian) { Array($0) }
    bytes += length + Self.masked(length) + record + Self.masked(record)
  }

  private static func masked(_ bytes: [UInt8]) -> [UInt8] {
    let sum = crc32c(bytes)
    // So that records within records do not have checksums of themselves.
    let masked = (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian) { Array($0) }
  }

  /// The CRC of Castagnoli, 1993, whose reversed polynomial is 0x82F63B78.
  static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
    }
  }
}
