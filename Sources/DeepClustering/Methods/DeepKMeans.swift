// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Deep k-means (Moradi Fard, Thonet, Gaussier, arXiv 2018; Pattern Recognition Letters 2020).
///
/// Autoencoder f, g and centres r_k are trained together by gradients alone:
/// L = 1/B Σ_i ‖x_i − g(z_i)‖² + λ · 1/B Σ_i Σ_k s_ik ‖z_i − r_k‖², where z = f(x) has as many
/// dimensions as there are clusters and s_i = softmax_k(−α ‖z_i − r_k‖²). The gradient goes through
/// everything. DKM^a starts from random weights and centres and lets α grow; DKM^p starts from a
/// pretrained autoencoder and k-means, with an α so large that the assignments are hard. Ours starts
/// from the neighbourhood graph of the codes, and holds its clusters for the first batches. It can do
/// so after an annealing too: `reclusteringEpochs`.
///
/// Why after an annealing: the centres are random when they begin to draw codes, and hardly leave the
/// classes that they found. Two that share a class, and a class without one, stay so; but the network
/// that came of it tells the classes apart.
///
/// Where this differs from the authors' code:
/// - A step is one pass over all samples in a fresh random order. There each batch was drawn
///   independently, so that a pass met about 63 % of the samples.
/// - The assignments are those of the network and centres at the end of a step. There they came from
///   the codes that were last seen in a batch.
/// - The pretraining is shared between methods and kept as weights alone, so Adam begins DKM^p
///   with moments of zero. There they were carried over. The pretraining's loss is half of L's first
///   term, which Adam does not notice.
/// - λ is given; the paper chose it on labelled samples.
public struct DeepKMeans: ClusteringMethod, Equatable {
  /// Where network and centres come from.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// Random weights, and centres that are uniform in ±1 (DKM^a).
    case random
    /// A pretrained autoencoder, and the best of `restarts` runs of k-means on its codes (DKM^p).
    case kMeans = "k-means"
    /// A pretrained autoencoder, and the communities of its codes' neighbourhood graph; or that run
    /// of k-means where it cuts fewer edges of the graph.
    case graph

    /// Where the centres of a pretrained start come from.
    var ofCodes: SelfTraining.Start? {
      switch self {
      case .random: nil
      case .kMeans: .kMeans
      case .graph: .graph
      }
    }
  }

  /// Name, title and source.
  public static let card = MethodCard(
    name: "deep-k-means", title: "Deep k-means (DKM)",
    paper:
      "Moradi Fard, Thonet, Gaussier: Deep k-Means: Jointly clustering with k-Means and learning representations",
    venue: "Pattern Recognition Letters 2020",
    profiles: [
      ("practical", "longer pretraining, start from the neighbourhood graph of the codes"),
      ("pretrained", "the paper's DKM^p: 50 epochs of pretraining, then 100 with α = 1000"),
      ("annealed", "the paper's DKM^a: no pretraining, α grows from 0.1 to 28 in 200 epochs"),
      ("annealed-graph", "DKM^a with λ = 0.1, then 50 epochs from the graph of its codes"),
    ])

  /// K.
  public var clusters: Int
  /// Where network and centres come from.
  public var start = Start.graph
  /// Batches for which the samples keep the clusters of a graph start, before the centres decide; half
  /// of those that follow the start at most.
  public var startIterations = 500
  /// Passes from new centres, those of the graph of the codes, after the passes of `alphaSchedule`.
  ///
  /// α is its last. The paper has none of them.
  public var reclusteringEpochs = 0
  /// The autoencoder and its pretraining; without a pretrained start only the layout matters.
  public var network = Pretraining()
  /// α, the inverse temperature of the assignments, pass by pass.
  public var alphaSchedule = AlphaSchedule.constant(1000, epochs: 50)
  /// Runs of k-means, of which the best is taken, in a pretrained start.
  public var restarts = 10
  /// Samples of a batch.
  public var batchSize = 256
  /// The rule of the steps.
  public var optimizer = OptimizerSettings.adam(1e-3)
  /// λ, the weight of the clustering term.
  public var clusteringWeight = 1.0

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case clusters, start, startIterations, reclusteringEpochs, alphaSchedule, restarts, batchSize
    case optimizer, clusteringWeight
    case network = "pretraining"
  }

  /// Deep k-means in its practical profile: codes of K dimensions, λ = 1.
  public init(clusters: Int) {
    self.clusters = clusters
    network.layout.latent = clusters
  }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> DeepKMeans? {
    var method = DeepKMeans(clusters: clusters)
    switch name {
    case "practical": break
    case "pretrained":
      method.start = .kMeans
      method.usePaperNetwork()
    case "annealed", "annealed-graph":
      method.start = .random
      method.usePaperNetwork()
      method.alphaSchedule = AlphaSchedule()
      // λ as the paper chose it for MNIST and USPS; with 1 the clusters soon fall together.
      if name == "annealed-graph" {
        (method.reclusteringEpochs, method.clusteringWeight) = (50, 0.1)
      }
    default: return nil
    }
    return method
  }

  private mutating func usePaperNetwork() {
    network.layout.weights = .glorotUniform
    alphaSchedule.epochsEach = 100
    (network.epochs, network.minimumIterations) = (50, 1)
    network.loss = .halfSum
    network.optimizer = .adam(1e-3)
  }

  /// How the autoencoder is trained before; nil for a random start.
  public var pretraining: Pretraining? { start == .random ? nil : network }
  /// Convolutions do, whether or not the network was trained before.
  public var needsImages: Bool { network.needsImages }
  /// Always: the network is what is learned.
  public var trainsNetwork: Bool { true }

  /// Network, centres, and where the fit stands.
  public struct State {
    let autoencoder: Autoencoder
    let centroids: Tensor
    var optimizer: Optimizer
    /// Passes so far.
    var epochs = 0
    /// Batches since the centres were last found or drawn.
    var iteration = 0
    /// The clusters of a graph start.
    let startLabels: [Int]?
    /// The nearest centre of every sample after the last pass; nil before the first.
    var assignments: [Int]?

    var parameters: [Tensor] { autoencoder.parameters + [centroids] }
  }

  // MARK: The fit

  /// Takes or draws the network, and finds or draws the first centres.
  public func begin(_ context: FitContext) -> State {
    guard let start = start.ofCodes else {
      let centroids = context.seed.generator("centroids")
        .uniform(-1..<1, shape: [clusters, network.layout.latent]).to(context.device)
      return state(
        Autoencoder(network.layout, inputs: context.columns, context: context), centroids)
    }
    // The network of the context may serve other fits too.
    guard let autoencoder = context.pretrained?.copy() else {
      preconditionFailure("deep-k-means with a pretrained start begins from an autoencoder")
    }
    return clustered(autoencoder, from: start, context)
  }

  /// A network with the centres of its codes.
  private func clustered(
    _ autoencoder: Autoencoder, from start: SelfTraining.Start, _ context: FitContext
  ) -> State {
    let first = start.centroids(
      of: autoencoder.embedding(of: context.data), clusters: clusters, restarts: restarts,
      seed: context.seed)
    return state(autoencoder, first.centroids, labels: first.labels)
  }

  func state(
    _ autoencoder: Autoencoder, _ centroids: Tensor, labels: [Int]? = nil
  ) -> State {
    let centroids = centroids.detached().requiringGradient()
    return State(
      autoencoder: autoencoder, centroids: centroids,
      optimizer: Optimizer(optimizer, for: autoencoder.parameters + [centroids]),
      startLabels: labels)
  }

  /// One pass over the samples, and the assignments after it.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    if reclusteringEpochs > 0, state.epochs == alphaSchedule.epochs {
      recluster(&state, context)
    }
    var report = trainEpoch(&state, context)
    guard report.loss.isFinite else {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
      return report
    }
    let codes = state.autoencoder.embedding(of: context.data)
    let labels = NearestCentroids(of: codes, among: state.centroids.detached()).labels
    report.changed = state.assignments.map { before in
      Double(zip(labels, before).count { $0 != $1 }) / Double(context.rows)
    }
    state.assignments = labels
    if state.epochs >= epochs {
      report.stopReason = "all planned passes were made"
    }
    return report
  }

  /// All passes.
  private var epochs: Int { alphaSchedule.epochs + reclusteringEpochs }

  /// New centres for the codes as they are, and an optimiser that remembers nothing of the old ones.
  private func recluster(_ state: inout State, _ context: FitContext) {
    let before = state
    state = clustered(before.autoencoder, from: .graph, context)
    (state.epochs, state.assignments) = (before.epochs, before.assignments)
  }

  private func trainEpoch(_ state: inout State, _ context: FitContext) -> StepReport {
    let alpha = alphaSchedule.alpha(at: state.epochs)
    let parameters = state.parameters
    var totals = (
      clustering: Tensor(repeating: 0, shape: [], on: context.device),
      reconstruction: Tensor(repeating: 0, shape: [], on: context.device)
    )
    let order = context.seed.generator("clustering batches", state.epochs)
      .permutation(context.rows)
    let passes = state.epochs < alphaSchedule.epochs ? alphaSchedule.epochs : reclusteringEpochs
    let held = SelfTraining.Start.batchesHeld(
      startIterations, passes: passes, rows: context.rows, batchSize: batchSize)
    var batches = 0.0
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, context.rows))
      let x = context.data.rows(at: index.to(context.device))
      let z = state.autoencoder.encode(x)
      let clustering =  // L_c
        (state.iteration < held ? heldDistance(of: z, at: index, state) : nil)
        ?? z.softKMeansLoss(to: state.centroids, alpha: alpha)
      // L_r: a sum over the features, as in the paper; the mean would multiply λ by D.
      let reconstruction =
        (state.autoencoder.decode(z) - x).squared().mean() * Double(context.columns)
      let loss = reconstruction + clustering * clusteringWeight
      state.optimizer.step(parameters, gradients: gradients(of: loss, by: parameters))
      totals.clustering = totals.clustering + clustering.detached()
      totals.reconstruction = totals.reconstruction + reconstruction.detached()
      state.iteration += 1
      batches += 1
    }
    state.epochs += 1
    let clustering = totals.clustering.item / batches
    let reconstruction = totals.reconstruction.item / batches
    return StepReport(
      loss: reconstruction + clusteringWeight * clustering,
      losses: ["reconstruction": reconstruction, "clustering": clustering])
  }

  /// 1/B Σ_i ‖z_i − r_c(i)‖² with the clusters c of the start; nil without.
  private func heldDistance(of z: Tensor, at rows: Tensor, _ state: State) -> Tensor? {
    guard let labels = state.startLabels else { return nil }
    let own = rows.scalars(as: Int64.self).map { Int64(labels[Int($0)]) }
    let index = Tensor(own, shape: [own.count]).to(state.centroids.device)
    return (z - state.centroids.rows(at: index)).squared().mean() * Double(z.shape[1])
  }

  /// The encoder with its centres; each sample belongs to the nearest.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: state.autoencoder, centroids: state.centroids, degreesOfFreedom: nil,
      embedding: state.autoencoder.embedding(of: context.data))
  }

  /// The labels after the last pass.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// The codes under the encoder as it is.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    state.autoencoder.embedding(of: rows)
  }
  /// The passes for all values of α, and those after the reclustering.
  public func plannedSteps(_ context: FitContext) -> Int { epochs }
  /// The passes so far.
  public func stepsTaken(_ state: State) -> Int { state.epochs }

  // MARK: Saving

  /// Puts network, centres and optimiser into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.autoencoder.store(in: &archive, under: "network")
    state.optimizer.store(in: &archive, under: "optimizer")
    archive.set("centroids", tensor: state.centroids)
    archive.set("epochs", state.epochs)
    archive.set("iteration", state.iteration)
    archive.set("startLabels", state.startLabels)
    archive.set("assignments", state.assignments)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      autoencoder: try Autoencoder(from: archive, under: "network", on: context.device),
      centroids: try archive.tensor("centroids", on: context.device).requiringGradient(),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      epochs: try archive.value("epochs"), iteration: try archive.value("iteration"),
      startLabels: try archive.value("startLabels", as: [Int]?.self),
      assignments: try archive.value("assignments", as: [Int]?.self))
  }
}
