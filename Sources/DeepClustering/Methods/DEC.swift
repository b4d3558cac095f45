// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Deep embedded clustering (Xie, Girshick, Farhadi, ICML 2016).
///
/// From a pretrained encoder and centroids μ_j the two are trained by self-training: soft
/// assignments q (eq. 1) are pulled to a sharpened target p (eq. 3) by L = KL(P‖Q) (eq. 2). The
/// target is computed over the whole data set and held for `updateInterval` batches. The fit stops
/// when fewer than `tolerance` of the samples change their cluster between two targets.
public struct DEC: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "dec", title: "Deep embedded clustering (DEC)",
    paper: "Xie, Girshick, Farhadi: Unsupervised deep embedding for clustering analysis",
    venue: "ICML 2016",
    profiles: [
      ("practical", "end-to-end pretraining, start from the neighbourhood graph of the codes"),
      ("k-means-start", "the same pretraining, start from the best of 20 runs of k-means"),
      ("paper", "the paper's layer-wise pretraining and k-means start"),
      ("frozen", "the paper's “w/o backprop”: practical, but only the centroids are trained"),
      ("augmented", "images shifted and rotated in both stages: FcDEC-DA, ACML 2018"),
      ("convolutional", "the same with a convolutional autoencoder: ConvDEC-DA, ACML 2018"),
    ])

  /// Pretraining, start and self-training.
  public var training: SelfTraining

  /// DEC with given hyperparameters.
  public init(training: SelfTraining) { self.training = training }

  /// DEC in its practical profile.
  public init(clusters: Int) { training = SelfTraining(clusters: clusters) }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> DEC? {
    var method = DEC(clusters: clusters)
    switch name {
    case "practical": break
    case "k-means-start": method.training.start = .kMeans
    case "frozen": method.training.trainsEncoder = false
    case "augmented": method.training.augmentImages()
    case "convolutional":
      method.training.augmentImages()
      method.training.useConvolutions()
    case "paper":
      method.training.start = .kMeans
      method.training.pretraining = .paper
      method.training.updateInterval = 160
      method.training.forgetsMomentum = true
    default: return nil
    }
    return method
  }
}

/// Improved deep embedded clustering (Guo, Gao, Liu, Yin, IJCAI 2017).
///
/// DEC with its decoder kept: L = L_r + γ·L_c, where L_r is the mean squared error of the
/// reconstruction (mean over features) and L_c = KL(P‖Q).
public struct IDEC: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "idec", title: "Improved deep embedded clustering (IDEC)",
    paper:
      "Guo, Gao, Liu, Yin: Improved deep embedded clustering with local structure preservation",
    venue: "IJCAI 2017",
    profiles: [
      ("practical", "end-to-end pretraining, start from the neighbourhood graph of the codes"),
      ("k-means-start", "the same pretraining, start from the best of 20 runs of k-means"),
      ("paper", "DEC's layer-wise pretraining and k-means start"),
      ("augmented", "images shifted and rotated in both stages: FcIDEC-DA, ACML 2018"),
      ("convolutional", "the same with a convolutional autoencoder: ConvIDEC-DA, ACML 2018"),
    ])

  /// Pretraining, start and self-training.
  public var training: SelfTraining

  /// IDEC with given hyperparameters.
  public init(training: SelfTraining) { self.training = training }

  /// IDEC in its practical profile: γ = 0.1, Adam of rate 0.001.
  public init(clusters: Int) {
    training = SelfTraining(clusters: clusters)
    training.clusteringWeight = 0.1
    training.reconstructionWeight = 1
    training.optimizer = .adam(1e-3)
  }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> IDEC? {
    var method = IDEC(clusters: clusters)
    switch name {
    case "practical": break
    case "k-means-start": method.training.start = .kMeans
    case "paper":
      method.training.start = .kMeans
      method.training.pretraining = .paper
    case "augmented": method.training.augmentImages()
    case "convolutional":
      method.training.augmentImages()
      method.training.useConvolutions()
    default: return nil
    }
    return method
  }
}

// MARK: - Both are self-training

/// A method that is nothing but a set of hyperparameters of `SelfTraining`.
public protocol SelfTrainingMethod: ClusteringMethod
where State == SelfTraining.State, Outcome == CentroidModel {
  /// Pretraining, start and self-training.
  var training: SelfTraining { get }
  /// The method with given hyperparameters.
  init(training: SelfTraining)
}

extension DEC: SelfTrainingMethod {}
extension IDEC: SelfTrainingMethod {}

extension SelfTrainingMethod {
  /// Reads the hyperparameters.
  public init(from decoder: any Decoder) throws {
    self.init(training: try SelfTraining(from: decoder))
  }
  /// Writes the hyperparameters, without a level of their own.
  public func encode(to encoder: any Encoder) throws { try training.encode(to: encoder) }
  /// K.
  public var clusters: Int { training.clusters }
  /// How the autoencoder is trained.
  public var pretraining: Pretraining? { training.pretraining }
  /// Whether the settings make sense for images only.
  public var needsImages: Bool { training.needsImages }
  /// Embeds the samples and finds the first centroids.
  public func begin(_ context: FitContext) -> SelfTraining.State { training.begin(context) }
  /// A new target, and the batches until the next.
  public func advance(_ state: inout SelfTraining.State, _ context: FitContext) -> StepReport {
    training.advance(&state, context)
  }
  /// The encoder with its centroids.
  public func finish(_ state: SelfTraining.State, _ context: FitContext) -> CentroidModel {
    training.finish(state, context)
  }
  /// The labels of the last target.
  public func assignments(_ state: SelfTraining.State) -> [Int]? { state.assignments }
  /// The codes under the encoder as it is.
  public func codes(_ state: SelfTraining.State, of rows: Tensor) -> Tensor? {
    training.trainsEncoder ? state.autoencoder.embedding(of: rows) : nil
  }
  /// Targets within the limit of batches.
  public func plannedSteps(_ context: FitContext) -> Int {
    (training.maximumIterations + training.updateInterval - 1) / training.updateInterval
  }
  /// Targets so far.
  public func stepsTaken(_ state: SelfTraining.State) -> Int { state.progress.steps }
  /// Puts network, centroids and optimiser into an archive.
  public func store(_ state: SelfTraining.State, in archive: inout Archive) {
    training.store(state, in: &archive)
  }
  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> SelfTraining.State {
    try training.restore(from: archive, context)
  }
}
