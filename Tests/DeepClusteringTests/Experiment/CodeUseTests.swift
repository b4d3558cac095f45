// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct CodeUseTests {
  /// Codes of 100 rows, a function a column.
  private func codes(_ columns: [(Int) -> Float]) -> CodeUse {
    let values = (0..<100).flatMap { row in columns.map { $0(row) } }
    return CodeUse(values: values, columns: columns.count)
  }

  @Test func spreadDimensionsAreNotWarnedOf() {
    let use = codes([{ Float($0) }, { Float($0 * $0 % 37) }])
    #expect(use.constant == 0)
    #expect(use.warning == nil)
  }

  @Test func twoTightClustersAreNoSaturation() {
    #expect(codes([{ $0 % 2 == 0 ? -5 : 5 }, { $0 % 2 == 0 ? 1 : 3 }]).warning == nil)
  }

  @Test func dimensionsThatAreTheSameForAllAreCounted() throws {
    // The second does not vary, the third by a two-hundredth of the first.
    let use = codes([{ Float($0) }, { _ in 3 }, { Float($0) / 200 }])
    #expect(use.constant == 2)
    let warning = try #require(use.warning)
    #expect(warning.hasPrefix("2 of the 3 dimensions of the bottleneck are nearly the same"))
  }

  @Test func halfOfThemIsNotYetWarnedOf() {
    #expect(codes([{ Float($0) }, { _ in 3 }]).warning == nil)
  }

  @Test func codesThatAreAllNearlyTheSameAreUseless() {
    #expect(codes([{ _ in 1 }, { _ in 2 }]).constant == 2)
    // A sigmoid near its end: 0.99 and a little.
    #expect(codes([{ 0.99 + Float($0) * 1e-6 }, { 0.98 + Float($0) * 2e-6 }]).constant == 2)
  }
}
