// SPDX-License-Identifier: Apache-2.0

/// Writes zip files whose members are stored as they are, as NumPy's `savez` does.
enum ZipWriter {
  /// The bytes of an archive of named members; nil when they would need 64-bit sizes.
  static func archive(_ members: [(String, [UInt8])]) -> [UInt8]? {
    let size = members.reduce(0) { $0 + $1.1.count + 2 * $1.0.utf8.count + 128 }
    guard size < Int(UInt32.max) else { return nil }
    var file: [UInt8] = []
    var directory: [UInt8] = []
    file.reserveCapacity(size)
    for (name, bytes) in members {
      let offset = file.count
      // Version 2.0, no flags, stored; 1 January 1980, so that the same data are the same file.
      let description: [(Int, Int)] = [
        (20, 2), (0, 2), (0, 2), (0, 2), (0x21, 2), (Int(GZip.crc32(of: bytes)), 4),
        (bytes.count, 4), (bytes.count, 4), (name.utf8.count, 2), (0, 2),
      ]
      append([(0x0403_4b50, 4)] + description, to: &file)
      file += Array(name.utf8)
      file += bytes
      append([(0x0201_4b50, 4), (20, 2)] + description, to: &directory)
      append([(0, 2), (0, 2), (0, 2), (0, 4), (offset, 4)], to: &directory)
      directory += Array(name.utf8)
    }
    let end: [(Int, Int)] = [
      (0x0605_4b50, 4), (0, 2), (0, 2), (members.count, 2), (members.count, 2),
      (directory.count, 4), (file.count, 4), (0, 2),
    ]
    file += directory
    append(end, to: &file)
    return file
  }

  /// Little-endian numbers of so many bytes each.
  private static func append(_ numbers: [(Int, Int)], to file: inout [UInt8]) {
    for (value, bytes) in numbers {
      for place in 0..<bytes { file.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
    }
  }
}
