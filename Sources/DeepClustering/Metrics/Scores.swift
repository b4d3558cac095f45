// SPDX-License-Identifier: Apache-2.0

/// The scores of a clustering, as `run.json` and `metrics.jsonl` keep them.
///
/// Scores that need true labels are absent without labels; absent scores have no key in JSON.
///
/// ```swift
/// Scores(predicted: [1, 1, 0], labels: [0, 0, 1]).acc  // 1.0
/// ```
public struct Scores: Codable, Equatable, Sendable {
  /// The clustering accuracy under the best one-to-one match of clusters with classes.
  public var acc: Double?

  /// The best accuracy possible with this number of clusters; 1 unless there are fewer than classes.
  public var accCeiling: Double?

  /// The normalised mutual information (arithmetic mean).
  public var nmi: Double?

  /// The adjusted mutual information (arithmetic mean).
  public var ami: Double?

  /// The adjusted Rand index.
  public var ari: Double?

  /// The purity: every cluster counts for its largest class.
  public var purity: Double?

  /// The mean silhouette in the embedding; it needs no labels.
  public var silhouette: Double?

  /// No label-based scores, perhaps a silhouette.
  public init(silhouette: Double? = nil) {
    self.silhouette = silhouette
  }

  /// All label-based scores of a table that is made already, matched already.
  public init(_ table: ContingencyTable, _ matching: ClassMatching, silhouette: Double? = nil) {
    acc = matching.accuracy
    accCeiling = matching.accuracyCeiling
    nmi = table.normalizedMutualInformation
    ami = table.adjustedMutualInformation
    ari = table.adjustedRandIndex
    purity = table.purity
    self.silhouette = silhouette
  }

  /// All label-based scores of predicted clusters (−1 is noise) against true classes.
  ///
  /// Other negative numbers trap, and so do more pairs of a cluster and a class than can be counted
  /// (``ContingencyTable/fits(_:_:)``).
  ///
  /// - Parameters:
  ///   - predicted: The cluster of each sample.
  ///   - labels: The class of each sample, as many as `predicted` and at least one.
  ///   - clusters: The number of clusters asked for, if empty ones count for the ceiling.
  public init(predicted: [Int], labels: [Int], clusters: Int? = nil) {
    let table = ContingencyTable(predicted: predicted, labels: labels, clusters: clusters)
    self.init(table, ClassMatching(table))
  }
}
