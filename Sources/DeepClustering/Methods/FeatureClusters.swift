// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The clusters of DeepCluster's features: PCA with whitening, unit length, k-means, and the K′
/// centroids merged to K by Ward's method (Caron et al., ECCV 2018, §3.3).
struct FeatureClusters {
  /// Pixels to whitened features of unit length.
  let network: Autoencoder
  /// K′ × components.
  let centroids: Tensor
  /// The nearest centroid of each sample.
  let labels: [Int]
  /// The cluster, from 0 to K − 1, that each centroid was merged into.
  let groups: [Int]
  private let clusters: Int

  /// Clusters the features of rows.
  init(
    of data: Tensor, by network: Autoencoder, components: Int, kMeans: KMeans, clusters: Int,
    seed: Seed
  ) {
    self.clusters = clusters
    let features = network.embedding(of: data)
    var whitened = Autoencoder(
      encoder: network.encoder + [Self.whitening(features, components)], decoder: [])
    whitened.hasUnitCodes = true
    self.network = whitened.copy()
    let codes = self.network.embedding(of: data)
    centroids = kMeans.cluster(codes, seed: seed).centroids
    labels = NearestCentroids(of: codes, among: centroids).labels
    groups = Self.groups(centroids, labels, clusters)
  }

  /// The clusters of the samples, from 0 to K − 1.
  var assignments: [Int] { labels.map { groups[$0] } }

  /// y = Λ^(−½)·Vᵀ·(x − mean) as a dense layer, with variances Λ along directions V.
  private static func whitening(_ features: Tensor, _ components: Int) -> Linear {
    let columns = features.shape[1]
    let pca = PrincipalComponents(
      of: features.scalars(), columns: columns, count: min(components, columns))
    // Features that do not vary, as dead units have, must not be blown up.
    let least = 1e-9 * pca.totalVariance
    let scales = pca.variances.map { $0 > least ? 1 / $0.squareRoot() : 0 }
    let weight = pca.directions.indices.map { pca.directions[$0] * scales[$0 / columns] }
    let bias = scales.indices.map { row in
      -(0..<columns).reduce(0) { $0 + weight[row * columns + $1] * pca.mean[$1] }
    }
    return Linear(
      weight: Tensor(weight.map { Float($0) }, shape: [pca.count, columns], on: features.device),
      bias: Tensor(bias.map { Float($0) }, shape: [pca.count], on: features.device))
  }

  private static func groups(_ centroids: Tensor, _ labels: [Int], _ clusters: Int) -> [Int] {
    let (k, columns) = (centroids.shape[0], centroids.shape[1])
    var sizes = [Double](repeating: 0, count: k)
    for label in labels { sizes[label] += 1 }
    let values: [Float] = centroids.scalars()
    let used = (0..<k).filter { sizes[$0] > 0 }
    let merged = WardGroups(
      merging: used.flatMap { values[($0 * columns)..<(($0 + 1) * columns)] }, columns: columns,
      weights: used.map { sizes[$0] }, to: clusters)
    var groups = [Int](repeating: 0, count: k)
    for (place, centroid) in used.enumerated() { groups[centroid] = merged.labels[place] }
    return groups
  }

  /// The model: each sample belongs to the cluster of its nearest centroid.
  func model(of data: Tensor) -> CentroidModel {
    let codes = network.embedding(of: data)
    return CentroidModel(
      network: network,
      centroids: NeighborhoodGraphStart.means(of: codes, assignments, clusters: clusters),
      degreesOfFreedom: nil, embedding: codes, parts: (centroids, groups))
  }
}
