// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Adaptive self-paced deep clustering with data augmentation (Guo, Liu, Zhu, Zhu, Li, Xu, Yin,
/// IEEE TKDE 2019).
///
/// The centroids μ_j found on the codes of the pretrained encoder f stay where they are. An epoch
/// minimises L = Σ_i w_i ‖f(T(x_i)) − μ_y(i)‖² over the encoder, where T shifts and rotates an image
/// at random, and then gives each unchanged x_i the label y(i) of its nearest centroid. Samples
/// far from their centroid wait: w_i = 1 where ℓ_i = ‖f(x_i) − μ_y(i)‖² is below mean ℓ + (t/T)·std ℓ
/// in epoch t of T, else 0. Fixed centroids and few wrong labels at a time keep the codes from
/// collapsing without a decoder.
///
/// What differs: ℓ is of the unchanged images, at the start of each epoch, so that luck in T decides
/// nothing; and where the centroids come from the neighbourhood graph of the codes, y(i) are its
/// labels for the first `startIterations` batches, since the nearest centroid would lose what the
/// graph knows. The profile `paper` starts from k-means, as the authors do.
public struct ASPC: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "aspc-da", title: "Adaptive self-paced deep clustering with augmentation (ASPC-DA)",
    paper:
      "Guo et al.: Adaptive self-paced deep clustering with data augmentation",
    venue: "IEEE TKDE 2019",
    profiles: [
      ("practical", "short pretraining, start from the neighbourhood graph of the codes"),
      ("convolutional", "the same with a convolutional autoencoder"),
      ("paper", "500 epochs of pretraining, start from the best of 20 runs of k-means"),
    ])

  /// K.
  public var clusters: Int
  /// How the autoencoder is trained.
  public var network = Pretraining()
  /// Where the centroids come from.
  public var start = SelfTraining.Start.graph
  /// Runs of k-means, of which the best is taken.
  public var restarts = 20
  /// Batches, counted in whole epochs, for which the labels of a graph start are kept; half of all at
  /// most.
  public var startIterations = 1_000
  /// How images are changed before a batch sees them; they are labelled unchanged.
  public var augmentation = ImageAugmentation.small
  /// T, epochs at most.
  public var epochs = 100
  /// Samples of a batch.
  public var batchSize = 256
  /// Stop when the share of samples that changed their cluster in an epoch is below this.
  public var tolerance = 1e-3
  /// The rule of the steps.
  public var optimizer = OptimizerSettings.adam(1e-4)

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case clusters, start, restarts, startIterations, augmentation, epochs, batchSize, tolerance,
      optimizer
    case network = "pretraining"
  }

  /// ASPC-DA in its practical profile.
  public init(clusters: Int) {
    self.clusters = clusters
    network.augmentation = .small
  }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> ASPC? {
    var method = ASPC(clusters: clusters)
    switch name {
    case "practical": break
    case "convolutional":
      method.network.layout.kind = .convolutional
      method.network.layout.weights = .glorotUniform
      method.network.optimizer = .adam(1e-3)
    case "paper":
      method.start = .kMeans
      (method.network.epochs, method.network.minimumIterations) = (500, 0)
      method.network.optimizer = .sgd(1, momentum: 0.9)
    default: return nil
    }
    return method
  }

  /// How the autoencoder is trained.
  public var pretraining: Pretraining? { network }
  /// Whether the settings make sense for images only.
  public var needsImages: Bool { network.needsImages || !augmentation.isNone }

  /// Network, centroids, and where the fit stands.
  public struct State {
    let autoencoder: Autoencoder
    let centroids: Tensor
    var optimizer: Optimizer
    /// y(i), the labels of the epoch at hand; before the first those to begin with.
    var assignments: [Int]
    var progress = Progress()
  }

  struct Progress: Codable {
    var steps = 0
    var iteration = 0
    /// Whether y(i) are to be labels of the neighbourhood graph at first.
    var beginsWithGraph = false
  }

  // MARK: The fit

  /// Embeds the samples and finds the centroids.
  public func begin(_ context: FitContext) -> State {
    // The network of the context may serve other fits too.
    guard let autoencoder = context.pretrained?.copy() else {
      preconditionFailure("aspc-da begins from a pretrained autoencoder")
    }
    let codes = autoencoder.embedding(of: context.data)
    let (centroids, labels) = start.centroids(
      of: codes, clusters: clusters, restarts: restarts, seed: context.seed)
    return State(
      autoencoder: autoencoder, centroids: centroids,
      optimizer: Optimizer(optimizer, for: autoencoder.encoderParameters),
      assignments: labels ?? NearestCentroids(of: codes, among: centroids).labels,
      progress: Progress(beginsWithGraph: labels != nil))
  }

  /// New labels and weights, and a pass over the samples of weight one.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let codes = state.autoencoder.embedding(of: context.data)
    let held = SelfTraining.Start.batchesHeld(
      startIterations, passes: epochs, rows: context.rows, batchSize: batchSize)
    let given =
      state.progress.steps == 0
      || (state.progress.beginsWithGraph && state.progress.iteration < held)
    let labels =
      given ? state.assignments : NearestCentroids(of: codes, among: state.centroids).labels
    let changed = zip(labels, state.assignments).count { $0 != $1 }
    let share = Double(changed) / Double(context.rows)
    state.assignments = labels
    state.progress.steps += 1
    let wanted = state.centroids.rows(
      at: Tensor(labels.map(Int64.init), shape: [labels.count], on: context.device))
    let losses: [Double] = (codes - wanted).squared().sum(1).scalars()  // ℓ_i
    let pace = Double(state.progress.steps) / Double(epochs)
    let chosen = Self.easy(losses, pace: pace)
    var report = StepReport(loss: 0)
    if !given && share < tolerance {
      report.loss = losses.reduce(0, +) / Double(losses.count)
      report.stopReason = "fewer than \(percent(tolerance)) of the samples changed their cluster"
    } else {
      report.loss = pass(&state, over: chosen, wanted, context)
      if !report.loss.isFinite {
        report.stopReason = "the loss is not a number any more: try a smaller learning rate"
      } else if state.progress.steps >= epochs {
        report.stopReason = "the limit of \(epochs) epochs was reached"
      }
    }
    report.losses = ["clustering": report.loss]
    report.measures = ["selected": Double(chosen.count) / Double(context.rows)]
    report.changed = given ? nil : share
    return report
  }

  /// The samples of weight one: those with ℓ_i below mean ℓ + pace · std ℓ.
  ///
  /// - Returns: Their indices in ascending order; all of them when none is below, as when all ℓ
  ///   are equal.
  static func easy(_ losses: [Double], pace: Double) -> [Int64] {
    let count = Double(losses.count)
    let mean = losses.reduce(0, +) / count
    let variance = losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let bound = mean + pace * variance.squareRoot()
    let chosen = losses.indices.filter { losses[$0] < bound }
    return (chosen.isEmpty ? Array(losses.indices) : chosen).map(Int64.init)
  }

  /// One pass over chosen samples; the mean of ‖f(T(x_i)) − μ_y(i)‖².
  private func pass(
    _ state: inout State, over chosen: [Int64], _ wanted: Tensor, _ context: FitContext
  ) -> Double {
    let parameters = state.autoencoder.encoderParameters
    let order = Tensor(chosen, shape: [chosen.count])
      .rows(
        at: context.seed.generator("clustering batches", state.progress.steps).permutation(
          chosen.count)
      )
      .to(context.device)
    let changes = context.seed.generator("augmentation", state.progress.steps)
    var total = Tensor(repeating: 0, shape: [], on: context.device)
    for low in stride(from: 0, to: chosen.count, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, chosen.count))
      let x = augmentation(context.data.rows(at: index), context.imageShape, using: changes)
      let distances = (state.autoencoder.encode(x) - wanted.rows(at: index)).squared().sum(1)
      state.optimizer.step(
        parameters, gradients: gradients(of: distances.mean(), by: parameters))
      state.progress.iteration += 1
      total = total + distances.detached().sum()
    }
    return total.item / Double(chosen.count)
  }

  /// The encoder with its centroids.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: state.autoencoder.withoutDecoder, centroids: state.centroids, degreesOfFreedom: nil,
      embedding: state.autoencoder.embedding(of: context.data))
  }

  /// The labels of the epoch at hand.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// The codes under the encoder as it is.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    state.autoencoder.embedding(of: rows)
  }
  /// T.
  public func plannedSteps(_ context: FitContext) -> Int { epochs }
  /// The epochs so far.
  public func stepsTaken(_ state: State) -> Int { state.progress.steps }

  // MARK: Saving

  /// Puts network, centroids and optimiser into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.autoencoder.store(in: &archive, under: "network")
    state.optimizer.store(in: &archive, under: "optimizer")
    archive.set("centroids", tensor: state.centroids)
    archive.set("assignments", state.assignments)
    archive.set("progress", state.progress)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      autoencoder: try Autoencoder(from: archive, under: "network", on: context.device),
      centroids: try archive.tensor("centroids", on: context.device),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      assignments: try archive.value("assignments"), progress: try archive.value("progress"))
  }
}
