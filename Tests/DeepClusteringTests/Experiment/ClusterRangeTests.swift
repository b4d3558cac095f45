// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct ClusterRangeTests {
  @Test func readsTwoNumbers() {
    #expect(ClusterRange("2-60")?.numbers == 2...60)
    #expect(ClusterRange("7-7")?.description == "7-7")
  }

  @Test(arguments: ["", "5", "2-", "-2-5", "2--5", "2-5-8", "1-5", "9-2", "a-5", "2-5.5", "2...5"])
  func refusesOtherTexts(text: String) { #expect(ClusterRange(text) == nil) }

  @Test func survivesJSON() throws {
    let range = try #require(ClusterRange("2-60"))
    let data = try JSONEncoder().encode([range])
    #expect(String(decoding: data, as: UTF8.self) == "[\"2-60\"]")
    #expect(try JSONDecoder().decode([ClusterRange].self, from: data) == [range])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([ClusterRange].self, from: Data("[\"9-2\"]".utf8))
    }
  }
}
