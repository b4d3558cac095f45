// SPDX-License-Identifier: Apache-2.0
public import Torch

extension NearestNeighbors {
  /// The rows up to which an exact search, whose time grows with their square, is made.
  public static let exactLimit = 200_000

  /// The neighbours of rows among themselves: exact up to `exactLimit` rows, and approximate above.
  ///
  /// - Parameters:
  ///   - rows: n × d.
  ///   - count: k, less than n.
  ///   - exactLimit: Rows up to which the search is exact.
  public init(within rows: Tensor, count: Int, exactLimit: Int = exactLimit) {
    if rows.shape[0] <= exactLimit {
      self.init(of: rows, among: rows, count: count, excludingSelf: true)
    } else {
      self = NeighborCells(rows, count: count).search()
    }
  }
}

/// An approximate search: rows are grouped by k-means, and the rows of a group are compared with those
/// of the nearest groups only.
///
/// The inverted file of Sivic and Zisserman (Video Google, ICCV 2003), searched exactly within. How
/// many groups are needed is measured on a sample of rows whose neighbours are found exactly; how
/// much of the truth is found is measured on another. No seed decides the result.
struct NeighborCells {
  /// The share of the neighbours that the groups searched should hold.
  static let wantedRecall = 0.97

  private let rows: Tensor
  private let count: Int
  /// The rows of each cell, ascending.
  private let members: [[Int]]
  /// The cells of each cell, itself first, then by the distance of their centroids.
  private let nearestCells: [[Int]]
  private let probes: Int
  private let checked: Sample

  /// Rows and their true neighbours.
  private struct Sample {
    var queries: [Int] = []
    var neighbors: [[Int32]] = []
  }

  /// Groups the rows and settles how many groups are searched.
  ///
  /// - Parameters:
  ///   - rows: n × d.
  ///   - count: k, less than n.
  ///   - cellSize: Rows of a group, on average.
  ///   - sampleSize: Rows whose neighbours are found exactly: half of them to settle the number of
  ///     groups, half to measure what is found.
  init(_ rows: Tensor, count: Int, cellSize: Int = 1_000, sampleSize: Int = 1_000) {
    let n = rows.shape[0]
    (self.rows, self.count) = (rows.to(.cpu), count)
    let cells = min(max(n / cellSize, 2), 4_096)
    let order = Seed(0).generator("neighbor cells").permutation(n)
    let sample = rows.rows(at: order.slice(0..<min(n, 64 * cells)).to(rows.device))
    var kMeans = KMeans(clusters: cells)
    (kMeans.restarts, kMeans.maximumIterations) = (1, 10)
    let centroids = kMeans.cluster(sample, seed: Seed(0)).centroids
    let labels = NearestCentroids(of: rows, among: centroids).labels
    var members = [[Int]](repeating: [], count: cells)
    for (row, label) in labels.enumerated() { members[label].append(row) }
    self.members = members
    let found = NearestNeighbors(of: centroids, among: centroids, count: cells)
    let nearestCells = (0..<cells).map { cell in
      // Of equal centroids another may come first.
      [cell]
        + found.indices[(cell * cells)..<((cell + 1) * cells)].map(Int.init).filter { $0 != cell }
    }
    self.nearestCells = nearestCells
    let queries = order.slice((n - min(n, sampleSize))..<n).scalars(as: Int64.self).map(Int.init)
    let truth = Self.exact(queries, rows, count)
    let half = queries.count / 2
    var ranks: [Int] = []
    for (query, neighbors) in zip(queries, truth).prefix(half) {
      for other in neighbors {
        ranks.append(nearestCells[labels[query]].firstIndex(of: labels[Int(other)]) ?? cells)
      }
    }
    ranks.sort()
    probes = ranks[min(Int(Double(ranks.count) * Self.wantedRecall), ranks.count - 1)] + 1
    checked = Sample(
      queries: Array(queries.dropFirst(half)), neighbors: Array(truth.dropFirst(half)))
  }

  private static func exact(_ queries: [Int], _ rows: Tensor, _ count: Int) -> [[Int32]] {
    let found = NearestNeighbors(of: rows.rows(queries), among: rows, count: count + 1)
    return queries.enumerated().map { position, query in
      let near = found.indices[(position * (count + 1))..<((position + 1) * (count + 1))]
      return Array(near.filter { $0 != Int32(query) }.prefix(count))
    }
  }

  /// Searches cell by cell.
  func search() -> NearestNeighbors {
    let n = rows.shape[0]
    var indices = [Int32](repeating: 0, count: n * count)
    var distances = [Float](repeating: 0, count: n * count)
    for cell in members.indices where !members[cell].isEmpty {
      var searched: [Int] = []
      for (rank, other) in nearestCells[cell].enumerated() {
        // Never fewer rows than neighbours.
        guard rank < probes || searched.count <= count else { break }
        searched += members[other]
      }
      searched.sort()
      let found = NearestNeighbors(
        of: rows.rows(members[cell]), among: rows.rows(searched), count: count + 1)
      for (position, row) in members[cell].enumerated() {
        var place = row * count
        for entry in (position * (count + 1))..<((position + 1) * (count + 1)) {
          let other = searched[Int(found.indices[entry])]
          guard other != row, place < (row + 1) * count else { continue }
          (indices[place], distances[place]) = (Int32(other), found.squaredDistances[entry])
          place += 1
        }
      }
    }
    let kept = zip(checked.queries, checked.neighbors).reduce(0) { sum, pair in
      let near = Set(indices[(pair.0 * count)..<((pair.0 + 1) * count)])
      return sum + pair.1.count { near.contains($0) }
    }
    return NearestNeighbors(
      count: count, indices: indices, squaredDistances: distances,
      recall: Double(kept) / Double(checked.queries.count * count))
  }
}

extension Tensor {
  fileprivate func rows(_ indices: [Int]) -> Tensor {
    rows(at: Tensor(indices.map(Int64.init), shape: [indices.count], on: device))
  }
}
