// SPDX-License-Identifier: Apache-2.0

/// Any JSON or YAML value: hyperparameters differ from method to method.
public enum JSONValue: Codable, Equatable, Sendable {
  /// Nothing.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Values by key.
  case object([String: JSONValue])

  /// Reads whatever is there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
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

  /// Writes the value as itself.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(ExactNumber(value: value))
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }

  /// The leaves with their paths, in alphabetical order: `("pretraining.epochs", 100)`.
  public func leaves(under path: String = "") -> [(path: String, value: JSONValue)] {
    guard case .object(let values) = self, !values.isEmpty else { return [(path, self)] }
    return values.sorted { $0.key < $1.key }.flatMap {
      $0.value.leaves(under: path.isEmpty ? $0.key : "\(path).\($0.key)")
    }
  }

  /// The value with the leaf at a path replaced; the path must exist.
  func replacing(_ path: ArraySlice<Substring>, by leaf: JSONValue) -> JSONValue {
    guard let key = path.first.map(String.init), case .object(var values) = self else {
      return leaf
    }
    values[key] = (values[key] ?? .null).replacing(path.dropFirst(), by: leaf)
    return .object(values)
  }

  /// The value as the list that it stands for where a list is expected: `500` for `500,`.
  func shaped(as usual: JSONValue) -> JSONValue {
    guard case .array = usual else { return self }
    if case .array = self { return self }
    return .array([self])
  }

  /// The same with whole numbers as integers, as they are read from a file.
  var plain: JSONValue {
    switch self {
    case .number(let value): Int(exactly: value).map(JSONValue.integer) ?? self
    case .array(let values): .array(values.map(\.plain))
    case .object(let values): .object(values.mapValues(\.plain))
    default: self
    }
  }

  /// The value as one writes it in a command.
  public var text: String {
    switch self {
    case .null: "none"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): value
    case .array(let values): values.map(\.text).joined(separator: ",")
    case .object(let values):
      values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
        .joined(separator: ",")
    }
  }
}
