// SPDX-License-Identifier: Apache-2.0

import CZlib
import Testing

@testable import ClusteringReport

@Suite struct PNGImageTests {
  private func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  /// The chunks of a file, their checksums verified.
  private func chunks(_ file: [UInt8]) throws -> [(name: String, body: [UInt8])] {
    #expect(Array(file.prefix(8)) == [137, 80, 78, 71, 13, 10, 26, 10])
    var result: [(name: String, body: [UInt8])] = []
    var place = 8
    while place < file.count {
      let length = number(file[place..<place + 4])
      let content = Array(file[place + 4..<place + 8 + length])
      let checksum = number(file[place + 8 + length..<place + 12 + length])
      #expect(Int(crc32(0, content, UInt32(content.count))) == checksum)
      result.append(
        (String(decoding: content.prefix(4), as: UTF8.self), Array(content.dropFirst(4))))
      place += 12 + length
    }
    return result
  }

  @Test(arguments: [(1, UInt8(0)), (2, 4), (3, 2), (4, 6)])
  func inflatesToTheSamePixels(channels: Int, colorType: UInt8) throws {
    let width = 5
    let height = 3
    let pixels = (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    let image = PNGImage(width: width, height: height, channels: channels, pixels: pixels)
    let chunks = try chunks(image.encoded())
    #expect(chunks.map(\.name) == ["IHDR", "IDAT", "IEND"])
    #expect(chunks[0].body == [0, 0, 0, 5, 0, 0, 0, 3, 8, colorType, 0, 0, 0])

    let row = width * channels
    var size = uLong((row + 1) * height)
    var raw = [UInt8](repeating: 255, count: Int(size))
    #expect(uncompress(&raw, &size, chunks[1].body, uLong(chunks[1].body.count)) == Z_OK)
    #expect(Int(size) == raw.count)
    for line in 0..<height {
      #expect(raw[line * (row + 1)] == 0)
      let start = line * (row + 1) + 1
      #expect(Array(raw[start..<start + row]) == Array(pixels[line * row..<(line + 1) * row]))
    }
  }

  @Test func aStripPutsPicturesSideBySide() {
    // Two pictures of 2 × 2: 1 2 / 3 4 and 5 6 / 7 8.
    let strip = PNGImage.sheet(
      count: 2, width: 2, height: 2, channels: 1, pixels: [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(strip.pixels == [1, 2, 5, 6, 3, 4, 7, 8])
    #expect(strip.width == 4 && strip.height == 2)
  }

  @Test func aStripLeavesOutWhatIsNotCounted() {
    let strip = PNGImage.sheet(
      count: 1, width: 1, height: 2, channels: 2, pixels: [1, 2, 3, 4, 9, 9, 9, 9][...])
    #expect(strip.pixels == [1, 2, 3, 4])
  }

  @Test func aSheetFillsItsRowsInTurn() {
    // Three pictures of 1 × 2 in rows of two.
    let sheet = PNGImage.sheet(
      count: 3, columns: 2, width: 2, height: 1, channels: 1, pixels: [1, 2, 3, 4, 5, 6], ground: 9)
    #expect(sheet.pixels == [1, 2, 3, 4, 5, 6, 9, 9])
    #expect(sheet.width == 4 && sheet.height == 2)
  }
}
