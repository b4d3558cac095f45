// SPDX-License-Identifier: Apache-2.0

/// Writes a message in the wire format of Protocol Buffers, field by field.
///
/// The format knows fields by number only, so a message of any schema is written by its numbers.
package struct ProtocolBuffer {
  /// The message so far.
  package private(set) var bytes: [UInt8] = []

  /// An empty message.
  package init() {}

  /// A message whose fields a closure writes.
  package init(_ fields: (inout ProtocolBuffer) -> Void) { fields(&self) }

  /// A whole number (wire type 0); negative ones take ten bytes.
  package mutating func set(_ field: Int, _ value: Int) {
    key(field, 0)
    variableLength(UInt64(bitPattern: Int64(value)))
  }

  /// A single-precision number (wire type 5).
  package mutating func set(_ field: Int, _ value: Float) {
    key(field, 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  /// A double-precision number (wire type 1).
  package mutating func set(_ field: Int, _ value: Double) {
    key(field, 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
  }

  /// Bytes, or a message within the message (wire type 2).
  package mutating func set(_ field: Int, _ value: some Collection<UInt8>) {
    key(field, 2)
    variableLength(UInt64(value.count))
    bytes += value
  }

  /// Text (wire type 2).
  package mutating func set(_ field: Int, _ value: String) { set(field, Array(value.utf8)) }

  /// A message within the message, written by a closure.
  package mutating func set(_ field: Int, _ fields: (inout ProtocolBuffer) -> Void) {
    set(field, ProtocolBuffer(fields).bytes)
  }

  private mutating func key(_ field: Int, _ type: Int) { variableLength(UInt64(field << 3 | type)) }

  /// Seven bits a byte, the lowest first; the eighth says that more follow.
  private mutating func variableLength(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
