// SPDX-License-Identifier: Apache-2.0

/// The chunks of an array of an HDF5 file: where they are, and the array that they make together.
struct HDF5Chunks {
  /// A chunk in the file.
  private struct Chunk {
    /// The indices of its first value.
    var place: [Int]
    var address: Int
    /// Its bytes in the file.
    var size: Int
    /// The filters that it did not go through, a bit each.
    var skipped = 0
  }

  private var chunks: [Chunk] = []
  private let shape: [Int]
  private let chunkShape: [Int]
  private let elementSize: Int
  private let filters: HDF5Filters
  private let storage: HDF5Storage
  private let name: String

  /// Whether no chunk was ever written.
  var isEmpty: Bool { chunks.isEmpty }

  /// Finds the chunks that a layout message leads to.
  init(
    _ layout: inout ByteCursor, version: Int, shape: [Int], elementSize: Int,
    _ filters: HDF5Filters, _ storage: HDF5Storage, name: String
  ) throws(InputError) {
    (self.shape, self.elementSize, self.filters) = (shape, elementSize, filters)
    (self.storage, self.name) = (storage, name)
    let flags = version > 3 ? try layout.number(1) : 0
    let rank = try layout.number(1)
    var tree: Int?
    var lengths: [Int] = []
    if version == 3 {
      tree = try storage.address(&layout)
      for _ in 0..<rank { lengths.append(try layout.number(4)) }
    } else {
      let size = try layout.number(1)
      guard (1...8).contains(size) else { throw storage.fault("a chunk has no size") }
      for _ in 0..<rank { lengths.append(try layout.number(size)) }
    }
    // The last length is that of a number in bytes.
    guard rank == shape.count + 1, lengths.last == elementSize, lengths.allSatisfy({ $0 > 0 })
    else { throw storage.fault("the chunks of \(name) do not fit its shape") }
    chunkShape = Array(lengths.dropLast())
    try refuseTooLarge()
    if version == 3 {
      var seen: Set<Int> = []
      if let tree { try walk(tree, depth: 0, &seen) }
    } else {
      try readIndex(&layout, flags)
    }
  }

  /// The bytes of a whole chunk.
  private var chunkSize: Int { chunkShape.reduce(elementSize, *) }

  /// Deflate shrinks nothing to less than a thousandth, so a larger array is a lie.
  private func refuseTooLarge() throws(InputError) {
    for lengths in [shape, chunkShape] {
      var total = elementSize
      for length in lengths {
        let (product, overflow) = total.multipliedReportingOverflow(by: max(length, 1))
        guard !overflow, product <= storage.bytes.count * (GZip.largestRatio + 1) else {
          let text = lengths.map(String.init).joined(separator: " × ")
          throw storage.fault("\(name) claims \(text) values, more than the file can hold")
        }
        total = product
      }
    }
  }

  /// The values in C order.
  func read() throws(InputError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: shape.reduce(elementSize, *))
    var filled = 0
    for chunk in chunks {
      var content = try storage.cursor(at: chunk.address)
      let packed = storage.bytes[try content.take(chunk.size)]
      let bytes = try filters.undo(
        packed, skipped: chunk.skipped, size: chunkSize, elementSize: elementSize)
      filled += copy(bytes, to: chunk.place, into: &result)
    }
    guard filled == result.count else {
      throw InputError(
        .data,
        "\(name) has parts that were never written, or is damaged: \(filled) of "
          + "\(result.count) bytes are there")
    }
    return result
  }

  /// Copies the part of a chunk that is within the array, and says how many bytes that were.
  private func copy(_ chunk: [UInt8], to place: [Int], into result: inout [UInt8]) -> Int {
    let extent = zip(place, zip(shape, chunkShape)).map { min($1.0 - $0, $1.1) }
    guard let width = extent.last, extent.allSatisfy({ $0 > 0 }) else {
      // A single number has no lengths at all.
      guard shape.isEmpty else { return 0 }
      result = chunk
      return chunk.count
    }
    var (index, copied) = ([Int](repeating: 0, count: extent.count), 0)
    let run = width * elementSize
    while true {
      var (from, to) = (0, 0)
      for axis in extent.indices {
        from = from * chunkShape[axis] + index[axis]
        to = to * shape[axis] + place[axis] + index[axis]
      }
      result.replaceSubrange(
        (to * elementSize)..<(to * elementSize + run),
        with: chunk[(from * elementSize)..<(from * elementSize + run)])
      copied += run
      // Counts up as an odometer does, in all but the last digit.
      var axis = extent.count - 2
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < extent[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      guard axis >= 0 else { return copied }
    }
  }

  // MARK: - Where the chunks are

  /// A B-tree of version 1, whose keys are the chunks' places and sizes.
  private mutating func walk(
    _ address: Int, depth: Int, _ seen: inout Set<Int>
  ) throws(InputError) {
    guard depth < HDF5Storage.deepest, seen.insert(address).inserted else {
      throw storage.fault("a tree contains itself")
    }
    var node = try storage.cursor(at: address)
    try node.expect("TREE")
    let kind = try node.number(1)
    let level = try node.number(1)
    guard kind == 1 else { throw storage.fault("a tree of chunks is one of names") }
    let count = try node.number(2)
    try node.take(2 * storage.offsetSize)
    for _ in 0..<count {
      let size = try node.number(4)
      let skipped = try node.number(4)
      var place: [Int] = []
      for _ in chunkShape { place.append(try node.number(8)) }
      try node.take(8)
      guard let child = try storage.address(&node) else { continue }
      if level > 0 {
        try walk(child, depth: depth + 1, &seen)
      } else {
        try add(Chunk(place: place, address: child, size: size, skipped: skipped))
      }
    }
  }

  private mutating func add(_ chunk: Chunk) throws(InputError) {
    guard zip(chunk.place, chunkShape).allSatisfy({ $0.isMultiple(of: $1) }),
      chunks.count <= storage.bytes.count
    else { throw storage.fault("a chunk of \(name) does not lie on the grid of the others") }
    chunks.append(chunk)
  }

  /// The indices of layout versions 4 and 5.
  private mutating func readIndex(_ layout: inout ByteCursor, _ flags: Int) throws(InputError) {
    let kind = try layout.number(1)
    switch kind {
    case 1:
      let isFiltered = flags & 2 != 0
      let size = isFiltered ? try layout.number(storage.lengthSize) : chunkSize
      let skipped = isFiltered ? try layout.number(4) : 0
      guard let address = try storage.address(&layout) else { return }
      try add(
        Chunk(
          place: shape.map { _ in 0 }, address: address, size: size, skipped: skipped))
    case 2:
      guard let address = try storage.address(&layout) else { return }
      for index in 0..<(try gridCount()) {
        try add(Chunk(place: place(index), address: address &+ index &* chunkSize, size: chunkSize))
      }
    case 3:
      let pageBits = try layout.number(1)
      guard let address = try storage.address(&layout) else { return }
      try readFixedArray(at: address, pageBits: pageBits)
    default:
      let known = [4: "an extensible array", 5: "a B-tree of version 2"]
      throw InputError(
        .data,
        "\(name) keeps its chunks in \(known[kind] ?? "an unknown index"), which is not read; write "
          + "the file with h5py's usual libver")
    }
  }

  private func gridCount() throws(InputError) -> Int {
    var count = 1
    for (length, chunk) in zip(shape, chunkShape) {
      let (product, overflow) = count.multipliedReportingOverflow(by: (length - 1) / chunk + 1)
      guard !overflow, product <= storage.bytes.count else {
        throw storage.fault("\(name) claims more chunks than the file can hold")
      }
      count = product
    }
    return count
  }

  /// Where a chunk of the grid begins, counted row by row.
  private func place(_ index: Int) -> [Int] {
    var rest = index
    var place = shape
    for axis in shape.indices.reversed() {
      let count = max((shape[axis] - 1) / chunkShape[axis] + 1, 1)
      place[axis] = rest % count * chunkShape[axis]
      rest /= count
    }
    return place
  }

  private mutating func readFixedArray(at address: Int, pageBits: Int) throws(InputError) {
    var header = try storage.cursor(at: address)
    try header.expect("FAHD")
    try header.take(1)
    let isFiltered = try header.number(1) == 1
    let entrySize = try header.number(1)
    try header.take(1)
    let count = try header.number(storage.lengthSize)
    guard let place = try storage.address(&header) else { return }
    let grid = try gridCount()
    guard count == grid, pageBits < 32 else {
      throw storage.fault("\(name) has \(count) chunks, and \(grid) were expected")
    }
    var block = try storage.cursor(at: place)
    try block.expect("FADB")
    try block.take(2 + storage.offsetSize)
    let page = min(1 << pageBits, count)
    let isPaged = count > page
    // Which pages were written is told by bits, the highest first, behind which stands a checksum.
    var written: [Int] = []
    if isPaged {
      for _ in 0..<(((count - 1) / page + 8) / 8) { written.append(try block.number(1)) }
      try block.take(4)
    }
    let sizeBytes = entrySize - storage.offsetSize - 4
    guard !isFiltered || (1...8).contains(sizeBytes) else {
      throw storage.fault("the chunks of \(name) have no sizes")
    }
    for (number, first) in stride(from: 0, to: count, by: max(page, 1)).enumerated() {
      let indices = first..<min(first + page, count)
      if isPaged, written[number / 8] & (0x80 >> (number % 8)) == 0 {
        // Its entries are whatever was in the file before.
        try block.take(indices.count * entrySize + 4)
        continue
      }
      for index in indices {
        let address = try storage.address(&block)
        let size = isFiltered ? try block.number(sizeBytes) : chunkSize
        let skipped = isFiltered ? try block.number(4) : 0
        guard let address else { continue }
        try add(
          Chunk(place: self.place(index), address: address, size: size, skipped: skipped))
      }
      if isPaged { try block.take(4) }
    }
  }
}
