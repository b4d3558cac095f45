// SPDX-License-Identifier: Apache-2.0

/// The text of SVMlight and LIBSVM: a label, then `column:value` for each value that is not zero.
enum SVMLight {
  /// What a file holds.
  struct Contents {
    var table: NumberTable
    /// Nil when the labels are no whole numbers, and so no classes.
    var labels: ClassLabels?
    var notes: [String] = []
  }

  /// Whether a text is of this format: by its ending, or by the first line that has values.
  static func matches(_ bytes: [UInt8], path: String) -> Bool {
    let plain = path.lowercased().hasSuffix(".gz") ? String(path.dropLast(3)) : path
    if [".svmlight", ".libsvm", ".svm"].contains(where: plain.lowercased().hasSuffix) {
      return true
    }
    for line in String(decoding: bytes.prefix(4096), as: UTF8.self).split(
      whereSeparator: \.isNewline)
    {
      let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard fields.count > 1 else { continue }
      let parts = fields[1].split(separator: ":", omittingEmptySubsequences: false)
      return NumberParser.number(of: String(fields[0])) != nil && parts.count == 2
        && (Int(parts[0]) != nil || parts[0] == "qid")
        && NumberParser.number(of: String(parts[1])) != nil
    }
    return false
  }

  /// Reads rows and labels.
  ///
  /// Columns are counted from 1, unless some row has a column 0: scikit-learn's rule `auto`.
  ///
  /// - Throws: ``InputError`` that names the line.
  static func parse(_ bytes: [UInt8], name: String) throws(InputError) -> Contents {
    var words: [String] = []
    var (starts, places, values): ([Int], [Int], [Float]) = ([0], [], [])
    var (lowest, highest) = (Int.max, -1)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let text = String(decoding: line.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self)
      let fields = text.split { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" }
      guard let label = fields.first else { continue }
      func fault(_ what: String) -> InputError {
        InputError(.data, "line \(index + 1) of \(name) \(what)")
      }
      guard NumberParser.number(of: String(label)) != nil else {
        throw fault("begins with '\(label)', and a label that is a number was expected")
      }
      var last = -1
      for field in fields.dropFirst() {
        let parts = field.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, parts[0] == "qid" { continue }
        guard parts.count == 2, let column = Int(parts[0]), column >= 0,
          let value = NumberParser.number(of: parts[1])
        else { throw fault("has '\(field)', and a column, a colon and a number were expected") }
        guard column > last else {
          throw fault("has column \(column) after column \(last); they must rise")
        }
        guard column < Int.max - 1 else { throw fault("has a column number that is too large") }
        places.append(column)
        values.append(Float(value))
        last = column
        (lowest, highest) = (min(lowest, column), max(highest, column))
      }
      words.append(String(label))
      starts.append(places.count)
    }
    guard !words.isEmpty else { throw InputError(.data, "\(name) has no rows") }
    let first = lowest > 0 && lowest < Int.max ? 1 : 0
    let columns = highest + 1 - first
    try NumberTable.refuseTooWide(rows: words.count, columns: columns, name: name)
    let rows = SparseRows(starts: starts, columns: places.map { $0 - first }, values: values)
    var contents = Contents(
      table: NumberTable(
        table: TableValues(rows, columns: columns), rows: words.count, columns: columns))
    let isWhole = words.allSatisfy { word in
      NumberParser.number(of: word).flatMap(Int.init(exactly:)) != nil
    }
    if isWhole {
      contents.labels = ClassLabels(words.map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 })
    } else {
      contents.notes.append(
        "the labels of \(name) are no classes, as they are not whole numbers; they were left out")
    }
    return contents
  }
}
