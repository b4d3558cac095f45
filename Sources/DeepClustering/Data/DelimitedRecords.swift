// SPDX-License-Identifier: Apache-2.0

/// Walks over the records of a delimited text, field by field as text.
///
/// Fields in double quotes may hold delimiters, line ends and doubled quotes. Blank lines are passed
/// over, and before the first record lines that start with `#`. A separator of nil means runs of spaces and tabs.
struct DelimitedRecords {
  let bytes: UnsafeBufferPointer<UInt8>
  let separator: UInt8?
  /// The file, for messages.
  let name: String
  /// Where the next record starts.
  var position = 0
  /// The line that the next record starts on, counted from 1.
  var line = 1
  /// Whether a record was found: what starts with `#` after it is one too.
  private var isInside = false

  init(_ bytes: UnsafeBufferPointer<UInt8>, separator: UInt8?, name: String) {
    self.bytes = bytes
    self.separator = separator
    self.name = name
    // The mark that some programs put before UTF-8 text.
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// Passes over blank lines and the comments before the first record; false at the end of the text.
  mutating func findRecord() -> Bool {
    while position < bytes.count {
      var next = position
      while next < bytes.count, isBlank(bytes[next]) || bytes[next] == UInt8(ascii: "\r") {
        next += 1
      }
      if !isInside, next < bytes.count, bytes[next] == UInt8(ascii: "#") {
        while next < bytes.count, bytes[next] != UInt8(ascii: "\n") { next += 1 }
      }
      guard next == bytes.count || bytes[next] == UInt8(ascii: "\n") else {
        isInside = true
        return true
      }
      position = min(next + 1, bytes.count)
      line += 1
    }
    return false
  }

  /// The fields of the next record; nil at the end of the text.
  mutating func next() throws(InputError) -> [String]? {
    guard findRecord() else { return nil }
    var fields: [String] = []
    var isLast = false
    while !isLast { fields.append(try field(isLast: &isLast)) }
    return fields
  }

  /// Reads one field as text, and moves behind the separator or the line end after it.
  mutating func field(isLast: inout Bool) throws(InputError) -> String {
    skipBlanks()
    var text: [UInt8] = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      text = try quoted()
      skipBlanks(afterField: true)
      guard position == bytes.count || isSeparator(bytes[position]) || isLineEnd(position) else {
        throw InputError(
          .data,
          "line \(line) of \(name) has text after a closing quote; double the quotes that "
            + "belong to the text")
      }
    } else {
      let start = position
      while position < bytes.count, !isSeparator(bytes[position]), !isLineEnd(position) {
        position += 1
      }
      var end = position
      while end > start, isBlank(bytes[end - 1]) { end -= 1 }
      text = Array(bytes[start..<end])
    }
    isLast = endField()
    return String(decoding: text, as: UTF8.self)
  }

  /// Moves behind the separator or line end that follows a field; true at the end of the record.
  @inline(__always)
  mutating func endField() -> Bool {
    if separator == nil { skipBlanks() }
    guard position < bytes.count else { return true }
    if let separator, bytes[position] == separator {
      position &+= 1
      return false
    }
    if bytes[position] == UInt8(ascii: "\r") { position &+= 1 }
    guard position < bytes.count else { return true }
    if bytes[position] == UInt8(ascii: "\n") {
      position &+= 1
      line &+= 1
      return true
    }
    return false
  }

  @inline(__always)
  mutating func skipBlanks(afterField: Bool = false) {
    if afterField && separator == nil { return }
    while position < bytes.count, isBlank(bytes[position]) { position &+= 1 }
  }

  /// Whether a byte separates fields.
  @inline(__always)
  func isSeparator(_ byte: UInt8) -> Bool {
    if let separator { return byte == separator }
    return byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  /// Whether a line ends at a place, with or without a carriage return.
  @inline(__always)
  func isLineEnd(_ place: Int) -> Bool {
    bytes[place] == UInt8(ascii: "\n")
      || (bytes[place] == UInt8(ascii: "\r")
        && (place + 1 == bytes.count || bytes[place + 1] == UInt8(ascii: "\n")))
  }

  @inline(__always)
  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && separator != byte)
  }

  private mutating func quoted() throws(InputError) -> [UInt8] {
    let opening = line
    var text: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\"") {
        guard position < bytes.count, bytes[position] == byte else { return text }
        position += 1
      } else if byte == UInt8(ascii: "\n") {
        line += 1
      }
      text.append(byte)
    }
    throw InputError(.data, "line \(opening) of \(name) opens a quote that is never closed")
  }
}

extension DelimitedRecords {
  /// The separator of a text, from its first lines: tab, semicolon or comma where each line has
  /// the same number of them, else spaces.
  static func detectSeparator(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
    let candidates = [UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: ",")]
    var counts: [[Int]] = []
    var current = [0, 0, 0]
    var isQuoted = false
    var isBlank = true
    var isComment = false
    for index in 0...bytes.count where counts.count < 10 {
      let byte = index < bytes.count ? bytes[index] : UInt8(ascii: "\n")
      if byte == UInt8(ascii: "\n") && (!isQuoted || index == bytes.count) {
        if !isBlank && !isComment { counts.append(current) }
        (current, isQuoted, isBlank, isComment) = ([0, 0, 0], false, true, false)
        continue
      }
      if isBlank && counts.isEmpty && byte == UInt8(ascii: "#") { isComment = true }
      if byte > UInt8(ascii: " ") { isBlank = false }
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, let which = candidates.firstIndex(of: byte) { current[which] += 1 }
    }
    guard let first = counts.first else { return nil }
    let found = candidates.indices.filter { first[$0] > 0 }
    let steady = found.first { which in counts.allSatisfy { $0[which] == first[which] } }
    // A ragged file has no steady one: its reader says which line is wrong.
    return (steady ?? found.max { first[$0] < first[$1] }).map { candidates[$0] }
  }
}
