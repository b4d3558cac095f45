// SPDX-License-Identifier: Apache-2.0
public import Torch

/// k-means with soft assignments, by gradients, on the vectors themselves.
///
/// What Deep k-means (Moradi Fard, Thonet, Gaussier, arXiv 2018; Pattern Recognition Letters 2020)
/// is without its network: L = 1/B Σ_i Σ_k s_ik ‖x_i − μ_k‖², s_i = softmax_k(−α ‖x_i − μ_k‖²), with the
/// gradient through both factors, while α grows. The samples' assignments are hard: the nearest
/// centroid. After each pass the cost of k-means, J = Σ_i ‖x_i − μ_c(i)‖², is reported beside L.
///
/// α has the unit of 1/‖x‖². The schedule suits values in unit range; where distances are much
/// larger the assignments are hard from the start, and all depends on the first centroids.
public struct DifferentiableKMeans: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "differentiable-k-means", title: "Differentiable k-means",
    paper:
      "Moradi Fard, Thonet, Gaussier: Deep k-Means: Jointly clustering with k-Means and learning representations (without the network)",
    venue: "Pattern Recognition Letters 2020",
    profiles: [
      ("default", "from k-means++ centroids, α grows from 0.1 to 28 in 200 epochs"),
      ("random-start", "the same from K samples that are drawn uniformly"),
    ])

  /// K.
  public var clusters: Int
  /// How the first centroids are chosen.
  public var start = KMeans.Start.plusPlus
  /// α, the inverse temperature of the assignments, pass by pass.
  public var alphaSchedule = AlphaSchedule()
  /// Samples of a batch.
  ///
  /// Few samples need small batches, to make enough steps while α is small.
  public var batchSize = 64
  /// The rule of the steps.
  ///
  /// The rate is five times that of Deep k-means: no network has to follow the centroids.
  public var optimizer = OptimizerSettings.adam(5e-3)
  /// Whether the rate falls by equal amounts from pass to pass, to come near zero in the last.
  ///
  /// At a constant rate the centroids never come to rest: on MNIST one sample in 25 still changed
  /// its cluster in each pass.
  public var rateFalls = true

  /// Differentiable k-means with the usual settings.
  public init(clusters: Int) { self.clusters = clusters }

  /// `default` or `random-start`.
  public static func profile(_ name: String, clusters: Int) -> DifferentiableKMeans? {
    var method = DifferentiableKMeans(clusters: clusters)
    switch name {
    case "default": return method
    case "random-start":
      method.start = .random
      return method
    default: return nil
    }
  }

  /// It needs no network.
  public var pretraining: Pretraining? { nil }

  /// The centroids, and where the fit stands.
  public struct State {
    let problem: LloydProblem
    let centroids: Tensor
    var optimizer: Optimizer
    /// Passes so far.
    var epochs = 0
    /// The nearest centroid of every sample after the last pass; nil before the first.
    var assignments: [Int]?
  }

  // MARK: The fit

  /// Chooses the first centroids.
  public func begin(_ context: FitContext) -> State {
    let problem = LloydProblem(context.data)
    var generator = SplitMix64(seed: context.seed.stream("differentiable k-means start"))
    let centers =
      switch start {
      case .plusPlus: problem.plusPlusCenters(clusters, using: &generator)
      case .random: problem.randomCenters(clusters, using: &generator)
      }
    return state(
      problem, Tensor(centers, shape: [clusters, context.columns], on: context.device))
  }

  func state(_ problem: LloydProblem, _ centroids: Tensor) -> State {
    let centroids = centroids.requiringGradient()
    return State(
      problem: problem, centroids: centroids, optimizer: Optimizer(optimizer, for: [centroids]))
  }

  /// One pass over the samples, and the assignments and their cost after it.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let loss = trainEpoch(&state, context)
    let found = state.problem.assign(state.centroids.detached().scalars())
    let labels = found.labels.map(Int.init)
    var report = StepReport(loss: loss, losses: ["clustering": loss])
    report.measures["cost"] = found.cost
    report.changed = state.assignments.map { before in
      Double(zip(labels, before).count { $0 != $1 }) / Double(context.rows)
    }
    state.assignments = labels
    if !loss.isFinite {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
    } else if state.epochs >= alphaSchedule.epochs {
      report.stopReason = "all planned passes were made"
    }
    return report
  }

  /// The mean loss of the batches of a pass.
  private func trainEpoch(_ state: inout State, _ context: FitContext) -> Double {
    let alpha = alphaSchedule.alpha(at: state.epochs)
    let left = 1 - Double(state.epochs) / Double(alphaSchedule.epochs)
    var total = Tensor(repeating: 0, shape: [], on: context.device)
    let order = context.seed.generator("clustering batches", state.epochs)
      .permutation(context.rows)
    var batches = 0.0
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, context.rows)).to(context.device)
      let loss = context.data.rows(at: index).softKMeansLoss(to: state.centroids, alpha: alpha)
      state.optimizer.step(
        [state.centroids], gradients: gradients(of: loss, by: [state.centroids]),
        rateFactor: rateFalls ? left : 1)
      total = total + loss.detached()
      batches += 1
    }
    state.epochs += 1
    return total.item / batches
  }

  /// The centroids, in the space of the data.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: nil, centroids: state.centroids, degreesOfFreedom: nil, embedding: context.data)
  }

  /// The labels after the last pass.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// The passes for all values of α.
  public func plannedSteps(_ context: FitContext) -> Int { alphaSchedule.epochs }
  /// The passes so far.
  public func stepsTaken(_ state: State) -> Int { state.epochs }

  // MARK: Saving

  /// Puts centroids and optimiser into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    archive.set("centroids", tensor: state.centroids)
    state.optimizer.store(in: &archive, under: "optimizer")
    archive.set("epochs", state.epochs)
    archive.set("assignments", state.assignments)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      problem: LloydProblem(context.data),
      centroids: try archive.tensor("centroids", on: context.device).requiringGradient(),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      epochs: try archive.value("epochs"),
      assignments: try archive.value("assignments", as: [Int]?.self))
  }
}
