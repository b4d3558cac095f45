// SPDX-License-Identifier: Apache-2.0

/// A piece of HTML or SVG that is safe to put in the page.
///
/// An interpolated `String` is escaped, an interpolated `Markup` is not, so text of the user's (class
/// names, paths, warnings) cannot become elements by being forgotten somewhere.
struct Markup: ExpressibleByStringInterpolation, Equatable, Sendable {
  private(set) var text: String

  static let empty = Markup(verbatim: "")

  /// Takes text that is already HTML: only for constants, base64 and numbers written by this module.
  init(verbatim text: String) { self.text = text }

  init(stringLiteral value: String) { text = value }

  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  static func + (left: Markup, right: Markup) -> Markup {
    Markup(verbatim: left.text + right.text)
  }

  static func += (left: inout Markup, right: Markup) { left.text += right.text }

  /// The text with the five characters that HTML gives a meaning replaced, for elements and attributes.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 38 || $0 == 60 || $0 == 62 || $0 == 34 || $0 == 39 })
    else { return text }
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity * 2)
    }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    mutating func appendInterpolation(_ string: String) { text += Markup.escaped(string) }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    /// A length or position, to a hundredth of a pixel.
    mutating func appendInterpolation(_ number: Double) { text += NumberText.coordinate(number) }
  }
}

extension Sequence where Element == Markup {
  func joined(separator: String = "") -> Markup {
    Markup(verbatim: map(\.text).joined(separator: separator))
  }
}
