// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// A study of how many clusters there are, without labels.
///
/// Subsamples of the data are laid out by UMAP, each on its own, and every layout is cut into K
/// clusters by k-means. The rule is the prediction strength of Tibshirani and Walther (Cluster
/// validation by prediction strength, JCGS 14, 2005): **the largest K of which every cluster comes
/// back**. Of the pairs of rows within a cluster, 0.8 are together in another layout too, in the
/// cluster where they are the fewest; 0.8 is the lower end of what its authors recommend. The largest: a
/// coarse cut can be as stable as a fine one and says less.
///
/// Where no K is as strong, the strongest is taken, and the study says so.
///
/// Of many clusters some one hardly ever comes back, while a few groups of them do. So a finer cut
/// whose silhouette is higher by ``clearLead`` is taken instead, and the study says that it is not sure.
///
/// The adjusted Rand index between layouts, BIC and generalizability stand in the table for the
/// reader; they do not decide. The Rand index hides one bad cluster among many good ones; in a UMAP
/// layout clusters are not Gaussian and BIC goes on falling. Nor does the silhouette where clusters
/// come back: it merges those that touch.
///
/// ```swift
/// let study = try ClusterCount().study(data, seed: Seed(1))
/// print(study.clusters, study.reason)
/// ```
public struct ClusterCount: Sendable, Equatable {
  /// The numbers of clusters that are tried, as far as a tenth of the rows that are studied.
  public var range = 2...20
  /// Where the largest number that was tried is the best, three times as many are tried, and so on, up to this.
  public var mostClusters = 100
  /// Rows that are studied, at most.
  public var sampleSize = 10_000
  /// Layouts, each of four fifths of the sample; nil: 5 of a whole sample of ``sampleSize`` rows, and
  /// more of fewer rows, up to 25, for small layouts differ more among themselves and cost less.
  public var layouts: Int?
  /// Dimensions of the layouts.
  public var components = 5
  /// The prediction strength that is asked for.
  public var wantedStrength = 0.8
  /// By how much the silhouette of a finer cut has to be higher to be taken instead.
  public static let clearLead = 0.2

  /// The usual settings.
  public init() {}

  /// Studies rows.
  ///
  /// - Parameters:
  ///   - data: n × D, preprocessed; more than 50 columns are reduced to their first 50 principal
  ///     components.
  ///   - seed: Decides subsamples, layouts and starts.
  ///   - progress: Is told what is done next, and may throw to end the study.
  /// - Returns: The table and the number that follows.
  /// - Throws: ``InputError`` for fewer than 100 rows, and for a ``range`` that begins above a tenth of
  ///   the rows that are studied; and what `progress` throws.
  public func study(
    _ data: Tensor, seed: Seed, progress: (String) throws -> Void = { _ in }
  ) throws -> ClusterCountStudy {
    let n = data.shape[0]
    guard n >= 100 else {
      throw InputError(
        .data, "\(n) rows are too few to tell how many clusters there are: give --clusters a number"
      )
    }
    let sampled = min(n, sampleSize)
    let layouts = layoutCount(rows: sampled)
    precondition(layouts >= 2 && range.lowerBound >= 2, "nothing to compare")
    let most = sampled / 10
    guard range.lowerBound <= most else {
      throw InputError(
        .data,
        "\(sampled) rows can tell of \(most) clusters at most, ten rows each: begin --cluster-range "
          + "below \(range.lowerBound)")
    }
    let rows = subset(data, sampled, seed.generator("cluster count sample", on: data.device)).rows
    let space = data.shape[1] > 50 ? Self.reduced(rows) : rows.to(.cpu)
    let places = try (0..<layouts).map { index -> Layout in
      try progress("choosing K: layout \(index + 1) of \(layouts)")
      return layout(space, index, seed)
    }
    var table: [ClusterCountStudy.Row] = []
    var next = range.lowerBound...min(range.upperBound, most)
    while true {
      for clusters in next {
        try progress("choosing K: \(clusters) clusters")
        table.append(row(clusters, places, seed))
      }
      let study = ClusterCountStudy(table, rows: sampled, wanted: wantedStrength)
      let end = min(3 * next.upperBound, mostClusters, most)
      guard study.clusters == next.upperBound, end > next.upperBound else { return study }
      next = (next.upperBound + 1)...end
    }
  }

  /// The layouts of so many rows.
  func layoutCount(rows: Int) -> Int { layouts ?? min(max(5 * sampleSize / rows, 5), 25) }

  private struct Layout {
    /// The rows of the sample that it holds.
    let members: [Int]
    let positions: Tensor
  }

  private func subset(
    _ rows: Tensor, _ count: Int, _ generator: Generator
  ) -> (rows: Tensor, members: [Int]) {
    let chosen = generator.permutation(rows.shape[0]).slice(0..<count)
    return (rows.rows(at: chosen), chosen.scalars(as: Int64.self).map(Int.init))
  }

  private static func reduced(_ rows: Tensor) -> Tensor {
    Tensor(principalCoordinates(rows, count: 50), shape: [rows.shape[0], 50])
  }

  private func layout(_ space: Tensor, _ index: Int, _ seed: Seed) -> Layout {
    let count = space.shape[0] * 4 / 5
    let chosen = subset(space, count, seed.generator("cluster count subsample", index))
    let own = Seed(seed.stream("cluster count layout", index))
    return Layout(
      members: chosen.members,
      positions: UMAP.forClustering(components: components).fit(chosen.rows, seed: own).positions)
  }

  private func row(_ clusters: Int, _ layouts: [Layout], _ seed: Seed) -> ClusterCountStudy.Row {
    let partitions = layouts.enumerated().map { index, layout in
      let own = Seed(seed.stream("cluster count start", index))
      return NearestCentroids(
        of: layout.positions, among: centroids(clusters, layout.positions, own)
      ).labels
    }
    var (agreements, strengths): ([Double], [Double]) = ([], [])
    for first in layouts.indices {
      for second in 0..<first {
        let shared = shared(layouts, partitions, first, second)
        agreements.append(shared.adjustedRandIndex)
        let rows = shared.rows
        let columns = rows[0].indices.map { column in rows.map { $0[column] } }
        strengths += [Self.strength(rows), Self.strength(columns)]
      }
    }
    let places = layouts[0].positions
    var generator = SplitMix64(seed: seed.stream("cluster count silhouette"))
    let silhouette = Silhouette.mean(
      values: places.scalars(), columns: components, clusters: partitions[0], limit: 2_000,
      using: &generator)
    var mixture = GaussianMixture(clusters: clusters)
    mixture.maximumIterations = 30
    let likelihood = mixture.fit(places, from: partitions[0]).logLikelihoods.last ?? -.infinity
    let n = Double(places.shape[0])
    let d = Double(components)
    let free = Double(clusters) * (1 + d + d * (d + 1) / 2) - 1
    return ClusterCountStudy.Row(
      clusters: clusters, stability: agreements.reduce(0, +) / Double(agreements.count),
      predictionStrength: strengths.reduce(0, +) / Double(strengths.count),
      silhouette: silhouette ?? 0, bic: -2 * likelihood + free * log(n) / n,
      generalizability: generalizability(clusters, places, seed))
  }

  private func centroids(_ clusters: Int, _ points: Tensor, _ seed: Seed) -> Tensor {
    KMeans(clusters: clusters).cluster(points, seed: seed).centroids
  }

  /// The clusters of the rows that two layouts share, of one against those of the other.
  private func shared(
    _ layouts: [Layout], _ partitions: [[Int]], _ first: Int, _ second: Int
  ) -> ContingencyTable {
    let other = Dictionary(uniqueKeysWithValues: zip(layouts[second].members, partitions[second]))
    var (mine, theirs): ([Int], [Int]) = ([], [])
    for (member, cluster) in zip(layouts[first].members, partitions[first]) {
      guard let found = other[member] else { continue }
      mine.append(cluster)
      theirs.append(found)
    }
    return ContingencyTable(predicted: mine, labels: theirs)
  }

  /// Of the pairs within a row of the table, a cluster, the share that is together in the other layout
  /// too; of the cluster where it is the least.
  private static func strength(_ table: [[Int]]) -> Double {
    func pairs(_ count: Int) -> Double { Double(count * (count - 1) / 2) }
    let shares = table.map { row -> Double in
      let all = pairs(row.reduce(0, +))
      return all > 0 ? row.reduce(0) { $0 + pairs($1) } / all : 1
    }
    return shares.min() ?? 1
  }

  /// The loss on four fifths of a layout over that on the rest, with the centroids of the first.
  private func generalizability(_ clusters: Int, _ places: Tensor, _ seed: Seed) -> Double {
    let n = places.shape[0]
    let (training, rest) = (places.slice(0..<(n * 4 / 5)), places.slice((n * 4 / 5)..<n))
    let found = KMeans(clusters: clusters).cluster(training, seed: seed)
    let loss = LloydProblem(rest).assign(found.centroids.scalars()).cost
    let mean = loss / Double(rest.shape[0])
    return found.cost / Double(training.shape[0]) / max(mean, .leastNormalMagnitude)
  }
}

/// What ``ClusterCount`` found: the table, and the number of clusters that follows from it.
public struct ClusterCountStudy: Codable, Sendable, Equatable {
  /// What there is to say of K clusters.
  public struct Row: Codable, Sendable, Equatable {
    /// K.
    public var clusters: Int
    /// The adjusted Rand index between the partitions of two layouts, in the mean over all pairs.
    public var stability: Double
    /// The share of the pairs of a cluster that are together in another layout too, in the cluster
    /// where it is the least, in the mean over all pairs of layouts (Tibshirani, Walther, Cluster
    /// validation by prediction strength, JCGS 14, 2005).
    public var predictionStrength: Double
    /// The mean silhouette in the first layout.
    public var silhouette: Double
    /// The Bayesian information criterion of a mixture with full covariances in the first layout,
    /// divided by its rows; lower is better.
    public var bic: Double
    /// G = L_train / L_val of k-means in the first layout (Xie, Girshick, Farhadi, ICML 2016, §5).
    public var generalizability: Double
  }

  /// The table, by K.
  public var table: [Row]
  /// The rows that were studied.
  public var rows: Int
  /// The K that was chosen.
  public var clusters: Int
  /// Why, in a sentence.
  public var reason: String
  /// Whether the chosen clusters are as strong as the rule asks.
  public var isStable: Bool

  init(_ table: [Row], rows: Int, wanted: Double) {
    (self.table, self.rows) = (table, rows)
    let stable = table.last { $0.predictionStrength >= wanted }
    let coarse = stable ?? table.max { $0.predictionStrength < $1.predictionStrength }
    let (first, strength) = (coarse?.clusters ?? 2, rounded(coarse?.predictionStrength ?? 0))
    let finest = table.filter { $0.clusters > first }.max { $0.silhouette < $1.silhouette }
    let wantedSilhouette = (coarse?.silhouette ?? 0) + ClusterCount.clearLead
    if let finest, finest.silhouette >= wantedSilhouette {
      (clusters, isStable) = (finest.clusters, false)
      reason =
        "\(first) clusters come back in other layouts with a prediction strength of \(strength), but "
        + "they are groups of clusters: their silhouette is \(rounded(coarse?.silhouette ?? 0)), and "
        + "that of \(clusters) is \(rounded(finest.silhouette)), the highest"
        + Self.untried(table, clusters)
      return
    }
    (clusters, isStable) = (first, stable != nil)
    reason =
      (isStable
        ? "\(first) is the largest number of clusters that all come back in other layouts: their "
          + "prediction strength is \(strength), at least \(rounded(wanted))"
        : "no number of clusters comes back in other layouts with a prediction strength of "
          + "\(rounded(wanted)); \(first) is the strongest with \(strength)")
      + Self.untried(table, clusters)
  }

  /// Where the table begins, unless that is at 2, and where it ends, if K is there.
  private static func untried(_ table: [Row], _ clusters: Int) -> String {
    guard let first = table.first?.clusters, let last = table.last?.clusters else { return "" }
    var ends: [String] = []
    if first > 2 { ends.append("fewer than \(first)") }
    if clusters == last { ends.append("more than \(last)") }
    return ends.isEmpty ? "" : "; \(ends.joined(separator: " or ")) were not tried"
  }

  /// What to do where K is the largest that was tried, so that a larger one may be right; nil
  /// elsewhere.
  package var edge: String? {
    guard let first = table.first?.clusters, let last = table.last?.clusters, clusters == last
    else { return nil }
    // Ten rows to a cluster, as in the study.
    let most = min(3 * last, rows / 10)
    return most > last
      ? "K = \(last) is the largest that was tried: --cluster-range \(first)-\(most) tries more"
      : "K = \(last) is the largest that \(rows) rows can tell of"
  }
}

private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
