// SPDX-License-Identifier: Apache-2.0

/// K as it is asked for: a number, or `auto` to have it chosen.
public enum ClusterChoice: Codable, Sendable, Hashable {
  /// So many.
  case number(Int)
  /// As many as ``ClusterCount`` finds.
  case automatic

  /// The choice of a word; nil for what is neither a whole number nor `auto`.
  public init?(_ text: String) {
    if text == "auto" {
      self = .automatic
    } else if let number = Int(text) {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// Reads a number or `auto`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else if let word = try? container.decode(String.self), let choice = Self(word) {
      self = choice
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "K must be a whole number or auto")
    }
  }

  /// Writes a number or `auto`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .automatic: try container.encode("auto")
    }
  }

  /// The choice as one writes it.
  public var text: String {
    switch self {
    case .number(let number): "\(number)"
    case .automatic: "auto"
    }
  }
}

/// One choice of K, or a list of them.
public struct ClusterChoices: Codable, Sendable, Equatable {
  /// At least one, unless a list was empty.
  public var all: [ClusterChoice]

  /// Choices.
  public init(_ all: [ClusterChoice]) { self.all = all }

  /// Reads one choice or a list.
  public init(from decoder: any Decoder) throws {
    if var list = try? decoder.unkeyedContainer() {
      all = []
      while !list.isAtEnd { all.append(try list.decode(ClusterChoice.self)) }
    } else {
      all = [try ClusterChoice(from: decoder)]
    }
  }

  /// Writes one choice as itself and more as a list.
  public func encode(to encoder: any Encoder) throws {
    if all.count == 1 {
      try all[0].encode(to: encoder)
    } else {
      var container = encoder.singleValueContainer()
      try container.encode(all)
    }
  }
}
