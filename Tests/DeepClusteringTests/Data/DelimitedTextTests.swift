// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct DelimitedTextTests {
  private func parse(
    _ text: String, label: String? = nil, ignoring: [String] = [], features: [String]? = nil
  ) throws -> DelimitedText {
    try DelimitedText.parse(
      Array(text.utf8), name: "t.csv", labelColumn: label, ignoreColumns: ignoring,
      features: features)
  }

  @Test(arguments: [
    "1,2,3\n4,5,-6.5\n", "1;2;3\r\n4;5;-6.5\r\n", "1\t2\t3\n4\t5\t-6.5",
    "  1 2   3 \n4 5 \t-6.5 \n",
    "\u{FEFF}1,2,3\n4,5,-6.5", "# made by hand\n1, 2 ,3\n\n4,5 , -6.5\n\n",
    "1,2,\"3\"\n4,\"5\",-6.5\n",
    "a,b,c\n1,2,3\n4,5,-6.5\n", "0,1,2,x\n1,2,3,9\n",
  ])
  func findsTheSeparatorAndTheHeader(text: String) throws {
    let table = try parse(text)
    if text.hasPrefix("0,1,2") {
      #expect(table.values == [1, 2, 3, 9] && table.header == ["0", "1", "2", "x"])
      return
    }
    #expect(table.values == [1, 2, 3, 4, 5, -6.5])
    #expect(table.rows == 2 && table.columns == 3)
    #expect((table.header == ["a", "b", "c"]) == text.hasPrefix("a"))
  }

  @Test func truthValuesAreNumbers() throws {
    let table = try parse("a,b\n1,True\n0.5,FALSE\n")
    #expect(table.values == [1, 1, 0.5, 0] && table.header == ["a", "b"])
    #expect(try parse("true,false\nfalse,true\n").values == [1, 0, 0, 1])
    #expect(try parse("a,b\ntrue,false\n").values == [1, 0])
    // As classes they keep their names.
    #expect(try parse("1,true\n2,false\n", label: "2").labels == ["true", "false"])
  }

  @Test func aMissingValueIsNoHeading() throws {
    let error = refusal { try parse("?,?\n1,2\n") }
    #expect(error?.description.contains("line 1, column 1 of t.csv is missing ('?')") == true)
  }

  @Test func numbersOfRowsAreTold() throws {
    let named = try parse("size,customer_id,kind\n5,17,1\n6,3,1\n7,9,2\n")
    #expect(named.columns == 3 && named.notes.count == 1)
    #expect(named.notes[0].hasPrefix("column 'customer_id' of t.csv has a number of its own"))
    #expect(try parse("size,customer_id\n5,17\n6,17\n").notes == [], "twice the same")
    #expect(try parse("size,width\n5,1\n6,2\n").notes == [], "another name")
    let saved = try parse("Unnamed: 0,size,width\n0,5,7\n1,6,8\n")
    #expect(saved.values == [5, 7, 6, 8] && saved.columnNames == ["size", "width"])
  }

  /// pandas writes 0, 1, 2 over the columns of a matrix, and an empty field over its index.
  @Test func numbersThatCountColumnsAreAHeader() throws {
    let plain = try parse("0,1,2\n5,6,7\n8,9,1\n")
    #expect(plain.header == ["0", "1", "2"] && plain.values == [5, 6, 7, 8, 9, 1])
    let indexed = try parse(",0,1\n0,5,6\n1,8,9\n")
    #expect(indexed.header == ["", "0", "1"])
    #expect(indexed.values == [5, 6, 8, 9] && indexed.columns == 2 && indexed.notes.count == 1)
    let named = try parse(",a,c\n0,5,x\n1,8,y\n", label: "c")
    #expect(named.values == [5, 8] && named.labels == ["x", "y"])
    for sample in ["0,1\n5,6\n", "1,2,3\n5,6,7\n", "0,1,3\n5,6,7\n"] {
      #expect(try parse(sample).rows == 2, "\(sample)")
    }
  }

  @Test func yearsAreAHeader() throws {
    let years = try parse("2019,2020,2021,2022\n1,2.5,3,4\n5,6,7,9\n")
    #expect(years.header?.first == "2019" && years.values == [1, 2.5, 3, 4, 5, 6, 7, 9])
    #expect(years.notes.count == 1 && years.notes[0].contains("counts from 2019 to 2022"))
    let named = try parse("land,2019,2020,2021\nx,1,5,2\ny,3,4,8\n", label: "1")
    #expect(named.values == [1, 5, 2, 3, 4, 8] && named.labels == ["x", "y"])
    let months = try parse("1,2,3,4,5,6\n7,1,2,0,0,4\n")
    #expect(months.rows == 1)
    // Rows that all count up, and small numbers that may do so by chance, are data.
    for sample in [
      "2019,2020,2021\n2020,2021,2022\n", "1,2,3\n5,1,9\n", "5,6,7\n5,1,9\n",
      "2019,2020\n5,6\n", "2019,2020,2022\n5,1,9\n", "0.5,1.5,2.5\n5,1,9\n",
    ] {
      let table = try parse(sample)
      #expect(table.rows == 2 && table.notes.isEmpty, "\(sample)")
    }
  }

  /// Comments end where the records begin.
  @Test func aRowMayBeginWithANumberSign() throws {
    let table = try parse("# tags\ntag,a\n#x,1\ny,2\n#x,3\n", label: "tag")
    #expect(table.values == [1, 2, 3] && table.labels == ["#x", "y", "#x"])
  }

  @Test(arguments: ["last", "3", "-1", "kind", "first"])
  func takesTheLabelColumn(column: String) throws {
    let text = "x,y,kind\n1,2,\"a, b\"\n3,4,cat\n5,6,\"a, b\"\n"
    guard column != "first" else {
      let error = refusal { try parse(text, label: column) }
      #expect(error?.kind == .usage)
      #expect(
        error?.description == "t.csv has no column named 'first'; its columns are x, y, kind")
      return
    }
    let table = try parse(text, label: column)
    #expect(table.labels == ["a, b", "cat", "a, b"])
    #expect(table.values == [1, 2, 3, 4, 5, 6] && table.columns == 2)
  }

  @Test func longHeadersAreToldInPart() {
    let names = (1...20).map { "feature\($0)" }.joined(separator: ",")
    let values = Array(repeating: "0.5", count: 20).joined(separator: ",")
    let error = refusal { try parse("\(names)\n\(values)\n", label: "nothing") }
    #expect(error?.description.hasSuffix("feature11, feature12 and 8 more") == true)
  }

  /// R numbers from 1, pandas keeps the numbers of rows that were shuffled or chosen.
  @Test(arguments: [["1", "2", "3"], ["17", "4", "9"]])
  func leavesOutNumbersOfRows(index: [String]) throws {
    let lines = index.enumerated().map { "\"\($0.element)\",5,\($0.offset)\n" }.joined()
    let table = try parse("\"\",a,b\n" + lines)
    #expect(table.values == [5, 0, 5, 1, 5, 2] && table.columnNames == ["a", "b"])
    #expect(table.notes.count == 1)
    // A number twice, or one that is not whole, counts something else.
    #expect(try parse(",a\n1,5\n1,6\n").columns == 2)
    #expect(try parse(",a\n0.5,5\n1,6\n").columns == 2)
  }

  @Test(arguments: ["", "NA", "NaN", "?"])
  func refusesMissingClasses(text: String) throws {
    let error = refusal { try parse("a,b,kind\n1,2,cat\n3,4,\(text)\n", label: "kind") }
    #expect(error?.kind == .data)
    #expect(error?.description.contains("line 3, column 3 of t.csv is '\(text)'") == true)
    #expect(try parse("a,kind\n1,none\n3,-\n", label: "kind").labels == ["none", "-"])
  }

  /// What has no name of its own cannot be found by it.
  @Test func columnsOfOneNameCountByTheirPlaces() throws {
    let table = try parse("a,b,a\n1,0.5,2\n3,0.25,4\n")
    #expect(table.columnNames == nil && table.values == [1, 0.5, 2, 3, 0.25, 4])
    #expect(
      table.notes == ["several columns of t.csv are called 'a', so columns count by their places"])
  }

  @Test func countsColumnsFromBothEnds() throws {
    #expect(try parse("7,1,2\n8,3,4\n", label: "1").values == [1, 2, 3, 4])
    #expect(try parse("7,1,2\n8,3,4\n", label: "-3").labels == ["7", "8"])
    for column in ["0", "4", "-4"] {
      let error = refusal { try parse("7,1,2\n8,3,4\n", label: column) }
      #expect(error?.description.contains("has 3 columns, so there is no column") == true)
    }
    let named = refusal { try parse("7,1,2\n8,3,4\n", label: "kind") }
    #expect(named?.description.contains("it has no header line") == true)
  }

  /// What is ignored may be anything: words, delimiters in quotes, nothing.
  @Test func ignoresColumns() throws {
    let text = "id,x,when,y,kind\na7,1,2024-01-02,2,cat\n\"b, 8\",3,,4,dog\n"
    let table = try parse(text, label: "kind", ignoring: ["when", "id"])
    #expect(table.values == [1, 2, 3, 4] && table.rows == 2 && table.columns == 2)
    #expect(table.columnNames == ["x", "y"] && table.labels == ["cat", "dog"])
    #expect(table.notes.isEmpty)
    let spaces = try parse("x id y\n1 a 2\n3 b 4\n", ignoring: ["id"])
    #expect(spaces.values == [1, 2, 3, 4] && spaces.columnNames == ["x", "y"])
    let both = try parse("id,x,id\na,1,b\n", ignoring: ["id"])
    #expect(both.values == [1] && both.columnNames == ["x"], "all columns of the name are ignored")
  }

  /// A line with the name is a header, whatever stands below it.
  @Test func aColumnToIgnoreTellsTheHeader() throws {
    let table = try parse("id,2019\na,5\nb,6\n", ignoring: ["id"])
    #expect(table.values == [5, 6] && table.columnNames == ["2019"])
    let indexed = try parse(",a,c\n0,5,x\n1,8,y\n", ignoring: ["c"])
    #expect(indexed.values == [5, 8] && indexed.columnNames == ["a"] && indexed.notes.count == 1)
  }

  @Test func saysWhichColumnsCannotBeIgnored() {
    let text = "id,x,kind\na,1,cat\nb,2,dog\n"
    let other = refusal { try parse(text, ignoring: ["id", "kinds"]) }
    #expect(other?.kind == .usage)
    #expect(
      other?.description == "t.csv has no column named 'kinds'; did you mean kind?")
    let none = refusal { try parse("1,2\n3,4\n", ignoring: ["id"]) }
    #expect(none?.kind == .usage)
    #expect(
      none?.description
        == "t.csv has no column named 'id'; it has no header line, so write one, or remove the column"
    )
    let label = refusal { try parse(text, label: "last", ignoring: ["id", "kind"]) }
    #expect(label?.kind == .usage)
    #expect(label?.description.hasPrefix("'kind' is the label column of t.csv") == true)
    let cases: [(String?, [String])] = [("kind", ["id", "x"]), (nil, ["x", "id", "kind"])]
    for (label, names) in cases {
      let all = refusal { try parse(text, label: label, ignoring: names) }
      #expect(all?.kind == .usage)
      #expect(
        all?.description == "--ignore-columns leaves no feature of t.csv; name fewer columns")
    }
  }

  @Test func namesTheColumnsOfNumbers() throws {
    #expect(try parse("a,c,b\n1,x,2\n", label: "c").columnNames == ["a", "b"])
    #expect(try parse("1,2\n3,4\n").columnNames == nil)
    #expect(try parse(",a,b\n0,5,6\n1,8,9\n").columnNames == ["a", "b"], "without the index")
  }

  /// As a model wants them that was fitted to columns of these names.
  @Test func takesFeaturesByTheirNames() throws {
    let text = "kind,b,id,a\ncat,2,x1,1\ndog,4,,3\n"
    let table = try parse(text, features: ["a", "b"])
    #expect(table.values == [1, 2, 3, 4] && table.columnNames == ["a", "b"])
    #expect(table.notes.count == 1 && table.notes[0].hasSuffix("them: 'kind', 'id'"))
    let labelled = try parse(text, label: "kind", ignoring: ["id"], features: ["a", "b"])
    #expect(labelled.values == table.values && labelled.labels == ["cat", "dog"])
    #expect(labelled.notes.isEmpty, "what was named is expected")
    let missing = refusal { try parse(text, features: ["a", "z"]) }
    #expect(missing?.kind == .data)
    #expect(missing?.description.contains("fitted to: 'z'; give") == true)
    let bare = try parse("2,1\n4,3\n", features: ["a", "b"])
    #expect(bare.values == [2, 1, 4, 3] && bare.columnNames == nil)
    // Of what is chosen by name, nothing is guessed to be an index.
    let index = try parse(",a\n0,5\n1,8\n", features: ["", "a"])
    #expect(index.values == [0, 5, 1, 8] && index.notes.isEmpty)
  }

  @Test func saysWhereALineIsRagged() {
    let short = refusal { try parse("# c\n1,2,3\n4,5\n") }
    #expect(
      short?.description == "line 3 of t.csv has 2 fields, but the first line has 3")
    let long = refusal { try parse("1,2,3\n\n4,5,6,7,8\n") }
    #expect(long?.description == "line 3 of t.csv has 5 fields, but the first line has 3")
    let spaces = refusal { try parse("1 2 3\n4 5 6\n7\n") }
    #expect(spaces?.description == "line 3 of t.csv has 1 field, but the first line has 3")
    #expect(spaces?.kind == .data)
  }

  @Test func saysWhereTextIsAmongNumbers() {
    let word = refusal { try parse("1,2\n3,four\n") }
    #expect(
      word?.description
        == "line 2, column 2 of t.csv is 'four', and a number was expected; correct it, or remove "
        + "the row")
    let classes = refusal { try parse("a,b\n1,red\n2,blue\n") }
    #expect(
      classes?.description
        == "line 2, column 2 of t.csv is 'red', and a number was expected; if that column holds "
        + "the classes, say --label-column 2, and if it is no feature, --ignore-columns b")
    let beside = refusal { try parse("n m,a,c\nbob,1,x\n", label: "c") }
    #expect(
      beside?.description.hasSuffix("if that column is no feature, say --ignore-columns 'n m'")
        == true)
    let bare = refusal { try parse("1,bob,x\n2,eve,y\n", label: "3") }
    #expect(bare?.description.hasSuffix("remove columns that are no features") == true)
    let first = refusal { try parse("1.5,two\n3,4\n") }
    #expect(first?.description.hasPrefix("line 1, column 2 of t.csv is 'two'") == true)
    let lone = refusal { try parse("0,two\n3,4\n") }
    #expect(lone?.description.hasPrefix("line 1, column 2 of t.csv is 'two'") == true)
    let comma = refusal { try parse("1,5;2\n2,5;3\n") }
    #expect(comma?.description.contains("line 1, column 1 of t.csv is '1,5'") == true)
    let empty = refusal { try parse("1,2\n3,\n") }
    #expect(empty?.description.hasPrefix("line 2, column 2 of t.csv is empty") == true)
    let glued = refusal { try parse("1,2\n3,4x\n") }
    #expect(glued?.description.contains("'4x'") == true)
  }

  @Test(arguments: ["NA", "n/a", "null", "None", "?", "<NA>", "\\N"])
  func missingValuesAreCalledSo(word: String) {
    let error = refusal { try parse("a,b\n1,2\n3,\(word)\n") }
    #expect(
      error?.description
        == "line 3, column 2 of t.csv is missing ('\(word)'); fill in or remove missing "
        + "values first")
    let first = refusal { try parse("a,b\n1,\(word)\n") }
    #expect(first?.description.contains("is missing") == true)
  }

  @Test(
    arguments: [
      ("a;b\n1,5;2,5\n3,5;4,5\n", "write a point in place of the decimal comma"),
      ("1,5;2\n2,5;3\n", "write a point in place of the decimal comma"),
      ("a\tb\n1\t-2.100,5\n", "write a point in place of the decimal comma"),
      ("\"1,5\",\"2,25\"\n\"3,5\",\"4,25\"\n", "write a point in place of the decimal comma"),
      ("a,b\n1,\"2,500\"\n", "write numbers without separators between thousands"),
      ("a;b\n1;-2'500'000.5\n", "write numbers without separators between thousands"),
      ("1|2\n3|4\n", "'|' does not separate fields here: write commas, semicolons or tabs"),
      ("[1, 2]\n[3, 4]\n", "JSON and lists in brackets are not read: write the rows as CSV"),
      ("{\n  \"a\": [1, 2]\n}\n", "looks like JSON, which is not read: write the rows as CSV"),
      ("[[1, 2], [3, 4]]\n", "looks like JSON, which is not read: write the rows as CSV"),
    ] as [(String, String)])
  func otherDialectsAreNamed(text: String, advice: String) {
    #expect(refusal { try parse(text) }?.description.hasSuffix(advice) == true, "\(text)")
  }

  @Test func numbersBeyondSinglePrecisionAreNamed() throws {
    for number in ["1e39", "-1e300", "1e400"] {
      let error = refusal { try parse("1,2\n3,\(number)\n") }
      #expect(
        error?.description.hasPrefix(
          "line 2, column 2 of t.csv is \(number), which is beyond single precision") == true,
        "\(number)")
    }
    #expect(try parse("1,3e38\n").values == [1, 3e38])
  }

  @Test func refusesEmptyAndBrokenText() {
    #expect(refusal { try parse("\n \n# nothing\n") }?.description.contains("is empty") == true)
    let header = refusal { try parse("a,b\n") }
    #expect(header?.description == "t.csv is empty: there is no line below its header")
    let quote = refusal { try parse("1,2\n3,\"4\n5,6\n") }
    #expect(quote?.description == "line 2 of t.csv opens a quote that is never closed")
    let after = refusal { try parse("\"1\" 2,3\n4,5\n") }
    #expect(after?.description.contains("line 1 of t.csv has text after a closing quote") == true)
  }

  @Test func keepsCountingLinesThroughQuotes() {
    let error = refusal { try parse("a,\"b\nc\"\n1,2\n3,x\n") }
    #expect(error?.description.hasPrefix("line 4, column 2") == true)
  }

  @Test func readsNotANumberForTheValidationToFind() throws {
    let table = try parse("1,nan\n-inf,2\n")
    #expect(table.values[0] == 1 && table.values[1].isNaN && table.values[2] == -.infinity)
  }
}
