// SPDX-License-Identifier: Apache-2.0
public import Torch

/// What a fit works on, and how it computes.
public struct FitContext {
  /// The samples, preprocessed: n × D, single precision, on `device`; compressed (`Tensor.isCompressed`)
  /// for methods that train a network where the rows are sparse.
  public let data: Tensor
  /// From which every random stream is derived.
  public let seed: Seed
  /// The precision and kernels of the large products.
  public let compute: Compute
  /// The network that methods with `pretraining` start from.
  public var pretrained: Autoencoder?
  /// How much each sample counts (k-means only); nil when all count the same.
  public var weights: [Float]?
  /// The image that a row is; nil when rows are not images.
  public let imageShape: ImageShape?

  /// A context.
  public init(
    data: Tensor, seed: Seed, compute: Compute = .plain, pretrained: Autoencoder? = nil,
    imageShape: ImageShape? = nil
  ) {
    precondition(data.shape.count == 2, "the data must be a matrix, not \(data.shape)")
    precondition(
      imageShape.map { $0.values == data.shape[1] } ?? true,
      "rows of \(data.shape[1]) values are not images of that shape")
    self.data = data
    self.imageShape = imageShape
    self.seed = seed
    self.compute = compute
    self.pretrained = pretrained
  }

  /// Where the data are.
  public var device: Device { data.device }
  /// The number of samples n.
  public var rows: Int { data.shape[0] }
  /// The number of features D.
  public var columns: Int { data.shape[1] }
}

/// What one step of a fit has to say.
public struct StepReport: Sendable, Equatable {
  /// The objective, averaged over the step.
  public var loss: Double
  /// The terms of the objective by name, before they are weighted.
  public var losses: [String: Double]
  /// What else can be followed, by name.
  public var measures: [String: Double] = [:]
  /// The share of samples whose cluster differs from the step before.
  public var changed: Double?
  /// Why the fit ends with this step; nil while it goes on.
  public var stopReason: String?
  /// What the user should know of this step; nil when all is well.
  public var warning: String?

  /// The measure that numbers the starts and moves, from 1 on, of a method that tries several and
  /// keeps the best; the curves of each begin anew.
  static let attempt = "attempt"

  /// A report.
  public init(
    loss: Double, losses: [String: Double] = [:], changed: Double? = nil, stopReason: String? = nil
  ) {
    self.loss = loss
    self.losses = losses
    self.changed = changed
    self.stopReason = stopReason
  }
}

/// A fit as a value that advances: the conforming type holds hyperparameters, `State` all that
/// changes.
///
/// Whoever drives it can stop, save, resume and show progress between any two steps. Random numbers
/// come from streams that are made afresh for each step from the seed, so a state that was stored
/// and restored goes on with the same bits.
public protocol Learner: Sendable, Codable {
  /// All that changes while learning.
  associatedtype State
  /// What was learned.
  associatedtype Outcome

  /// The state before the first step.
  func begin(_ context: FitContext) throws -> State
  /// One step; a report with a `stopReason` is the last.
  func advance(_ state: inout State, _ context: FitContext) -> StepReport
  /// The result of a state, finished or not.
  func finish(_ state: State, _ context: FitContext) -> Outcome
  /// The number of steps, if nothing ends the fit sooner.
  func plannedSteps(_ context: FitContext) -> Int
  /// The number of steps that a state has taken.
  func stepsTaken(_ state: State) -> Int

  /// Puts a state into an archive.
  func store(_ state: State, in archive: inout Archive)
  /// The state of an archive.
  func restore(from archive: Archive, _ context: FitContext) throws -> State
}

/// A method that finds clusters.
public protocol ClusteringMethod: Learner where Outcome: ClusteringModel {
  /// Name, title and source.
  static var card: MethodCard { get }
  /// The method as people usually want it.
  init(clusters: Int)
  /// The hyperparameters of a profile in `card.profiles`; nil for another name.
  static func profile(_ name: String, clusters: Int) -> Self?

  /// K where none is given.
  static var usualClusters: Int { get }
  /// Whether K, or at most K, or a start, is read at all.
  static var takesClusters: Bool { get }
  /// K, the number of clusters; at most K, a start, or not read, where the method finds the number.
  var clusters: Int { get }
  /// Whether the method finds the number of clusters; then samples may also be noise (−1).
  var findsClusterCount: Bool { get }
  /// The autoencoder's pretraining, for methods that start from one.
  var pretraining: Pretraining? { get }
  /// Whether the settings make sense for images only: convolutions, shifts, rotations.
  var needsImages: Bool { get }
  /// Whether the fit computes with a network, so that the choice of its kernels matters.
  var trainsNetwork: Bool { get }
  /// Whether so many columns may come without their zeros: only batches of them are taken.
  func takesSparse(columns: Int) -> Bool
  /// The method with settings that follow from the data where they were left open.
  func resolved(for data: PreparedData) -> Self
  /// The cluster of every sample, as the state has them now; nil before there are any.
  func assignments(_ state: State) -> [Int]?
  /// Where the state puts some rows now; nil where rows stay at their places, or are not encoded.
  func codes(_ state: State, of rows: Tensor) -> Tensor?
}

extension ClusteringMethod {
  /// Nearly all do.
  public static var takesClusters: Bool { true }
  /// Ten, as in most tables.
  public static var usualClusters: Int { 10 }
  /// The method as it is.
  public func resolved(for data: PreparedData) -> Self { self }
  /// None.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? { nil }
  /// What the pretraining says.
  public var needsImages: Bool { pretraining?.needsImages ?? false }

  /// Refuses a table where the settings need images.
  func refuseOtherThanImages(_ data: PreparedData) throws(InputError) {
    guard needsImages, data.imageShape == nil else { return }
    // What asks for images, and what to set it to; some methods cannot do without.
    let neutral: [String: JSONValue] = [
      "kind": .string("dense"), "shift": .integer(0), "rotation": .integer(0), "crop": .integer(1),
    ]
    var changes: [String: JSONValue] = [:]
    for leaf in Hyperparameters.values(of: self).leaves() {
      guard let value = neutral[leaf.path.split(separator: ".").last.map(String.init) ?? ""],
        leaf.value.plain != value.plain,
        leaf.path.hasSuffix("layout.kind") || leaf.path.contains("augmentation.")
      else { continue }
      changes[leaf.path] = value
    }
    let changed = try? Hyperparameters.setting(changes, of: self)
    let settings = changes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" }
    throw InputError(
      .data,
      "\(Self.card.name)\(changed?.needsImages == false ? " with these settings" : "") needs images, "
        + "and the rows of \(data.source) have no height and width: store them as an array of rows × "
        + "height × width"
        + (changed?.needsImages == false ? ", or set \(settings.joined(separator: ", "))" : ""))
  }

  /// Refuses to begin with more clusters than rows, or none: how many there will be is not known here.
  func refuseStart(_ context: FitContext) throws(InputError) {
    guard !(1...context.rows).contains(clusters) else { return }
    throw InputError(
      .usage,
      "\(Self.card.name) cannot begin with \(clusters) clusters of \(context.rows) rows: give it 1 to "
        + "\(context.rows)")
  }

  /// The default profile only.
  public static func profile(_ name: String, clusters: Int) -> Self? {
    name == "default" ? Self(clusters: clusters) : nil
  }
  /// K is given.
  public var findsClusterCount: Bool { false }
  /// The clusters to count: K, or those that were found; none when all samples are noise.
  func clusterCount(of assignments: [Int]) -> Int {
    findsClusterCount ? 1 + (assignments.max() ?? -1) : clusters
  }

  /// As the method pretrains one.
  public var trainsNetwork: Bool { pretraining != nil }
  /// As batches are taken by networks.
  public func takesSparse(columns: Int) -> Bool { trainsNetwork }
}

/// What there is to say of a method, for people and tables.
public struct MethodCard: Sendable {
  /// A profile: its name and what it is for.
  public typealias Profile = (name: String, purpose: String)

  /// The name in commands and files: lower case, with hyphens.
  public let name: String
  /// The name in sentences.
  public let title: String
  /// Authors, title.
  public let paper: String
  /// Where and when it appeared.
  public let venue: String
  /// The sets of hyperparameters; the first is the default.
  public let profiles: [Profile]

  /// A card.
  public init(
    name: String, title: String, paper: String, venue: String,
    profiles: [Profile] = [("default", "the usual settings")]
  ) {
    self.name = name
    self.title = title
    self.paper = paper
    self.venue = venue
    self.profiles = profiles
  }
}

/// The methods there are.
public enum MethodCatalog {
  /// All, in the order in which they are listed.
  public static let all: [any ClusteringMethod.Type] = [
    KMeans.self, AutoencoderKMeans.self, DEC.self, IDEC.self, ASPC.self, DCN.self,
    DeepKMeans.self, DifferentiableKMeans.self, VaDE.self, DeepCluster.self, ClusterGAN.self,
    GaussianMixture.self, DirichletProcessMixture.self, N2D.self, SpectralClustering.self,
    SpectralEmbeddedClustering.self, LDMGI.self, AgglomerativeClustering.self, DBSCAN.self,
    HDBSCAN.self, DeepDPM.self,
  ]

  /// The method of a name.
  public static func method(_ name: String) throws(InputError) -> any ClusteringMethod.Type {
    if let found = all.first(where: { $0.card.name == name }) { return found }
    let hint = NearNames.hint(for: name, among: all.map { $0.card.name })
    throw InputError(.usage, "there is no method \(name): \(hint)")
  }
}
