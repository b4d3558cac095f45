// SPDX-License-Identifier: Apache-2.0

extension ContingencyTable {
  /// The agreement on pairs of samples, corrected for chance: ARI, at most 1 and 0 by chance.
  ///
  /// Source: Hubert and Arabie, Comparing partitions, Journal of Classification 2, 1985.
  public var adjustedRandIndex: Double {
    if isPerfect { return 1 }
    let together = pairs(counts)
    let inClusters = pairs(clusterSizes)
    let inClasses = pairs(classSizes)
    // As floating point: the product of two numbers of pairs overflows Int above 80,000 samples.
    let expected = inClusters * inClasses / pairs([samples])
    return (together - expected) / ((inClusters + inClasses) / 2 - expected)
  }

  /// The number of pairs of samples within groups of these sizes.
  private func pairs(_ sizes: [Int]) -> Double {
    Double(sizes.reduce(0) { $0 + $1 * ($1 - 1) / 2 })
  }
}
