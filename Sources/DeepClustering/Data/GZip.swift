// SPDX-License-Identifier: Apache-2.0

internal import CZlib

/// Unpacks gzip files and deflate streams with the system's zlib.
enum GZip {
  /// Deflate cannot shrink anything by more than this.
  static let largestRatio = 1032

  /// Whether bytes start as gzip does.
  static func isCompressed(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
  }

  /// Unpacks a gzip file, all of its members one after another.
  ///
  /// The name is the file's, for the message of an error.
  static func unpack(_ bytes: [UInt8], name: String) throws(InputError) -> [UInt8] {
    // The last four bytes hold the unpacked size, but modulo 2³² and of the last member only.
    let hint = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    var output = Inflation(name: name, windowBits: MAX_WBITS + 16)
    return try output.run(bytes[...], sizeHint: hint, manyMembers: true)
  }

  /// Unpacks a deflate stream without any header, whose unpacked size is known.
  static func unpackRaw(
    _ bytes: ArraySlice<UInt8>, size: Int, name: String
  ) throws(InputError) -> [UInt8] {
    guard size <= largestRatio * bytes.count + 1024 else {
      throw InputError(
        .data, "\(name) claims \(size) bytes unpacked from \(bytes.count), which cannot be")
    }
    var output = Inflation(name: name, windowBits: -MAX_WBITS)
    let unpacked = try output.run(bytes, sizeHint: size, manyMembers: false)
    guard unpacked.count == size else {
      throw InputError(
        .data, "\(name) claims \(size) bytes unpacked, but holds \(unpacked.count)")
    }
    return unpacked
  }

  /// Unpacks a deflate stream in the wrapping of zlib; what follows it is passed over.
  ///
  /// - Parameters:
  ///   - bytes: The stream.
  ///   - size: How many unpacked bytes there may be; nil when any number will do.
  ///   - name: The file, for the message of an error.
  /// - Returns: The unpacked bytes.
  /// - Throws: ``InputError`` for a damaged stream.
  static func unpackZlib(
    _ bytes: ArraySlice<UInt8>, size: Int? = nil, name: String
  ) throws(InputError) -> [UInt8] {
    var output = Inflation(name: name, windowBits: MAX_WBITS)
    let hint = size ?? bytes.count.multipliedReportingOverflow(by: 4).partialValue
    let unpacked = try output.run(Array(bytes)[...], sizeHint: hint, manyMembers: false)
    guard size.map({ unpacked.count <= $0 }) ?? true else {
      throw InputError(.data, "\(name) is damaged: a part unpacks to more bytes than it should")
    }
    return unpacked
  }

  /// The checksum that zip files store, of bytes after others whose sum is `before`.
  static func crc32(of bytes: some Sequence<UInt8>, after before: UInt32 = 0) -> UInt32 {
    let sum = bytes.withContiguousStorageIfAvailable {
      UInt32(truncatingIfNeeded: CZlib.crc32_z(UInt(before), $0.baseAddress, $0.count))
    }
    return sum ?? crc32(of: Array(bytes), after: before)
  }
}

/// One run of zlib over bytes in memory, with an output that grows no further than it can.
private struct Inflation {
  let name: String
  let windowBits: Int32

  mutating func run(
    _ bytes: ArraySlice<UInt8>, sizeHint: Int, manyMembers: Bool
  ) throws(InputError) -> [UInt8] {
    let limit = bytes.count.multipliedReportingOverflow(by: GZip.largestRatio).partialValue + 1024
    var output = [UInt8](repeating: 0, count: max(min(sizeHint + 1, limit), 1024))
    var stream = z_stream()
    guard czlib_inflate_start(&stream, windowBits) == Z_OK else {
      throw InputError(.internalError, "zlib did not start")
    }
    defer { inflateEnd(&stream) }
    var consumed = 0
    var produced = 0
    while true {
      if produced == output.count {
        try FileBytes.refuseMoreThanMemory(output.count * 2, name: name)
        output.append(contentsOf: repeatElement(0, count: output.count))
      }
      // zlib counts in 32 bits.
      let source = min(bytes.count - consumed, 1 << 30)
      let room = min(output.count - produced, 1 << 30)
      let status = bytes.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          stream.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress.map { $0 + consumed })
          stream.avail_in = UInt32(source)
          stream.next_out = output.baseAddress.map { $0 + produced }
          stream.avail_out = UInt32(room)
          return inflate(&stream, Z_NO_FLUSH)
        }
      }
      consumed += source - Int(stream.avail_in)
      produced += room - Int(stream.avail_out)
      if status == Z_STREAM_END {
        guard manyMembers, try nextMemberFollows(bytes.dropFirst(consumed)) else { break }
        inflateReset(&stream)
      } else if status == Z_OK || status == Z_BUF_ERROR {
        guard consumed < bytes.count || produced == output.count else {
          throw InputError(
            .data,
            "\(name) is cut off: its compressed data end after \(bytes.count) bytes, before their "
              + "end is reached; fetch or copy it again")
        }
      } else {
        let reason = stream.msg.map { String(cString: $0) } ?? "error \(status)"
        throw InputError(
          .data,
          "\(name) is damaged near byte \(consumed) of its compressed data (\(reason)); fetch or "
            + "copy it again")
      }
    }
    output.removeLast(output.count - produced)
    return output
  }

  /// After a gzip member there may be another one, or padding with zeros, but nothing else.
  private func nextMemberFollows(_ rest: ArraySlice<UInt8>) throws(InputError) -> Bool {
    if rest.starts(with: [0x1f, 0x8b]) { return true }
    guard rest.allSatisfy({ $0 == 0 }) else {
      throw InputError(
        .data, "\(name) has \(rest.count) bytes after its compressed data that are not gzip")
    }
    return false
  }
}
