// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Groups of weighted points, merged two at a time: always those whose union adds the least to the
/// squared distances from the groups' means.
///
/// Source: Ward, Hierarchical grouping to optimize an objective function, JASA 58, 1963. Takes O(n²)
/// time and memory for n points.
struct WardGroups {
  /// The group of each point, from 0 on in the order in which they first occur.
  let labels: [Int]

  /// Merges points until so many groups are left; fewer points than that stay as they are.
  ///
  /// - Parameters:
  ///   - points: n × `columns`, row-major.
  ///   - columns: d.
  ///   - weights: How much each point counts, above zero.
  ///   - count: Groups that are left at the end.
  init(merging points: [Float], columns: Int, weights: [Double], to count: Int) {
    precondition(
      points.count == weights.count * columns && weights.allSatisfy { $0 > 0 },
      "\(points.count) numbers are not \(weights.count) weighted points of \(columns) columns")
    labels = Self.tree(Tensor(points, shape: [weights.count, columns]), weights: weights)
      .labels(clusters: max(count, 1))
  }

  /// All merges, each at the height of what it adds: w_i·w_j / (w_i + w_j) · ‖μ_i − μ_j‖².
  static func tree(_ points: Tensor, weights: [Double]) -> MergeTree {
    var costs = pairwiseSquaredDistances(points)
    var place = 0
    for i in weights.indices {
      for j in 0..<i {
        costs[place] *= Float(weights[i] * weights[j] / (weights[i] + weights[j]))
        place += 1
      }
    }
    return MergeTree(merging: &costs, weights: weights, linkage: .ward)
  }
}
