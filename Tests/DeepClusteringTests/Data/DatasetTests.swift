// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct DatasetTests {
  private func table(_ rows: [[Float]]) -> Dataset {
    Dataset(
      name: "t", values: rows.flatMap { $0 }, rows: rows.count, columns: rows.first?.count ?? 0,
      source: "t.csv")
  }

  @Test func acceptsGoodData() throws {
    let good = table([[0, 1], [2, 3], [4, 5]])
    #expect(try good.validated(clusters: 3) == [])
    #expect(try good.validated(clusters: nil) == [])
    #expect(try good.validated(clusters: 1) == [])
    var numbered = good
    (numbered.labels, numbered.classNames) = ([0, 1, 2], (0..<9000).map { "\($0)" })
    #expect(
      refusal { try numbered.validated(clusters: nil) }?.description.contains("9000 different")
        == true)
  }

  @Test(arguments: [(Float.nan, "NaN"), (.infinity, "infinity"), (-.infinity, "-infinity")])
  func namesThePlaceOfAValueThatIsNone(value: Float, name: String) {
    let error = refusal { try table([[0, 1, 2], [3, value, .nan]]).validated(clusters: 2) }
    #expect(error?.kind == .data)
    #expect(
      error?.description
        == "row 2, column 2 of t.csv is \(name); remove or replace such values first")
  }

  @Test func refusesTooFewRows() {
    for rows in [[], [[]], [[], []]] as [[[Float]]] {
      let error = refusal { try table(rows).validated(clusters: 2) }
      #expect(error?.description.hasPrefix("t.csv is empty") == true)
    }
    let one = refusal { try table([[1, 2]]).validated(clusters: nil) }
    #expect(one?.description == "t.csv has one row only; clustering needs at least two")
    let equal = refusal { try table([[1, 2], [1, 2], [1, 2]]).validated(clusters: 2) }
    #expect(equal?.description.hasPrefix("all 3 rows of t.csv are equal") == true)
  }

  /// Times in seconds, and the same from their mean.
  @Test func warnsOfColumnsThatSinglePrecisionHardlyTellsApart() throws {
    let far = table([[1, 1.7e9], [2, 1.7e9 + 3_600], [3, 1.7e9 + 7_200]])
    let warnings = try far.validated(clusters: 2)
    #expect(warnings.count == 1 && warnings[0].contains("1 of 2 columns of t.csv"))
    #expect(warnings[0].contains("column 2 from 1.7e+09 to"))
    #expect(try table([[1, 0], [2, 3_600], [3, 7_200]]).validated(clusters: 2).isEmpty)
  }

  @Test func refusesAWrongNumberOfClusters() {
    // Zero and minus zero are one value.
    let data = table([[0, 1], [-0.0, 1], [2, 2], [2, 3], [2, 2]])
    for clusters in [0, -4] {
      #expect(refusal { try data.validated(clusters: clusters) }?.kind == .usage)
    }
    #expect((try? data.validated(clusters: 3)) != nil)
    let error = refusal { try data.validated(clusters: 4) }
    #expect(error?.kind == .data)
    #expect(
      error?.description
        == "4 clusters were asked for, but t.csv has only 3 distinct rows; ask for at most 3")
    let rows = refusal { try table([[1], [2]]).validated(clusters: 5) }
    #expect(rows?.description.contains("has only 2 rows") == true)
  }

  @Test func warnsOfConstantColumns() throws {
    let one = try table([[0, 7, 1], [1, 7, 1], [2, 7, 2]]).validated(clusters: 2)
    #expect(one == ["1 of 3 columns is constant; it tells nothing about clusters"])
    let two = try table([[0, 7, 1], [1, 7, 1], [2, 7, 1]]).validated(clusters: 2)
    #expect(two == ["2 of 3 columns are constant; they tell nothing about clusters"])
  }

  @Test func warnsOfLabelsThatAreHardlyClasses() throws {
    var data = table((0..<12).map { [Float($0), Float($0 * $0)] })
    (data.labels, data.classNames) = (Array(0..<12), (0..<12).map { "id\($0)" })
    let warnings = try data.validated(clusters: 2)
    #expect(warnings.count == 1)
    #expect(
      warnings.first?.hasPrefix("the labels of t.csv have 12 different values for 12 rows") == true)
    // Names of classes that no row has do not count.
    data.labels = (0..<12).map { $0 / 2 }
    #expect(try data.validated(clusters: 2) == [])
    data.labels?[0] = 11
    #expect(try data.validated(clusters: 2).count == 1)
  }

  @Test func digestsValuesAndShape() {
    let data = table([[0, 1], [2, 3]])
    // printf '2x2 -\n' and the values as little-endian float32, through sha256sum.
    #expect(
      data.digest() == "bc46688b6110115b0831bab9d5e2f644379b11d1c25a7c427ff5e5ee0ac8307a")
    var image = data
    image.imageShape = ImageShape(height: 1, width: 2)
    var flat = data
    (flat.rows, flat.columns) = (1, 4)
    var other = data
    other.values[3] = 4
    var named = data
    (named.name, named.labels) = ("other", [0, 1])
    #expect(Set([data, image, flat, other].map { $0.digest() }).count == 4)
    #expect(named.digest() == data.digest())
  }

  @Test func countsClassesAndFindsTheRange() {
    let data = Dataset(
      name: "t", values: [3, -2, 8], rows: 3, columns: 1, labels: [2, 0, 2])
    #expect(data.classNames == ["0", "1", "2"] && data.classCounts == [1, 0, 2])
    #expect(data.valueRange == -2...8)
    #expect(table([]).valueRange == nil)
  }
}
