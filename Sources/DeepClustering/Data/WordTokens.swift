// SPDX-License-Identifier: Apache-2.0

/// The words of texts, as scikit-learn's `TfidfVectorizer` finds them: lower-cased runs of at least
/// two letters, digits or underscores, its pattern `\b\w\w+\b`.
enum WordTokens {
  /// The characters of a text: UTF-8, or Latin-1 where the bytes are not valid UTF-8.
  static func decode(_ bytes: some Collection<UInt8>) -> [Unicode.Scalar] {
    if let text = String(validating: bytes, as: UTF8.self) { return Array(text.unicodeScalars) }
    return bytes.map { Unicode.Scalar($0) }
  }

  /// Calls `body` with each word of a text, in its order.
  static func each(in scalars: [Unicode.Scalar], _ body: (String) -> Void) {
    var word: [UInt8] = []
    var length = 0
    func end() {
      if length > 1 { body(String(decoding: word, as: UTF8.self)) }
      word.removeAll(keepingCapacity: true)
      length = 0
    }
    for (place, scalar) in scalars.enumerated() {
      let value = scalar.value
      if value < 128 {
        let byte = UInt8(value)
        let isUpper = byte &- 65 < 26
        if isUpper || byte &- 97 < 26 || byte &- 48 < 10 || byte == 95 {
          word.append(isUpper ? byte &+ 32 : byte)
          length &+= 1
        } else if length > 0 {
          end()
        }
      } else {
        for lower in lowercased(scalar, at: place, in: scalars) {
          if isWord(lower) {
            word += Array(String(lower).utf8)
            length &+= 1
          } else if length > 0 {
            end()
          }
        }
      }
    }
    end()
  }

  /// Letters and numbers of any script, and the underscore.
  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      true
    default: scalar == "_"
    }
  }

  private static func lowercased(
    _ scalar: Unicode.Scalar, at place: Int, in scalars: [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    // A sigma at the end of a word has a form of its own (Unicode, table 3-17).
    if scalar == "\u{3A3}" {
      let before = scalars[..<place].last { !$0.properties.isCaseIgnorable }
      let after = scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }
      let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
      return [isFinal ? "\u{3C2}" : "\u{3C3}"]
    }
    return Array(scalar.properties.lowercaseMapping.unicodeScalars)
  }
}
