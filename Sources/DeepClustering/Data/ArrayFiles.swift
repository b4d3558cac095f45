// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file that holds arrays of numbers under names, such as MATLAB's and HDF5's.
protocol ArrayFile {
  /// The file, for messages.
  var name: String { get }
  /// The names of the arrays of numbers, in the order of the file; groups end in a slash each.
  var arrayNames: [String] { get }
  /// The array of a name, as it is stored.
  func array(_ name: String) throws(InputError) -> StoredArray
}

/// An array as a file stores it.
enum StoredArray {
  /// All values one after another.
  case dense(NPYArray)
  /// Rows of a sparse matrix.
  case table(NumberTable)

  func table() throws(InputError) -> NumberTable {
    switch self {
    case .dense(let array): try NumberTable(array)
    case .table(let table): table
    }
  }

  func labels(_ name: String) throws(InputError) -> ClassLabels {
    guard case .dense(let array) = self else {
      throw InputError(.data, "\(name) is a sparse matrix, and labels are one number for each row")
    }
    return try ClassLabels(array: array)
  }
}

/// The formats of array files.
enum ArrayFiles {
  /// The file that bytes are; nil when they are of another format.
  static func open(_ bytes: [UInt8], name: String) throws(InputError) -> (any ArrayFile)? {
    if MATFile.matches(bytes) { return try MATFile(bytes, name: name) }
    if HDF5File.matches(bytes) { return try HDF5File(bytes, name: name) }
    return nil
  }
}

/// A path with the name of an array behind it, such as `usps.h5:train/data`.
struct ArrayPath {
  /// The path of the file.
  let file: String
  /// The array, or a group of arrays; nil for the usual ones.
  let array: String?

  /// A colon separates the two where a file of the name before it is there.
  init(_ path: String) {
    guard let colon = path.lastIndex(of: ":"), !FileManager.default.fileExists(atPath: path),
      FileManager.default.fileExists(atPath: String(path[..<colon]))
    else {
      (file, array) = (path, nil)
      return
    }
    (file, array) = (String(path[..<colon]), String(path[path.index(after: colon)...]))
  }
}

/// Which arrays of a file are the features and the classes.
struct ArrayChoice {
  /// The names that features go by, the likeliest first.
  static let featureNames = ["x", "X", "data", "features", "fea", "images", "arr_0"]
  /// The names that classes go by, the likeliest first.
  static let labelNames = ["y", "Y", "labels", "label", "target", "targets", "gnd"]

  private let file: any ArrayFile

  init(_ file: any ArrayFile) {
    self.file = file
  }

  /// A table and, where the file has them, its classes.
  struct Contents {
    var table: NumberTable
    var labels: ClassLabels?
    /// Why an array with the name of classes is none.
    var notes: [String] = []
  }

  /// Reads what was asked for: an array, a group, or nil for the usual.
  ///
  /// Where several groups have features, those of `train`, then `test` are read as one table.
  func contents(_ wanted: String?) throws(InputError) -> Contents {
    let names = file.arrayNames
    guard !names.isEmpty else {
      throw InputError(.data, "\(file.name) has no arrays of numbers")
    }
    try refuseSparse(wanted, names)
    if let wanted, names.contains(wanted) {
      let table = try file.array(wanted).table()
      // Labels of another array may be beside the one that was chosen.
      let labels = try? labels(in: group(of: wanted), besides: wanted)
      return Contents(table: table, labels: labels?.indices.count == table.rows ? labels : nil)
    }
    if let wanted {
      let prefix = wanted.hasSuffix("/") ? wanted : wanted + "/"
      guard names.contains(where: { $0.hasPrefix(prefix) }) else {
        throw InputError(.usage, "\(file.name) has no array \(wanted); it has \(listed(names))")
      }
      return try contents(ofGroup: prefix, named: wanted)
    }
    let groups = names.reduce(into: [String]()) { groups, name in
      if features(in: group(of: name)) != nil, !groups.contains(group(of: name)) {
        groups.append(group(of: name))
      }
    }
    if groups.contains("") { return try contents(ofGroup: "", named: "") }
    let parts = ["train/", "test/"].compactMap { part in
      groups.first { $0.lowercased().hasSuffix(part) }
    }
    if parts.count == 2, groups.count == 2 {
      return try joined(
        contents(ofGroup: parts[0], named: ""), contents(ofGroup: parts[1], named: ""))
    }
    if groups.count == 1 { return try contents(ofGroup: groups[0], named: "") }
    return try only(of: names)
  }

  /// The classes of a file: the array asked for, or the one of a usual name.
  func labels(_ wanted: String?) throws(InputError) -> ClassLabels {
    if let wanted {
      guard file.arrayNames.contains(wanted) else {
        throw InputError(
          .usage, "\(file.name) has no array \(wanted); it has \(listed(file.arrayNames))")
      }
      return try file.array(wanted).labels("\(wanted) of \(file.name)")
    }
    if let labels = try labels(in: "", besides: nil) { return labels }
    if file.arrayNames.count == 1 {
      return try file.array(file.arrayNames[0]).labels(file.name)
    }
    throw InputError(
      .data,
      "\(file.name) has no labels: none of its arrays is named "
        + "\(Self.labelNames.joined(separator: ", ")); FILE:ARRAY chooses one")
  }

  private func contents(ofGroup group: String, named wanted: String) throws(InputError) -> Contents
  {
    guard let name = features(in: group) else {
      throw InputError(
        .data,
        "\(wanted) of \(file.name) has no array named \(Self.featureNames.joined(separator: ", "))")
    }
    return Contents(table: try file.array(name).table()) { () throws(InputError) in
      try labels(in: group, besides: name)
    }
  }

  private func only(of names: [String]) throws(InputError) -> Contents {
    var tables: [NumberTable] = []
    for name in names where !Self.labelNames.contains(String(name.split(separator: "/").last ?? ""))
    {
      guard let table = try? file.array(name).table(), table.columns > 1 else { continue }
      tables.append(table)
    }
    guard tables.count == 1 else {
      throw InputError(
        .data,
        "\(file.name) holds \(listed(names)), and which are the features is not plain; choose with "
          + "\(file.name):ARRAY")
    }
    return Contents(table: tables[0]) { () throws(InputError) in try labels(in: "", besides: nil) }
  }

  private func joined(_ first: Contents, _ second: Contents) throws(InputError) -> Contents {
    guard first.table.columns == second.table.columns else {
      throw InputError(
        .data,
        "the groups of \(file.name) have \(first.table.columns) and \(second.table.columns) columns; "
          + "choose one with \(file.name):GROUP")
    }
    var result = first
    result.table.table.append(second.table.table, columns: first.table.columns)
    result.table.rows += second.table.rows
    (result.labels, result.notes) = (nil, first.notes + second.notes)
    if let a = first.labels, let b = second.labels {
      result.labels = ClassLabels(a.indices.map { a.names[$0] } + b.indices.map { b.names[$0] })
    }
    return result
  }

  /// Refuses the parts of a sparse matrix, as AnnData and 10x keep it, where they would be the features.
  private func refuseSparse(_ wanted: String?, _ names: [String]) throws(InputError) {
    let sparse = names.filter { $0.hasSuffix("indptr") }.map(group(of:)).filter {
      names.contains($0 + "indices") && names.contains($0 + "data")
    }
    let asked = wanted.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    for matrix in sparse {
      // The whole file is meant where nothing else has a usual name.
      let isMeant =
        asked.map { $0 == matrix }
        ?? (matrix.isEmpty || !names.contains(where: Self.featureNames.contains))
      guard isMeant || wanted == matrix + "data" else { continue }
      throw InputError(
        .data,
        "\(matrix.isEmpty ? file.name : "\(matrix.dropLast()) of \(file.name)") is a sparse matrix as "
          + "AnnData and 10x keep it, which is not read from HDF5: save it by scipy.sparse.save_npz, or "
          + "name another array by \(file.name):ARRAY")
    }
  }

  private func group(of name: String) -> String {
    name.lastIndex(of: "/").map { String(name[...$0]) } ?? ""
  }

  private func features(in group: String) -> String? {
    Self.featureNames.map { group + $0 }.first(where: file.arrayNames.contains)
  }

  private func labels(in group: String, besides other: String?) throws(InputError) -> ClassLabels? {
    let name = Self.labelNames.map { group + $0 }.first { name in
      name != other && file.arrayNames.contains(name)
    }
    guard let name else { return nil }
    return try file.array(name).labels("\(name) of \(file.name)")
  }

  private func listed(_ names: [String]) -> String {
    names.prefix(12).joined(separator: ", ")
  }
}

extension ArrayChoice.Contents {
  /// With classes that are read; what cannot be classes is left out, with a note.
  init(
    table: NumberTable, besides read: () throws(InputError) -> ClassLabels?
  ) {
    self.table = table
    do throws(InputError) {
      labels = try read()
    } catch {
      notes = ["no classes were read: \(error.description)"]
    }
  }
}
