// SPDX-License-Identifier: Apache-2.0

/// A zip file in memory: what NumPy's npz and Python's wheels are.
///
/// Members may be stored or deflated, with 64-bit sizes where needed. Every offset and size is
/// checked against the file before it is used.
struct ZipArchive {
  /// One file inside the archive.
  struct Member {
    let name: String
    let method: Int
    let packedSize: Int
    let size: Int
    let crc32: UInt32
    let headerOffset: Int
    let isEncrypted: Bool
  }

  /// The file's path, for messages.
  let name: String
  /// The files inside, in the order of the archive's directory.
  let members: [Member]
  private let bytes: [UInt8]

  /// Reads the directory of an archive.
  init(_ bytes: [UInt8], name: String) throws(InputError) {
    self.bytes = bytes
    self.name = name
    let reader = Fields(bytes: bytes, name: name)
    // The end record is last, but for a comment of at most 65,535 bytes.
    let lowest = max(0, bytes.count - 22 - 65_535)
    var end = bytes.count - 22
    while end >= lowest, try reader.number(at: end, bytes: 4) != 0x0605_4b50 { end -= 1 }
    guard end >= lowest, end >= 0 else {
      throw InputError(
        .data, "\(name) is not a whole zip file: its directory is missing (cut off?)")
    }
    var count = try reader.number(at: end + 10, bytes: 2)
    var offset = try reader.number(at: end + 16, bytes: 4)
    if end >= 20, try reader.number(at: end - 20, bytes: 4) == 0x0706_4b50 {
      let wide = try reader.number(at: end - 12, bytes: 8)
      guard try reader.number(at: wide, bytes: 4) == 0x0606_4b50 else {
        throw InputError(.data, "\(name) has a damaged zip64 directory at byte \(wide)")
      }
      count = try reader.number(at: wide + 32, bytes: 8)
      offset = try reader.number(at: wide + 48, bytes: 8)
    }
    var members: [Member] = []
    for _ in 0..<count {
      guard try reader.number(at: offset, bytes: 4) == 0x0201_4b50 else {
        throw InputError(.data, "\(name) has a damaged zip directory at byte \(offset)")
      }
      let nameLength = try reader.number(at: offset + 28, bytes: 2)
      let extraLength = try reader.number(at: offset + 30, bytes: 2)
      let commentLength = try reader.number(at: offset + 32, bytes: 2)
      members.append(
        try reader.member(at: offset, nameLength: nameLength, extraLength: extraLength))
      offset += 46 + nameLength + extraLength + commentLength
    }
    self.members = members
  }

  /// The member of a name, if there is one.
  func member(named name: String) -> Member? {
    members.first { $0.name == name }
  }

  /// Unpacks a member, and checks its checksum.
  func unpack(_ member: Member) throws(InputError) -> [UInt8] {
    let title = "\(member.name) in \(name)"
    guard !member.isEncrypted else {
      throw InputError(.data, "\(title) is encrypted; unpack it first")
    }
    let reader = Fields(bytes: bytes, name: name)
    guard try reader.number(at: member.headerOffset, bytes: 4) == 0x0403_4b50 else {
      throw InputError(.data, "\(title) has a damaged header at byte \(member.headerOffset)")
    }
    let start =
      try member.headerOffset + 30 + reader.number(at: member.headerOffset + 26, bytes: 2)
      + reader.number(at: member.headerOffset + 28, bytes: 2)
    guard member.packedSize <= bytes.count - start else {
      throw InputError(
        .data,
        "\(title) claims \(member.packedSize) bytes from byte \(start) on, but the file has only "
          + "\(bytes.count)")
    }
    let packed = bytes[start..<(start + member.packedSize)]
    let unpacked: [UInt8]
    switch member.method {
    case 0: unpacked = Array(packed)
    case 8: unpacked = try GZip.unpackRaw(packed, size: member.size, name: title)
    default:
      throw InputError(
        .data, "\(title) is packed by method \(member.method); only stored and deflated are read")
    }
    guard GZip.crc32(of: unpacked) == member.crc32 else {
      throw InputError(.data, "\(title) is damaged: its checksum does not match")
    }
    return unpacked
  }
}

/// Little-endian numbers at checked places.
private struct Fields {
  let bytes: [UInt8]
  let name: String

  func number(at offset: Int, bytes count: Int) throws(InputError) -> Int {
    guard offset >= 0, offset <= bytes.count - count else {
      throw InputError(.data, "\(name) is not a whole zip file: it ends before byte \(offset)")
    }
    var value: UInt64 = 0
    for index in (0..<count).reversed() { value = value << 8 | UInt64(bytes[offset + index]) }
    // No file is that large, so the clamped value fails the next check instead of overflowing.
    return Int(clamping: min(value, 1 << 56))
  }

  func member(
    at offset: Int, nameLength: Int, extraLength: Int
  ) throws(InputError) -> ZipArchive.Member {
    var packedSize = try number(at: offset + 20, bytes: 4)
    var size = try number(at: offset + 24, bytes: 4)
    var headerOffset = try number(at: offset + 42, bytes: 4)
    // Sizes that do not fit 32 bits are all ones here, and follow in the extra field of type 1.
    var extra = offset + 46 + nameLength
    let extraEnd = extra + extraLength
    while extra + 4 <= extraEnd {
      let length = try number(at: extra + 2, bytes: 2)
      if try number(at: extra, bytes: 2) == 1 {
        var field = extra + 4
        if size == 0xFFFF_FFFF { (size, field) = (try number(at: field, bytes: 8), field + 8) }
        if packedSize == 0xFFFF_FFFF {
          (packedSize, field) = (try number(at: field, bytes: 8), field + 8)
        }
        if headerOffset == 0xFFFF_FFFF { headerOffset = try number(at: field, bytes: 8) }
      }
      extra += 4 + length
    }
    let start = offset + 46
    guard start + nameLength <= bytes.count else {
      throw InputError(.data, "\(name) is not a whole zip file: it ends in its directory")
    }
    return ZipArchive.Member(
      name: String(decoding: bytes[start..<(start + nameLength)], as: UTF8.self),
      method: try number(at: offset + 10, bytes: 2), packedSize: packedSize, size: size,
      crc32: UInt32(try number(at: offset + 16, bytes: 4)), headerOffset: headerOffset,
      isEncrypted: try number(at: offset + 8, bytes: 2) & 1 == 1)
  }
}
