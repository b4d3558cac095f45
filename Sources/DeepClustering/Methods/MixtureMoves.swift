// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// Ways out of a local maximum of a mixture's likelihood: two components are merged, and a third one
/// is split in their place.
///
/// Ueda, Nakano, Ghahramani, Hinton: SMEM algorithm for mixture models, Neural Computation 12, 2000.
/// They rank the moves by overlaps of posteriors and by local densities; here each is ranked by what
/// it does to the likelihood of the partition, Σ_k n_k·(log n_k/n − ½ log |Σ_k|), with
/// covariances of their own even where these are tied: for a merge by the
/// moments of both, for a split by a mixture of two that is fitted to the members.
///
/// The likelihood has no bound where a component shrinks to copies of one sample, and a search for
/// more of it would find them: a split into such a part is not tried.
struct MixtureMoves {
  /// A merge and a split.
  struct Move {
    /// By how much the likelihood of the partition rises.
    let gain: Double
    let merged: (Int, Int)
    let split: Int
  }

  /// All of them, the best first.
  let moves: [Move]
  private let labels: [Int]
  /// The members of each component that its split puts into the second half.
  private let seconds: [[Int]]

  /// The moves from a partition.
  ///
  /// - Parameters:
  ///   - labels: The components of the samples.
  ///   - data: The samples, n × d.
  ///   - method: What kind of mixture it is.
  ///   - seed: Of the splits.
  init(of labels: [Int], _ data: Tensor, by method: GaussianMixture, seed: Seed) {
    let k = method.clusters
    let worth = PartitionWorth(samples: labels.count, method: method)
    let samples = method.samples(data)
    let sums = worth.rows(of: samples.sums(of: labels, clusters: k))
    let alone = sums.map { worth.of($0, samples) }
    var members = [[Int]](repeating: [], count: k)
    for (sample, label) in labels.enumerated() { members[label].append(sample) }
    let all = worth.logDeterminant(
      sums.reduce(sums[0].map { _ in 0 }) { zip($0, $1).map(+) }, samples)
    let splits = members.map { worth.split(of: $0, in: data, beside: all, seed: seed) }
    let gains = splits.indices.compactMap { split in
      splits[split].map { (gain: $0.worth - alone[split], split: split) }
    }.sorted { $0.gain > $1.gain }
    let pairs = gains.isEmpty ? [] : Self.nearest(samples.moments(sums.flatMap { $0 }).means)
    let merges = pairs.map { pair in
      let both = worth.of(zip(sums[pair.0], sums[pair.1]).map(+), samples)
      return (gain: both - alone[pair.0] - alone[pair.1], pair: pair)
    }.sorted { $0.gain > $1.gain }
    // Of many components there are more moves than will ever be tried.
    moves = merges.prefix(4 * method.moves).flatMap { merge in
      gains.prefix(method.moves + 2).compactMap { gain, split in
        split == merge.pair.0 || split == merge.pair.1
          ? nil : Move(gain: gain + merge.gain, merged: merge.pair, split: split)
      }
    }.sorted { $0.gain > $1.gain }
    self.labels = labels
    seconds = splits.map { $0?.second ?? [] }
  }

  /// The pairs of components whose means are nearest: all of up to 45 components.
  private static func nearest(_ means: [[Double]]) -> [(Int, Int)] {
    var pairs: [(pair: (Int, Int), distance: Double)] = []
    for i in means.indices {
      for j in 0..<i {
        let distance = zip(means[i], means[j]).reduce(0) { sum, pair in
          sum + (pair.0 - pair.1) * (pair.0 - pair.1)
        }
        pairs.append(((j, i), distance))
      }
    }
    guard pairs.count > 1000 else { return pairs.map(\.pair) }
    return pairs.sorted { $0.distance < $1.distance }.prefix(1000).map(\.pair)
  }

  /// Whether a part is next to nothing: the geometric mean of its d variances is ten thousand times
  /// smaller than that of all samples, or near the number that is added to each.
  fileprivate static func isCollapsed(
    _ logDeterminant: Double, beside all: Double, dimensions: Int, by method: GaussianMixture
  ) -> Bool {
    logDeterminant / Double(dimensions)
      < max(all / Double(dimensions) - log(1e4), log(10 * method.regularization))
  }

  /// The components after a move.
  func labels(after index: Int) -> [Int] {
    let move = moves[index]
    var result = labels.map { $0 == move.merged.1 ? move.merged.0 : $0 }
    for sample in seconds[move.split] { result[sample] = move.merged.1 }
    return result
  }
}

/// The likelihood of a partition by one Gaussian for each part.
private struct PartitionWorth {
  let samples: Int
  let method: GaussianMixture

  /// The sums of each component.
  func rows(of sums: [Double]) -> [[Double]] {
    let width = sums.count / method.clusters
    return stride(from: 0, to: sums.count, by: width).map { Array(sums[$0..<($0 + width)]) }
  }

  /// n_k·(log n_k/n − ½ log |Σ_k|) of the sums of the features of a part; 0 of nothing.
  func of(_ sums: [Double], _ samples: MixtureSamples) -> Double {
    let count = sums[0]
    guard count >= 0.5 else { return 0 }
    return count * (log(count / Double(self.samples)) - 0.5 * logDeterminant(sums, samples))
  }

  /// log |Σ| of the sums of a part.
  func logDeterminant(_ sums: [Double], _ samples: MixtureSamples) -> Double {
    let d = samples.features.dimensions
    let covariance = method.constrained(samples.moments(sums).covariances, [1], d)[0]
    return covariance.count == d
      ? covariance.reduce(0) { $0 + log($1) } : Cholesky(covariance, size: d).logDeterminant
  }

  /// The best parting of some samples that was found, by a mixture of two; nil where they are too few
  /// for two covariances, or where a half of them collapses beside all samples.
  func split(
    of members: [Int], in data: Tensor, beside all: Double, seed: Seed
  ) -> (worth: Double, second: [Int])? {
    let least = 2 * (data.shape[1] + 1)
    guard members.count >= 2 * least else { return nil }
    var pair = method
    (pair.clusters, pair.restarts, pair.moves) = (2, 1, 0)
    let index = Tensor(members.map(Int64.init), shape: [members.count], on: data.device)
    let points = data.rows(at: index)
    let samples = method.samples(points)
    let halves = samples.expectation(of: pair.fit(points, seed: seed).components).labels
    let second = zip(members, halves).filter { $0.1 == 1 }.map(\.0)
    guard min(second.count, members.count - second.count) >= least else { return nil }
    let sums = samples.sums(of: halves, clusters: 2)
    let width = sums.count / 2
    let parts = [Array(sums[..<width]), Array(sums[width...])]
    let collapses = parts.contains {
      MixtureMoves.isCollapsed(
        logDeterminant($0, samples), beside: all, dimensions: data.shape[1], by: method)
    }
    return collapses ? nil : (of(parts[0], samples) + of(parts[1], samples), second)
  }
}
