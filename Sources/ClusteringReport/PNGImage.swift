// SPDX-License-Identifier: Apache-2.0

import CZlib
import Foundation

/// A picture of eight bits a channel, and its PNG file.
struct PNGImage: Equatable, Sendable {
  var width: Int
  var height: Int
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  var channels: Int
  /// Row-major, channels last.
  var pixels: [UInt8]

  init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "A PNG has at least one pixel.")
    precondition((1...4).contains(channels), "A PNG has 1 to 4 channels, not \(channels).")
    precondition(pixels.count == width * height * channels, "The pixels do not fit the size.")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Places pictures of one size in rows of `columns`, all in one row without it.
  ///
  /// `pixels` is pictures × height × width × channels; what is left of the last row is `ground`.
  static func sheet(
    count: Int, columns: Int? = nil, width: Int, height: Int, channels: Int,
    pixels: some RandomAccessCollection<UInt8>, ground: UInt8 = 0
  ) -> PNGImage {
    let columns = columns ?? count
    let rows = (count + columns - 1) / columns
    let line = width * channels
    var result = [UInt8](repeating: ground, count: rows * columns * height * line)
    for index in 0..<count {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      for y in 0..<height {
        let from = pixels.index(pixels.startIndex, offsetBy: (index * height + y) * line)
        let to = ((row * height + y) * columns + column) * line
        result.replaceSubrange(to..<to + line, with: pixels[from...].prefix(line))
      }
    }
    return PNGImage(
      width: width * columns, height: height * rows, channels: channels, pixels: result)
  }

  /// The file: signature, IHDR, one IDAT, IEND (PNG specification, third edition).
  func encoded() -> [UInt8] {
    let colorType: UInt8 = [0, 4, 2, 6][channels - 1]
    var header = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height))
    header += [8, colorType, 0, 0, 0]
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    file += Self.chunk("IHDR", header)
    file += Self.chunk("IDAT", Self.deflated(filteredRows()))
    file += Self.chunk("IEND", [])
    return file
  }

  var dataURI: String { "data:image/png;base64," + Data(encoded()).base64EncodedString() }

  /// Each row behind its filter byte; 0, no filter, compresses small drawings best.
  private func filteredRows() -> [UInt8] {
    let row = width * channels
    var bytes: [UInt8] = []
    bytes.reserveCapacity((row + 1) * height)
    for line in 0..<height {
      bytes.append(0)
      bytes += pixels[line * row..<(line + 1) * row]
    }
    return bytes
  }

  private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let content = Array(name.utf8) + body
    let checksum = UInt32(truncatingIfNeeded: crc32(0, content, UInt32(content.count)))
    return bigEndian(UInt32(body.count)) + content + bigEndian(checksum)
  }

  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    // The last levels take several times longer over megabytes, for a per cent or two.
    let level: Int32 = bytes.count > 1 << 20 ? 6 : 9
    let status = compress2(&result, &size, bytes, uLong(bytes.count), level)
    precondition(status == Z_OK, "zlib could not compress \(bytes.count) bytes (status \(status)).")
    return Array(result.prefix(Int(size)))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}
