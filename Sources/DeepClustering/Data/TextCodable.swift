// SPDX-License-Identifier: Apache-2.0

/// A value that is written as its text, on the command line as in files.
public protocol TextCodable: Codable, LosslessStringConvertible {
  /// What the text must be, with an example, for messages.
  static var form: String { get }
}

extension TextCodable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Self(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not \(Self.form)"))
    }
    self = value
  }

  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
