// SPDX-License-Identifier: Apache-2.0
internal import Yams

/// A number that YAML gets with all its digits: of its own Yams writes fifteen.
struct ExactNumber: YAMLEncodable {
  let value: Double

  /// The shortest text that is read back as the same number.
  func box() -> Node { Node("\(value)", Tag(.float)) }

  /// The number, in other formats.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
