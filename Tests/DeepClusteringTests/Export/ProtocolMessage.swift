// SPDX-License-Identifier: Apache-2.0

/// A message in the wire format of Protocol Buffers, taken apart: what the writer's tests look into.
struct ProtocolMessage {
  /// A field's value.
  enum Value: Equatable {
    case integer(UInt64)
    case bytes([UInt8])
    case fixed([UInt8])
  }

  /// The fields in their order.
  private(set) var fields: [(number: Int, value: Value)] = []

  /// Nil when the bytes are no message.
  init?(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func integer() -> UInt64? {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }
    func take(_ count: Int) -> [UInt8]? {
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    while !rest.isEmpty {
      guard let key = integer() else { return nil }
      let value: Value
      switch key & 7 {
      case 0:
        guard let number = integer() else { return nil }
        value = .integer(number)
      case 2:
        guard let length = integer(), let content = take(Int(length)) else { return nil }
        value = .bytes(content)
      case 1, 5:
        guard let content = take(key & 7 == 1 ? 8 : 4) else { return nil }
        value = .fixed(content)
      default: return nil
      }
      fields.append((Int(key >> 3), value))
    }
  }

  /// The messages, texts or bytes of a field.
  func all(_ number: Int) -> [[UInt8]] {
    fields.compactMap { field in
      if case .bytes(let bytes) = field.value, field.number == number { bytes } else { nil }
    }
  }

  /// The messages of a field.
  func messages(_ number: Int) -> [ProtocolMessage] { all(number).compactMap(ProtocolMessage.init) }

  /// The texts of a field.
  func texts(_ number: Int) -> [String] { all(number).map { String(decoding: $0, as: UTF8.self) } }

  /// The whole numbers of a field.
  func integers(_ number: Int) -> [Int] {
    fields.compactMap { field in
      if case .integer(let value) = field.value, field.number == number {
        Int(truncatingIfNeeded: value)
      } else {
        nil
      }
    }
  }
}
