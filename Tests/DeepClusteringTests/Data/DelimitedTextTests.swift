// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct DelimitedTextTests {
  private func parse(_ text: String, label: String? = nil) throws -> DelimitedText {
    try DelimitedText.parse(Array(text.utf8), name: "t.csv", labelColumn: label)
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

  /// pandas writes 0, 1, 2 over the columns of a matrix, and an empty field over its index.
  @Test func numbersThatCountColumnsAreAHeader() throws {
    let plain = try parse("0,1,2\n5,6,7\n8,9,1\n")
    #expect(plain.header == ["0", "1", "2"] && plain.values == [5, 6, 7, 8, 9, 1])
    let indexed = try parse(",0,1\n0,5,6\n1,8,9\n")
    #expect(indexed.header == ["", "0", "1"])
    #expect(indexed.values == [5, 6, 8, 9] && indexed.columns == 2 && indexed.notes.count == 1)
    let named = try parse(",a,c\n0,5,x\n1,8,y\n", label: "c")
    #expect(named.values == [5, 8] && named.labels == ["x", "y"])
    let other = try parse(",a\n1,5\n2,8\n")
    #expect(other.values == [1, 5, 2, 8] && other.notes.isEmpty, "it does not count from 0")
    for sample in ["0,1\n5,6\n", "1,2,3\n5,6,7\n", "0,1,3\n5,6,7\n"] {
      #expect(try parse(sample).rows == 2, "\(sample)")
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
        == "line 2, column 2 of t.csv is 'four', and a number was expected; if that column holds "
        + "the classes, say --label-column 2")
    let beside = refusal { try parse("n,a,c\nbob,1,x\n", label: "c") }
    #expect(beside?.description.hasSuffix("remove columns that are no features") == true)
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
