// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Torch

/// The merges that make one cluster of n points, two clusters at a time: a dendrogram.
struct MergeTree {
  /// A merge of the clusters that two points are in.
  struct Merge {
    let first: Int
    let second: Int
    /// How far apart the two clusters are.
    let height: Double
  }

  /// n.
  let count: Int
  /// The n − 1 merges, the lowest first.
  let merges: [Merge]

  /// The tree of merges in any order; of equally high ones the earlier comes first.
  init(count: Int, merges: [Merge]) {
    precondition(merges.count == count - 1, "\(merges.count) merges of \(count) points")
    self.count = count
    let order = merges.indices.sorted { (merges[$0].height, $0) < (merges[$1].height, $1) }
    self.merges = order.map { merges[$0] }
  }

  /// The clusters when so many are left, or all points when there are fewer; numbered in the order
  /// in which they first occur.
  func labels(clusters: Int) -> [Int] {
    var sets = DisjointSets(count)
    for merge in merges.prefix(max(count - clusters, 0)) { sets.join(merge.first, merge.second) }
    return sets.labels()
  }
}

/// Sets of points that are joined.
struct DisjointSets {
  private var parent: [Int]

  /// Each point a set of its own.
  init(_ count: Int) { parent = Array(0..<count) }

  /// The point that stands for the set of a point.
  mutating func root(of point: Int) -> Int {
    var point = point
    while parent[point] != point {
      parent[point] = parent[parent[point]]
      point = parent[point]
    }
    return point
  }

  /// Joins the sets of two points; the second's root stands for both.
  mutating func join(_ a: Int, _ b: Int) { parent[root(of: a)] = root(of: b) }

  /// The set of each point, numbered in the order in which they first occur.
  mutating func labels() -> [Int] {
    var names: [Int: Int] = [:]
    return parent.indices.map { point in
      let root = root(of: point)
      let name = names[root] ?? names.count
      names[root] = name
      return name
    }
  }
}

/// What the distance of two clusters is.
public enum Linkage: String, Codable, Sendable, CaseIterable {
  /// What a merge adds to the squared distances from the clusters' means.
  case ward
  /// The mean distance of their samples.
  case average
  /// The distance of their farthest samples.
  case complete
  /// The distance of their nearest samples.
  case single
}

extension MergeTree {
  /// Merges clusters that are each other's nearest, along chains of nearest neighbours.
  ///
  /// Murtagh, A survey of recent advances in hierarchical clustering algorithms, The Computer
  /// Journal 26, 1983; the distances to a merged cluster are those of Lance and Williams (The
  /// Computer Journal 9, 1967). O(n²) time once the distances are there.
  ///
  /// - Parameters:
  ///   - distances: Of i and j < i at i(i − 1)/2 + j; for Ward what joining the two adds. They are
  ///     overwritten.
  ///   - weights: How much each point counts, above zero.
  ///   - linkage: Any but single, for which the spanning tree is better.
  init(merging distances: inout [Float], weights: [Double], linkage: Linkage) {
    precondition(linkage != .single, "single linkage is cut from a spanning tree")
    let n = weights.count
    precondition(distances.count == n * (n - 1) / 2, "distances of \(n) points")
    var merges: [Merge] = []
    merges.reserveCapacity(max(n - 1, 0))
    distances.withUnsafeMutableBufferPointer { distances in
      var chains = NeighborChains(distances, weights, linkage)
      while merges.count < n - 1 { merges.append(chains.merge()) }
    }
    self.init(count: n, merges: merges)
  }
}

private struct NeighborChains {
  private let distances: UnsafeMutableBufferPointer<Float>
  private var weights: [Double]
  private let linkage: Linkage
  /// The clusters that are left, each named by one of its points.
  private var alive: [Int]
  private var chain: [Int] = []

  init(_ distances: UnsafeMutableBufferPointer<Float>, _ weights: [Double], _ linkage: Linkage) {
    (self.distances, self.weights, self.linkage) = (distances, weights, linkage)
    alive = Array(weights.indices)
  }

  private func place(_ a: Int, _ b: Int) -> Int {
    let (low, high) = (min(a, b), max(a, b))
    return high * (high - 1) / 2 + low
  }

  /// Follows nearest neighbours until two are each other's, and merges them into the second.
  mutating func merge() -> MergeTree.Merge {
    if chain.isEmpty { chain = [alive[0]] }
    while true {
      let last = chain[chain.count - 1]
      let before = chain.count > 1 ? chain[chain.count - 2] : nil
      var (nearest, distance) = (
        before ?? -1, before.map { distances[place(last, $0)] } ?? .infinity
      )
      for other in alive where other != last {
        let candidate = distances[place(last, other)]
        if candidate < distance || nearest < 0 { (nearest, distance) = (other, candidate) }
      }
      guard nearest == before else {
        chain.append(nearest)
        continue
      }
      chain.removeLast(2)
      join(last, into: nearest, at: Double(distance))
      return MergeTree.Merge(first: last, second: nearest, height: Double(distance))
    }
  }

  private mutating func join(_ i: Int, into j: Int, at height: Double) {
    let (wi, wj) = (weights[i], weights[j])
    alive.removeAll { $0 == i }
    for k in alive where k != j {
      let (a, b) = (Double(distances[place(i, k)]), Double(distances[place(j, k)]))
      let wk = weights[k]
      let merged =
        switch linkage {
        case .ward: ((wk + wi) * a + (wk + wj) * b - wk * height) / (wi + wj + wk)
        case .average: (wi * a + wj * b) / (wi + wj)
        case .complete: max(a, b)
        case .single: min(a, b)
        }
      distances[place(j, k)] = Float(merged)
    }
    weights[j] += wi
  }
}

/// The squared distances of all pairs of rows (n × d): of i and j < i at i(i − 1)/2 + j.
func pairwiseSquaredDistances(_ rows: Tensor) -> [Float] {
  let (n, d) = (rows.shape[0], rows.shape[1])
  let rows = rows.to(.float32, on: .cpu).contiguous
  return [Float](unsafeUninitializedCapacity: n * (n - 1) / 2) { buffer, filled in
    filled = n * (n - 1) / 2
    guard let base = buffer.baseAddress, filled > 0 else { return }
    let succeeded = rows.withFloats { values -> Bool in
      guard let points = values.baseAddress else { return false }
      return ct_pairwise_distances(points, Int64(n), Int64(d), base, Int32(Threads.count))
    }
    precondition(succeeded, "not enough memory for the distances of \(n) rows")
  }
}
