// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Foundation
internal import Torch

/// A mixture of Gaussians whose responsibilities a network learns, and whose components split and
/// merge: the state of DeepDPM.
public struct SplittingMixture {
  struct Progress: Codable {
    var epoch = 0
    /// The epoch after which clusters were split or merged for the last time.
    var lastChange: Int?
  }

  /// The scaled rows, n × d.
  let rows: Tensor
  let scaling: RowScaling
  /// The mean of the scaled rows, around which moments are taken.
  let origin: [Double]
  var network: ClusterNetwork
  /// K Gaussians around the origin.
  var components: GaussianComponents
  /// 2K Gaussians, the two parts of each cluster; nil until they are learned.
  var parts: GaussianComponents?
  /// The cluster of every row.
  var labels: [Int32]
  var progress = Progress()

  /// The clusters of k-means, and random networks.
  init(_ rows: Tensor, scaling: RowScaling, settings: DeepDPM, seed: Seed) {
    (self.rows, self.scaling) = (scaling(rows), scaling)
    origin = Self.mean(of: self.rows)
    network = ClusterNetwork(
      dimensions: self.rows.shape[1], hidden: settings.units, clusters: settings.clusters,
      seed: seed)
    let centroids = KMeans(clusters: settings.clusters).cluster(self.rows, seed: seed).centroids
    labels = NearestCentroids(of: self.rows, among: centroids).labels.map(Int32.init)
    components = GaussianComponents(weights: [], means: [], covariances: [])
    let moments = Moments.of(self.rows, around: origin, group: labels, groups: settings.clusters)
    components = estimate(moments, settings)
  }

  private static func mean(of rows: Tensor) -> [Double] { rows.to(.float64).mean(0).scalars() }

  /// K.
  var clusters: Int { network.clusters }
  private var dimensions: Int { rows.shape[1] }

  // MARK: One epoch

  /// One epoch of the networks, then new Gaussians, then splits or merges when it is time.
  mutating func advance(_ settings: DeepDPM, _ seed: Seed) -> StepReport {
    let epoch = progress.epoch
    let learnsParts = epoch >= settings.firstParts && parts != nil
    let order: [Int64] = seed.generator("deep-dpm batches", epoch).permutation(rows.shape[0])
      .scalars()
    let losses = network.train(
      rows, targets: responsibilities(), centers: learnsParts ? partCenters() : nil, order: order,
      batch: settings.batch(rows: rows.shape[0]),
      rates: (settings.learningRate, settings.partLearningRate))
    let outputs = network(rows, withParts: learnsParts)
    let changed = zip(labels, outputs.labels).count { $0 != $1 }
    labels = outputs.labels
    let rests = progress.lastChange.map { epoch - $0 <= settings.restAfterChange } ?? false
    if epoch >= settings.firstEstimate && !rests { estimate(outputs, settings) }
    if epoch + 1 >= settings.firstParts && parts == nil {
      parts = concatenated((0..<clusters).map { halves(of: $0, settings) })
    } else if learnsParts && !rests {
      estimateParts(outputs, settings)
    }
    var report = StepReport(
      loss: losses.clusters + losses.parts, losses: ["clusters": losses.clusters],
      changed: Double(changed) / Double(labels.count))
    if learnsParts { report.losses["parts"] = losses.parts }
    if learnsParts, let turn = settings.turn(after: epoch) {
      report.measures = change(turn, outputs, settings, seed)
    }
    report.measures["clusters"] = Double(clusters)
    progress.epoch += 1
    return report
  }

  private func partCenters() -> [Float] {
    guard let means = parts?.means else { return [] }
    return means.indices.map { Float(means[$0] + origin[$0 % dimensions]) }
  }

  /// π_k N(x; μ_k, Σ_k), normalised: n × K, row-major.
  func responsibilities() -> [Float] {
    let (d, k) = (dimensions, clusters)
    var (logScales, whitening): ([Double], [Double]) = ([], [])
    for c in 0..<k {
      let factor = components.factor(c)
      logScales.append(log(components.weights[c]) - factor.logDeterminant / 2)
      whitening += factor.inverseFactor
    }
    let means = components.means.indices.map { components.means[$0] + origin[$0 % d] }
    var result = [Float](repeating: 0, count: labels.count * k)
    let succeeded = rows.withFloats { values -> Bool in
      guard let base = values.baseAddress else { return false }
      return ct_gaussian_responsibilities(
        base, Int64(labels.count), Int64(d), Int64(k), logScales, means, whitening, &result,
        Int32(Threads.count))
    }
    precondition(succeeded, "deep-dpm: out of memory")
    return result
  }

  // MARK: New Gaussians

  /// The most probable Gaussians of some moments, with weights that add to one.
  func estimate(_ moments: [Moments], _ settings: DeepDPM) -> GaussianComponents {
    let prior = settings.prior(of: rows)
    let sizes = moments.map { $0.count + settings.weightSmoothing }
    let total = sizes.reduce(0, +)
    let modes = moments.map(prior.mode)
    return GaussianComponents(
      weights: sizes.map { total > 0 ? $0 / total : 1 / Double(sizes.count) },
      means: modes.flatMap(\.mean), covariances: modes.flatMap(\.covariance))
  }

  private mutating func estimate(_ outputs: ClusterNetwork.Outputs, _ settings: DeepDPM) {
    components = estimate(
      Moments.of(rows, around: origin, weights: outputs.probabilities, columns: clusters), settings)
  }

  private mutating func estimateParts(
    _ outputs: ClusterNetwork.Outputs, _ settings: DeepDPM
  ) {
    let moments = Moments.of(
      rows, around: origin, group: labels, groups: clusters, weights: outputs.shares, columns: 2)
    var isFilled = [Bool](repeating: false, count: 2 * clusters)
    for row in labels.indices { isFilled[2 * Int(labels[row]) + outputs.part(row)] = true }
    parts = concatenated(
      (0..<clusters).map { k in
        guard isFilled[2 * k] && isFilled[2 * k + 1] else { return halves(of: k, settings) }
        return estimate(Array(moments[(2 * k)...(2 * k + 1)]), settings)
      })
  }

  /// The two halves of a cluster along its longest axis, cut where the squared distances to the
  /// means of the halves are least; of all rows when the cluster has fewer than two.
  func halves(of cluster: Int, _ settings: DeepDPM) -> GaussianComponents {
    let (_, points, places) = alongLongestAxis(cluster)
    let cut = Self.cut(places)
    return estimate(
      Moments.of(points, around: origin, group: places.map { $0 < cut ? 0 : 1 }, groups: 2),
      settings)
  }

  /// The rows of a cluster, or all where it has fewer than two, and their places along its longest axis.
  func alongLongestAxis(_ cluster: Int) -> (members: [Int], points: Tensor, places: [Double]) {
    let own = labels.indices.filter { labels[$0] == cluster }
    let members = own.count > 1 ? own : Array(labels.indices)
    let d = dimensions
    let index = Tensor(members.map(Int64.init), shape: [members.count])
    let points = rows.rows(at: index)
    let moments = Moments.of(points, around: origin)[0]
    let mean = moments.sum.map { $0 / moments.count }
    var covariance = [Double](repeating: 0, count: d * d)
    for i in 0..<d {
      for j in 0...i {
        let value = moments.products[i * (i + 1) / 2 + j] / moments.count - mean[i] * mean[j]
        (covariance[i * d + j], covariance[j * d + i]) = (value, value)
      }
    }
    let axis = SymmetricEigenvectors(leading: 1, of: covariance, size: d).vectors
    let places = points.to(.float64).matmul(Tensor(axis, shape: [d, 1])).scalars(as: Double.self)
    return (members, points, places)
  }

  /// Where to cut numbers in two, so that the squared distances to the two means are least.
  static func cut(_ places: [Double]) -> Double {
    let sorted = places.sorted()
    let total = sorted.reduce(0, +)
    var (left, best, cut) = (0.0, -Double.infinity, sorted[0])
    for i in 1..<sorted.count {
      left += sorted[i - 1]
      guard sorted[i] > sorted[i - 1] else { continue }
      // The least sum of squares is the largest Σ (sum of a side)² / (its count).
      let right = total - left
      let between = left * left / Double(i) + right * right / Double(sorted.count - i)
      if between > best { (best, cut) = (between, sorted[i]) }
    }
    return cut
  }

  /// The mixture without clusters that are the most probable ones of no row.
  func occupied() -> SplittingMixture {
    var mixture = self
    mixture.labels = network(rows, withParts: false).labels
    let present = Set(mixture.labels.map(Int.init))
    for k in (0..<clusters).reversed() where !present.contains(k) { mixture.remove(k) }
    mixture.labels = mixture.network(rows, withParts: false).labels
    return mixture
  }

  func concatenated(_ parts: [GaussianComponents]) -> GaussianComponents {
    GaussianComponents(
      weights: parts.flatMap(\.weights), means: parts.flatMap(\.means),
      covariances: parts.flatMap(\.covariances))
  }
}

extension DeepDPM {
  /// What clusters may do after an epoch.
  enum Turn {
    case split
    case merge
  }

  /// What clusters may do after an epoch; nil for most.
  func turn(after epoch: Int) -> Turn? {
    let (past, interval) = (epoch - firstChange, max(changeInterval, 1))
    guard past >= 0, past.isMultiple(of: interval) else { return nil }
    return (past / interval).isMultiple(of: 2) ? .split : .merge
  }

  /// The prior of a Gaussian among scaled rows, n × d.
  func prior(of rows: Tensor) -> NormalInverseWishart {
    let dimensions = rows.shape[1]
    let usual =
      switch scaling {
      case .overall: max(0.04 * Double(rows.shape[0]) / 70_000, 0.005)
      case .rows: 0.005
      }
    return NormalInverseWishart(
      dimensions: dimensions, meanStrength: meanStrength,
      degreesOfFreedom: degreesOfFreedom == 0 ? Double(dimensions + 2) : degreesOfFreedom,
      scale: priorScale == 0 ? usual : priorScale)
  }
}

// MARK: - Saving

extension SplittingMixture {
  /// Puts all but the rows into an archive.
  func store(in archive: inout Archive) {
    network.store(in: &archive, withMoments: true)
    archive.set("scaling", scaling)
    archive.set("components", components)
    archive.set("parts", parts)
    archive.set("labels", tensor: Tensor(labels, shape: [labels.count]))
    archive.set("progress", progress)
  }

  /// The mixture of an archive, of the rows (n × d) that it was made of.
  init(_ rows: Tensor, from archive: Archive) throws(InputError) {
    scaling = try archive.value("scaling")
    self.rows = scaling(rows)
    origin = Self.mean(of: self.rows)
    network = try ClusterNetwork(from: archive)
    components = try archive.value("components")
    parts = try archive.value("parts", as: GaussianComponents?.self)
    labels = try archive.tensor("labels").scalars()
    progress = try archive.value("progress")
  }
}
