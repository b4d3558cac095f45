// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Scores from information theory; logarithms are natural, so entropies are in nats.
extension ContingencyTable {
  /// The entropy of the clusters, in nats.
  public var clusterEntropy: Double { entropy(clusterSizes) }

  /// The entropy of the classes, in nats.
  public var classEntropy: Double { entropy(classSizes) }

  /// The mutual information of clusters and classes, in nats.
  public var mutualInformation: Double {
    let n = Double(samples)
    var sum = 0.0
    for row in clusterLabels.indices {
      for column in classLabels.indices {
        let count = Double(self[cluster: row, class: column])
        guard count > 0 else { continue }
        let independent = Double(clusterSizes[row]) * Double(classSizes[column])
        sum += count / n * log(count * n / independent)
      }
    }
    return max(sum, 0)
  }

  /// The mutual information divided by the arithmetic mean of both entropies: NMI, 0 to 1.
  ///
  /// It is 1 when there is one cluster and one class, as in scikit-learn.
  public var normalizedMutualInformation: Double {
    if isPerfect { return 1 }
    return mutualInformation / ((clusterEntropy + classEntropy) / 2)
  }

  /// The mutual information corrected for chance: AMI, 1 for a perfect match and 0 by chance.
  ///
  /// The expectation is exact, under random partitions with these cluster and class sizes; the
  /// entropies are averaged arithmetically. Source: Vinh, Epps and Bailey, Information theoretic
  /// measures for clusterings comparison, JMLR 11, 2010.
  public var adjustedMutualInformation: Double {
    if isPerfect { return 1 }
    if clusterSizes.count(where: { $0 > 0 }) == 1 || classSizes.count(where: { $0 > 0 }) == 1 {
      return 0
    }
    let expected = expectedMutualInformation
    let largest = (clusterEntropy + classEntropy) / 2
    return (mutualInformation - expected) / (largest - expected)
  }

  /// How far each cluster holds one class only, 0 to 1: 1 − H(class | cluster) / H(class).
  ///
  /// Source: Rosenberg and Hirschberg, V-Measure, EMNLP 2007.
  public var homogeneity: Double {
    classEntropy > 0 ? mutualInformation / classEntropy : 1
  }

  /// How far each class is in one cluster only, 0 to 1: 1 − H(cluster | class) / H(cluster).
  ///
  /// Source: Rosenberg and Hirschberg, V-Measure, EMNLP 2007.
  public var completeness: Double {
    clusterEntropy > 0 ? mutualInformation / clusterEntropy : 1
  }

  /// The mutual information, in nats, to expect of random partitions with the same sizes.
  var expectedMutualInformation: Double {
    clusterSizes.filter { $0 > 0 }.reduce(0) { sum, cluster in
      classSizes.filter { $0 > 0 }.reduce(sum) { sum, category in
        sum + expectedTerm(cluster, category)
      }
    }
  }

  /// The expectation of (k/n) log(n k / (a b)) for a hypergeometric overlap k of a and b of n.
  ///
  /// The probabilities are built up by their ratios from the most probable overlap outwards and
  /// divided by their sum. So no factorial is needed, nothing is lost to the difference of large
  /// logarithms, and only the few overlaps whose probability matters are visited.
  private func expectedTerm(_ clusterSize: Int, _ classSize: Int) -> Double {
    let n = Double(samples)
    let a = Double(clusterSize)
    let b = Double(classSize)
    let lowest = Double(max(0, clusterSize + classSize - samples))
    let highest = Double(min(clusterSize, classSize))
    let mode = ((a + 1) * (b + 1) / (n + 2)).rounded(.down)
    let offset = log(n) - log(a) - log(b)
    let negligible = 1e-20
    func information(_ k: Double) -> Double { k > 0 ? k / n * (log(k) + offset) : 0 }

    var total = 1.0
    var sum = information(mode)
    var probability = 1.0
    var k = mode
    while k < highest, probability > negligible {
      probability *= (a - k) * (b - k) / ((k + 1) * (n - a - b + k + 1))
      k += 1
      total += probability
      sum += probability * information(k)
    }
    probability = 1
    k = mode
    while k > lowest, probability > negligible {
      probability *= k * (n - a - b + k) / ((a - k + 1) * (b - k + 1))
      k -= 1
      total += probability
      sum += probability * information(k)
    }
    return sum / total
  }

  private func entropy(_ sizes: [Int]) -> Double {
    let n = Double(samples)
    return sizes.reduce(0) { sum, size in
      size > 0 ? sum - Double(size) / n * log(Double(size) / n) : sum
    }
  }
}
