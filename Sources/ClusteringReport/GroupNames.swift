// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// What clusters and classes are called, and their colours.
///
/// A cluster has the colour of the class matched to it, so that the two colourings of the map agree;
/// clusters without a class have the colours after the classes'.
struct GroupNames {
  private let classNames: [String]
  private let matching: [Int?]
  private let colors: [Int]

  init(_ run: RunFolder) {
    let record = run.record
    let classes = record.contingency?.first?.count ?? run.labels?.max().map { $0 + 1 } ?? 0
    let named = record.data.classNames ?? []
    classNames = (0..<max(classes, named.count)).map { $0 < named.count ? named[$0] : String($0) }
    let classCount = classNames.count
    let pairs = record.matching ?? []
    matching = (0..<record.clusters).map { cluster in
      guard cluster < pairs.count, (0..<classCount).contains(pairs[cluster]) else { return nil }
      // A one-to-one matching pairs what is left over, too: with a class it holds nothing of, a
      // cluster is not matched.
      return record.contingency?[cluster][pairs[cluster]] == 0 ? nil : pairs[cluster]
    }
    var next = classCount
    let hasMatches = matching.contains { $0 != nil }
    var colors: [Int] = []
    for (cluster, match) in matching.enumerated() {
      if !hasMatches {
        colors.append(cluster)
      } else if let match {
        colors.append(match)
      } else {
        colors.append(next)
        next += 1
      }
    }
    self.colors = colors
    let home = matching.enumerated().map { cluster, match -> Int in
      let counts = record.contingency?[cluster] ?? []
      return match ?? counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
    }
    let matching = matching
    clustersByClass = matching.indices.sorted {
      (home[$0], matching[$0] == nil ? 1 : 0, $0) < (home[$1], matching[$1] == nil ? 1 : 0, $1)
    }
  }

  var clusterCount: Int { matching.count }
  var classCount: Int { classNames.count }

  func className(_ index: Int) -> String { classNames[index] }
  /// In a sentence: "class 3", and "class 3" too where that is its name.
  func classPhrase(_ index: Int) -> String {
    let name = classNames[index]
    return name.lowercased().hasPrefix("class") ? name : "class \(name)"
  }
  /// Nil for noise (−1) too.
  func match(ofCluster cluster: Int) -> Int? { cluster < 0 ? nil : matching[cluster] }
  func color(ofCluster cluster: Int) -> Int { colors[cluster] }

  /// "3 · Sneaker", or "3" without a matched class.
  func shortName(ofCluster cluster: Int) -> String {
    matching[cluster].map { "\(cluster) · \(classNames[$0])" } ?? "\(cluster)"
  }

  /// The clusters in the order of their classes, so that a confusion has its blocks on the diagonal:
  /// first the cluster matched to a class, then those that it is the largest class of.
  let clustersByClass: [Int]
}
