// SPDX-License-Identifier: Apache-2.0

/// Reads numbers from bytes one after another, and never beyond their end.
struct ByteCursor {
  /// The file's bytes.
  let bytes: [UInt8]
  /// Where the next number is.
  var position: Int
  /// Where reading must end.
  let end: Int
  /// Whether the first byte of a number is the highest.
  let isBigEndian: Bool
  /// The file, for messages.
  let name: String

  /// A cursor over a part of a file's bytes; a part that the file does not have is refused.
  init(
    _ bytes: [UInt8], _ range: Range<Int>? = nil, isBigEndian: Bool = false, name: String
  ) throws(InputError) {
    (self.bytes, self.isBigEndian, self.name) = (bytes, isBigEndian, name)
    (position, end) = (range?.lowerBound ?? 0, range?.upperBound ?? bytes.count)
    guard position >= 0, end <= bytes.count else { throw Self.cutOff(name, at: end, bytes.count) }
  }

  /// The bytes that are left.
  var rest: Int { end - position }

  /// Passes over bytes, and says where they are.
  @discardableResult
  mutating func take(_ count: Int) throws(InputError) -> Range<Int> {
    guard count >= 0, count <= rest else {
      throw Self.cutOff(name, at: position.addingReportingOverflow(count).partialValue, end)
    }
    position += count
    return (position - count)..<position
  }

  /// A whole number from 0 of one to eight bytes.
  mutating func number(_ size: Int) throws(InputError) -> Int {
    var value: UInt64 = 0
    for place in try take(size) {
      let byte = UInt64(bytes[place])
      // The lowest byte of a little-endian number comes first.
      value =
        isBigEndian ? value << 8 | byte : value | byte << UInt64(8 * (place - position + size))
    }
    guard let number = Int(exactly: value) else {
      throw InputError(
        .data, "\(name) is damaged: byte \(position - size) starts a number too large")
    }
    return number
  }

  /// Passes over a signature, which must be there.
  mutating func expect(_ signature: String) throws(InputError) {
    let place = try take(signature.utf8.count)
    guard bytes[place].elementsEqual(signature.utf8) else {
      throw InputError(
        .data, "\(name) is damaged: '\(signature)' was expected at byte \(place.lowerBound)")
    }
  }

  static func cutOff(_ name: String, at place: Int, _ count: Int) -> InputError {
    InputError(
      .data,
      "\(name) is cut off or damaged: it refers to byte \(place), and \(count) are there; fetch or "
        + "write it again")
  }
}
