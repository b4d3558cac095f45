// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct NearestNeighborsTests {
  /// Every pair in double precision; 300 queries are more than a block.
  private func brute(
    _ queries: Tensor, _ references: Tensor, _ count: Int, excludingSelf: Bool
  ) -> [[(index: Int, square: Double)]] {
    let (x, y): ([Double], [Double]) = (queries.scalars(), references.scalars())
    let d = queries.shape[1]
    return (0..<queries.shape[0]).map { i in
      let all = (0..<references.shape[0]).filter { !excludingSelf || $0 != i }.map { j in
        let square = (0..<d).reduce(0.0) { sum, c in
          sum + (x[i * d + c] - y[j * d + c]) * (x[i * d + c] - y[j * d + c])
        }
        return (index: j, square: square)
      }
      return Array(all.sorted { ($0.square, $0.index) < ($1.square, $1.index) }.prefix(count))
    }
  }

  @Test(arguments: [true, false])
  func matchesBruteForce(excludingSelf: Bool) {
    let generator = Generator(seed: 91)
    // Far from the origin, where products would lose digits without centring.
    let queries = generator.normal(shape: [300, 5]) + 500
    let references = excludingSelf ? queries : generator.normal(shape: [280, 5]) + 500
    let found = NearestNeighbors(
      of: queries, among: references, count: 7, excludingSelf: excludingSelf)
    let wanted = brute(queries, references, 7, excludingSelf: excludingSelf)
    for (i, row) in wanted.enumerated() {
      for (place, neighbor) in row.enumerated() {
        #expect(Int(found.indices[7 * i + place]) == neighbor.index, "query \(i), place \(place)")
        let square = Double(found.squaredDistances[7 * i + place])
        #expect(abs(square - neighbor.square) < 1e-4, "query \(i), place \(place)")
      }
    }
  }

  /// On the line −3…3 two neighbours are equally near: the lower index comes first.
  @Test func equalDistancesGoByIndex() {
    let line = Tensor(column: [-3, -2, -1, 0, 1, 2, 3])
    let found = NearestNeighbors(of: line, among: line, count: 4, excludingSelf: true)
    #expect(Array(found.indices[12..<16]) == [2, 4, 1, 5])
    #expect(Array(found.squaredDistances[12..<16]) == [1, 1, 4, 4])
    let all = NearestNeighbors(of: line.slice(3..<4), among: line, count: 7)
    #expect(all.indices == [3, 2, 4, 1, 5, 0, 6])
  }
}
