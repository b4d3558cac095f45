// SPDX-License-Identifier: Apache-2.0

/// The messages that describe an object of an HDF5 file, in either version of their layout.
struct HDF5ObjectHeader {
  /// The messages that reading arrays needs, by their numbers in the format.
  enum Kind: Int {
    case dataspace = 0x01, linkInfo = 0x02, datatype = 0x03, link = 0x06
    case layout = 0x08, filters = 0x0B, continuation = 0x10, symbolTable = 0x11
  }

  private var found: [(kind: Int, isShared: Bool, content: ByteCursor)] = []

  /// The first message of a kind; nil without one.
  func message(_ kind: Kind) -> ByteCursor? {
    found.first { $0.kind == kind.rawValue }?.content
  }

  /// All messages of a kind.
  func messages(_ kind: Kind) -> [ByteCursor] {
    found.filter { $0.kind == kind.rawValue }.map(\.content)
  }

  /// Whether a message stands elsewhere in the file, to be shared by several objects.
  func isShared(_ kind: Kind) -> Bool {
    found.contains { $0.kind == kind.rawValue && $0.isShared }
  }

  /// Reads the header at an address.
  init(at address: Int, _ storage: HDF5Storage) throws(InputError) {
    var cursor = try storage.cursor(at: address)
    var blocks: [ByteCursor] = []
    let isNew = cursor.rest >= 4 && storage.bytes[cursor.position...].starts(with: "OHDR".utf8)
    var hasOrder = false
    if isNew {
      try cursor.expect("OHDR")
      try Self.expectVersion(2, &cursor, storage)
      let flags = try cursor.number(1)
      hasOrder = flags & 0x04 != 0
      try cursor.take((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0))
      let size = try cursor.number(1 << (flags & 3))
      blocks.append(try ByteCursor(storage.bytes, cursor.take(size), name: storage.name))
    } else {
      try Self.expectVersion(1, &cursor, storage)
      try cursor.take(7)
      let size = try cursor.number(4)
      try cursor.take(4)
      blocks.append(try ByteCursor(storage.bytes, cursor.take(size), name: storage.name))
    }
    var read: Set<Int> = []
    while var block = blocks.popLast() {
      guard read.insert(block.position).inserted else {
        throw storage.fault("the header at byte \(address) continues in itself")
      }
      try messages(of: &block, isNew: isNew, hasOrder: hasOrder)
      for var next in found.filter({ $0.kind == Kind.continuation.rawValue }).map(\.content) {
        guard let place = try storage.address(&next) else { continue }
        let size = try next.number(storage.lengthSize)
        var content = try storage.cursor(at: place, count: size)
        if isNew {
          try content.expect("OCHK")
          // The checksum stands behind the messages.
          guard content.rest >= 4 else {
            throw storage.fault("a header has no room for its checksum")
          }
          content = try ByteCursor(
            storage.bytes, content.position..<(content.end - 4), name: storage.name)
        }
        blocks.append(content)
      }
      found.removeAll { $0.kind == Kind.continuation.rawValue }
    }
  }

  private static func expectVersion(
    _ version: Int, _ cursor: inout ByteCursor, _ storage: HDF5Storage
  ) throws(InputError) {
    let found = try cursor.number(1)
    guard found == version else {
      throw storage.fault("there is no object at byte \(cursor.position - 1)")
    }
  }

  private mutating func messages(
    of block: inout ByteCursor, isNew: Bool, hasOrder: Bool
  ) throws(InputError) {
    let head = isNew ? (hasOrder ? 6 : 4) : 8
    while block.rest >= head {
      let kind = try block.number(isNew ? 1 : 2)
      let size = try block.number(2)
      let flags = try block.number(1)
      try block.take(isNew ? (hasOrder ? 2 : 0) : 3)
      let content = try ByteCursor(block.bytes, block.take(size), name: block.name)
      found.append((kind, flags & 2 != 0, content))
    }
  }
}

/// The members of a group of an HDF5 file.
struct HDF5Group {
  /// A member: its name, and where its header is.
  private(set) var members: [(name: String, address: Int)] = []
  private let storage: HDF5Storage

  /// Reads a group; an object that is none has no members.
  init(_ header: HDF5ObjectHeader, _ storage: HDF5Storage, path: String) throws(InputError) {
    self.storage = storage
    if var table = header.message(.symbolTable) {
      guard let tree = try storage.address(&table), let heap = try storage.address(&table) else {
        return
      }
      let names = try self.names(at: heap)
      var seen: Set<Int> = []
      try walk(tree, names, depth: 0, &seen)
    }
    for var link in header.messages(.link) { try read(&link) }
    if var info = header.message(.linkInfo) {
      try info.take(1)
      let flags = try info.number(1)
      try info.take(flags & 1 != 0 ? 8 : 0)
      if try storage.address(&info) != nil {
        throw InputError(
          .data,
          "the group /\(path) of \(storage.name) keeps its links in a heap, which is not read; write "
            + "the file with h5py's usual libver, or fewer than 9 arrays a group")
      }
    }
  }

  /// The names of a symbol table: the part of the file that its local heap is.
  private func names(at address: Int) throws(InputError) -> ByteCursor {
    var heap = try storage.cursor(at: address)
    try heap.expect("HEAP")
    try heap.take(4)
    let size = try heap.number(storage.lengthSize)
    try heap.take(storage.lengthSize)
    guard let place = try storage.address(&heap) else {
      throw storage.fault("a group has no names")
    }
    return try storage.cursor(at: place, count: size)
  }

  private mutating func walk(
    _ address: Int, _ names: ByteCursor, depth: Int, _ seen: inout Set<Int>
  ) throws(InputError) {
    guard depth < HDF5Storage.deepest, seen.insert(address).inserted else {
      throw storage.fault("a group contains itself")
    }
    var node = try storage.cursor(at: address)
    guard storage.bytes[node.position...].starts(with: "SNOD".utf8) else {
      try node.expect("TREE")
      try node.take(2)
      let count = try node.number(2)
      try node.take(2 * storage.offsetSize)
      for _ in 0..<count {
        try node.take(storage.lengthSize)
        if let child = try storage.address(&node) {
          try walk(child, names, depth: depth + 1, &seen)
        }
      }
      return
    }
    try node.take(6)
    for _ in 0..<(try node.number(2)) {
      var name = names
      try name.take(node.number(storage.offsetSize))
      let address = try storage.address(&node)
      // A kind of 2 is a soft link, whose target has a name of its own or is in another file.
      let kind = try node.number(4)
      try node.take(20)
      let text = names.bytes[name.position..<name.end].prefix { $0 != 0 }
      if kind != 2, let address {
        members.append((String(decoding: text, as: UTF8.self), address))
      }
    }
  }

  private mutating func read(_ link: inout ByteCursor) throws(InputError) {
    try link.take(1)
    let flags = try link.number(1)
    let kind = flags & 8 != 0 ? try link.number(1) : 0
    try link.take((flags & 4 != 0 ? 8 : 0) + (flags & 0x10 != 0 ? 1 : 0))
    let length = try link.number(1 << (flags & 3))
    let text = storage.bytes[try link.take(length)]
    guard kind == 0, let address = try storage.address(&link) else { return }
    members.append((String(decoding: text, as: UTF8.self), address))
  }
}
