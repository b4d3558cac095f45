// SPDX-License-Identifier: Apache-2.0

/// A table of numbers as text: CSV, TSV, or columns between spaces.
struct DelimitedText {
  /// The names of all columns, the label column included; nil without a header line.
  var header: [String]?
  /// The names of the columns of numbers; nil without a header line.
  var columnNames: [String]?
  /// The numbers, row by row, without the label column and those that are ignored.
  var values: [Float] = []
  var rows = 0
  var columns = 0
  /// What the label column says in each row; nil when none was asked for.
  var labels: [String]?
  /// What is odd about the table.
  var notes: [String] = []

  /// Reads a table.
  ///
  /// True and False, in any case, count as 1 and 0.
  ///
  /// The first line is a header when a column that is named here is one of its fields, or when a
  /// field that is not a number stands over one that is, and the numbers of the line, if it has
  /// any, count columns (0, 1, 2, …); or when these are all there is, at least 0, 1 and 2, or
  /// follow an empty field. Numbers that count up from elsewhere, as years do, are a header where
  /// those of the second line do not count up: three from 100 on, six otherwise.
  ///
  /// - Parameters:
  ///   - bytes: the whole text.
  ///   - name: the file, for messages.
  ///   - labelColumn: the column with the classes: its name in the header, its number counted from
  ///     1 (from the end when negative), or `last`.
  ///   - ignoreColumns: columns that are no features, by their names in the header; they may hold
  ///     anything.
  ///   - features: the names of the columns that a model was fitted to: where there is a header,
  ///     these are read, in this order, and no others.
  /// - Returns: the numbers, and the classes where a column with them was named.
  /// - Throws: ``InputError`` with line and column for text among the numbers, an empty field, or
  ///   a line with more or fewer fields than the first; for a column to ignore that is not there or
  ///   holds the classes, and where all are ignored; and for features that are missing.
  static func parse(
    _ bytes: [UInt8], name: String, labelColumn: String? = nil, ignoreColumns: [String] = [],
    features: [String]? = nil
  ) throws(InputError) -> DelimitedText {
    try bytes.withUnsafeBufferPointer { (bytes) throws(InputError) -> DelimitedText in
      let separator = DelimitedRecords.detectSeparator(bytes)
      var records = DelimitedRecords(bytes, separator: separator, name: name)
      var table = DelimitedText()
      let start = records
      try refuseJSON(bytes, at: start.position, name)
      guard let first = try records.next() else {
        throw InputError(.data, "\(name) is empty: it has no line with data")
      }
      let named = [labelColumn].compactMap(\.self) + ignoreColumns + (features ?? [])
      if isHeader(first, next: try records.next(), naming: named) {
        table.header = first
        table.noteCounting(first, name)
      }
      records = start
      if table.header != nil { _ = try records.next() }
      guard records.findRecord() else {
        throw InputError(.data, "\(name) is empty: there is no line below its header")
      }
      var label: Int?
      if let labelColumn {
        label = try table.column(labelColumn, of: first.count, in: name)
        table.labels = []
      }
      let fields = try table.chooseFields(
        of: first.count, label: label, ignoring: ignoreColumns, features: features, in: name)
      try table.fill(from: &records, fields: first.count, label: label, features: fields)
      // What is chosen by name needs no guess.
      if features == nil { table.noteNumbersOfRows(fields, name) }
      return table
    }
  }

  /// The index of a column that the user named, counted from 0.
  func column(_ wanted: String, of count: Int, in name: String) throws(InputError) -> Int {
    if let index = header?.firstIndex(of: wanted) { return index }
    if wanted == "last" { return count - 1 }
    guard let number = Int(wanted) else {
      throw unknown(wanted, in: name, "give the column's number")
    }
    let index = number < 0 ? count + number : number - 1
    guard number != 0, (0..<count).contains(index) else {
      throw InputError(
        .usage,
        "\(name) has \(count) columns, so there is no column \(number); columns are counted from "
          + "1, or from the end with -1")
    }
    return index
  }

  private func unknown(_ wanted: String, in name: String, _ remedy: String) -> InputError {
    let known = header.map { names in
      let near = NearNames.of(wanted, among: names)
      let more = names.count > 12 ? " and \(names.count - 12) more" : ""
      return near.isEmpty
        ? "its columns are " + names.prefix(12).joined(separator: ", ") + more
        : "did you mean \(near.joined(separator: " or "))?"
    }
    return InputError(
      .usage,
      "\(name) has no column named '\(wanted)'; "
        + (known ?? "it has no header line, so \(remedy)"))
  }

  /// The fields of a line that are features, in the order of the columns.
  private mutating func chooseFields(
    of count: Int, label: Int?, ignoring: [String], features: [String]?, in name: String
  ) throws(InputError) -> [Int] {
    let ignored = try fieldsToIgnore(ignoring, label: label, in: name)
    let fields = (0..<count).filter { $0 != label && !ignored.contains($0) }
    guard !fields.isEmpty || ignored.isEmpty else {
      throw InputError(
        .usage, "--ignore-columns leaves no feature of \(name); name fewer columns")
    }
    guard let header else { return fields }
    let names = fields.map { header[$0] }
    columnNames = features ?? names
    guard let features else {
      var seen = Set<String>()
      if let twice = names.first(where: { !seen.insert($0).inserted }) {
        columnNames = nil
        notes.append(
          "several columns of \(name) are called '\(twice)', so columns count by their places")
      }
      return fields
    }
    let order = try ColumnOrder(of: features, among: names, in: name)
    notes += [order.note].compactMap(\.self)
    return order.places.map { fields[$0] }
  }

  private func fieldsToIgnore(
    _ names: [String], label: Int?, in name: String
  ) throws(InputError) -> Set<Int> {
    let header = header ?? []
    var ignored: Set<Int> = []
    for column in names {
      let fields = header.indices.filter { header[$0] == column }
      guard !fields.isEmpty else {
        throw unknown(column, in: name, "write one, or remove the column")
      }
      if let label, fields.contains(label) {
        throw InputError(
          .usage,
          "'\(column)' is the label column of \(name), which is no feature anyway; leave it out of "
            + "--ignore-columns")
      }
      ignored.formUnion(fields)
    }
    return ignored
  }

  /// Whether the first line of a table has the names of its columns.
  static func isHeader(
    _ first: [String], next second: [String]?, naming names: [String]
  ) -> Bool {
    let fields = Set(first)
    // What is missing is no name.
    guard !fields.contains("?") else { return false }
    let isNamed = names.contains {
      $0 != "last" && NumberParser.number(of: $0) == nil && fields.contains($0)
    }
    if isNamed { return true }
    // Only numbers that count columns may stand in a header: else one stray word in the first
    // line of a table would silently cost that line.
    let numbers = first.compactMap(NumberParser.number)
    let low = numbers.first ?? 0
    guard countsUp(numbers) else { return false }
    // A row of small numbers may count up by chance; a row of years hardly.
    let enough = low >= 100 ? 3 : 6
    guard low == 0 || low == 1 || numbers.count >= enough else { return false }
    guard let second else { return numbers.isEmpty }
    // As pandas writes a table with its index, 0, 1, … after an empty field, and without it.
    if first.first == "", second.first != "", numbers.count == first.count - 1 { return true }
    guard numbers.isEmpty || numbers.count >= 3 else { return false }
    if numbers.count == first.count && low == 0 { return true }
    if numbers.count >= enough, low >= 100 || numbers.count == first.count {
      let pairs = zip(first, second).filter { NumberParser.number(of: $0.0) != nil }
      let below = pairs.compactMap { NumberParser.number(of: $0.1) }
      return below.count < numbers.count || !countsUp(below)
    }
    let isText = first.map { value(of: $0) == nil }
    return zip(isText, second).contains {
      // A number with a decimal comma is refused in its own line.
      $0 && (value(of: $1) != nil || FieldFault.hasDecimalComma($1))
    }
  }

  /// A number, or a truth value as one.
  private static func value(of text: String) -> Double? {
    switch text.lowercased() {
    case "true": 1
    case "false": 0
    default: NumberParser.number(of: text)
    }
  }

  /// Whether whole numbers follow one another.
  private static func countsUp(_ numbers: [Double]) -> Bool {
    guard let low = numbers.first else { return true }
    guard low == low.rounded(), abs(low) < 1e9 else { return false }
    return zip(numbers, 0...).allSatisfy { $0 == low + Double($1) }
  }

  /// Says that a line was taken for names where it could have been a row.
  private mutating func noteCounting(_ first: [String], _ name: String) {
    let numbers = first.compactMap(NumberParser.number)
    guard numbers.count == first.count, numbers.first != 0, let last = first.last else { return }
    notes.append(
      "the first line of \(name) counts from \(first[0]) to \(last): it was read as the names of the "
        + "columns")
  }

  /// Refuses JSON by its first two marks, before its quotes are taken for those of a table.
  private static func refuseJSON(
    _ bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ name: String
  ) throws(InputError) {
    let marks = bytes[start...].lazy.filter { $0 > UInt8(ascii: " ") }.prefix(2)
    let opening = Array(marks)
    let isObject = opening == Array("{\"".utf8)
    guard isObject || opening == Array("[{".utf8) || opening == Array("[[".utf8) else { return }
    throw InputError(.data, "\(name) looks like JSON, which is not read: write the rows as CSV")
  }

  private mutating func fill(
    from records: inout DelimitedRecords, fields: Int, label: Int?, features: [Int]
  ) throws(InputError) {
    columns = features.count
    // The column of each field, −1 for one that is no feature.
    var columnOfField = [Int](repeating: -1, count: fields)
    for (column, field) in features.enumerated() { columnOfField[field] = column }
    let bytes = records.bytes
    let header = header
    // A number and its separator take two bytes at least, which bounds what a file can claim.
    let lines = bytes.reduce(into: 1) { $0 += $1 == UInt8(ascii: "\n") ? 1 : 0 }
    values.reserveCapacity(min(lines * columns, bytes.count / 2 + 1))
    var row = [Float](repeating: 0, count: columns)
    while records.findRecord() {
      let line = records.line
      var field = 0
      var isLast = false
      let kind: FieldFault.Column =
        rows > 0 ? .numbers : label == nil ? .perhapsClasses : .noFeature
      while !isLast {
        if field >= fields {
          var extra = field
          while !isLast {
            _ = try records.field(isLast: &isLast)
            extra += 1
          }
          throw ragged(line, has: extra, expected: fields, in: records.name)
        }
        let column = columnOfField[field]
        if column >= 0 {
          row[column] = try Self.number(
            from: &records, line: line, field: field, kind, header, &isLast)
        } else {
          let text = try records.field(isLast: &isLast)
          if field == label {
            guard !FieldFault.isMissingClass(text) else {
              throw InputError(
                .data,
                "line \(line), column \(field + 1) of \(records.name) is '\(text)', so the class of that "
                  + "row is missing: fill it in, or leave the row out")
            }
            labels?.append(text)
          }
        }
        field &+= 1
      }
      guard field == fields else {
        throw ragged(line, has: field, expected: fields, in: records.name)
      }
      values.append(contentsOf: row)
      rows += 1
    }
  }

  /// Leaves out a first column without a name that numbers the rows: the index of a data frame, in any
  /// order and of a part of its rows; of others with the name of one, says that they are features.
  private mutating func noteNumbersOfRows(_ fields: [Int], _ name: String) {
    guard let header, columns > 1 else { return }
    for (column, field) in fields.enumerated().reversed()
    where Self.isNameOfNumbers(header[field]) && numbersRows(column) {
      // "Unnamed: 0" is how pandas writes an index that it has read as a column.
      guard field == 0, header[0].isEmpty || header[0] == "Unnamed: 0" else {
        notes.append(
          "column '\(header[field])' of \(name) has a number of its own in each row and is read as a "
            + "feature: if it only names the rows, leave it out with --ignore-columns")
        continue
      }
      values = values.indices.filter { $0 % columns != 0 }.map { values[$0] }
      columns -= 1
      columnNames?.removeFirst()
      notes.append("the first column of \(name) has no name and numbers the rows: it was left out")
    }
  }

  /// Whether a column is called as those are that number the rows.
  private static func isNameOfNumbers(_ name: String) -> Bool {
    let lowered = name.lowercased()
    let usual: Set = ["", "unnamed: 0", "id", "index", "idx", "row", "rowid", "no", "nr", "key"]
    return usual.contains(lowered) || lowered.hasSuffix("_id") || name.hasSuffix("Id")
      || name.hasSuffix("ID")
  }

  /// Whether a column has whole numbers, none of them twice.
  private func numbersRows(_ column: Int) -> Bool {
    let own = (0..<rows).lazy.map { values[$0 * columns + column] }
    guard own.allSatisfy({ $0 >= 0 && $0 == $0.rounded() }) else { return false }
    return Set(own).count == rows
  }

  @inline(__always)
  private static func number(
    from records: inout DelimitedRecords, line: Int, field: Int, _ kind: FieldFault.Column,
    _ header: [String]?, _ isLast: inout Bool
  ) throws(InputError) -> Float {
    records.skipBlanks()
    if let (value, end) = NumberParser.quick(records.bytes, at: records.position),
      value.isFinite,
      end == records.bytes.count || records.isSeparator(records.bytes[end])
        || records.isLineEnd(end)
    {
      records.position = end
      isLast = records.endField()
      return value
    }
    return try carefulNumber(from: &records, line: line, field: field, kind, header, &isLast)
  }

  private static func carefulNumber(
    from records: inout DelimitedRecords, line: Int, field: Int, _ kind: FieldFault.Column,
    _ header: [String]?, _ isLast: inout Bool
  ) throws(InputError) -> Float {
    let text = try records.field(isLast: &isLast)
    let place = "line \(line), column \(field + 1) of \(records.name)"
    if let value = value(of: text) {
      let single = Float(value)
      // A text with digits is no infinity that somebody wrote.
      guard single.isInfinite, text.utf8.contains(where: { (48...57).contains($0) }) else {
        return single
      }
      throw InputError(
        .data,
        "\(place) is \(text.prefix(40)), which is beyond single precision; scale that column down, or "
          + "remove it")
    }
    let fault = FieldFault(
      text: text, column: kind, number: field + 1, name: header?[field],
      separator: records.separator)
    throw InputError(.data, "\(place) \(fault.sentence)")
  }

  private func ragged(_ line: Int, has: Int, expected: Int, in name: String) -> InputError {
    InputError(
      .data,
      "line \(line) of \(name) has \(has) \(has == 1 ? "field" : "fields"), but the first line "
        + "has \(expected)")
  }
}
