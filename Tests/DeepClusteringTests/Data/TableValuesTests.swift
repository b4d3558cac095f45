// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

extension SparseRows {
  /// Rows of which the zeros are left out.
  init(dense values: [Float], columns: Int) {
    self.init()
    for start in stride(from: 0, to: values.count, by: columns) {
      append((0..<columns).lazy.map { ($0, values[start + $0]) })
    }
  }
}

@Suite struct TableValuesTests {
  private let values: [Float] = [0, 0.5, 0, 0, 0, 0, 0, 0, -2, 0, 0, 8, 0, 0.5, 0, 0]

  private func dataset(_ table: TableValues) -> Dataset {
    Dataset(name: "t", table: table, rows: 4, columns: 4, labels: [0, 1, 1, 0])
  }

  private var dense: Dataset { dataset(.dense(values)) }
  private var sparse: Dataset { dataset(.sparse(SparseRows(dense: values, columns: 4))) }

  @Test func bothFormsSayTheSame() throws {
    #expect(sparse.table != dense.table && sparse.values == values)
    #expect(sparse.digest() == dense.digest())
    #expect(sparse.valueRange == dense.valueRange && sparse.valueRange == -2...8)
    #expect(try sparse.validated(clusters: 3) == dense.validated(clusters: 3))
    #expect(
      refusal { try sparse.validated(clusters: 4) }?.description
        == refusal { try dense.validated(clusters: 4) }?.description)
    // The same value in every row, in some rows, in none.
    let columns: [Float] = [3, 3, 0, 1, 3, 3, 0, 0, 3, 4, 0, 0, 3, 3, 0, 2]
    for table in [TableValues.dense(columns), .sparse(SparseRows(dense: columns, columns: 4))] {
      #expect(try dataset(table).validated(clusters: 2).first?.hasPrefix("2 of 4 columns") == true)
      #expect(dataset(table).valueRange == 0...4)
    }
    #expect(sparse.sampled(rows: 2, seed: 5).values == dense.sampled(rows: 2, seed: 5).values)
    let parts = [sparse, dense].map { $0.table.rows([3, 2, 3], columns: 4).dense(columns: 4) }
    #expect(parts[0] == parts[1] && parts[0] == [0, 0.5, 0, 0, -2, 0, 0, 8, 0, 0.5, 0, 0])
  }

  private func refusalOfRows(_ table: TableValues) -> String? {
    refusal { try dataset(table).validated(clusters: 2) }?.description
  }

  @Test func wrongValuesAreFound() {
    for wrong in [Float.nan, .infinity, 1e19] {
      var bad = values
      bad[11] = wrong
      let tables = [.dense(bad), TableValues.sparse(SparseRows(dense: bad, columns: 4))]
      for table in tables {
        let found = table.first(columns: 4) { !($0.magnitude <= 1e18) }
        #expect(found?.row == 2 && found?.column == 3)
        #expect(found.map { $0.value.isNaN == wrong.isNaN } == true)
      }
      guard !wrong.isFinite else { continue }
      let said = tables.map { refusalOfRows($0) }
      #expect(said[0]?.hasPrefix("row 3, column 4 of t is") == true && said[1] == said[0])
    }
    // A zero that is wrong is not stored.
    #expect(sparse.table.first(columns: 4) { $0 == 0 }?.column == 0)
  }

  @Test(arguments: Preprocessing.allCases)
  func scalingDoesNotAskForTheForm(kind: Preprocessing) throws {
    let fitted = kind.fitted(to: sparse)
    #expect(fitted == kind.fitted(to: dense))
    let rows = try sparse.scaled(by: fitted, sparse: true)
    #expect(rows.isCompressed == (fitted.means == nil))
    let wanted: [Float] = try dense.scaled(by: fitted, sparse: true).scalars()
    #expect(rows.dense.scalars(as: Float.self) == wanted)
    #expect(try !sparse.scaled(by: fitted).isCompressed)
    #expect(try sparse.scaled(by: fitted).scalars(as: Float.self) == wanted)
  }

  @Test func entriesMayComeInAnyOrder() {
    let rows = SparseRows(
      starts: [0, 2, 3, 5, 6], columns: [1, 1, 2, 3, 0, 1], values: [0.25, 0.25, 0, 8, -2, 0.5])
    #expect(rows == SparseRows(dense: values, columns: 4))
    var joined = TableValues.sparse(SparseRows(starts: [0, 2], columns: [1, 1], values: [1, 2]))
    joined.append(
      .sparse(SparseRows(starts: [0, 0, 1], columns: [2], values: [7])), columns: 4)
    #expect(joined.dense(columns: 4) == [0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0])
    joined.append(.dense([1, 2, 3, 4]), columns: 4)
    #expect(joined.dense(columns: 4).suffix(8) == [0, 0, 7, 0, 1, 2, 3, 4])
  }

  /// Rows that are mostly not zero take less memory with their zeros.
  @Test func theSmallerFormIsTaken() {
    let few = SparseRows(dense: [0, 0, 1, 0], columns: 4)
    let many = SparseRows(dense: [1, 0, 1, 0], columns: 4)
    #expect(TableValues(few, columns: 4) == .sparse(few))
    #expect(TableValues(many, columns: 4) == .dense([1, 0, 1, 0]))
  }

  @Test func methodsWithANetworkTakeSparseRows() {
    #expect(DEC(clusters: 3).takesSparse(columns: 2000))
    #expect(!KMeans(clusters: 3).takesSparse(columns: 2000))
    // It lays wide rows out by a network, and takes narrow ones as they are.
    #expect(DeepDPM(clusters: 1).takesSparse(columns: 2000))
    #expect(!DeepDPM(clusters: 1).takesSparse(columns: 10))
  }

  /// 400 rows of 600,000 columns.
  @Test func sparseFilesStaySparse() throws {
    let folder = try DataFolder()
    let lines = (0..<400).map { "\($0 % 2) \($0 + 1):1 600000:2" }
    let data = try Dataset.load(folder.write("t.svmlight", lines.joined(separator: "\n")))
    guard case .sparse(let rows) = data.table else {
      Issue.record("the table is dense")
      return
    }
    #expect(rows.values.count == 800 && data.columns == 600_000)
  }
}
