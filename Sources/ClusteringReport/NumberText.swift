// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Numbers as people read them, the same in every locale.
enum NumberText {
  /// `70000` as "70,000".
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = number < 0 ? "−" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }

  static func fixed(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    guard text.hasPrefix("-") else { return text }
    // −0.000 is what rounding leaves of a tiny negative number.
    return text.contains { "123456789".contains($0) }
      ? "−" + text.dropFirst() : "\(text.dropFirst())"
  }

  /// A share as "93.4%", with more digits where it is small.
  static func percent(_ share: Double) -> String {
    let value = share * 100
    if value != 0, abs(value) < 0.1 { return fixed(value, 3) + "%" }
    return fixed(value, abs(value) < 10 && value != 0 ? 2 : 1) + "%"
  }

  /// Up to four significant digits: "0.0125", "1,284", "2.5×10⁻⁵".
  static func compact(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
    if value == 0 { return "0" }
    if abs(value) < 1e15, value == value.rounded() { return grouped(Int(value)) }
    let exponent = Int(floor(log10(abs(value))))
    if exponent < -4 || exponent > 14 {
      let mantissa = trimmed(fixed(value / pow(10, Double(exponent)), 3))
      return "\(mantissa == "1" ? "" : mantissa + "×")10\(superscript(exponent))"
    }
    if exponent > 3 { return grouped(Int(value.rounded())) }
    let text = trimmed(fixed(value, max(0, 3 - exponent)))
    return exponent == 3 ? grouped(Int(value.rounded())) : text
  }

  /// "48 s", "8 min 23 s", "2 h 05 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "unknown" }
    if seconds < 9.95 { return fixed(seconds, 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
    return "\(grouped(whole / 3600)) h \(padded(whole % 3600 / 60)) min"
  }

  static func memory(_ bytes: Double) -> String { fixed(bytes / 1_073_741_824, 1) + " GiB" }

  /// A length or position for SVG: at most two decimals, no trailing zeros.
  static func coordinate(_ value: Double) -> String {
    precondition(value.isFinite, "A chart has a coordinate that is not a number.")
    let hundredths = Int((value * 100).rounded())
    let sign = hundredths < 0 ? "-" : ""
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    if rest == 0 { return sign + String(whole) }
    return sign
      + (rest % 10 == 0 ? "\(whole).\(rest / 10)" : "\(whole).\(rest < 10 ? "0" : "")\(rest)")
  }

  static func superscript(_ number: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let text = String(number.magnitude).compactMap { $0.wholeNumberValue.map { digits[$0] } }
    return (number < 0 ? "⁻" : "") + String(text)
  }

  /// The text without the zeros that end its decimals.
  static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = Substring(text)
    while result.hasSuffix("0") { result.removeLast() }
    if result.hasSuffix(".") { result.removeLast() }
    return String(result)
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
