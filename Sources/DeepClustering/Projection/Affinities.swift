// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Torch

/// t-SNE's joint probabilities of neighbours, p_ij = (p_i|j + p_j|i) / 2n: they add to one.
///
/// p_j|i is proportional to exp(−β_i d_ij²) over the nearest neighbours of i, with β_i such that the
/// perplexity, the exponential of the entropy, is the one that was asked for (van der Maaten and
/// Hinton, Visualizing data using t-SNE, JMLR 9, 2008, §2). Beyond three times the perplexity
/// neighbours count as nothing (van der Maaten, Accelerating t-SNE, JMLR 15, 2014).
struct Affinities {
  /// Where each node's edges start; one entry more than nodes.
  let starts: [Int64]
  /// The other end of each edge, ascending; each edge is listed at both its ends.
  let neighbors: [Int32]
  /// p_ij of each edge.
  let values: [Float]

  /// The joint probabilities of rows whose neighbours are known, themselves excluded.
  init(_ found: NearestNeighbors, perplexity: Double) {
    let k = found.count
    let n = found.indices.count / k
    let weights = Self.conditional(found.squaredDistances, count: k, perplexity: perplexity)
    var starts = [Int64](repeating: 0, count: n + 1)
    var neighbors = [Int32](repeating: 0, count: 2 * n * k)
    var values = [Float](repeating: 0, count: 2 * n * k)
    let edges = ct_symmetric_edges(
      found.indices, weights, Int64(n), Int64(k), &starts, &neighbors, &values)
    precondition(edges >= 0, "not enough memory for the affinities of \(n) rows")
    neighbors.removeLast(neighbors.count - Int(edges))
    values.removeLast(values.count - Int(edges))
    (self.starts, self.neighbors, self.values) = (starts, neighbors, values)
  }

  /// p_j|i: rows × count, as the squared distances, of which each row has the nearest first.
  static func conditional(
    _ squaredDistances: [Float], count: Int, perplexity: Double
  ) -> [Float] {
    let n = squaredDistances.count / count
    return [Float](unsafeUninitializedCapacity: n * count) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      ct_perplexity(
        squaredDistances, Int64(n), Int64(count), perplexity, target, Int32(Threads.count))
      initialized = n * count
    }
  }

  /// The graph as the C functions take it.
  func withEdges<Result>(_ body: (UnsafePointer<CTEdges>) -> Result) -> Result {
    starts.withUnsafeBufferPointer { starts in
      neighbors.withUnsafeBufferPointer { neighbors in
        values.withUnsafeBufferPointer { values in
          guard let starts = starts.baseAddress, let neighbors = neighbors.baseAddress,
            let values = values.baseAddress
          else { preconditionFailure("a graph without edges") }
          var edges = CTEdges(
            nodes: Int64(self.starts.count - 1), starts: starts, neighbors: neighbors,
            values: values)
          return body(&edges)
        }
      }
    }
  }
}
