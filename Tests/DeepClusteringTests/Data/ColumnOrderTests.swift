// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct ColumnOrderTests {
  @Test func findsColumnsByTheirNames() throws {
    let same = try ColumnOrder(of: ["a", "b"], among: ["a", "b"], in: "t.csv")
    #expect(same.places == [0, 1] && same.note == nil)
    let other = try ColumnOrder(of: ["a", "b", "c"], among: ["c", "id", "a", "b"], in: "t.csv")
    #expect(other.places == [2, 3, 0])
    #expect(
      other.note == "1 column of t.csv was left out, as the model was not fitted to it: 'id'")
    let more = try ColumnOrder(of: ["b"], among: ["class", "b", "a"], in: "t.csv")
    #expect(
      more.note
        == "2 columns of t.csv were left out, as the model was not fitted to them: 'class', 'a'")
  }

  /// The first of the model's is the first of the table's.
  @Test func columnsOfOneNameKeepTheirOrder() throws {
    let order = try ColumnOrder(of: ["b", "a", "b"], among: ["a", "b", "c", "b"], in: "t.csv")
    #expect(order.places == [1, 0, 3] && order.note?.hasSuffix("it: 'c'") == true)
    // Which of three are the two, nobody knows.
    let many = refusal { try ColumnOrder(of: ["b", "b"], among: ["b", "b", "b"], in: "t.csv") }
    #expect(many?.kind == .data && many?.description.contains("has 3 columns 'b'") == true)
    let few = refusal { try ColumnOrder(of: ["b", "b"], among: ["b", "a"], in: "t.csv") }
    #expect(few?.description.contains("lacks 1 of the 2 columns") == true)
  }

  @Test func namesWhatIsMissing() {
    let error = refusal { try ColumnOrder(of: ["x", "a", "y"], among: ["a", "c"], in: "t.csv") }
    #expect(error?.kind == .data)
    #expect(
      error?.description
        == "t.csv lacks 2 of the 3 columns that the model was fitted to: 'x', 'y'; give all of "
        + "them, in any order")
    let many = refusal { try ColumnOrder(of: (0..<20).map { "x\($0)" }, among: [], in: "t.csv") }
    #expect(many?.description.contains("'x10', 'x11' and 8 more; give") == true)
  }

  @Test func arrangesTheColumnsOfData() throws {
    var data = Dataset(
      name: "t", values: [1, 2, 3, 4, 5, 6], rows: 2, columns: 3, labels: [1, 0], source: "t.csv")
    #expect(try data.arranged(by: ["c", "a"]) == data, "data without names stay as they are")
    data.columnNames = ["a", "b", "c"]
    #expect(try data.arranged(by: nil) == data)
    #expect(try data.arranged(by: ["a", "b", "c"]) == data)
    let part = try data.arranged(by: ["c", "a"])
    #expect(part.values == [3, 1, 6, 4] && part.columns == 2 && part.rows == 2)
    #expect(part.columnNames == ["c", "a"] && part.labels == [1, 0])
    #expect(part.notes.count == 1 && part.notes[0].contains("'b'"))
    let missing = refusal { try data.arranged(by: ["a", "z"]) }
    #expect(missing?.description.hasPrefix("t.csv lacks 1 of the 2 columns") == true)
  }
}
