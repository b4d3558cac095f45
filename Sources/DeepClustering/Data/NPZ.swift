// SPDX-License-Identifier: Apache-2.0

/// NumPy's `.npz`: arrays in a zip file, dense ones or the sparse form of `scipy.sparse.save_npz`.
struct NPZ: ArrayFile {
  let name: String
  let arrayNames: [String]
  private let archive: ZipArchive
  private let isSparse: Bool

  /// Whether bytes start as a zip file does.
  static func matches(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
  }

  init(_ bytes: [UInt8], name: String) throws(InputError) {
    self.name = name
    archive = try ZipArchive(bytes, name: name)
    let members = archive.members.map(\.name)
    let arrays = members.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    // SciPy keeps a sparse matrix as several arrays; 'data' stands for all of them.
    let parts = ["indices", "indptr", "format", "shape"]
    isSparse = arrays.contains("indptr") || arrays.contains("format")
    arrayNames = isSparse ? arrays.filter { !parts.contains($0) } : arrays
    try refuseOtherKind(members)
  }

  func array(_ wanted: String) throws(InputError) -> StoredArray {
    if isSparse, wanted == "data" { return .table(try sparseTable()) }
    return .dense(try numbers(wanted))
  }

  func labels(_ wanted: String) throws(InputError) -> ClassLabels {
    let member = try member(wanted)
    return try NPY.labels(archive.unpack(member), name: "\(member.name) in \(name)")
  }

  /// Other programs' files are zip archives too.
  private func refuseOtherKind(_ members: [String]) throws(InputError) {
    if members.contains(where: { $0.hasSuffix("data.pkl") }) {
      throw InputError(
        .data,
        "\(name) was written by torch.save, which is not read: save the array with numpy.save"
      )
    }
    if members.contains(where: { $0.hasPrefix("xl/") }) {
      throw InputError(.data, "\(name) is a spreadsheet, which is not read: save it as CSV")
    }
    if arrayNames.isEmpty, let first = members.first(where: { !$0.hasSuffix("/") }) {
      throw InputError(
        .data,
        "\(name) is a zip file of other things than NumPy's arrays, such as \(first): unpack it and "
          + "give the folder or the file")
    }
  }

  private func member(_ array: String) throws(InputError) -> ZipArchive.Member {
    guard let member = archive.member(named: array + ".npy") else {
      throw InputError(.data, "\(name) is a sparse matrix without its array '\(array)'")
    }
    return member
  }

  private func numbers(_ array: String) throws(InputError) -> NPYArray {
    let member = try member(array)
    return try NPY.parse(archive.unpack(member), name: "\(member.name) in \(name)")
  }

  private func sparseTable() throws(InputError) -> NumberTable {
    if let member = archive.member(named: "format.npy") {
      let format = try NPY.parseText(archive.unpack(member), name: "format.npy in \(name)")
      guard format == "csr" else {
        throw InputError(
          .data,
          "\(name) is a sparse matrix in the form \(format); convert it with tocsr() before "
            + "scipy.sparse.save_npz")
      }
    }
    let shape = try numbers("shape").integers()
    let starts = try numbers("indptr").integers()
    let indices = try numbers("indices").integers()
    let stored = try numbers("data").floats()
    guard shape.count == 2, shape.allSatisfy({ $0 >= 0 }) else {
      throw InputError(.data, "\(name) has a sparse shape \(shape), which is not a matrix")
    }
    let (rows, columns) = (shape[0], shape[1])
    guard starts.count - 1 == rows, starts.first == 0, starts.last == stored.count,
      indices.count == stored.count, zip(starts, starts.dropFirst()).allSatisfy(<=)
    else {
      throw InputError(
        .data,
        "\(name) is a damaged sparse matrix: its row starts do not fit \(rows) rows and "
          + "\(stored.count) stored values")
    }
    try NumberTable.refuseTooWide(rows: rows, columns: columns, name: name)
    if let place = indices.firstIndex(where: { !(0..<columns).contains($0) }) {
      let row = starts.firstIndex { $0 > place } ?? rows
      throw InputError(
        .data,
        "\(name) is a damaged sparse matrix: row \(row) has a value in column "
          + "\(indices[place] + 1) of \(columns)")
    }
    let table = SparseRows(starts: starts, columns: indices, values: stored)
    return NumberTable(
      table: TableValues(table, columns: columns), rows: rows, columns: columns)
  }
}
