// SPDX-License-Identifier: Apache-2.0
internal import CTorch
public import Torch

/// The k nearest rows of a reference matrix for each row of a query matrix.
///
/// The exact search runs on the processor and keeps no queries × references matrix. It takes more
/// candidates than neighbours, by products over centred rows, where little cancels; distances are sums of
/// squared differences of the rows as they are. Where a neighbour may be missing from the candidates,
/// because so many are so near for how far from the mean they lie, it is looked for by differences too.
public struct NearestNeighbors {
  /// k for each query.
  public let count: Int
  /// Queries × k, the nearest first; of equal distances the lower index first.
  public let indices: [Int32]
  /// Queries × k, squared.
  public let squaredDistances: [Float]
  /// The share of the nearest that were found, measured on a sample; nil for all of them.
  public let recall: Double?

  init(count: Int, indices: [Int32], squaredDistances: [Float], recall: Double? = nil) {
    (self.count, self.indices) = (count, indices)
    (self.squaredDistances, self.recall) = (squaredDistances, recall)
  }

  /// Finds the neighbours exactly.
  ///
  /// - Parameters:
  ///   - queries: n × d.
  ///   - references: m × d.
  ///   - count: k, at most m.
  ///   - excludingSelf: Queries and references are the same rows, and a row is no neighbour of its
  ///     own; then k is at most m − 1.
  public init(of queries: Tensor, among references: Tensor, count: Int, excludingSelf: Bool = false)
  {
    let (n, m) = (queries.shape[0], references.shape[0])
    precondition(count > 0 && count <= (excludingSelf ? m - 1 : m), "\(count) neighbours of \(m)")
    precondition(queries.shape[1] == references.shape[1], "the widths differ")
    let x = queries.to(.float32, on: .cpu).contiguous
    let y = references.to(.float32, on: .cpu).contiguous
    var (indices, distances) = (
      [Int32](repeating: 0, count: n * count), [Float](repeating: 0, count: n * count)
    )
    let succeeded = x.withFloats { x in
      y.withFloats { y in
        guard let queries = x.baseAddress, let references = y.baseAddress else { return n == 0 }
        return ct_nearest_neighbors(
          queries, Int64(n), references, Int64(m), Int64(y.count / m), Int64(count),
          excludingSelf, &indices, &distances, Int32(Threads.count))
      }
    }
    precondition(succeeded, "not enough memory for the neighbours of \(n) rows")
    self.init(count: count, indices: indices, squaredDistances: distances)
  }
}
