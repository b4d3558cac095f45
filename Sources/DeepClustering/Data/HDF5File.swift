// SPDX-License-Identifier: Apache-2.0

/// An HDF5 file, as far as arrays of numbers need it.
///
/// Read are: superblocks of version 0 to 3; groups of symbol tables, and those of links kept in their
/// object headers; whole and floating-point numbers of either byte order; contiguous, compact and
/// chunked arrays, the chunks in B-trees of version 1, single, implicit, or in fixed arrays; the
/// filters deflate, shuffle and Fletcher-32. All else is answered with a sentence. Layout: HDF5 File
/// Format Specification Version 3.0, The HDF Group.
struct HDF5File: ArrayFile {
  let name: String
  /// The arrays by their paths, in the order of the file.
  private var arrays: [(path: String, header: HDF5ObjectHeader)] = []
  private let storage: HDF5Storage
  /// What kept a group from being read, for when nothing else is found.
  private var problem: InputError?

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Where the superblock is: at the start, or behind a block of the user.
  private static func start(_ bytes: [UInt8]) -> Int? {
    ([0] + (9..<24).map { 1 << $0 }).first { place in
      place + 8 <= bytes.count && bytes[place..<(place + 8)].elementsEqual(signature)
    }
  }

  /// Whether bytes are those of an HDF5 file.
  static func matches(_ bytes: [UInt8]) -> Bool { start(bytes) != nil }

  /// Finds the arrays of a file.
  init(_ bytes: [UInt8], name: String) throws(InputError) {
    self.name = name
    let start = Self.start(bytes) ?? 0
    var cursor = try ByteCursor(bytes, (start + 8)..<bytes.count, name: name)
    let version = try cursor.number(1)
    let root: Int
    switch version {
    case 0, 1:
      try cursor.take(4)
      let sizes = (offset: try cursor.number(1), length: try cursor.number(1))
      try cursor.take(1 + 4 + 4 + (version == 1 ? 4 : 0))
      storage = try HDF5Storage(bytes, name: name, sizes, base: cursor.number(sizes.offset))
      // Free space, end of file and driver information, then the name in the root's entry.
      try cursor.take(4 * sizes.offset)
      root = try cursor.number(sizes.offset)
    case 2, 3:
      let sizes = (offset: try cursor.number(1), length: try cursor.number(1))
      try cursor.take(1)
      storage = try HDF5Storage(bytes, name: name, sizes, base: cursor.number(sizes.offset))
      try cursor.take(2 * sizes.offset)
      root = try cursor.number(sizes.offset)
    default:
      throw InputError(
        .data, "\(name) is HDF5 with a superblock of version \(version); 0 to 3 are read")
    }
    var seen: Set<Int> = []
    try walk(root, path: "", depth: 0, &seen)
    if arrays.isEmpty, let problem { throw problem }
  }

  var arrayNames: [String] { arrays.map(\.path) }

  func array(_ path: String) throws(InputError) -> StoredArray {
    guard let header = arrays.first(where: { $0.path == path })?.header else {
      throw InputError(.data, "\(name) has no array \(path)")
    }
    return .dense(try HDF5Array(header, storage, name: "\(path) of \(name)").read())
  }

  /// Collects the arrays of an object and of all below it; an object that was seen is passed over.
  private mutating func walk(
    _ address: Int, path: String, depth: Int, _ seen: inout Set<Int>
  ) throws(InputError) {
    guard depth < HDF5Storage.deepest, seen.insert(address).inserted else { return }
    let header = try HDF5ObjectHeader(at: address, storage)
    if header.message(.layout) != nil {
      arrays.append((path, header))
      return
    }
    do {
      for member in try HDF5Group(header, storage, path: path).members {
        try walk(
          member.address, path: path.isEmpty ? member.name : "\(path)/\(member.name)",
          depth: depth + 1, &seen)
      }
    } catch {
      problem = problem ?? error
    }
  }
}

/// The bytes of an HDF5 file, and the sizes of the numbers that point into it.
struct HDF5Storage {
  let bytes: [UInt8]
  let name: String
  /// The bytes of an address.
  let offsetSize: Int
  /// The bytes of a length.
  let lengthSize: Int
  private let base: Int
  /// More levels of groups or trees than any file has.
  static let deepest = 100

  init(
    _ bytes: [UInt8], name: String, _ sizes: (offset: Int, length: Int), base: Int
  ) throws(InputError) {
    guard [2, 4, 8].contains(sizes.offset), [2, 4, 8].contains(sizes.length) else {
      throw InputError(
        .data, "\(name) is damaged: its addresses have \(sizes.offset) bytes")
    }
    (self.bytes, self.name, self.base) = (bytes, name, base)
    (offsetSize, lengthSize) = (sizes.offset, sizes.length)
  }

  /// A cursor at an address, up to the end of the file.
  func cursor(at address: Int) throws(InputError) -> ByteCursor {
    let (place, overflow) = address.addingReportingOverflow(base)
    guard !overflow, place >= 0, place <= bytes.count else {
      throw ByteCursor.cutOff(name, at: place, bytes.count)
    }
    return try ByteCursor(bytes, place..<bytes.count, name: name)
  }

  /// A cursor over a part of the file.
  func cursor(at address: Int, count: Int) throws(InputError) -> ByteCursor {
    var whole = try cursor(at: address)
    return try ByteCursor(bytes, whole.take(count), name: name)
  }

  /// The address at a cursor; nil for the one that means nothing.
  func address(_ cursor: inout ByteCursor) throws(InputError) -> Int? {
    let place = try cursor.take(offsetSize)
    guard !bytes[place].allSatisfy({ $0 == 0xFF }) else { return nil }
    cursor.position = place.lowerBound
    return try cursor.number(offsetSize)
  }

  func fault(_ what: String) -> InputError { InputError(.data, "\(name) is damaged: \(what)") }
}
