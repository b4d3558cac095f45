// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Groups of weighted points, merged two at a time: always those whose union adds the least to the
/// squared distances from the groups' means.
///
/// Source: Ward, Hierarchical grouping to optimize an objective function, JASA 58, 1963. Takes O(n²)
/// time and memory for n points.
enum WardGroups {
  /// All merges of points (n × d) that count `weights`, each at the height of what it adds:
  /// w_i·w_j / (w_i + w_j) · ‖μ_i − μ_j‖².
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
