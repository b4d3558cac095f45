// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Torch

@Suite struct CompressedRowsTests {
  /// 0 1 0 / 0 0 0 / 2 0 3 / 0 0 4.
  private let matrix = Tensor(
    compressed: [0, 1, 1, 3, 4], columns: [1, 0, 2, 2], values: [1, 2, 3, 4], shape: [4, 3])

  @Test func readsRows() {
    #expect(matrix.isCompressed && matrix.shape == [4, 3] && matrix.elementType == .float32)
    #expect(matrix.dense.scalars(as: Float.self) == [0, 1, 0, 0, 0, 0, 2, 0, 3, 0, 0, 4])
    let middle = matrix.slice(1..<3)
    #expect(!middle.isCompressed && middle.shape == [2, 3])
    #expect(middle.scalars(as: Float.self) == [0, 0, 0, 2, 0, 3])
    let chosen = matrix.rows(at: Tensor([3, 0, 3] as [Int64], shape: [3]))
    #expect(chosen.scalars(as: Float.self) == [0, 0, 4, 0, 1, 0, 0, 0, 4])
    #expect(matrix.slice(2..<2).shape == [0, 3])
    let dense = Tensor([1, 2] as [Float], shape: [1, 2])
    #expect(!dense.isCompressed && dense.dense.scalars(as: Float.self) == [1, 2])
  }

  /// As many rows as are read by several threads, each one number in another column.
  @Test func readsManyRows() {
    let (n, d) = (3000, 7)
    let matrix = Tensor(
      compressed: (0...n).map(Int32.init), columns: (0..<n).map { Int32($0 % d) },
      values: (0..<n).map { Float($0 + 1) }, shape: [n, d])
    let order = (0..<n).map { Int64((n - 1 - $0) * 7 % n) }
    let rows: [Float] = matrix.rows(at: Tensor(order, shape: [n])).scalars()
    var wanted = [Float](repeating: 0, count: n * d)
    for (place, row) in order.enumerated() {
      wanted[place * d + Int(row) % d] = Float(row + 1)
    }
    #expect(rows == wanted)
  }

  @Test func otherOperationsTrap() async {
    await #expect(processExitsWith: .failure) {
      let matrix = Tensor(compressed: [0, 1], columns: [0], values: [1], shape: [1, 2])
      _ = matrix.slice(0..<1, of: 1)
    }
    await #expect(processExitsWith: .failure) {
      let matrix = Tensor(compressed: [0, 1], columns: [0], values: [1], shape: [1, 2])
      _ = matrix.rows(at: Tensor([1] as [Int64], shape: [1]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Tensor(compressed: [0, 2], columns: [0], values: [1], shape: [1, 2])
    }
  }
}
