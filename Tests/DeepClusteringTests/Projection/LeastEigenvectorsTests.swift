// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct LeastEigenvectorsTests {
  /// 1, 2, 3, … × 1e-9 beside eigenvalues up to 1: what is wanted is far below rounding in Float.
  @Test func smallEigenvaluesAreFoundBesideLargeOnes() {
    let wanted = (1...50).map { 1e-9 * Double($0) } + (1...50).map { 0.02 * Double($0) }
    let found = LeastEigenvectors(
      least: 6, of: Diagonal(elements: wanted), orthogonalTo: nil, tolerance: 1e-3, seed: 1)
    #expect(found.residual <= 1e-3)
    for (index, value) in found.values.enumerated() {
      #expect(abs(value - wanted[index]) < 1e-5 * wanted[5])
      let vector: [Double] = found.vectors.slice(index..<(index + 1)).scalars()
      #expect(abs(abs(vector[index]) - 1) < 1e-4)
    }
  }

  /// A ring's Laplacian: 2 − 2cos(2πj/n), each twice, and 0 for the constant, which is left out.
  @Test(arguments: [9, 40, 200])
  func eigenvaluesMayCoincide(nodes: Int) {
    let found = LeastEigenvectors(
      least: 4, of: Ring(sizes: [nodes]), orthogonalTo: Ring.constant(nodes), tolerance: 1e-6,
      seed: 1)
    let wanted = [1.0, 1, 2, 2].map { 2 - 2 * cos(2 * .pi * $0 / Double(nodes)) }
    #expect(found.residual <= 1e-6)
    for (value, wanted) in zip(found.values, wanted) { #expect(abs(value / wanted - 1) < 1e-9) }
    let inner: [Double] = found.vectors.matmul(found.vectors.transposed()).scalars()
    for (place, value) in inner.enumerated() {
      #expect(abs(value - (place % 5 == 0 ? 1 : 0)) < 1e-12)
    }
    #expect(found.vectors.sum(1).magnitude().max().item < 1e-10)
  }

  /// Three rings apart: beside the constant two vectors have the eigenvalue 0, by which nothing can
  /// be divided.
  @Test func zeroIsAnEigenvalueToo() {
    let found = LeastEigenvectors(
      least: 2, of: Ring(sizes: [20, 30, 50]), orthogonalTo: Ring.constant(100), tolerance: 1e-4,
      seed: 1)
    #expect(found.residual == 0)
    #expect(found.values.allSatisfy { abs($0) < 1e-12 })
    // Constant on each ring.
    for range in [0..<20, 20..<50, 50..<100] {
      let part = found.vectors.slice(range, of: 1)
      #expect((part - part.mean(1, keeping: true)).magnitude().max().item < 1e-9)
    }
  }

  /// Too few steps show in the residual.
  @Test func theResidualIsHonest() {
    let found = LeastEigenvectors(
      least: 4, of: Ring(sizes: [200]), orthogonalTo: Ring.constant(200), tolerance: 1e-6, seed: 1,
      limit: 5)
    let images = Ring(sizes: [200]).multiply(found.vectors)
    let rest = images - found.vectors * Tensor(found.values, shape: [4, 1])
    let longest = rest.squared().sum(1).max().item.squareRoot()
    #expect(found.residual > 1e-3)
    #expect(abs(found.residual / (longest / found.values[3]) - 1) < 1e-6)
  }
}

private struct Diagonal: SymmetricOperator {
  let elements: [Double]
  var count: Int { elements.count }
  func multiply(_ rows: Tensor) -> Tensor { rows * Tensor(elements, shape: [1, count]) }
  func precondition(_ rows: Tensor) -> Tensor {
    // The order of magnitude: the exact inverse would be too easy.
    rows / Tensor(elements.map { $0 < 1e-6 ? 1e-8 : 0.5 }, shape: [1, count])
  }
}

/// The Laplacian of rings apart.
private struct Ring: SymmetricOperator {
  private var matrix = SparseMatrix()

  init(sizes: [Int]) {
    var first = 0
    for size in sizes {
      for node in 0..<size {
        let around = [node, (node + 1) % size, (node + size - 1) % size]
        matrix.columns += around.map { Int32(first + $0) }
        matrix.elements += [2, -1, -1]
        matrix.starts.append(matrix.columns.count)
      }
      first += size
    }
  }

  static func constant(_ nodes: Int) -> Tensor {
    Tensor(repeating: 1 / Double(nodes).squareRoot(), shape: [1, nodes], type: .float64)
  }

  var count: Int { matrix.count }
  func multiply(_ rows: Tensor) -> Tensor { matrix.multiply(rows) }
  func precondition(_ rows: Tensor) -> Tensor { rows }
}
