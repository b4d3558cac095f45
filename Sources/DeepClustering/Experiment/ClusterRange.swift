// SPDX-License-Identifier: Apache-2.0

/// The numbers of clusters to try, written as `2-60`.
public struct ClusterRange: TextCodable, Sendable, Equatable {
  /// What its text must be.
  public static let form = "two whole numbers from 2 on such as 2-60"
  /// From the least to the largest.
  public var numbers: ClosedRange<Int>

  /// The range of a text such as `2-60`, both at least 2; nil for any other text.
  public init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false).map {
      Int($0)
    }
    guard parts.count == 2, let least = parts[0], let most = parts[1], least >= 2, least <= most
    else { return nil }
    numbers = least...most
  }

  /// The least, a hyphen, and the largest.
  public var description: String { "\(numbers.lowerBound)-\(numbers.upperBound)" }
}
