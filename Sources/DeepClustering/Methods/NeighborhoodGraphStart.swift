// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// K first clusters of codes from the communities of their neighbourhood graph; label-free.
///
/// On the codes of an autoencoder the optimum of k-means itself is often wrong: classes are long
/// and bent, and a centroid sits between two of them. The graph of the nearest neighbours follows
/// their shape. Ours: Louvain's communities on the fuzzy graph of a sample of the codes, merged by
/// modularity to K and refined, the best of several runs by modularity, and carried to all codes by a vote of
/// the nearest sampled ones.
struct NeighborhoodGraphStart {
  /// K.
  var clusters: Int
  /// Codes of which the graph is made, at most.
  var sampleSize = 20_000
  /// Neighbours of each code in the graph.
  var neighbors = 20
  /// Sampled codes that vote on the cluster of each other one.
  var voters = 15
  /// Runs of Louvain's method, of which the one of highest modularity is taken.
  var runs = 10
  /// γ of the runs: more communities than K, which are then merged.
  var resolution = 2.0

  /// The cluster of every code, or nil where k-means is the better start.
  ///
  /// Modularity likes communities of equal weight and will cut a large round cluster to get them;
  /// there k-means cuts fewer edges. So the two are compared by the normalised cut of the graph.
  ///
  /// - Parameters:
  ///   - codes: n × d.
  ///   - other: The labels that k-means gives; nil to compare with nothing.
  ///   - seed: Decides the sample and the runs.
  /// - Returns: n labels from 0 to K − 1, each of which occurs; nil when the codes do not fall into
  ///   that many communities, or when `other` cuts less.
  func labels(of codes: Tensor, unlessBetter other: [Int]? = nil, seed: Seed) -> [Int]? {
    let n = codes.shape[0]
    let size = min(sampleSize, n)
    guard size > neighbors, clusters <= size / 2 else { return nil }
    let sample = seed.generator("graph sample").permutation(n).slice(0..<size).to(codes.device)
    let sampled = codes.rows(at: sample)
    let found = NearestNeighbors(
      of: sampled, among: sampled, count: neighbors, excludingSelf: true)
    let graph = NeighborGraph(fuzzy: found)
    let candidates = (0..<runs).compactMap { communities(graph, seed, run: $0) }
    let best = candidates.max { $0.modularity(in: graph) < $1.modularity(in: graph) }
    guard let best else { return nil }
    if let other {
      let others = sample.scalars(as: Int64.self).map { other[Int($0)] }
      let cut = Communities.normalizedCut(best.labels, clusters, in: graph)
      guard cut < Communities.normalizedCut(others, clusters, in: graph) else { return nil }
    }
    return carried(best.labels, from: sampled, indices: sample, to: codes)
  }

  private func communities(_ graph: NeighborGraph, _ seed: Seed, run: Int) -> Communities? {
    var resolution = resolution
    while resolution < 200 {
      var generator = SplitMix64(seed: seed.stream("graph communities", run))
      var result = Communities(of: graph, resolution: resolution, using: &generator)
      if result.count >= clusters {
        result.merge(to: clusters, in: graph)
        result.refine(in: graph, using: &generator)
        return result
      }
      resolution *= 2
    }
    return nil
  }

  private func carried(
    _ labels: [Int], from sampled: Tensor, indices: Tensor, to codes: Tensor
  ) -> [Int] {
    let count = min(voters, labels.count)
    let near = NearestNeighbors(of: codes, among: sampled, count: count)
    var result = (0..<codes.shape[0]).map { row -> Int in
      var votes = [Int](repeating: 0, count: clusters)
      for voter in near.indices[(row * count)..<((row + 1) * count)] {
        votes[labels[Int(voter)]] += 1
      }
      return votes.indices.max { votes[$0] < votes[$1] } ?? 0
    }
    // Sampled codes keep their own cluster, so that each cluster has a member.
    for (position, row) in indices.scalars(as: Int64.self).enumerated() {
      result[Int(row)] = labels[position]
    }
    return result
  }

  /// The mean code of each cluster: K × d.
  static func means(of codes: Tensor, _ labels: [Int], clusters: Int) -> Tensor {
    let index = Tensor(labels.map(Int64.init), shape: [labels.count], on: codes.device)
    let zeros = Tensor(repeating: 0, shape: [clusters, codes.shape[1]], on: codes.device)
    let ones = Tensor(repeating: 1, shape: [labels.count, 1], on: codes.device)
    let sizes = Tensor(repeating: 0, shape: [clusters, 1], on: codes.device)
      .adding(rows: ones, at: index)
    return zeros.adding(rows: codes, at: index) / sizes.clamped(atLeast: 1)
  }
}
