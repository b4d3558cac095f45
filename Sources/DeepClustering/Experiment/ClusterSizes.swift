// SPDX-License-Identifier: Apache-2.0

/// How many samples each cluster has.
struct ClusterSizes {
  /// What a method lets one change when it finds too few clusters, or none.
  private enum Knob {
    /// DBSCAN's.
    case radius
    /// HDBSCAN's.
    case minimumSize
    /// Neither.
    case other
  }

  /// Of clusters 0 to K − 1.
  let counts: [Int]
  /// The samples in no cluster.
  let noise: Int
  /// Whether the method found K.
  private let isFound: Bool
  private let knob: Knob

  /// The sizes of clusters that a method made, and what the method could be told.
  init(_ assignments: [Int], of method: any ClusteringMethod) {
    let paths = Set(Hyperparameters.values(of: method).leaves().map(\.path))
    let knob: Knob =
      paths.contains("radius") ? .radius : paths.contains("minimumSize") ? .minimumSize : .other
    self.init(
      assignments, clusters: method.clusterCount(of: assignments),
      isFound: method.findsClusterCount, knob: knob)
  }

  /// The sizes of so many clusters.
  init(_ assignments: [Int], clusters: Int) {
    self.init(assignments, clusters: clusters, isFound: false, knob: .other)
  }

  private init(_ assignments: [Int], clusters: Int, isFound: Bool, knob: Knob) {
    var counts = [Int](repeating: 0, count: clusters)
    for cluster in assignments where cluster >= 0 { counts[cluster] += 1 }
    (self.counts, noise) = (counts, assignments.count { $0 < 0 })
    (self.isFound, self.knob) = (isFound, knob)
  }

  /// What the user should know; none when every cluster has a sample and no cluster swallows the
  /// others.
  var warnings: [String] { [emptiness, onlyOne, collapse].compactMap(\.self) }

  private var emptiness: String? {
    let empty = counts.count { $0 == 0 }
    if noise > 0 && empty == counts.count {
      let advice =
        switch knob {
        case .radius: "ask for a larger radius, or for fewer minimumSamples"
        case .minimumSize: "ask for a smaller minimumSize, or for fewer minimumSamples"
        case .other: "try other settings, or another preprocessing"
        }
      return "all samples are noise: \(advice)"
    }
    guard empty > 0 else { return nil }
    let verb = empty == 1 ? "is" : "are"
    return "\(empty) of \(counts.count) clusters \(verb) empty: ask for fewer, or try another seed"
  }

  /// Told when a method that could have found any number found one cluster.
  private var onlyOne: String? {
    guard isFound, counts.count == 1, counts[0] > 1 else { return nil }
    let advice =
      switch knob {
      case .radius: "ask for a smaller radius (or coreShare), or for more minimumSamples"
      case .minimumSize: "ask for another minimumSize"
      case .other: "try other settings, or another preprocessing"
      }
    return "only one cluster was found, with \(counts[0]) of \(counts[0] + noise) samples: unless "
      + "the data are like that, \(advice)"
  }

  /// Told when one cluster of at least three holds more than half of the samples that have a cluster.
  private var collapse: String? {
    let all = counts.reduce(0, +)
    guard counts.count >= 3, let largest = counts.max(), 2 * largest > all,
      let cluster = counts.firstIndex(of: largest)
    else { return nil }
    let share = Int((Double(largest) / Double(all) * 100).rounded())
    // Those that leave samples out draw nothing at random.
    let advice = knob == .other ? "another seed or other settings" : "other settings"
    let those = noise > 0 ? "samples in clusters" : "samples"
    return "cluster \(cluster) holds \(share)% of the \(those): unless the data are like that, the "
      + "clusters have collapsed; try \(advice)"
  }
}
