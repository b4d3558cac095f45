// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Text inside scripts.
enum ScriptText {
  /// A string literal for a script element: no character in it can end the script.
  static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..."\u{1F}":
        result += String(format: "\\u%04x", Int(scalar.value))
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
