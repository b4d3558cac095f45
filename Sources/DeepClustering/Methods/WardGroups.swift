// SPDX-License-Identifier: Apache-2.0

/// Groups of weighted points, merged two at a time: always those whose union adds the least to the
/// squared distances from the groups' means.
///
/// Source: Ward, Hierarchical grouping to optimize an objective function, JASA 58, 1963, by the
/// update of Lance and Williams (The Computer Journal 9, 1967). Takes O(n³) time and O(n²) memory
/// for n points.
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
    var weights = weights
    var cost = Self.costs(points, columns, weights)
    var alive = Array(weights.indices)
    var group = alive
    while alive.count > max(count, 1) {
      let (i, j) = Self.nearest(alive, cost, weights.count)
      let n = weights.count
      for k in alive where k != i && k != j {
        let (a, b) = (cost[k * n + i], cost[k * n + j])
        let (wi, wj, wk) = (weights[i], weights[j], weights[k])
        let merged = ((wk + wi) * a + (wk + wj) * b - wk * cost[i * n + j]) / (wi + wj + wk)
        (cost[k * n + i], cost[i * n + k]) = (merged, merged)
      }
      weights[i] += weights[j]
      alive.removeAll { $0 == j }
      for point in group.indices where group[point] == j { group[point] = i }
    }
    var names: [Int: Int] = [:]
    for root in group where names[root] == nil { names[root] = names.count }
    labels = group.map { names[$0] ?? 0 }
  }

  /// What joining any two points adds: w_i·w_j / (w_i + w_j) · ‖x_i − x_j‖².
  private static func costs(_ points: [Float], _ columns: Int, _ weights: [Double]) -> [Double] {
    let n = weights.count
    var cost = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<i {
        let distance = (0..<columns).reduce(0.0) { sum, column in
          let difference = Double(points[i * columns + column] - points[j * columns + column])
          return sum + difference * difference
        }
        cost[i * n + j] = distance * weights[i] * weights[j] / (weights[i] + weights[j])
        cost[j * n + i] = cost[i * n + j]
      }
    }
    return cost
  }

  /// The two groups that are joined next; of equal ones the first.
  private static func nearest(_ alive: [Int], _ cost: [Double], _ n: Int) -> (Int, Int) {
    var best = (alive[0], alive[1])
    for (place, j) in alive.enumerated() {
      for i in alive[..<place] where cost[i * n + j] < cost[best.0 * n + best.1] { best = (i, j) }
    }
    return best
  }
}
