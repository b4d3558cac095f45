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

  /// A row far away takes the mean with it: of the others products would tell nothing.
  @Test func aRowFarAwaySpoilsNothing() {
    let near = Generator(seed: 92).normal(shape: [299, 2])
    for far in [1e6, 1e19] {
      let rows = Tensor.concatenated([near, Tensor(repeating: far, shape: [1, 2])])
      let found = NearestNeighbors(of: rows, among: rows, count: 6, excludingSelf: true)
      let wanted = brute(rows, rows, 6, excludingSelf: true)
      for (i, row) in wanted.dropLast().enumerated() {
        #expect(
          found.indices[(6 * i)..<(6 * i + 6)].map(Int.init) == row.map(\.index), "\(far), \(i)")
      }
    }
  }

  /// Two groups far apart, each so small that products confuse its rows, or nearly: all of the nearest
  /// are found, the nearest of them first.
  @Test(arguments: [0.01, 0.03, 0.1, 0.3])
  func smallGroupsFarApartAreSearchedExactly(deviation: Double) {
    let noise = Generator(seed: 94).normal(shape: [400, 10]) * deviation
    let centers = Tensor(
      (0..<4_000).map { Float($0 / 10 % 2 == 0 ? -10 : 10) }, shape: [400, 10])
    let rows = centers + noise
    let found = NearestNeighbors(of: rows, among: rows, count: 10, excludingSelf: true)
    for (i, row) in brute(rows, rows, 10, excludingSelf: true).enumerated() {
      for (place, neighbor) in row.enumerated() {
        let square = Double(found.squaredDistances[10 * i + place])
        #expect(abs(square - neighbor.square) <= 1e-6 * neighbor.square, "query \(i), \(place)")
      }
    }
  }

  /// Distances of whole numbers are whole numbers, wherever the mean lies.
  @Test func wholeNumbersStayWhole() {
    let rows = Tensor((0..<150).map { Float($0 * $0 % 31) }, shape: [50, 3])
    let found = NearestNeighbors(of: rows, among: rows, count: 9)
    #expect(found.squaredDistances.allSatisfy { $0 == $0.rounded() })
    let wanted = brute(rows, rows, 9, excludingSelf: false)
    #expect(found.indices.map(Int.init) == wanted.flatMap { $0.map(\.index) })
  }

  /// Ten rows at each of six places: the nearest are twins, the lower index first.
  @Test func twinsAreTheNearest() {
    let rows = Tensor((0..<60).flatMap { [Float($0 % 6) * 100, 7.3] }, shape: [60, 2])
    let found = NearestNeighbors(of: rows, among: rows, count: 4, excludingSelf: true)
    #expect(found.squaredDistances.allSatisfy { $0 == 0 })
    for row in 0..<60 {
      let twins = stride(from: row % 6, to: 60, by: 6).filter { $0 != row }.prefix(4)
      #expect(found.indices[(4 * row)..<(4 * row + 4)].map(Int.init) == Array(twins), "\(row)")
    }
  }

  /// Rows that lie in memory as columns, in double precision.
  @Test func takesTensorsOfAnyLayout() {
    let columns = Generator(seed: 93).normal(shape: [3, 40])
    let found = NearestNeighbors(
      of: columns.transposed().to(.float64), among: columns.transposed(), count: 4)
    let wanted = NearestNeighbors(
      of: columns.transposed().copy(), among: columns.transposed().copy(), count: 4)
    #expect(found.indices == wanted.indices)
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
