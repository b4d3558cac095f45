// SPDX-License-Identifier: Apache-2.0

/// Reads decimal numbers straight from bytes; text files of tens of millions of them need that.
enum NumberParser {
  /// The powers of ten, each the Double nearest to it; up to 10²² they are exact.
  private static let powers: [Double] = (0...60).map { Double("1e\($0)") ?? .nan }

  /// Reads a number that starts at a place, and says where it ends.
  ///
  /// Returns nil for anything that is not plainly a number, and for the rare number that needs
  /// more care than one multiplication: ``number(of:)`` then decides.
  @inline(__always)
  static func quick(
    _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
  ) -> (value: Float, end: Int)? {
    let end = bytes.count
    var position = start
    guard position < end else { return nil }
    let isNegative = bytes[position] == UInt8(ascii: "-")
    if isNegative || bytes[position] == UInt8(ascii: "+") { position &+= 1 }
    var mantissa: UInt64 = 0
    let firstDigit = position
    while position < end, case let digit = bytes[position] &- 48, digit < 10 {
      mantissa = mantissa &* 10 &+ UInt64(digit)
      position &+= 1
    }
    var digits = position &- firstDigit
    var power = 0
    if position < end, bytes[position] == UInt8(ascii: ".") {
      position &+= 1
      let firstDecimal = position
      while position < end, case let digit = bytes[position] &- 48, digit < 10 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        position &+= 1
      }
      power = firstDecimal &- position
      digits &-= power
    }
    // Nineteen digits fit 64 bits; more have wrapped around.
    guard digits > 0, digits <= 19 else { return nil }
    if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
      position &+= 1
      var isDown = false
      if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == 43 {
        isDown = bytes[position] == UInt8(ascii: "-")
        position &+= 1
      }
      var exponent = 0
      let first = position
      while position < end, case let digit = bytes[position] &- 48, digit < 10 {
        exponent = min(exponent &* 10 &+ Int(digit), 10_000)
        position &+= 1
      }
      guard position > first else { return nil }
      power += isDown ? -exponent : exponent
    }
    guard power >= -60, power <= 60 else { return nil }
    var value = Double(mantissa)
    if power < 0 { value /= powers[-power] } else if power > 0 { value *= powers[power] }
    // Below 2⁵³, and with an exact power of ten, one operation rounds correctly. Else the Double may
    // be off by two units in its last place, which changes the Float only beside the midpoint of
    // two Floats.
    if mantissa >= 1 << 53 || power < -22 || power > 22 {
      let beyondFloat = value.bitPattern & 0x1FFF_FFFF
      guard value > 1e-37, beyondFloat < 0x0FFF_FFFC || beyondFloat > 0x1000_0004 else {
        return nil
      }
    }
    return (Float(isNegative ? -value : value), position)
  }

  /// The number that a whole text is, NaN and infinity included; nil for anything else.
  static func number(of text: String) -> Double? {
    guard let first = text.utf8.first, first != UInt8(ascii: " ") else { return nil }
    // Swift also reads hexadecimal numbers, which in a table are more likely names.
    guard !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) else { return nil }
    return Double(text.lowercased())
  }
}
