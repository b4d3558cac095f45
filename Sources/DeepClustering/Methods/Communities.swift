// SPDX-License-Identifier: Apache-2.0

/// A partition of a graph's nodes by modularity.
///
/// Louvain's method (Blondel, Guillaume, Lambiotte, Lefebvre: Fast unfolding of communities in large
/// networks, J. Stat. Mech. 2008), and greedy merging to a given number of communities (Newman 2004).
struct Communities {
  /// The community of every node, from 0 to `count` − 1.
  private(set) var labels: [Int]
  /// The number of communities.
  private(set) var count: Int

  /// Moves nodes between communities, then joins each community to one node, until nothing gains.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - resolution: γ; a larger one gives more and smaller communities.
  ///   - generator: Decides the order of the nodes.
  init(
    of graph: NeighborGraph, resolution: Double, using generator: inout some RandomNumberGenerator
  ) {
    var level = WeightedGraph(graph)
    labels = Array(0..<graph.count)
    count = graph.count
    while true {
      let (moved, found) = level.locallyMoved(resolution: resolution, using: &generator)
      guard found < level.count else { break }
      labels = labels.map { moved[$0] }
      count = found
      level = level.joined(moved, found)
    }
  }

  /// Joins the pair of communities that raises the modularity most, again and again.
  mutating func merge(to clusters: Int, in graph: NeighborGraph) {
    var weights = Self.between(labels, count, graph)
    let total = weights.joined().reduce(0, +)
    var alive = Array(0..<count)
    var target = Array(0..<count)
    var degrees = weights.map { $0.reduce(0, +) }
    while alive.count > clusters {
      var best = (gain: -Double.infinity, first: 0, second: 0)
      for (position, i) in alive.enumerated() {
        for j in alive[..<position] {
          let gain = 2 * weights[i][j] / total - 2 * degrees[i] * degrees[j] / (total * total)
          if gain > best.gain { best = (gain, j, i) }
        }
      }
      let (kept, gone) = (best.first, best.second)
      for k in 0..<count {
        weights[kept][k] += weights[gone][k]
      }
      for k in 0..<count { weights[k][kept] += weights[k][gone] }
      degrees[kept] += degrees[gone]
      alive.removeAll { $0 == gone }
      for k in 0..<count where target[k] == gone { target[k] = kept }
    }
    let numbers = Dictionary(uniqueKeysWithValues: alive.enumerated().map { ($1, $0) })
    labels = labels.map { numbers[target[$0]] ?? 0 }
    count = alive.count
  }

  /// Moves single nodes to the community of the largest gain while the number stays the same.
  mutating func refine(in graph: NeighborGraph, using generator: inout some RandomNumberGenerator) {
    labels = WeightedGraph(graph).refined(labels, count, using: &generator)
  }

  /// The modularity of the communities.
  func modularity(in graph: NeighborGraph) -> Double { Self.modularity(labels, count, in: graph) }

  /// Σ_c (w_cc/w − (w_c/w)²): how much more weight lies within the parts than by chance.
  ///
  /// Source: Newman and Girvan, Finding and evaluating community structure in networks, 2004.
  ///
  /// - Parameters:
  ///   - labels: The part of each node, from 0 to `count` − 1.
  ///   - count: The number of parts.
  ///   - graph: The graph.
  /// - Returns: At most 1, and 0 for a single part.
  static func modularity(_ labels: [Int], _ count: Int, in graph: NeighborGraph) -> Double {
    let weights = between(labels, count, graph)
    let total = weights.joined().reduce(0, +)
    return weights.indices.reduce(0) { sum, c in
      let degree = weights[c].reduce(0, +) / total
      return sum + weights[c][c] / total - degree * degree
    }
  }

  /// Σ_c (1 − w_cc/w_c): the share of each part's weight that leaves it, added up (Shi and Malik,
  /// IEEE TPAMI 2000).
  ///
  /// - Parameters:
  ///   - labels: The part of each node, from 0 to `count` − 1.
  ///   - count: The number of parts; an empty one counts as cut off entirely.
  ///   - graph: The graph.
  /// - Returns: From 0, where no edge is cut, to `count`.
  static func normalizedCut(_ labels: [Int], _ count: Int, in graph: NeighborGraph) -> Double {
    let weights = between(labels, count, graph)
    return weights.indices.reduce(0) { sum, c in
      let degree = weights[c].reduce(0, +)
      return sum + (degree > 0 ? 1 - weights[c][c] / degree : 1)
    }
  }

  private static func between(_ labels: [Int], _ count: Int, _ graph: NeighborGraph) -> [[Double]] {
    var weights = Array(repeating: [Double](repeating: 0, count: count), count: count)
    for node in 0..<graph.count {
      for edge in graph.starts[node]..<graph.starts[node + 1] {
        weights[labels[node]][labels[Int(graph.neighbors[edge])]] += Double(graph.weights[edge])
      }
    }
    return weights
  }
}

/// A graph whose nodes may stand for communities, with the weight inside each.
private struct WeightedGraph {
  var edges: [[(node: Int, weight: Double)]]
  var inside: [Double]

  var count: Int { edges.count }

  init(_ graph: NeighborGraph) {
    edges = (0..<graph.count).map { node in
      (graph.starts[node]..<graph.starts[node + 1]).map {
        (Int(graph.neighbors[$0]), Double(graph.weights[$0]))
      }
    }
    inside = [Double](repeating: 0, count: graph.count)
  }

  init(edges: [[(node: Int, weight: Double)]], inside: [Double]) {
    self.edges = edges
    self.inside = inside
  }

  /// Moves each node to the neighbouring community of the largest gain, in random order.
  ///
  /// Ends when none moves; the communities are numbered from 0.
  func locallyMoved(
    resolution: Double, using generator: inout some RandomNumberGenerator
  ) -> (labels: [Int], count: Int) {
    let degrees = zip(edges, inside).map { $0.reduce($1) { $0 + $1.weight } }
    let total = degrees.reduce(0, +)
    var labels = Array(0..<count)
    var communityDegrees = degrees
    var toCommunity = [Double](repeating: 0, count: count)
    let order = (0..<count).shuffled(using: &generator)
    var moves = -1
    var passes = 0
    // The gains fall quickly; a bound on the passes guards against rounding without end.
    while moves != 0 && passes < 100 {
      moves = 0
      passes += 1
      for node in order {
        let home = labels[node]
        var touched = [home]
        for edge in edges[node] {
          let community = labels[edge.node]
          if toCommunity[community] == 0 && community != home { touched.append(community) }
          toCommunity[community] += edge.weight
        }
        communityDegrees[home] -= degrees[node]
        func gain(_ community: Int) -> Double {
          toCommunity[community]
            - resolution * degrees[node] * communityDegrees[community] / total
        }
        var best = home
        var bestGain = gain(home)
        for community in touched where gain(community) > bestGain + 1e-12 {
          (best, bestGain) = (community, gain(community))
        }
        communityDegrees[best] += degrees[node]
        if best != home {
          labels[node] = best
          moves += 1
        }
        for community in touched { toCommunity[community] = 0 }
      }
    }
    var numbers: [Int: Int] = [:]
    let renumbered = labels.map { label in
      if let number = numbers[label] { return number }
      numbers[label] = numbers.count
      return numbers.count - 1
    }
    return (renumbered, numbers.count)
  }

  /// Each node to the best of the communities there are, at γ = 1, for at most ten passes; the last
  /// node of a community stays.
  func refined(
    _ start: [Int], _ communities: Int, using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    let degrees = edges.map { $0.reduce(0) { $0 + $1.weight } }
    let total = degrees.reduce(0, +)
    var labels = start
    var communityDegrees = [Double](repeating: 0, count: communities)
    var sizes = [Int](repeating: 0, count: communities)
    for (node, label) in labels.enumerated() {
      communityDegrees[label] += degrees[node]
      sizes[label] += 1
    }
    for _ in 0..<10 {
      var moves = 0
      for node in (0..<count).shuffled(using: &generator) where sizes[labels[node]] > 1 {
        let home = labels[node]
        var weights = [Double](repeating: 0, count: communities)
        for edge in edges[node] { weights[labels[edge.node]] += edge.weight }
        func gain(_ community: Int) -> Double {
          let others = communityDegrees[community] - (community == home ? degrees[node] : 0)
          return weights[community] - degrees[node] * others / total
        }
        var (best, bestGain) = (home, gain(home))
        for community in 0..<communities where gain(community) > bestGain + 1e-12 {
          (best, bestGain) = (community, gain(community))
        }
        guard best != home else { continue }
        labels[node] = best
        communityDegrees[home] -= degrees[node]
        communityDegrees[best] += degrees[node]
        sizes[home] -= 1
        sizes[best] += 1
        moves += 1
      }
      if moves * 1000 < count { break }
    }
    return labels
  }

  /// The graph of the communities.
  func joined(_ labels: [Int], _ communities: Int) -> WeightedGraph {
    var sums = Array(repeating: [Int: Double](), count: communities)
    var within = [Double](repeating: 0, count: communities)
    for node in 0..<count {
      within[labels[node]] += inside[node]
      for edge in edges[node] {
        if labels[edge.node] == labels[node] {
          within[labels[node]] += edge.weight
        } else {
          sums[labels[node]][labels[edge.node], default: 0] += edge.weight
        }
      }
    }
    // Sorted, because the order of a dictionary differs from one run to the next.
    let edges = sums.map { $0.sorted { $0.key < $1.key }.map { (node: $0.key, weight: $0.value) } }
    return WeightedGraph(edges: edges, inside: within)
  }
}
