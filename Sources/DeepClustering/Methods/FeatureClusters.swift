// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// The clusters of DeepCluster's features: PCA with whitening, unit length, k-means (Caron et al.,
/// ECCV 2018, §3.3), and the K′ centroids merged to K.
///
/// Two centroids are as alike as samples lie between them, being nearest to the one and second nearest
/// to the other (competitive Hebbian learning: Martinetz, Schulten, Topology representing networks,
/// Neural Networks 7, 1994), and this graph is cut by its spectrum (Shi, Malik, Normalized cuts and
/// image segmentation, IEEE TPAMI 22, 2000). The centroids' own distances do not tell a gap from a
/// bridge.
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
    (labels, groups) = Self.merged(codes, centroids, clusters, seed)
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

  /// The nearest centroid of each code, and the cluster of each centroid.
  static func merged(
    _ codes: Tensor, _ centroids: Tensor, _ clusters: Int, _ seed: Seed
  ) -> (labels: [Int], groups: [Int]) {
    let k = centroids.shape[0]
    guard k > clusters else {
      return (NearestCentroids(of: codes, among: centroids).labels, Array(0..<k))
    }
    let found = NearestNeighbors(of: codes, among: centroids, count: 2)
    var between = [Double](repeating: 0, count: k * k)
    let labels = stride(from: 0, to: found.indices.count, by: 2).map { place -> Int in
      let (first, second) = (Int(found.indices[place]), Int(found.indices[place + 1]))
      between[first * k + second] += 1
      between[second * k + first] += 1
      return first
    }
    bridge(&between, centroids)
    // A centroid that no sample is near to has no row in the spectrum; any cluster will do for it.
    let degrees = (0..<k).map { row in between[(row * k)..<((row + 1) * k)].reduce(0, +) }
    let used = (0..<k).filter { degrees[$0] > 0 }
    var groups = [Int](repeating: 0, count: k)
    for (centroid, group) in zip(used, cut(between, degrees, used, clusters, seed)) {
      groups[centroid] = group
    }
    return (labels, groups)
  }

  /// Adds weak edges between all pairs, the weaker the farther apart, a thousandth of the weight in all:
  /// where the graph falls into more pieces than clusters are asked for, near pieces go together.
  private static func bridge(_ weights: inout [Double], _ centroids: Tensor) {
    let squares = centroids.squaredDistances(to: centroids).scalars(as: Double.self)
    let k = centroids.shape[0]
    let mean = max(squares.reduce(0, +) / Double(k * (k - 1)), .leastNormalMagnitude)
    let occupied = (0..<k).map { row in
      weights[(row * k)..<((row + 1) * k)].contains { $0 > 0 }
    }
    var bridges = [Double](repeating: 0, count: k * k)
    for i in 0..<k {
      for j in 0..<k where i != j && occupied[i] && occupied[j] {
        bridges[i * k + j] = exp(-4 * squares[i * k + j] / mean)
      }
    }
    let share = 1e-3 * weights.reduce(0, +) / max(bridges.reduce(0, +), .leastNormalMagnitude)
    for place in weights.indices { weights[place] += share * bridges[place] }
  }

  /// The parts of a graph of some nodes by k-means on the leading eigenvectors of its random walk.
  private static func cut(
    _ weights: [Double], _ degrees: [Double], _ nodes: [Int], _ parts: Int, _ seed: Seed
  ) -> [Int] {
    let n = nodes.count
    guard n > parts else { return Array(0..<n) }
    // 1 + D^−½WD^−½ has the same eigenvectors as the second term, and no negative eigenvalue.
    let matrix = nodes.enumerated().flatMap { row, i in
      nodes.enumerated().map { column, j in
        weights[i * degrees.count + j] / (degrees[i] * degrees[j]).squareRoot()
          + (row == column ? 1 : 0)
      }
    }
    let vectors = SymmetricEigenvectors(leading: parts, of: matrix, size: n).vectors
    let rows = nodes.enumerated().flatMap { place, node in
      (0..<parts).map { Float(vectors[$0 * n + place] / degrees[node].squareRoot()) }
    }
    let points = SpectralPartition.rows(of: Tensor(rows, shape: [n, parts]).transposed())
    var kMeans = KMeans(clusters: parts)
    kMeans.restarts = 50
    let own = Seed(seed.stream("merge"))
    return NearestCentroids(
      of: points, among: kMeans.cluster(points, seed: own).centroids
    ).labels
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
