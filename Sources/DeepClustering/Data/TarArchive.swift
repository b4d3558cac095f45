// SPDX-License-Identifier: Apache-2.0

/// The files of a tar archive (POSIX ustar, with the long names of GNU and pax).
struct TarArchive {
  /// The archive's bytes.
  let bytes: [UInt8]
  /// The archive, for messages.
  let name: String
  /// Where the bytes of each file are, by its path; hidden files are passed over.
  private(set) var members: [String: Range<Int>] = [:]

  /// Whether bytes start as an archive does: with a header whose checksum is right.
  static func matches(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 512 && bytes[0] != 0 && hasChecksum(bytes[..<512])
  }

  /// Finds the files of an archive.
  ///
  /// - Throws: ``InputError`` for a damaged header, and for a file that ends too early.
  init(_ bytes: [UInt8], name: String) throws(InputError) {
    self.bytes = bytes
    self.name = name
    var position = 0
    var longName: String?
    while position + 512 <= bytes.count, bytes[position] != 0 {
      let header = bytes[position..<(position + 512)]
      guard Self.hasChecksum(header), let size = Self.number(header, 124, 12) else {
        throw InputError(.data, "\(name) is damaged: byte \(position) is not the header of a file")
      }
      let start = position + 512
      guard size <= bytes.count - start else {
        throw InputError(
          .data,
          "\(name) is cut off: the file at byte \(position) has \(size) bytes, and "
            + "\(bytes.count - start) follow; fetch or copy it again")
      }
      let content = start..<(start + size)
      switch header[position + 156] {
      case UInt8(ascii: "L"):
        longName = Self.text(bytes[content])
      case UInt8(ascii: "x"):
        longName = Self.paxPath(bytes[content]) ?? longName
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        let path = longName ?? Self.path(header)
        let parts = path.split(separator: "/").filter { $0 != "." }
        if !parts.contains(where: { $0.hasPrefix(".") }) {
          members[parts.joined(separator: "/")] = content
        }
        longName = nil
      default:
        longName = nil
      }
      // Every file fills whole blocks.
      position = start + min((size + 511) / 512 * 512, bytes.count - start)
    }
    guard position == bytes.count || bytes[position] == 0 else {
      throw InputError(
        .data, "\(name) is cut off within the header at byte \(position); fetch or copy it again")
    }
  }

  private static func hasChecksum(_ header: ArraySlice<UInt8>) -> Bool {
    guard let claimed = number(header, 148, 8) else { return false }
    let field = (header.startIndex + 148)..<(header.startIndex + 156)
    var sum = 8 * 32
    for place in header.indices where !field.contains(place) { sum += Int(header[place]) }
    return sum == claimed
  }

  /// A field in octal digits, or with its first bit set in base 256.
  private static func number(_ header: ArraySlice<UInt8>, _ offset: Int, _ length: Int) -> Int? {
    let field = header[(header.startIndex + offset)..<(header.startIndex + offset + length)]
    if let first = field.first, first & 0x80 != 0 {
      guard field.dropFirst().prefix(length - 8).allSatisfy({ $0 == 0 }) else { return nil }
      return Int(exactly: field.suffix(7).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    let digits = field.drop { $0 == 32 }.prefix { (48..<56).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private static func path(_ header: ArraySlice<UInt8>) -> String {
    let start = header.startIndex
    let name = text(header[start..<(start + 100)])
    let isUstar = header[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8)
    // GNU's archives have other things where the others have a prefix.
    guard isUstar, header[start + 262] == 0 else { return name }
    let prefix = text(header[(start + 345)..<(start + 500)])
    return prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  /// The path of a pax header, whose records are "LENGTH KEY=VALUE" with a line end.
  private static func paxPath(_ records: ArraySlice<UInt8>) -> String? {
    for record in records.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: record, as: UTF8.self)
      if let space = text.firstIndex(of: " "), text[space...].hasPrefix(" path=") {
        return String(text[space...].dropFirst(6))
      }
    }
    return nil
  }
}
