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
    #expect(use.constant == 0 && use.saturated == 0)
    #expect(use.warning == nil)
  }

  @Test func constantAndTwoValuedDimensionsAreCounted() throws {
    let use = codes([
      { Float($0) / 100 }, { _ in 3 }, { $0 % 3 == 0 ? 0 : 1 }, { $0 % 2 == 0 ? 0.001 : 0.999 },
    ])
    #expect(use.constant == 1 && use.saturated == 2)
    let warning = try #require(use.warning)
    #expect(warning.hasPrefix("3 of the 4 dimensions"))
    #expect(warning.contains("1 the same for all samples, 2 stuck at their two ends"))
  }

  @Test func oneOutlierIsNoSaturation() {
    // In 200 rows one value far away is half a per cent, fewer than an end needs.
    let values = (0..<200).map { $0 == 0 ? 90 : Float($0 % 5) / 5 }
    #expect(CodeUse(values: values, columns: 1).saturated == 0)
    // A sparse code is not two-valued: a tenth of its values lies between.
    #expect(codes([{ $0 < 90 ? 0 : Float($0 - 89) }]).saturated == 0)
  }

  @Test func codesThatAreAllTheSameAreUseless() {
    #expect(codes([{ _ in 1 }, { _ in 2 }]).warning?.hasPrefix("2 of the 2") == true)
  }
}
