// SPDX-License-Identifier: Apache-2.0

/// A dendrogram of which only clusters of a least size are kept.
///
/// Campello, Moulavi, Zimek, Sander, ACM TKDD 10, 2015, §5. Read from the root down: where two or
/// more branches of a split are large enough clusters are born, else the cluster goes on in the large
/// one; the samples of small branches fall out. Merges at the same distance are one split, as in the
/// paper, so the order in which they were found does not matter. Density is λ = 1 / distance.
struct CondensedTree {
  /// A cluster; the root is number 0, and children come after their parents.
  struct Cluster {
    /// −1 for the root.
    let parent: Int
    /// The density at which it was born; 0 for the root.
    let birth: Double
    /// Σ over its samples of the density at which they left it, less the birth's (equation 3).
    var stability = 0.0
    /// The highest density at which a sample left it or it split.
    var death = 0.0
  }

  /// What was chosen.
  struct Clusters: Equatable {
    /// The cluster of each sample, −1 for noise.
    let labels: [Int]
    /// How deep in its cluster a sample lies, from 0 to 1: its density over the cluster's highest.
    let strengths: [Float]
  }

  private(set) var clusters = [Cluster(parent: -1, birth: 0)]
  /// The cluster that each sample fell out of, and at which density.
  private var home: [Int]
  private var density: [Double]

  /// - Parameters:
  ///   - tree: All merges, by distances.
  ///   - minimumSize: The samples of the smallest cluster, at least 2.
  init(_ tree: MergeTree, minimumSize: Int) {
    let n = tree.count
    home = [Int](repeating: 0, count: n)
    density = [Double](repeating: 0, count: n)
    let nodes = Branches(tree)
    var open = n > 1 ? [(node: 2 * n - 2, cluster: 0)] : []
    while let (node, cluster) = open.popLast() {
      guard node >= n else { continue }
      let branches = nodes.branches(of: node)
      // Twins are at distance 0; a density that large is as good as infinite.
      let level = 1 / max(nodes.heights[node - n], Double(Float.leastNormalMagnitude))
      let splits = branches.count { nodes.size($0) >= minimumSize } > 1
      for branch in branches {
        let size = nodes.size(branch)
        if size >= minimumSize && splits {
          leave(cluster, at: level, samples: size)
          clusters.append(Cluster(parent: cluster, birth: level))
          open.append((branch, clusters.count - 1))
        } else if size >= minimumSize {
          open.append((branch, cluster))
        } else {
          leave(cluster, at: level, samples: size)
          for sample in nodes.leaves(under: branch) {
            (home[sample], density[sample]) = (cluster, level)
          }
        }
      }
    }
  }

  private mutating func leave(_ cluster: Int, at level: Double, samples: Int) {
    clusters[cluster].stability += (level - clusters[cluster].birth) * Double(samples)
    clusters[cluster].death = max(clusters[cluster].death, level)
  }

  /// The clusters of greatest total stability, no one inside another and never all samples as one.
  func stableClusters() -> Clusters {
    var total = clusters.map(\.stability)
    var isChosen = clusters.indices.map { $0 > 0 }
    var below = [Double](repeating: 0, count: clusters.count)
    for cluster in clusters.indices.dropFirst().reversed() {
      if below[cluster] > total[cluster] {
        isChosen[cluster] = false
        total[cluster] = below[cluster]
      }
      below[clusters[cluster].parent] += total[cluster]
    }
    // The outermost chosen cluster around each; parents come first.
    var chosen = [Int](repeating: -1, count: clusters.count)
    var names: [Int] = [Int](repeating: -1, count: clusters.count)
    var count = 0
    for cluster in clusters.indices.dropFirst() {
      let around = chosen[clusters[cluster].parent]
      chosen[cluster] = around >= 0 ? around : isChosen[cluster] ? cluster : -1
      if chosen[cluster] == cluster {
        names[cluster] = count
        count += 1
      }
    }
    let strengths = home.indices.map { sample -> Float in
      guard chosen[home[sample]] >= 0 else { return 0 }
      let death = clusters[chosen[home[sample]]].death
      return death > 0 ? Float(min(density[sample] / death, 1)) : 1
    }
    return Clusters(
      labels: home.map { chosen[$0] < 0 ? -1 : names[chosen[$0]] }, strengths: strengths)
  }
}

/// The merges of a tree as nodes: 0 ..< n are samples, n + i is what merge i made.
private struct Branches {
  private(set) var children: [(Int, Int)] = []
  let heights: [Double]
  private let count: Int
  private var sizes: [Int] = []

  init(_ tree: MergeTree) {
    count = tree.count
    heights = tree.merges.map(\.height)
    var sets = DisjointSets(count)
    var nodes = Array(0..<count)
    for (number, merge) in tree.merges.enumerated() {
      let (a, b) = (nodes[sets.root(of: merge.first)], nodes[sets.root(of: merge.second)])
      children.append((a, b))
      sizes.append(size(a) + size(b))
      sets.join(merge.first, merge.second)
      nodes[sets.root(of: merge.first)] = count + number
    }
  }

  func size(_ node: Int) -> Int { node < count ? 1 : sizes[node - count] }

  /// What a node splits into at its height: more than two where merges are equally high.
  func branches(of node: Int) -> [Int] {
    var (found, open): ([Int], [Int]) = ([], [node])
    while let next = open.popLast() {
      if next == node || (next >= count && heights[next - count] == heights[node - count]) {
        open += [children[next - count].1, children[next - count].0]
      } else {
        found.append(next)
      }
    }
    return found
  }

  func leaves(under node: Int) -> [Int] {
    var (leaves, open): ([Int], [Int]) = ([], [node])
    while let node = open.popLast() {
      if node < count {
        leaves.append(node)
      } else {
        open += [children[node - count].0, children[node - count].1]
      }
    }
    return leaves
  }
}
