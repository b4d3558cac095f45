// SPDX-License-Identifier: Apache-2.0

/// A height and a width in pixels, written as `28x28`.
public struct ImageSize: TextCodable, Equatable, Sendable {
  /// What its text must be.
  public static let form = "a height and a width such as 28x28"
  /// What images of different sizes are brought to when nothing is asked for.
  static let usual = ImageSize(height: 64, width: 64)
  /// The most pixels that an image may have, 2²⁷: what it takes stays below a gigabyte.
  static let mostPixels = 1 << 27

  /// The number of pixel rows.
  public var height: Int
  /// The number of pixels in a pixel row.
  public var width: Int

  /// A height and a width, both positive.
  public init(height: Int, width: Int) {
    precondition(height > 0 && width > 0, "an image has at least one pixel")
    (self.height, self.width) = (height, width)
  }

  /// The size of a text such as `28x28`, the height first; nil for any other text.
  public init?(_ description: String) {
    let parts = description.lowercased().split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "x" || $0 == "×" })
    guard parts.count == 2, let height = Int(parts[0]), let width = Int(parts[1]), height > 0,
      width > 0, height.multipliedReportingOverflow(by: width).overflow == false,
      height * width <= Self.mostPixels
    else { return nil }
    self.init(height: height, width: width)
  }

  /// The height, an x, and the width.
  public var description: String { "\(height)x\(width)" }
}
