// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Testing

@Suite struct PrincipalComponentsTests {
  /// (±3, ±4)·{1, 1} and (±4, ∓3)/5 around (10, 20): directions (3, 4)/5 and (4, −3)/5.
  @Test func fourPointsByHand() {
    let values: [Float] = [13, 24, 7, 16, 10.8, 19.4, 9.2, 20.6]
    let components = PrincipalComponents(of: values, columns: 2)
    expect(components.mean, [10, 20])
    expect(components.directions, [0.6, 0.8, 0.8, -0.6])
    // Along the first: 2·25 over 3; along the second: 2·1 over 3.
    expect(components.variances, [50.0 / 3, 2.0 / 3])
    #expect(abs(components.totalVariance - 52.0 / 3) < 1e-5)
    expect(components.project(values).map(Double.init), [5, 0, -5, 0, 0, 1, 0, -1])
    // New points are moved by the mean of the old ones.
    expect(components.project([13.6, 24.8]).map(Double.init), [6, 0])
  }

  @Test func oneColumnIsDrawnInTwo() {
    let components = PrincipalComponents(of: [1, 2, 6], columns: 1)
    expect(components.directions, [1, 0])
    expect(components.variances, [7, 0])
    #expect(components.project([1, 2, 6]) == [-2, 0, -1, 0, 3, 0])
  }

  @Test func equalPointsHaveNoVariance() {
    let components = PrincipalComponents(of: [4, 5, 4, 5, 4, 5], columns: 2)
    #expect(components.variances == [0, 0])
    #expect(components.project([4, 5]) == [0, 0])
  }

  private struct Golden: Decodable {
    struct Case: Decodable {
      let name: String
      let columns: Int
      let values: [Float]?
      let directions, variances, projected: [Double]
      let total: Double
    }
    let cases: [Case]
  }

  @Test func agreesWithScikitLearn() throws {
    let golden = try GoldenFile.load("principal-components", as: Golden.self)
    #expect(golden.cases.map(\.name).contains("many columns"))
    for example in golden.cases {
      let values = example.values ?? manyColumns()
      let components = PrincipalComponents(
        of: values, columns: example.columns, count: example.variances.count)
      let scale = example.variances[0]
      let name = Comment(rawValue: example.name)
      expect(components.directions, example.directions, within: 1e-9, name)
      expect(components.variances, example.variances, within: 1e-10 * scale, name)
      #expect(abs(components.totalVariance - example.total) < 1e-10 * example.total, name)
      let projected = components.project(values).prefix(example.projected.count)
      expect(
        projected.map(Double.init), example.projected, within: 1e-6 * scale.squareRoot(), name)
    }
  }

  /// Wide data of low rank: the directions beyond it must not be noise.
  @Test func aLineInManyColumnsHasOneDirection() {
    let values = (0..<20).flatMap { row in (0..<100).map { Float(row * ($0 % 3)) } }
    let components = PrincipalComponents(of: values, columns: 100, count: 3)
    // Columns of slope 0, 1 and 2, 33 or 34 of each; the rows 0…19 have variance 35.
    let slopes = (0..<100).reduce(0) { $0 + ($1 % 3) * ($1 % 3) }
    expect(components.variances, [35 * Double(slopes), 0, 0], within: 1e-8)
    let projected = components.project(values)
    for row in 0..<20 {
      expect(
        projected[row * 3..<row * 3 + 3].map(Double.init),
        [(Double(row) - 9.5) * Double(slopes).squareRoot(), 0, 0], within: 1e-4)
    }
  }

  /// The formula of the same name in `scripts/golden.py`.
  private func manyColumns() -> [Float] {
    (0..<200).flatMap { row in
      (0..<90).map { column in
        let value = (row * row * 7 + row * column * 13 + column * column * 31) % 101
        return Float(value * (1 + column % 7))
      }
    }
  }

  private func expect(
    _ values: [Double], _ expected: [Double], within tolerance: Double = 1e-5,
    _ name: Comment? = nil, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(values.count == expected.count, name, sourceLocation: location)
    for (index, (value, wanted)) in zip(values, expected).enumerated() {
      #expect(
        abs(value - wanted) <= tolerance, "\(name?.rawValue ?? "") entry \(index)",
        sourceLocation: location)
    }
  }
}
