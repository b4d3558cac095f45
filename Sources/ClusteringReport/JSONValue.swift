// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Any JSON value: hyperparameters differ from method to method.
enum JSONValue: Decodable, Equatable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// One line for people: "500, 500, 2000", "yes", "none".
  var text: String {
    switch self {
    case .null: "none"
    case .bool(let value): value ? "yes" : "no"
    case .number(let value): NumberText.compact(value)
    case .string(let value): value
    // Layer sizes read better without thousands separators: 500, 500, 2000, 10.
    case .array(let values):
      values.map(\.text).map { $0.replacing(",", with: "") }.joined(separator: ", ")
    case .object(let values):
      values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }
        .joined(separator: ", ")
    }
  }

  /// The leaves with their paths, in alphabetical order: ("pretraining.epochs", "150").
  func flattened(under path: String = "") -> [(path: String, text: String)] {
    guard case .object(let values) = self, !values.isEmpty else { return [(path, text)] }
    return values.sorted { $0.key < $1.key }.flatMap {
      $0.value.flattened(under: path.isEmpty ? $0.key : "\(path).\($0.key)")
    }
  }

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
