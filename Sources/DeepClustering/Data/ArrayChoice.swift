// SPDX-License-Identifier: Apache-2.0

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
  /// Where a part to train with and one to test with are all there is, they are read as one table.
  func contents(_ wanted: String?) throws(InputError) -> Contents {
    let names = file.arrayNames
    guard !names.isEmpty else {
      throw InputError(.data, "\(file.name) has no arrays of numbers")
    }
    try refuseSparse(wanted, names)
    if let wanted {
      if names.contains(wanted) { return try contents(ofArray: wanted) }
      let group = wanted.hasSuffix("/") ? wanted : wanted + "/"
      guard names.contains(where: { $0.hasPrefix(group) }) else { throw unknown(wanted) }
      return try contents(of: ArrayPart(group: group))
    }
    let parts = parts(Self.featureNames)
    let whole = ArrayPart(group: "")
    if parts.contains(whole) { return try contents(of: whole) }
    if let (train, test) = halves(of: parts) {
      return try joined(contents(of: train), contents(of: test))
    }
    if parts.count == 1 { return try contents(of: parts[0]) }
    return try contentsOfTheOnlyTable()
  }

  /// The classes of a file: the array asked for, or the one of a usual name.
  func labels(_ wanted: String?) throws(InputError) -> ClassLabels {
    let names = file.arrayNames
    if let wanted {
      guard names.contains(wanted) else { throw unknown(wanted) }
      return try file.labels(wanted)
    }
    if let labels = try labels(of: ArrayPart(group: "")) { return labels }
    if let (train, test) = halves(of: parts(Self.labelNames)),
      let first = try labels(of: train), let second = try labels(of: test)
    {
      return first.followed(by: second)
    }
    if names.count == 1 { return try file.labels(names[0]) }
    throw InputError(
      .data,
      "\(file.name) has no labels: none of its arrays is named "
        + "\(Self.labelNames.joined(separator: ", ")); FILE:ARRAY chooses one")
  }

  /// The parts that have an array of one of the words, in the order of the file.
  private func parts(_ words: [String]) -> [ArrayPart] {
    file.arrayNames.reduce(into: []) { parts, name in
      for part in words.compactMap({ ArrayPart(of: name, word: $0) }) where !parts.contains(part) {
        parts.append(part)
      }
    }
  }

  /// The part to train with and the one to test with, where there are no others.
  private func halves(of parts: [ArrayPart]) -> (ArrayPart, ArrayPart)? {
    guard parts.count == 2, let train = parts.first(where: { $0.isTraining == true }),
      let test = parts.first(where: { $0.isTraining == false })
    else { return nil }
    return (train, test)
  }

  /// The arrays of a part that have one of the words, in the order of the words.
  private func arrays(of part: ArrayPart, _ words: [String]) -> [String] {
    words.flatMap { word in
      file.arrayNames.filter { ArrayPart(of: $0, word: word) == part }
    }
  }

  private func contents(of part: ArrayPart) throws(InputError) -> Contents {
    let arrays = arrays(of: part, Self.featureNames)
    guard let first = arrays.first else {
      throw InputError(
        .data,
        "\(part.group.dropLast()) of \(file.name) has no array named "
          + "\(Self.featureNames.joined(separator: ", "))")
    }
    // A single column, such as the x of x and y, is the features only where nothing else is.
    let tables = arrays.lazy.compactMap { try? file.array($0).table() }
    let wide = arrays.count > 1 ? tables.first { $0.columns > 1 } : nil
    let table: NumberTable
    if let wide { table = wide } else { table = try file.array(first).table() }
    return Contents(table: table) { () throws(InputError) in try labels(of: part) }
  }

  /// An array that was chosen, with the classes of its part, or those beside it for as many rows.
  private func contents(ofArray wanted: String) throws(InputError) -> Contents {
    let table = try file.array(wanted).table()
    let own = Self.featureNames.lazy.compactMap { ArrayPart(of: wanted, word: $0) }.first
    let group = wanted.lastIndex(of: "/").map { String(wanted[...$0]) } ?? ""
    for part in [own, ArrayPart(group: group)] {
      guard let part, !arrays(of: part, Self.labelNames).contains(wanted),
        let labels = try? labels(of: part), labels.indices.count == table.rows
      else { continue }
      return Contents(table: table, labels: labels)
    }
    return Contents(table: table, labels: nil)
  }

  private func contentsOfTheOnlyTable() throws(InputError) -> Contents {
    let names = file.arrayNames
    var (tables, failure): ([NumberTable], InputError?) = ([], nil)
    for name in names
    where Self.labelNames.allSatisfy({ ArrayPart(of: name, word: $0) == nil }) {
      do throws(InputError) {
        let table = try file.array(name).table()
        if table.columns > 1 || names.count == 1 { tables.append(table) }
      } catch {
        failure = error
      }
    }
    if tables.isEmpty, let failure { throw failure }
    guard tables.count == 1 else {
      throw InputError(
        .data,
        "\(file.name) holds \(listed(names)), and which are the features is not plain: choose with "
          + "\(file.name):ARRAY, or name the features x and the labels y")
    }
    return Contents(table: tables[0]) { () throws(InputError) in
      try labels(of: ArrayPart(group: ""))
    }
  }

  private func labels(of part: ArrayPart) throws(InputError) -> ClassLabels? {
    guard let name = arrays(of: part, Self.labelNames).first else { return nil }
    return try file.labels(name)
  }

  private func joined(_ first: Contents, _ second: Contents) throws(InputError) -> Contents {
    guard first.table.columns == second.table.columns else {
      throw InputError(
        .data,
        "the two parts of \(file.name) have \(first.table.columns) and \(second.table.columns) "
          + "columns; choose one of \(listed(file.arrayNames)) with \(file.name):ARRAY")
    }
    var result = first
    result.table.table.append(second.table.table, columns: first.table.columns)
    result.table.rows += second.table.rows
    (result.labels, result.notes) = (nil, first.notes + second.notes)
    if let own = first.labels, let other = second.labels {
      result.labels = own.followed(by: other)
    } else if result.notes.isEmpty, first.labels != nil || second.labels != nil {
      result.notes = [
        "no classes were read: only one of the two parts of \(file.name) has classes"
      ]
    }
    return result
  }

  /// Refuses the parts of a sparse matrix, as AnnData and 10x keep it, where they would be the features.
  private func refuseSparse(_ wanted: String?, _ names: [String]) throws(InputError) {
    let ending = "indptr"
    let sparse = names.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }
      .filter { names.contains($0 + "indices") && names.contains($0 + "data") }
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

  private func unknown(_ array: String) -> InputError {
    InputError(
      .usage,
      "\(file.name) has no array \(array): \(NearNames.hint(for: array, among: file.arrayNames))")
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
