// SPDX-License-Identifier: Apache-2.0

/// What `run.json` says of a run: what it was, how it went, what it found.
public struct RunRecord: Codable, Sendable {
  /// The format that this version writes and reads.
  public static let currentFormat = 1

  /// The data.
  public struct DataDescription: Codable, Sendable {
    /// The catalog name, or the file's.
    public var name: String
    /// The catalog name or path as it was given.
    public var source: String?
    /// n.
    public var rows: Int?
    /// D.
    public var columns: Int?
    /// Set when rows are images.
    public var imageShape: ImageShape?
    /// Set when labels are there.
    public var classNames: [String]?
    /// SHA-256 over shape and values.
    public var digest: String?
    /// ``Dataset/labelledDigest()``, before rows were kept from the fit.
    public var labelledDigest: String?
    /// The scaling that was applied.
    public var preprocessing: String?
  }

  /// The method.
  public struct Method: Codable, Sendable {
    /// Its name in commands.
    public var name: String
    /// Its name in sentences.
    public var title: String?
    /// Authors, title, venue.
    public var paper: String?
    /// The profile that was asked for.
    public var profile: String?
    /// All hyperparameters.
    public var hyperparameters: JSONValue?
  }

  /// The machine.
  public struct Machine: Codable, Sendable, Equatable {
    /// The processor's name.
    public var processor: String?
    /// Cores that the process may use.
    public var cores: Int?
    /// Bytes of memory.
    public var memoryBytes: Double?
    /// The operating system.
    public var system: String?
  }

  /// How a result carries over to rows that the fit did not see.
  public struct HeldOut: Codable, Sendable, Equatable {
    /// How many rows.
    public var rows: Int
    /// The scores of the clusters that they were assigned to, where there are labels; clusters are
    /// matched to classes anew, on these rows.
    public var scores: Scores?
    /// The clustering loss per row of the training rows, where the model has one (``LossModel``).
    public var trainingLoss: Double?
    /// The clustering loss per row of the held-out rows.
    public var loss: Double?
    /// G = `trainingLoss` / `loss` (Xie, Girshick, Farhadi, ICML 2016, §5): it falls where more
    /// clusters fit the training rows better and others not.
    public var generalizability: Double?
  }

  /// How the run ended.
  public enum Status: String, Codable, Sendable {
    /// The fit goes on, or was killed.
    case running
    /// The fit was stopped and can be resumed.
    case interrupted
    /// All is done.
    case finished
  }

  /// The format of the run folder.
  public var format: Int
  /// The version of this program.
  public var version: String?
  /// The commit that the program was built from, where it is known.
  public var commit: String?
  /// How the run ended.
  public var status: Status?
  /// The data.
  public var data: DataDescription
  /// The method.
  public var method: Method
  /// K, as it was asked for or as the method found it.
  public var clusters: Int
  /// The seed.
  public var seed: UInt64?
  /// Where it was computed.
  public var device: String?
  /// In which precision.
  public var precision: String?
  /// With how many threads.
  public var threads: Int?
  /// By which kernels.
  public var kernels: String?
  /// On which machine.
  public var machine: Machine?
  /// The folder that the paths of the configuration start from.
  public var workingDirectory: String?
  /// Where the pretrained network came from: `trained` by this run, or `cache`.
  public var pretrained: String?
  /// The most memory that the process held, in bytes.
  public var peakMemoryBytes: Double?
  /// When it started (ISO 8601).
  public var started: String?
  /// When it ended (ISO 8601).
  public var finished: String?
  /// Seconds by stage, over all sessions of the run.
  public var seconds: [String: Double]?
  /// Why the fit ended.
  public var stopReason: String?
  /// The scores; those that need labels only where there are labels.
  public var scores: Scores?
  /// Samples of each cluster.
  public var clusterSizes: [Int]?
  /// The mean silhouette of each cluster; nil for one without a sample among those looked at.
  public var clusterSilhouettes: [Double?]?
  /// The nearest other clusters of each, the nearest first.
  public var nearestClusters: [[ClusterNeighbor]]?
  /// Samples in no cluster, with −1 in `assignments.npy`; nil for none.
  public var noise: Int?
  /// What the model says of its own fit, by name: likelihoods, information criteria.
  public var measures: [String: Double]?
  /// What became of the rows that were kept from the fit; nil for none.
  public var heldOut: HeldOut?
  /// Clusters × classes.
  public var contingency: [[Int]]?
  /// The class matched to each cluster; −1 for none.
  public var matching: [Int]?
  /// Precision, recall and F1 of each class after matching.
  public var classScores: [ClassScore]?
  /// How K was chosen, where `--clusters auto` asked for it.
  public var clusterCountStudy: ClusterCountStudy?
  /// Why the method was chosen, in a sentence; nil where it was named.
  public var methodReason: String?
  /// How `projection.npy` places the samples; nil in the folders of older builds, which took the
  /// principal components.
  public var map: EmbeddingMap?
  /// What the user should know.
  public var warnings: [String]?
}
