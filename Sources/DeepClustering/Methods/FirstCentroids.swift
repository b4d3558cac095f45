// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The first centroids of codes.
struct FirstCentroids {
  /// K × d.
  let centroids: Tensor
  /// The labels that a start from the neighbourhood graph gives; nil where k-means is the start.
  let labels: [Int]?

  /// Finds them.
  ///
  /// - Parameters:
  ///   - codes: n × d.
  ///   - clusters: K.
  ///   - start: The best of `restarts` runs of k-means, or the graph where it cuts fewer edges.
  ///   - restarts: Runs of k-means.
  ///   - seed: Decides all of it.
  init(of codes: Tensor, clusters: Int, start: SelfTraining.Start, restarts: Int, seed: Seed) {
    var kMeans = KMeans(clusters: clusters)
    kMeans.restarts = restarts
    let best = kMeans.cluster(codes, seed: seed).centroids
    let labels =
      start == .graph
      ? NeighborhoodGraphStart(clusters: clusters).labels(
        of: codes, unlessBetter: NearestCentroids(of: codes, among: best).labels, seed: seed) : nil
    self.labels = labels
    centroids =
      labels.map { NeighborhoodGraphStart.means(of: codes, $0, clusters: clusters) } ?? best
  }
}
