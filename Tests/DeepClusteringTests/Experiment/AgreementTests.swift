// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct AgreementTests {
  @Test func otherNamesForTheSameClustersAgree() throws {
    let agreement = try #require(Agreement([0, 0, 1, -1], [4, 4, 7, 0]))
    #expect(abs(agreement.ari - 1) < 1e-12 && abs(agreement.nmi - 1) < 1e-12)
  }

  @Test func pairsByHand() throws {
    // Pairs together: in both 1, in the first 2, in the second 3, of 6;
    // (1 − 2·3/6) / ((2 + 3)/2 − 2·3/6) = 0.
    let agreement = try #require(Agreement([0, 0, 1, 1], [0, 1, 1, 1]))
    #expect(abs(agreement.ari) < 1e-12)
  }

  @Test func whatCannotBeComparedHasNone() {
    #expect(Agreement([0, 1], [0]) == nil)
    #expect(Agreement([], []) == nil)
    // 10,000 × 10,000 cells are more than a table may have.
    #expect(Agreement(Array(0..<10_000), Array(0..<10_000)) == nil)
  }
}
