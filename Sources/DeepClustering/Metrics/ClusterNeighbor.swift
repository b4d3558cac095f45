// SPDX-License-Identifier: Apache-2.0

/// A cluster that lies near another one.
public struct ClusterNeighbor: Codable, Equatable, Sendable {
  /// Which.
  public var cluster: Int
  /// How far the means of the two are from each other (Euclidean), in the space clustered in.
  public var distance: Double

  /// The nearest clusters of each, the nearest first.
  ///
  /// - Parameters:
  ///   - values: Points, row-major, n × `columns`.
  ///   - columns: The number of coordinates of a point.
  ///   - clusters: The cluster of each row; noise (−1) counts for none.
  ///   - count: K; the time grows with its square.
  ///   - shown: How many to keep for each.
  /// - Returns: For each cluster, at most `shown` others; empty clusters have none and are near none.
  ///   Nil when a distance is not finite, and with more than 2,000 clusters.
  static func nearest(
    values: [Float], columns: Int, clusters: [Int], count: Int, shown: Int = 5
  ) -> [[ClusterNeighbor]]? {
    precondition(
      values.count == clusters.count * columns,
      "\(values.count) values do not fill \(clusters.count) rows of \(columns) columns")
    guard count <= 2_000 else { return nil }
    var means = [Double](repeating: 0, count: count * columns)
    var sizes = [Double](repeating: 0, count: count)
    values.withUnsafeBufferPointer { values in
      means.withUnsafeMutableBufferPointer { means in
        for (row, cluster) in clusters.enumerated() where cluster >= 0 {
          sizes[cluster] += 1
          for column in 0..<columns {
            means[cluster * columns + column] += Double(values[row * columns + column])
          }
        }
        for index in means.indices { means[index] /= max(sizes[index / columns], 1) }
      }
    }
    let inhabited = (0..<count).filter { sizes[$0] > 0 }
    var result = [[ClusterNeighbor]](repeating: [], count: count)
    for own in inhabited {
      var others: [ClusterNeighbor] = []
      for other in inhabited where other != own {
        var sum = 0.0
        for column in 0..<columns {
          let difference = means[own * columns + column] - means[other * columns + column]
          sum += difference * difference
        }
        guard sum.isFinite else { return nil }
        others.append(ClusterNeighbor(cluster: other, distance: sum.squareRoot()))
      }
      others.sort { ($0.distance, $0.cluster) < ($1.distance, $1.cluster) }
      result[own] = Array(others.prefix(shown))
    }
    return result
  }
}
