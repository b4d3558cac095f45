// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// A field of a CSV file: in quotes where it holds a comma, a quote or a line break.
package func csvField(_ field: String) -> String {
  guard field.unicodeScalars.contains(where: { "\",\n\r".unicodeScalars.contains($0) }) else {
    return field
  }
  return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
}
