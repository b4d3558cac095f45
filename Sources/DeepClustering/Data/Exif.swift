// SPDX-License-Identifier: Apache-2.0

/// The one thing in a camera's notes that concerns the pixels: how the camera was held.
enum Exif {
  /// The orientation of a JPEG file, 1 to 8; 1, upright, where the file does not say.
  static func orientation(ofJPEG bytes: [UInt8]) -> Int {
    var place = 2
    // Segments: FF, a marker, and a big-endian length that counts itself; SOS begins the pixels.
    while place + 4 <= bytes.count, bytes[place] == 0xFF {
      let marker = bytes[place + 1]
      if marker == 0xFF {  // padding
        place += 1
        continue
      }
      let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
      let end = place + 2 + length
      guard marker != 0xDA, length >= 2, end <= bytes.count else { break }
      let content = bytes[(place + 4)..<end]
      if marker == 0xE1, content.starts(with: Array("Exif\0\0".utf8)) {
        return orientation(ofTIFF: Array(content.dropFirst(6)))
      }
      place = end
    }
    return 1
  }

  /// Tag 0x0112 of the first directory.
  private static func orientation(ofTIFF bytes: [UInt8]) -> Int {
    let isLittle = bytes.starts(with: Array("II".utf8))
    func number(_ place: Int, _ count: Int) -> Int? {
      guard place >= 0, place <= bytes.count - count else { return nil }
      let part = bytes[place..<place + count]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let entries = number(directory, 2) else { return 1 }
    for index in 0..<entries {
      let entry = directory + 2 + 12 * index
      guard let tag = number(entry, 2) else { return 1 }
      guard tag == 0x0112 else { continue }
      let value = number(entry + 8, 2) ?? 1
      return (1...8).contains(value) ? value : 1
    }
    return 1
  }
}
