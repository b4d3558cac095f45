// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct PreprocessingTests {
  private func table(_ rows: [[Float]], image: ImageShape? = nil) -> Dataset {
    Dataset(
      name: "t", values: rows.flatMap { $0 }, rows: rows.count, columns: rows[0].count,
      imageShape: image)
  }

  private func applied(_ kind: Preprocessing, _ data: Dataset) -> [Float] {
    var values = data.values
    kind.fitted(to: data).apply(to: &values, columns: data.columns)
    return values
  }

  /// It is the scaled value that has to have a square.
  @Test func refusesWhatCannotBeSquared() throws {
    let data = table([[1, 0], [2, -2.5e19], [3, 2.5e19]])
    var values = data.table
    let plain = refusal {
      try Preprocessing.none.fitted(to: data).apply(to: &values, columns: 2, of: "t.csv")
    }
    #expect(plain?.kind == .data)
    #expect(plain?.description.hasPrefix("row 2, column 2 of t.csv is -2.5e+19, too large") == true)
    #expect(plain?.description.contains("--preprocessing, such as standard-score") == true)
    let fitted = Preprocessing.standardScore.fitted(to: data)
    values = data.table
    try fitted.apply(to: &values, columns: 2, of: "t.csv")
    #expect(values.dense(columns: 2).allSatisfy { abs($0) < 2 })
    // A new row that is too far from those that the scaling was learned from.
    var far = TableValues.dense([3e38, 0])
    let other = refusal { try fitted.apply(to: &far, columns: 2, of: "new.csv") }
    #expect(other?.description.contains("after the scaling standard-score") == true)
    var near = TableValues.dense([1e18, -1e18])
    try Preprocessing.none.fitted(to: data).apply(to: &near, columns: 2, of: "t.csv")
    #expect(near == .dense([1e18, -1e18]))
  }

  @Test func aModelRefusesRowsThatCannotBeSquared() throws {
    let data = table([[0, 0], [0, 1], [9, 9], [9, 8]])
    let model = try KMeans(clusters: 2).fit(data, preprocessing: .none)
    let far = table([[0, 0], [2.5e19, 0]])
    #expect(
      refusal { try model.assignments(for: far) }?.description.hasPrefix("row 2, column 1 of t is")
        == true)
    #expect(try model.assignments(for: table([[0, 1]])) == [model.assignments[0]])
  }

  @Test func leavesValuesAlone() {
    let data = table([[1, -300], [0.5, 2]])
    #expect(applied(.none, data) == data.values)
  }

  @Test(
    arguments: [
      ([0, 128, 250], 255), ([0, 16, 3], 16), ([0, 1, 1], 1), ([0, 17, 2], 255),
      ([0, 256, 1], 65_535),
      ([-4, 2, 0], 16), ([0, 2.5, 1], 2.5), ([-5, 0.5, 1], 5), ([0, 100_000, 7], 100_000),
      ([0, 0, 0], 1),
    ] as [([Float], Float)])
  func dividesByTheLargestPossibleValue(values: [Float], scale: Float) {
    let fitted = Preprocessing.unitRange.fitted(to: table([values]))
    #expect(fitted.scale == scale && fitted.kind == .unitRange)
    #expect(applied(.unitRange, table([values])) == values.map { $0 / scale })
  }

  @Test func spansMinusOneToOne() {
    #expect(applied(.symmetric, table([[0, 1], [4, 8]])) == [-1, -0.75, 0, 1])
    #expect(applied(.symmetric, table([[3, 3]])) == [0, 0])
  }

  @Test func dividesRowsByTheirNorm() {
    let values = applied(.unitNorm, table([[3, 4], [0, 0], [-5, 12]]))
    #expect(values == [0.6, 0.8, 0, 0, -5.0 / 13, 12.0 / 13])
  }

  @Test func standardisesColumns() throws {
    // Column 1: mean 3, population variance (4 + 0 + 4) / 3. Column 2 is constant.
    let data = table([[1, 7], [3, 7], [5, 7]])
    let fitted = Preprocessing.standardScore.fitted(to: data)
    let deviation = Float((8.0 / 3).squareRoot())
    #expect(fitted.means == [3, 7] && fitted.deviations == [deviation, 1])
    #expect(applied(.standardScore, data) == [-2 / deviation, 0, 0, 0, 2 / deviation, 0])
    // New data are scaled by what was learned before, not by their own moments.
    var other: [Float] = [3 + deviation, 9]
    fitted.apply(to: &other, columns: 2)
    #expect(other == [1, 2])
  }

  @Test func finds0point1Constant() {
    // A mean of many 0.1 is not 0.1 exactly; the column is constant all the same.
    let data = table([[Float]](repeating: [0.1], count: 1000))
    #expect(applied(.standardScore, data).allSatisfy { $0 == 0 })
  }

  @Test func makesTheMeanSquareOne() {
    // Squares: 4 + 16 + 64 + 0 = 84 over 4 values: the factor is √21.
    let data = table([[2, -4], [8, 0]])
    let root = Float(21.0.squareRoot())
    #expect(Preprocessing.meanSquare.fitted(to: data).scale == root)
    #expect(applied(.meanSquare, data) == [2 / root, -4 / root, 8 / root, 0])
    #expect(Preprocessing.meanSquare.fitted(to: table([[0, 0]])).scale == 1)
  }

  @Test func choosesByTheValues() {
    let image = ImageShape(height: 1, width: 2)
    #expect(Preprocessing.automatic.resolved(for: table([[0, 255], [3, 4]])) == .unitRange)
    #expect(
      Preprocessing.automatic.resolved(for: table([[0.25, 16.5]], image: image)) == .unitRange)
    #expect(Preprocessing.automatic.resolved(for: table([[0, 1], [-1, 0.5]])) == .none)
    #expect(Preprocessing.automatic.resolved(for: table([[0, 1]], image: image)) == .none)
    #expect(Preprocessing.automatic.resolved(for: table([[0, 1.5]])) == .standardScore)
    #expect(Preprocessing.automatic.resolved(for: table([[-3, 7]])) == .standardScore)
    #expect(Preprocessing.automatic.resolved(for: table([[0, 256]])) == .standardScore)
    #expect(Preprocessing.unitNorm.resolved(for: table([[0, 256]])) == .unitNorm)
    #expect(Preprocessing.automatic.fitted(to: table([[0, 12]])).kind == .unitRange)
  }

  @Test(arguments: [Preprocessing.none, .unitRange, .symmetric, .standardScore, .meanSquare])
  func comesBack(kind: Preprocessing) {
    let data = table([[1, 70, 5], [3, 20, 5], [6, 255, 5]])
    let back = kind.fitted(to: data).inverse(applied(kind, data), columns: 3)
    #expect(zip(back, data.values).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(kind == .none || applied(kind, data) != data.values)
  }

  /// Models that were written before there were names are read too.
  @Test(arguments: Preprocessing.allCases)
  func remembersTheNamesOfTheColumns(kind: Preprocessing) throws {
    var data = table([[1, 7], [3, 7.5], [5, 300]])
    let bare = try JSONEncoder().encode(kind.fitted(to: data))
    #expect(!String(decoding: bare, as: UTF8.self).contains("columnNames"))
    #expect(try JSONDecoder().decode(FittedPreprocessing.self, from: bare).columnNames == nil)
    data.columnNames = ["a", "b"]
    let named = try JSONEncoder().encode(kind.fitted(to: data))
    let read = try JSONDecoder().decode(FittedPreprocessing.self, from: named)
    #expect(read.columnNames == ["a", "b"] && read == kind.fitted(to: data))
  }

  @Test(arguments: Preprocessing.allCases)
  func isRecordedWhole(kind: Preprocessing) throws {
    let fitted = kind.fitted(to: table([[1, 7], [3, 7.5], [5, 300]]))
    let data = try JSONEncoder().encode(fitted)
    #expect(try JSONDecoder().decode(FittedPreprocessing.self, from: data) == fitted)
    #expect(fitted.kind != .automatic)
    #expect(Preprocessing(rawValue: kind.rawValue) == kind)
  }
}
