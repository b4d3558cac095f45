// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Texts in files, of a folder or of an archive, and the table of tf-idf that they become.
///
/// The definition is that of scikit-learn's `TfidfVectorizer` with its usual settings: a word's count
/// in a text times its inverse document frequency, each row divided by its Euclidean norm.
struct TextCollection {
  /// What messages and the data set call it.
  let path: String
  /// The texts by their paths, sorted.
  let files: [String]
  /// Files that are no texts.
  private let others: [String]
  private let content: (String) throws(InputError) -> [UInt8]

  /// The texts of a folder: files that end in `.txt` or `.text`, and those without any ending.
  init(_ tree: FileTree) {
    self.init(path: tree.path, files: tree.files) { (file) throws(InputError) in
      try FileBytes.read(tree.full(file))
    }
  }

  /// The texts of an archive.
  init(_ archive: TarArchive) {
    let members = archive.members
    self.init(path: archive.name, files: members.keys.sorted()) { (file) throws(InputError) in
      Array(archive.bytes[members[file] ?? 0..<0])
    }
  }

  private init(
    path: String, files: [String], content: @escaping (String) throws(InputError) -> [UInt8]
  ) {
    self.path = path
    self.content = content
    let isText = { (file: String) in
      let name = file.split(separator: "/").last ?? ""
      return !name.contains(".") || [".txt", ".text"].contains(where: name.lowercased().hasSuffix)
    }
    self.files = files.filter(isText)
    others = files.filter { !isText($0) }
  }

  /// Reads all texts into one table.
  ///
  /// - Parameters:
  ///   - name: What the data set is called.
  ///   - reading: How many words are kept, or which.
  /// - Returns: Texts × words. The sub-folders are the classes as they are of images.
  /// - Throws: ``InputError`` when there is no text or no word, or not enough memory.
  func read(name: String, _ reading: TextReading) throws(InputError) -> Dataset {
    if reading.maxFeatures != nil && reading.vocabulary != nil {
      throw InputError(
        .usage,
        "give the number of words or the words themselves, not both of --max-features and "
          + "--vocabulary")
    }
    if let limit = reading.maxFeatures, limit < 1 {
      throw InputError(.usage, "the number of words must be at least 1, not \(limit)")
    }
    let given = try reading.vocabulary.map { (file) throws(InputError) in try Vocabulary.read(file)
    }
    var counts = WordCounts(vocabulary: given?.words)
    var (names, skipped): ([String], [String]) = ([], others)
    for file in files {
      let bytes = try content(file)
      guard !bytes.contains(0) else {
        skipped.append(file)
        continue
      }
      counts.add(WordTokens.decode(bytes))
      names.append(file)
    }
    guard !names.isEmpty else {
      let found = skipped.first.map { ": \($0) is none" } ?? ""
      throw InputError(.data, "\(path) has no text files\(found)")
    }
    let words = given?.words ?? counts.mostFrequent(reading.maxFeatures ?? Vocabulary.usualLimit)
    guard !words.isEmpty else {
      throw InputError(
        .data, "the texts of \(path) have no words: a word has two letters or digits at least")
    }
    let table = try Self.table(
      counts, words: words, given?.inverseDocumentFrequencies, name: path)
    let classes = ClassLabels(foldersOf: names)
    var dataset = Dataset(
      name: name, table: table.values, rows: names.count, columns: words.count,
      labels: classes?.indices, classNames: classes?.names, source: path)
    dataset.vocabulary = Vocabulary(words: words, inverseDocumentFrequencies: table.frequencies)
    dataset.fileNames = names
    dataset.notes += [ClassLabels.noteOnFolders(of: names)].compactMap(\.self)
    if given == nil && reading.maxFeatures == nil && words.count < counts.words.count {
      dataset.notes.append(
        "the \(words.count) most frequent of \(counts.words.count) words are used; --max-features "
          + "asks for another number")
    }
    if table.emptyRows > 0 {
      dataset.notes.append("\(table.emptyRows) of \(names.count) texts have none of the words")
    }
    if !skipped.isEmpty {
      dataset.notes.append(
        "\(FileTree.counted(skipped.count)) of \(path) \(skipped.count == 1 ? "was" : "were") left "
          + "out, such as \(skipped[0]): only plain text is read")
    }
    return dataset
  }

  /// The table of tf-idf, computed in double precision as scikit-learn does.
  private static func table(
    _ counts: WordCounts, words: [String], _ given: [Double]?, name: String
  ) throws(InputError) -> (values: TableValues, frequencies: [Double], emptyRows: Int) {
    let (rows, columns) = (counts.texts, words.count)
    try NumberTable.refuseTooWide(
      rows: rows, columns: columns, name: "\(name) (--max-features asks for fewer words)")
    var column = [Int](repeating: -1, count: counts.words.count)
    let place = Dictionary(uniqueKeysWithValues: zip(words, 0...))
    for (index, word) in counts.words.enumerated() { column[index] = place[word] ?? -1 }
    var frequencies = given ?? [Double](repeating: 0, count: columns)
    if given == nil {
      for (word, found) in counts.documentFrequencies.enumerated() where column[word] >= 0 {
        frequencies[column[word]] = log(Double(1 + rows) / Double(1 + found)) + 1
      }
    }
    var values = SparseRows()
    var emptyRows = 0
    for row in 0..<rows {
      let entries = counts.entries[counts.starts[row]..<counts.starts[row + 1]]
        .filter { column[$0.word] >= 0 }
        .map { (column[$0.word], Double($0.count) * frequencies[column[$0.word]]) }
        .sorted { $0.0 < $1.0 }
      let norm = entries.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
      if entries.isEmpty { emptyRows += 1 }
      values.append(entries.lazy.map { ($0.0, Float($0.1 / norm)) })
    }
    return (TableValues(values, columns: columns), frequencies, emptyRows)
  }
}
