// SPDX-License-Identifier: Apache-2.0

/// How much nearer samples are to their own cluster than to the next one: −1 to 1, without labels.
///
/// A sample's silhouette is (b − a) / max(a, b), with a its mean distance to the others of its
/// cluster and b the least mean distance to another cluster; 0 for the only one of a cluster.
/// Source: Rousseeuw, Silhouettes, J. Comput. Appl. Math. 20, 1987.
public enum Silhouette {
  /// The means of silhouettes.
  public struct Means: Equatable, Sendable {
    /// Over all samples looked at, but those that are the only one of a larger cluster to be so.
    public let overall: Double
    /// Over those of each cluster; one of several samples of which less than two were looked at has no
    /// entry.
    public let ofCluster: [Int: Double]
  }

  /// The mean silhouette, exact up to `limit` rows, and of a random sample of `limit` rows above.
  ///
  /// It is ``means(values:columns:clusters:limit:using:)`` without the clusters' own.
  public static func mean(
    values: [Float], columns: Int, clusters: [Int], limit: Int = 5_000,
    using generator: inout some RandomNumberGenerator
  ) -> Double? {
    means(values: values, columns: columns, clusters: clusters, limit: limit, using: &generator)?
      .overall
  }

  /// The mean silhouettes of all samples and of each cluster, exact up to `limit` rows, and of a
  /// random sample of `limit` rows above.
  ///
  /// - Parameters:
  ///   - values: Points, row-major, n × `columns`, finite.
  ///   - columns: The number of coordinates of a point.
  ///   - clusters: The cluster of each row; noise (−1) is a cluster like any other.
  ///   - limit: The most rows to compare with one another; the time grows with its square.
  ///   - generator: Chooses the sample; it is not used when all rows are taken.
  /// - Returns: The means, or nil with fewer than two clusters or distances that are not finite.
  public static func means(
    values: [Float], columns: Int, clusters: [Int], limit: Int = 5_000,
    using generator: inout some RandomNumberGenerator
  ) -> Means? {
    let rows = clusters.count
    precondition(
      columns > 0 && values.count == rows * columns,
      "\(values.count) values do not fill \(rows) rows of \(columns) columns")
    precondition(limit >= 2, "a silhouette of \(limit) rows cannot be computed")
    let chosen = rows <= limit ? Array(0..<rows) : sample(limit, of: rows, using: &generator)
    // Sorted by cluster, so that each cluster is one contiguous run of points.
    let order = chosen.sorted { (clusters[$0], $0) < (clusters[$1], $1) }
    let bounds = runBounds(order.map { clusters[$0] })
    guard bounds.count > 2 else { return nil }
    let points = transposed(values: values, columns: columns, rows: order)
    let sums = points.withUnsafeBufferPointer {
      sumsOfSilhouettes($0, columns: columns, bounds: bounds)
    }
    guard sums.allSatisfy(\.isFinite) else { return nil }
    let sizes = clusters.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    // A sample by chance alone of its cluster says nothing; one that is alone in it has 0.
    let known = sums.indices.filter {
      bounds[$0 + 1] - bounds[$0] > 1 || sizes[clusters[order[bounds[$0]]]] == 1
    }
    let looked = known.map { bounds[$0 + 1] - bounds[$0] }
    guard !known.isEmpty else { return nil }
    let ofCluster = zip(known, looked).map { run, count in
      (clusters[order[bounds[run]]], sums[run] / Double(count))
    }
    return Means(
      overall: known.reduce(0) { $0 + sums[$1] } / Double(looked.reduce(0, +)),
      ofCluster: Dictionary(uniqueKeysWithValues: ofCluster))
  }

  /// Chooses `count` of `0..<population`, all subsets alike, in ascending order.
  ///
  /// Source: Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S.
  private static func sample(
    _ count: Int, of population: Int, using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    for candidate in 0..<population
    where Int.random(in: 0..<population - candidate, using: &generator) < count - chosen.count {
      chosen.append(candidate)
    }
    return chosen
  }

  /// The start of each run of equal labels, and the end of the last one.
  private static func runBounds(_ labels: [Int]) -> [Int] {
    labels.indices.filter { $0 == 0 || labels[$0] != labels[$0 - 1] } + [labels.count]
  }

  /// The chosen rows as columns, so that one coordinate of all points lies together.
  ///
  /// The distances from one point to its neighbours in memory can then be computed side by side,
  /// whatever the number of coordinates.
  private static func transposed(values: [Float], columns: Int, rows: [Int]) -> [Float] {
    let count = rows.count * columns
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for (position, row) in rows.enumerated() {
        for column in 0..<columns {
          buffer[column * rows.count + position] = values[row * columns + column]
        }
      }
      initialized = count
    }
  }

  /// The sum over the points of each run.
  private static func sumsOfSilhouettes(
    _ points: UnsafeBufferPointer<Float>, columns: Int, bounds: [Int]
  ) -> [Double] {
    let clusters = bounds.count - 1
    let count = bounds[clusters]
    let sizes = (0..<clusters).map { Double(bounds[$0 + 1] - bounds[$0]) }
    var sums = [Double](repeating: 0, count: clusters)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { distances in
      for own in 0..<clusters where sizes[own] > 1 {
        for point in bounds[own]..<bounds[own + 1] {
          squaredDistances(from: point, points, columns: columns, into: distances)
          var within = 0.0
          var nearest = Double.infinity
          for cluster in 0..<clusters {
            let run = distances[bounds[cluster]..<bounds[cluster + 1]]
            let sum = sumOfRoots(UnsafeBufferPointer(rebasing: run))
            if cluster == own {
              within = sum / (sizes[own] - 1)
            } else {
              nearest = min(nearest, sum / sizes[cluster])
            }
          }
          // Both are 0 when all these points coincide: neither nearer nor farther.
          let scale = max(within, nearest)
          sums[own] += scale == 0 ? 0 : (nearest - within) / scale
        }
      }
    }
    return sums
  }

  /// Squared distances from one point to all; differences, not the Gram trick, which cancels.
  @inline(never)
  private static func squaredDistances(
    from point: Int, _ points: UnsafeBufferPointer<Float>, columns: Int,
    into distances: UnsafeMutableBufferPointer<Float>
  ) {
    let count = distances.count
    distances.initialize(repeating: 0)
    for column in 0..<columns {
      let coordinates = UnsafeBufferPointer(
        rebasing: points[column * count..<(column + 1) * count])
      let own = coordinates[point]
      for other in 0..<count {
        let difference = coordinates[other] - own
        distances[other] += difference * difference
      }
    }
  }

  /// The sum of square roots, in eight lanes of double precision.
  @inline(never)
  private static func sumOfRoots(_ squares: UnsafeBufferPointer<Float>) -> Double {
    var lanes = SIMD8<Double>.zero
    let whole = squares.count / 8 * 8
    var index = 0
    let raw = UnsafeRawBufferPointer(squares)
    while index < whole {
      let part = raw.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
      lanes += SIMD8<Double>(part.squareRoot())
      index += 8
    }
    var sum = lanes.sum()
    while index < squares.count {
      sum += Double(squares[index].squareRoot())
      index += 1
    }
    return sum
  }
}
