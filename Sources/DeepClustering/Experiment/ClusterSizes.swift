// SPDX-License-Identifier: Apache-2.0

/// How many samples each cluster has.
struct ClusterSizes {
  /// Of clusters 0 to K − 1.
  let counts: [Int]
  /// The samples in no cluster.
  let noise: Int

  init(_ assignments: [Int], clusters: Int) {
    var counts = [Int](repeating: 0, count: clusters)
    for cluster in assignments where cluster >= 0 { counts[cluster] += 1 }
    (self.counts, noise) = (counts, assignments.count { $0 < 0 })
  }

  /// What the user should know; none when every cluster has a sample and no cluster swallows the
  /// others.
  var warnings: [String] { [emptiness, collapse].compactMap(\.self) }

  private var emptiness: String? {
    let empty = counts.count { $0 == 0 }
    guard empty > 0 else { return nil }
    if noise > 0 && empty == counts.count {
      return "all samples are noise: ask for a larger radius, or for fewer samples in a dense place"
    }
    return "\(empty) of \(counts.count) clusters are empty: ask for fewer, or try another seed"
  }

  /// Told when one cluster of at least three holds more than half of the samples that have a cluster.
  private var collapse: String? {
    let all = counts.reduce(0, +)
    guard counts.count >= 3, let largest = counts.max(), 2 * largest > all,
      let cluster = counts.firstIndex(of: largest)
    else { return nil }
    let share = Int((Double(largest) / Double(all) * 100).rounded())
    return "cluster \(cluster) holds \(share)% of the samples: unless the data are like that, the "
      + "clusters have collapsed; try another seed or other settings"
  }
}
