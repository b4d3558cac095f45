// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// The k nearest rows of a reference matrix for each row of a query matrix; exact.
///
/// Distances come from products in blocks of queries (no queries × references matrix is kept) on
/// data that are centred first, so that little cancels.
struct NearestNeighbors {
  /// k for each query.
  let count: Int
  /// Queries × k, the nearest first; of equal distances the lower index first.
  private(set) var indices: [Int32]
  /// Queries × k, squared.
  private(set) var squaredDistances: [Float]

  /// Finds the neighbours.
  ///
  /// - Parameters:
  ///   - queries: n × d.
  ///   - references: m × d.
  ///   - count: k, at most m.
  ///   - excludingSelf: Queries and references are the same rows, and a row is no neighbour of its
  ///     own; then k is at most m − 1.
  init(of queries: Tensor, among references: Tensor, count: Int, excludingSelf: Bool = false) {
    let (n, m) = (queries.shape[0], references.shape[0])
    precondition(count > 0 && count <= (excludingSelf ? m - 1 : m), "\(count) neighbours of \(m)")
    self.count = count
    indices = [Int32](repeating: -1, count: n * count)
    squaredDistances = [Float](repeating: .infinity, count: n * count)
    let mean = references.mean(0, keeping: true)
    let (x, y) = (queries - mean, references - mean)
    let (xx, yy) = (x.squared().sum(1, keeping: true), y.squared().sum(1).reshaped([1, m]))
    let block = 256
    for low in stride(from: 0, to: n, by: block) {
      let range = low..<Swift.min(low + block, n)
      let products = x.slice(range).matmul(y.transposed())
      let distances = (products * -2 + yy + xx.slice(range)).clamped(atLeast: 0).to(.cpu)
      distances.withFloats { values in
        for row in range {
          let skipped = excludingSelf ? row : -1
          keepSmallest(values[((row - low) * m)..<((row - low + 1) * m)], row, skipping: skipped)
        }
      }
    }
  }

  private mutating func keepSmallest(
    _ distances: Slice<UnsafeMutableBufferPointer<Float>>, _ row: Int, skipping skipped: Int
  ) {
    let base = row * count
    indices.withUnsafeMutableBufferPointer { indices in
      squaredDistances.withUnsafeMutableBufferPointer { kept in
        let row = UnsafeMutableBufferPointer(rebasing: distances)
        var worst = Float.infinity
        for column in 0..<row.count where row[column] < worst && column != skipped {
          // Insertion from the end: few candidates get past the test above.
          var place = base + count - 1
          while place > base && kept[place - 1] > row[column] {
            kept[place] = kept[place - 1]
            indices[place] = indices[place - 1]
            place -= 1
          }
          kept[place] = row[column]
          indices[place] = Int32(column)
          worst = kept[base + count - 1]
        }
      }
    }
  }
}
