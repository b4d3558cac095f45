// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct GZipTests {
  private let squares = (0..<200).map { "\($0),\($0 * $0)\n" }.joined()

  @Test func unpacks() throws {
    let packed = try packedFixture(NumPyFixtures.squares)
    #expect(String(decoding: try GZip.unpack(packed, name: "g"), as: UTF8.self) == squares)
  }

  @Test func unpacksMembersOneAfterAnother() throws {
    let packed = try packedFixture(NumPyFixtures.squares)
    let both = try GZip.unpack(packed + gzip([1, 2, 3]) + [0, 0, 0], name: "g")
    #expect(both == Array(squares.utf8) + [1, 2, 3])
    let junk = refusal { try GZip.unpack(packed + [7, 7], name: "g") }
    #expect(junk?.description.contains("2 bytes after its compressed data") == true)
  }

  @Test func saysWhenAFileIsCutOff() throws {
    let packed = try packedFixture(NumPyFixtures.squares)
    for missing in [1, 8, 100, packed.count - 3] {
      let error = refusal { try GZip.unpack(Array(packed.dropLast(missing)), name: "cut.gz") }
      #expect(error?.kind == .data)
      #expect(error?.description.contains("cut.gz is cut off") == true)
    }
  }

  @Test func saysWhenAFileIsDamaged() throws {
    var packed = gzip(Array("hello".utf8))
    packed[16] ^= 1
    let error = refusal { try GZip.unpack(packed, name: "bad.gz") }
    #expect(error?.description.contains("bad.gz is damaged near byte") == true)
  }

  @Test func growsBeyondAWrongHint() throws {
    // The size in the last four bytes is of the last member only.
    let packed = gzip([UInt8](repeating: 9, count: 60_000)) + gzip([1])
    #expect(try GZip.unpack(packed, name: "g").count == 60_001)
    #expect(GZip.crc32(of: Array("123456789".utf8)) == 0xCBF4_3926)
  }
}
