// SPDX-License-Identifier: Apache-2.0
import DeepClustering
import Testing

@Suite struct DatasetRowsTests {
  @Test func rowsAreJoinedInTheirOrder() throws {
    let data = try Dataset(rows: [[1, 2, 3], [4, 5, 6]])
    #expect(data.values == [1, 2, 3, 4, 5, 6])
    #expect((data.rows, data.columns) == (2, 3))
    #expect(try Dataset(values: [1, 2, 3, 4, 5, 6], columns: 3, name: "rows") == data)
  }

  @Test func noRowsAreADataset() throws {
    #expect(try Dataset(rows: []).rows == 0)
    #expect(try Dataset(values: [], columns: 4).rows == 0)
  }

  @Test func aRaggedRowIsNamed() {
    #expect(
      throws: InputError(
        .data,
        "row 3 of the body has 1 values, but row 1 has 2; all rows must have the same length")
    ) {
      try Dataset(rows: [[1, 2], [3, 4], [5]], name: "the body")
    }
  }

  @Test(arguments: [0, -1, 2]) func valuesMustFillRows(columns: Int) {
    #expect {
      try Dataset(values: [1, 2, 3], columns: columns)
    } throws: { error in
      (error as? InputError)?.kind == .data
    }
  }
}
