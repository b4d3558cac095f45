// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// Hyperparameters of any method as values by name, to be listed and changed.
public enum Hyperparameters {
  /// The hyperparameters of a method: an object of values.
  public static func values(of method: any Encodable) -> JSONValue {
    let encoder = JSONEncoder()
    // Such a number becomes a word, which ``check(_:)`` refuses.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    guard let data = try? encoder.encode(method),
      let value = try? JSONDecoder().decode(JSONValue.self, from: data)
    else { preconditionFailure("hyperparameters have a JSON form") }
    return value
  }

  /// A method with some hyperparameters changed.
  ///
  /// - Parameters:
  ///   - changes: Values by name: the path, such as `pretraining.epochs`, or an end of it that only
  ///     one hyperparameter has, such as `epochs`.
  ///   - method: The hyperparameters to begin with.
  /// - Returns: The changed method.
  /// - Throws: `InputError` for an unknown or ambiguous name, for two names of one hyperparameter, and
  ///   for a value of the wrong kind.
  public static func setting<M: ClusteringMethod>(
    _ changes: [String: JSONValue], of method: M
  ) throws(InputError) -> M {
    var object = values(of: method)
    var names: [String: String] = [:]
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      let path = try self.path(name, in: object, of: M.card.name)
      if let other = names.updateValue(name, forKey: path) {
        throw InputError(
          .usage, "\(other) and \(name) are one hyperparameter of \(M.card.name): give it once")
      }
      let usual = object.leaves().first { $0.path == path }?.value ?? .null
      let value = value.shaped(as: usual)
      try checkRange(of: path, value, usual: usual)
      object = object.replacing(path.split(separator: ".")[...], by: value)
      try check(object, after: path, value, of: method)
    }
    try checkLayouts(in: object)
    return try decode(object, as: M.self)
  }

  /// Refuses a method with a number that it cannot work with.
  ///
  /// - Parameter method: Its hyperparameters; those of its profiles pass.
  /// - Throws: `InputError` that names the first of them.
  static func check<M: ClusteringMethod>(_ method: M) throws(InputError) {
    let object = values(of: method)
    let usual = Dictionary(
      values(of: M(clusters: method.clusters)).leaves().map { ($0.path, $0.value) },
      uniquingKeysWith: { first, _ in first })
    for (path, value) in object.leaves() where value != usual[path] {
      if case .string(let word) = value, ["infinity", "-infinity", "nan"].contains(word) {
        throw InputError(.usage, "\(path) cannot be \(word): it must be a finite number")
      }
      try checkRange(of: path, value, usual: usual[path] ?? value)
    }
    try checkLayouts(in: object)
  }

  /// The hyperparameters that other values are recorded of than a method has; those that only one of
  /// them knows came or went with a version.
  ///
  /// - Parameters:
  ///   - recorded: ``values(of:)`` of the method at another time.
  ///   - method: The method as it is now.
  /// - Returns: Whole names, in alphabetical order, with both values.
  static func changes(
    from recorded: JSONValue?, to method: any ClusteringMethod
  ) -> [(name: String, then: JSONValue, now: JSONValue)] {
    let recorded = Dictionary(
      (recorded?.leaves() ?? []).map { ($0.path, $0.value) },
      uniquingKeysWith: { first, _ in first })
    return values(of: method).leaves().compactMap { path, now in
      guard let then = recorded[path], then.plain != now.plain else { return nil }
      return (path, then, now)
    }
  }

  /// The value that a text on the command line stands for: `true`, `12`, `0.5`, `a,b` or `[a, b]`,
  /// or text.
  public static func value(of text: String) -> JSONValue {
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
    if isBracketed || text.contains(",") {
      let entries = isBracketed ? text.dropFirst().dropLast() : text[...]
      return .array(
        entries.split(separator: ",").map { entry in
          value(of: entry.split(separator: " ").joined(separator: " "))
        })
    }
    if let value = Bool(text) { return .bool(value) }
    if let value = Int(text) { return .integer(value) }
    if let value = Double(text), value.isFinite { return .number(value) }
    return .string(text)
  }

  /// The path of a hyperparameter that is named by it or by an end of it.
  static func wholeName(
    of name: String, in method: any ClusteringMethod
  ) throws(InputError) -> String {
    try path(name, in: values(of: method), of: type(of: method).card.name)
  }

  private static func path(
    _ name: String, in object: JSONValue, of method: String
  ) throws(InputError) -> String {
    let paths = object.leaves().map(\.path)
    if paths.contains(name) { return name }
    let ends = paths.filter { $0.hasSuffix("." + name) }
    if let only = ends.first, ends.count == 1 { return only }
    guard ends.isEmpty else {
      throw InputError(
        .usage,
        "\(name) is the end of several hyperparameters (\(ends.joined(separator: ", "))): "
          + "write the whole name")
    }
    let last = paths.map { (path: $0, end: String($0.split(separator: ".").last ?? "")) }
    let nearEnds = NearNames.of(name, among: last.map(\.end))
    let near =
      NearNames.of(name, among: paths)
      + nearEnds.flatMap { end in last.filter { $0.end == end }.map(\.path) }
    var seen = Set<String>()
    let hint =
      near.isEmpty
      ? "`deepclust methods \(method)` lists those there are"
      : "did you mean \(near.filter { seen.insert($0).inserted }.prefix(3).joined(separator: " or "))?"
    throw InputError(.usage, "\(method) has no hyperparameter \(name): \(hint)")
  }

  private static func check<M: ClusteringMethod>(
    _ object: JSONValue, after path: String, _ value: JSONValue, of method: M
  ) throws(InputError) {
    do {
      _ = try JSONDecoder().decode(M.self, from: JSONEncoder().encode(object))
    } catch {
      let expected =
        words(of: path, in: method).map { "one of \($0.joined(separator: ", "))" }
        ?? (error as? DecodingError)?.expectation ?? "something else"
      throw InputError(.usage, "\(path) cannot be \(value.text): it must be \(expected)")
    }
  }

  private static func decode<M: ClusteringMethod>(
    _ object: JSONValue, as type: M.Type
  ) throws(InputError) -> M {
    do {
      return try JSONDecoder().decode(M.self, from: JSONEncoder().encode(object))
    } catch let error as DecodingError {
      throw InputError(.usage, error.sentence)
    } catch {
      throw InputError(.usage, "\(error)")
    }
  }
}

extension DecodingError {
  /// What did not fit, without the machinery around it.
  var sentence: String {
    func path(_ context: Context) -> String { Self.place(context.codingPath) }
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      return "\(path(context)) must be \(expectation ?? "something else")"
    case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
    case .dataCorrupted(let context):
      if let words = Self.words[context.codingPath.last?.stringValue ?? ""] {
        return "\(path(context)) must be one of \(words.joined(separator: ", "))"
      }
      return path(context).isEmpty
        ? context.debugDescription : "\(path(context)): \(context.debugDescription)"
    @unknown default: return "\(self)"
    }
  }

  /// The words that settings of these names may be; Swift's own message lists none.
  private static let words = [
    "precision": Precision.allCases.map(\.rawValue),
    "preprocessing": Preprocessing.allCases.map(\.rawValue),
    "map": EmbeddingMap.allCases.map(\.rawValue),
  ]

  /// A place in a file: `training.tolerance`, or `seeds in entry 2 of methods`.
  private static func place(_ keys: [any CodingKey]) -> String {
    var place = ""
    for key in keys {
      if let index = key.intValue {
        place = place.isEmpty ? "entry \(index + 1)" : "entry \(index + 1) of \(place)"
      } else if place.isEmpty {
        place = key.stringValue
      } else if place.contains(" ") {
        place = "\(key.stringValue) in \(place)"
      } else {
        place += ".\(key.stringValue)"
      }
    }
    return place
  }

  /// Whether a type that was expected has keys: Yams says Mapping, Foundation Dictionary.
  private static func isKeyed(_ type: Any.Type) -> Bool {
    let name = String(describing: type)
    return name.hasPrefix("Mapping") || name.hasPrefix("Dictionary")
  }

  /// What a value should have been, in words; nil when that is not what went wrong.
  var expectation: String? {
    switch self {
    case .typeMismatch(let type, _), .valueNotFound(let type, _):
      switch type {
      case is Bool.Type: "true or false"
      case is any UnsignedInteger.Type: "a whole number, 0 or more"
      case is any BinaryInteger.Type: "a whole number"
      case is any BinaryFloatingPoint.Type: "a number"
      case is String.Type: "a word"
      default: Self.isKeyed(type) ? "keys and values" : "a list"
      }
    // 1.5 for an Int; words that are none of an enumeration's have been named before.
    case .dataCorrupted: "a whole number"
    default: nil
    }
  }
}
