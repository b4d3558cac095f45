// SPDX-License-Identifier: Apache-2.0

/// NumPy's `.npz`: arrays in a zip file, dense ones or the sparse form of `scipy.sparse.save_npz`.
enum NPZ {
  /// Whether bytes start as a zip file does.
  static func matches(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
  }

  /// Reads the features and the classes of an archive.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: Its name, for messages.
  ///   - wanted: The array of the features; nil for the usual one.
  /// - Returns: The features, and the classes where there are some.
  /// - Throws: ``InputError`` for a damaged file, and where the features are not known.
  static func parse(
    _ bytes: [UInt8], name: String, wanted: String? = nil
  ) throws(InputError) -> ArrayChoice.Contents {
    let archive = try ZipArchive(bytes, name: name)
    try refuseOtherKind(archive)
    func contents(_ table: NumberTable) -> ArrayChoice.Contents {
      ArrayChoice.Contents(table: table) { () throws(InputError) in try labels(of: archive) }
    }
    if let wanted {
      guard let array = try array(wanted, of: archive) else { throw unknown(wanted, in: archive) }
      return contents(try NumberTable(array))
    }
    if archive.member(named: "indptr.npy") != nil || archive.member(named: "format.npy") != nil {
      return contents(try sparseTable(archive))
    }
    for feature in ArrayChoice.featureNames {
      guard let array = try array(feature, of: archive) else { continue }
      return contents(try NumberTable(array))
    }
    // No usual name: the only array of numbers with two or more dimensions must be it.
    var (candidates, failure): ([NPYArray], InputError?) = ([], nil)
    for member in archive.members where member.name.hasSuffix(".npy") {
      do throws(InputError) {
        let array = try NPY.parse(archive.unpack(member), name: "\(member.name) in \(name)")
        if array.shape.count >= 2 { candidates.append(array) }
      } catch {
        failure = error
      }
    }
    if candidates.isEmpty, let failure { throw failure }
    guard candidates.count == 1, let only = candidates.first else {
      let names = archive.members.map(\.name).prefix(12).joined(separator: ", ")
      throw InputError(
        .data,
        "\(name) holds \(names.isEmpty ? "nothing" : names), and none is named "
          + "\(ArrayChoice.featureNames.joined(separator: ", ")); name the features x and the labels y, "
          + "or give \(name):ARRAY")
    }
    return contents(try NumberTable(only))
  }

  /// Reads the classes of an archive only.
  static func labels(
    _ bytes: [UInt8], name: String, wanted: String? = nil
  ) throws(InputError) -> ClassLabels {
    let archive = try ZipArchive(bytes, name: name)
    if let wanted {
      guard let labels = try labels(wanted, of: archive) else { throw unknown(wanted, in: archive) }
      return labels
    }
    var labels = try labels(of: archive)
    if labels == nil, archive.members.count == 1, let only = archive.members.first {
      labels = try NPY.labels(archive.unpack(only), name: "\(only.name) in \(name)")
    }
    guard let labels else {
      throw InputError(
        .data,
        "\(name) has no labels: none of its arrays is named \(ArrayChoice.labelNames.joined(separator: ", "))"
      )
    }
    return labels
  }

  private static func labels(of archive: ZipArchive) throws(InputError) -> ClassLabels? {
    for name in ArrayChoice.labelNames {
      if let labels = try labels(name, of: archive) { return labels }
    }
    return nil
  }

  private static func labels(
    _ array: String, of archive: ZipArchive
  ) throws(InputError) -> ClassLabels? {
    guard let member = archive.member(named: array + ".npy") else { return nil }
    return try NPY.labels(archive.unpack(member), name: "\(member.name) in \(archive.name)")
  }

  /// Other programs' files are zip archives too.
  private static func refuseOtherKind(_ archive: ZipArchive) throws(InputError) {
    let names = archive.members.map(\.name)
    if names.contains(where: { $0.hasSuffix("data.pkl") }) {
      throw InputError(
        .data,
        "\(archive.name) was written by torch.save, which is not read: save the array with numpy.save"
      )
    }
    if names.contains(where: { $0.hasPrefix("xl/") }) {
      throw InputError(.data, "\(archive.name) is a spreadsheet, which is not read: save it as CSV")
    }
  }

  private static func unknown(_ array: String, in archive: ZipArchive) -> InputError {
    let names = archive.members.map { $0.name.replacing(".npy", with: "") }
    return InputError(
      .usage,
      "\(archive.name) has no array \(array): \(NearNames.hint(for: array, among: names))")
  }

  private static func array(
    _ array: String, of archive: ZipArchive
  ) throws(InputError) -> NPYArray? {
    guard let member = archive.member(named: array + ".npy") else { return nil }
    return try NPY.parse(archive.unpack(member), name: "\(member.name) in \(archive.name)")
  }

  private static func sparseTable(_ archive: ZipArchive) throws(InputError) -> NumberTable {
    let name = archive.name
    func part(_ part: String) throws(InputError) -> NPYArray {
      guard let array = try array(part, of: archive) else {
        throw InputError(.data, "\(name) is a sparse matrix without its array '\(part)'")
      }
      return array
    }
    if let member = archive.member(named: "format.npy") {
      let format = try NPY.parseText(archive.unpack(member), name: "format.npy in \(name)")
      guard format == "csr" else {
        throw InputError(
          .data,
          "\(name) is a sparse matrix in the form \(format); convert it with tocsr() before "
            + "scipy.sparse.save_npz")
      }
    }
    let shape = try part("shape").integers()
    let starts = try part("indptr").integers()
    let indices = try part("indices").integers()
    let stored = try part("data").floats()
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
