// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// NumPy's `.npy` format, versions 1 to 3: one array a file.
public enum NPY {
  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Whether bytes start as an NPY file does.
  static func matches(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: magic)
  }

  /// Reads an array of numbers; big-endian and Fortran-ordered files too.
  ///
  /// - Throws: ``InputError`` for a missing or damaged file, a kind that is not a number, or a
  ///   header that claims more than the file has.
  public static func read(_ url: URL) throws(InputError) -> NPYArray {
    try parse(FileBytes.read(url.path), name: url.path)
  }

  /// Reads an array from the bytes of a file.
  static func parse(_ bytes: [UInt8], name: String) throws(InputError) -> NPYArray {
    let (header, offset) = try header(bytes, name: name)
    guard let element = NPYArray.Element(rawValue: String(header.descriptor.dropFirst())),
      let order = header.descriptor.first, "<>|=".contains(order)
    else {
      throw InputError(
        .data,
        "\(name) holds elements of the kind '\(header.descriptor)'; whole numbers (i, u), "
          + "floating-point numbers (f) and booleans (b) are read")
    }
    return try NPYArray(
      shape: header.shape, element: element, isBigEndian: order == ">",
      isFortranOrder: header.isFortranOrder, storage: bytes, offset: offset, name: name)
  }

  /// Reads classes: numbers, or words of NumPy's kinds U and S.
  static func labels(_ bytes: [UInt8], name: String) throws(InputError) -> ClassLabels {
    let (header, offset) = try header(bytes, name: name)
    let kind = header.descriptor.dropFirst().first
    guard kind == "U" || kind == "S", let letters = Int(header.descriptor.dropFirst(2)), letters > 0
    else { return try ClassLabels(array: parse(bytes, name: name)) }
    let count = header.shape.filter { $0 != 1 }.first ?? 1
    let (width, overflow) = letters.multipliedReportingOverflow(by: kind == "U" ? 4 : 1)
    guard header.shape.count(where: { $0 != 1 }) <= 1, !overflow,
      (bytes.count - offset) / width == count, (bytes.count - offset) % width == 0
    else {
      throw InputError(
        .data, "\(name) is no list of words, one for each row, or it is cut off")
    }
    let isBigEndian = header.descriptor.first == ">"
    return ClassLabels(
      (0..<count).map { row in
        let own = bytes[(offset + row * width)..<(offset + (row + 1) * width)]
        guard kind == "U" else { return String(decoding: own.prefix { $0 != 0 }, as: UTF8.self) }
        let letters = stride(from: own.startIndex, to: own.endIndex, by: 4).map { place in
          (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(own[place + (isBigEndian ? $1 : 3 - $1)]) }
        }
        return String(decoding: letters.prefix { $0 != 0 }, as: UTF32.self)
      })
  }

  /// Reads the text of an array of byte strings with one element, as SciPy's format names are.
  static func parseText(_ bytes: [UInt8], name: String) throws(InputError) -> String {
    let (_, offset) = try header(bytes, name: name)
    // 'U' strings have four bytes a character; leaving the zeros out reads both kinds.
    return String(decoding: bytes[offset...].filter { $0 != 0 }, as: UTF8.self)
  }

  private struct Header {
    var descriptor: String
    var isFortranOrder: Bool
    var shape: [Int]
  }

  private static func header(
    _ bytes: [UInt8], name: String
  ) throws(InputError) -> (header: Header, offset: Int) {
    guard matches(bytes), bytes.count >= 10 else {
      throw InputError(.data, "\(name) is not an NPY file: it does not start as one")
    }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw InputError(.data, "\(name) is NPY version \(version); versions 1 to 3 are read")
    }
    let start = version == 1 ? 10 : 12
    guard bytes.count >= start else {
      throw InputError(.data, "\(name) is cut off within its header")
    }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= bytes.count - start else {
      throw InputError(
        .data,
        "\(name) claims a header of \(length) bytes, but only \(bytes.count - start) follow; it "
          + "is cut off")
    }
    let text = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
    guard let header = parseHeader(text) else {
      throw InputError(
        .data,
        "\(name) has a header that is not understood: \(text.prefix(100)). Arrays of plain "
          + "numbers are read, records are not")
    }
    return (header, start + length)
  }

  /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` in any order of keys.
  private static func parseHeader(_ text: String) -> Header? {
    func value(of key: String) -> Substring? {
      for quote in ["'", "\""] {
        guard let found = text.range(of: quote + key + quote),
          let colon = text[found.upperBound...].firstIndex(of: ":")
        else { continue }
        return text[text.index(after: colon)...].drop { $0 == " " }
      }
      return nil
    }
    guard let kind = value(of: "descr"), let quote = kind.first, "'\"".contains(quote),
      let order = value(of: "fortran_order"), let shape = value(of: "shape"), shape.first == "("
    else { return nil }
    var lengths: [Int] = []
    for piece in shape.dropFirst().prefix(while: { $0 != ")" }).split(separator: ",") {
      let digits = piece.trimmingCharacters(in: .whitespaces)
      if digits.isEmpty { continue }
      // Python 2 wrote long numbers with an L.
      guard let length = Int(digits.last == "L" ? String(digits.dropLast()) : digits) else {
        // Too many digits for a number: larger than any file, which the caller then says.
        guard digits.allSatisfy(\.isNumber) else { return nil }
        lengths.append(Int.max)
        continue
      }
      lengths.append(length)
    }
    return Header(
      descriptor: String(kind.dropFirst().prefix { $0 != quote }),
      isFortranOrder: order.hasPrefix("True"), shape: lengths)
  }
}
