// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// A weighted undirected graph in compressed rows.
struct NeighborGraph {
  /// Where each node's edges start; one entry more than nodes.
  var starts: [Int]
  /// The other end of each edge; each edge is listed at both its ends.
  var neighbors: [Int32]
  /// The weight of each edge.
  var weights: [Float]

  /// The number of nodes.
  var count: Int { starts.count - 1 }

  /// A graph of these edges.
  init(starts: [Int], neighbors: [Int32], weights: [Float]) {
    (self.starts, self.neighbors, self.weights) = (starts, neighbors, weights)
  }

  /// The fuzzy graph of the k nearest neighbours (McInnes, Healy, Melville: UMAP, 2018, §3.1).
  ///
  /// The weight from i to j is exp(−(d_ij − ρ_i)/σ_i), with ρ_i the distance to the nearest
  /// neighbour and σ_i such that the weights of i add to log₂ k; both directions are joined by
  /// a + b − a·b.
  init(fuzzy found: NearestNeighbors) {
    let k = found.count
    let weights = (0..<(found.indices.count / k)).flatMap { node in
      Self.weights(
        found.squaredDistances[(node * k)..<((node + 1) * k)].map { $0.squareRoot() })
    }
    self.init(found, weights: weights) { $0 + $1 - $0 * $1 }
  }

  /// The graph of the k nearest neighbours with a weight for each neighbour of each node.
  ///
  /// - Parameters:
  ///   - found: The neighbours among the nodes themselves.
  ///   - given: As many weights as neighbours, in their order.
  ///   - join: What two nodes that are neighbours of each other make of their weights, the one of
  ///     one end alone being kept as it is.
  init(_ found: NearestNeighbors, weights given: [Float], join: (Float, Float) -> Float) {
    let k = found.count
    let n = found.indices.count / k
    var edges: [[(Int32, Float)]] = Array(repeating: [], count: n)
    for node in 0..<n {
      for place in (node * k)..<((node + 1) * k) {
        let index = found.indices[place]
        edges[node].append((index, given[place]))
        edges[Int(index)].append((Int32(node), given[place]))
      }
    }
    (starts, neighbors, weights) = ([0], [], [])
    for list in edges {
      for (other, weight) in list.sorted(by: { $0.0 < $1.0 }) {
        if let last = neighbors.last, neighbors.count > (starts.last ?? 0), last == other {
          let earlier = weights[weights.count - 1]
          weights[weights.count - 1] = join(earlier, weight)
        } else {
          neighbors.append(other)
          weights.append(weight)
        }
      }
      starts.append(neighbors.count)
    }
  }

  /// The weights of one row of distances, the nearest first; ρ is the least that is not zero.
  static func weights(_ distances: [Float]) -> [Float] {
    let nearest = distances.first { $0 > 0 } ?? 0
    let target = log2(Float(distances.count))
    func decayed(_ sigma: Float) -> [Float] { distances.map { exp(-max($0 - nearest, 0) / sigma) } }
    let mean = distances.reduce(0) { $0 + max($1 - nearest, 0) } / Float(distances.count)
    // In units of the distances, where these are far from 1.
    let unit = mean > 0 && !(1e-3...1e3).contains(mean) ? mean : 1
    var (low, high) = (1e-6 * unit, 1e6 * unit)
    // Bisection on a logarithmic scale; the sum grows with σ.
    for _ in 0..<40 {
      let middle = low.squareRoot() * high.squareRoot()
      if decayed(middle).reduce(0, +) > target { high = middle } else { low = middle }
    }
    return decayed(high)
  }
}
