// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// DeepDPM, clustering with an unknown number of clusters (Ronen, Finder, Freifeld, CVPR 2022).
///
/// A network learns the responsibilities of a mixture of Gaussians, whose parameters follow from
/// what the network says. For each cluster a small network learns to tell two parts of it. From time
/// to time clusters are split into their parts, or neighbours merged, where the Hastings ratio of a
/// Dirichlet process mixture is in favour; so K is found, from any start.
///
/// Rows with few columns are clustered as they are. Images and wider rows are first embedded by an
/// autoencoder and laid out by UMAP, as N2D does; then the first steps are UMAP's epochs. In the
/// profile `alternating` the codes themselves are clustered, and autoencoder and clusters take turns:
/// the clusters are found, the codes are pulled to their means, and so on (`CodeAlternation`).
///
/// Where the authors' code (commit 95c9376) differs from the paper's equations, this follows the
/// equations: the marginal likelihood takes the mean of the samples themselves; the prior of the
/// weights counts samples, not shares; a merge looks at so many real neighbours. Rows are brought to
/// a common scale (``Scaling``), and the prior's scale follows from their number (``priorScale``). While the
/// network learns, each sample is pulled to the mean of its own cluster; there to the nearest mean.
public struct DeepDPM: ClusteringMethod, Equatable {
  /// What is clustered.
  public enum Input: String, Codable, Sendable, CaseIterable {
    /// The layout for images and for more than 128 columns, else the rows.
    case automatic = "auto"
    /// The rows as they are.
    case rows
    /// A layout by UMAP of the codes of an autoencoder.
    case layout
    /// The codes of an autoencoder, which is trained in turn with their clusters.
    case codes
  }

  /// How rows are brought to a common scale; no labels are read.
  public enum Scaling: String, Codable, Sendable, CaseIterable {
    /// The mean is taken away, and one factor makes the mean of ‖x‖² one: shapes stay as they are.
    case overall
    /// Every row is divided by its norm, as the authors do: distances from the origin are lost.
    case rows
  }

  /// Name, title and source.
  public static let card = MethodCard(
    name: "deep-dpm", title: "DeepDPM: clusters that split and merge until their number fits",
    paper:
      "Ronen, Finder, Freifeld: DeepDPM: deep clustering with an unknown number of clusters",
    venue: "CVPR 2022",
    profiles: [
      ("default", "few columns as they are; images and wide rows laid out by UMAP"),
      ("alternating", "the codes of an autoencoder that is trained in turn with the clusters"),
    ])

  /// The number of clusters at the start; K is found.
  public var clusters: Int
  /// What is clustered.
  public var input = Input.automatic
  /// How it is scaled.
  public var scaling = Scaling.overall
  /// How the autoencoder is trained, for the layout and for the codes.
  public var network = Pretraining()
  /// How many times clusters are looked for in codes.
  public var rounds = 3
  /// Epochs of the autoencoder between two times.
  public var networkEpochs = 100
  /// The rule of its steps then.
  public var networkOptimizer = OptimizerSettings.adam(1e-3)
  /// Samples of its batches then.
  public var networkBatchSize = 256
  /// λ, the weight of its reconstruction then.
  public var reconstructionWeight = 0.005
  /// How its codes are laid out.
  public var layout = UMAP.forClustering(components: 10)
  /// Units of the hidden layer of each network.
  public var units = 50
  /// Samples of a batch, where an epoch has ``minimumBatches`` of them.
  public var batchSize = 128
  /// Batches of an epoch at least; few samples come in smaller ones, but of eight at least.
  ///
  /// The schedule counts epochs, after which the networks have to know the clusters: with 15 steps in
  /// each, as 1,800 samples have in batches of 128, they do not follow a split.
  public var minimumBatches = 70
  /// Adam's step size for the clusters.
  public var learningRate = 5e-4
  /// Adam's step size for their parts.
  public var partLearningRate = 5e-3
  /// Epochs.
  public var maximumEpochs = 500
  /// The first epoch after which the Gaussians are estimated anew.
  public var firstEstimate = 25
  /// The first epoch in which parts are learned.
  public var firstParts = 45
  /// The epoch after which clusters are split for the first time.
  public var firstChange = 55
  /// Epochs from there to the first merges, from these to the next splits, and so on.
  public var changeInterval = 30
  /// Epochs after a change in which the Gaussians stay as they are.
  public var restAfterChange = 5
  /// α, the concentration of the Dirichlet process.
  public var concentration = 10.0
  /// ζ, the power of each row's likelihood in the decisions to split and to merge; 1 is the paper's.
  ///
  /// A Gaussian is a poor likelihood for clusters of even density, which layouts have: cut in halves, a
  /// segment of even density gains ln 2 for each of its rows, exactly what the Dirichlet process asks
  /// for the cut, so the least bend decides. With ζ = ½ a cut has to gain twice as much.
  public var likelihoodPower = 1.0
  /// The prior's covariance times its strength is ψ = this · I; with 0 it follows from the number of rows.
  ///
  /// The larger ψ is, the fewer clusters of a large layout there are: it widens their thin directions, and
  /// those of two halves more than those of the whole. The authors have 0.005 for 70,000 rows. Theirs are
  /// of length one (``Scaling/rows``) and have a variance of about an eighth in all, where ours have one
  /// (``Scaling/overall``), so that 0.04 says as much here. The scatter of a cluster grows with the rows
  /// and a fixed ψ has the less to say, so with ours it is 0.04 · n/70,000; but 0.005 at least, since
  /// with a prior much narrower than the clusters each of a few hundred rows costs more than it gains.
  public var priorScale = 0.0
  /// κ, as how many samples the prior's mean counts.
  public var meanStrength = 1e-4
  /// ν, as how many samples the prior's covariance counts; 0 for the columns + 2.
  public var degreesOfFreedom = 0.0
  /// Samples added to each cluster when the weights are estimated.
  public var weightSmoothing = 0.1
  /// How many nearest clusters each is tried to be merged with.
  public var mergeNeighbors = 3

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case clusters, input, scaling, layout, units, batchSize, minimumBatches, learningRate,
      partLearningRate
    case maximumEpochs, firstEstimate, firstParts, firstChange, changeInterval, restAfterChange
    case concentration, priorScale, meanStrength, degreesOfFreedom, weightSmoothing, mergeNeighbors
    case likelihoodPower, rounds, networkEpochs, networkOptimizer, networkBatchSize,
      reconstructionWeight
    case network = "pretraining"
  }

  /// Samples of a batch where there are so many rows.
  func batch(rows: Int) -> Int {
    min(batchSize, max(8, (rows + minimumBatches - 1) / max(minimumBatches, 1)))
  }

  /// DeepDPM from so many clusters.
  public init(clusters: Int) { self.clusters = clusters }

  /// `default` or `alternating`.
  public static func profile(_ name: String, clusters: Int) -> DeepDPM? {
    var method = DeepDPM(clusters: clusters)
    switch name {
    case "default": break
    case "alternating": method.input = .codes
    default: return nil
    }
    return method
  }

  /// One, which splits.
  public static var usualClusters: Int { 1 }
  /// The method finds K.
  public var findsClusterCount: Bool { true }
  /// How the autoencoder is trained; nil without one.
  public var pretraining: Pretraining? { input == .layout || input == .codes ? network : nil }

  /// A layout is of codes.
  public func takesSparse(columns: Int) -> Bool {
    trainsNetwork || input == .automatic && isWide(columns)
  }

  private func isWide(_ columns: Int) -> Bool { columns > 128 }

  /// The method with its input chosen.
  public func resolved(for data: PreparedData) -> DeepDPM {
    guard input == .automatic else { return self }
    var method = self
    let isLaidOut = data.imageShape != nil || isWide(data.tensor.shape[1])
    method.input = isLaidOut ? .layout : .rows
    return method
  }

  /// A layout on its way, or codes that change; then networks and Gaussians.
  public struct State {
    var layout: CodeLayout?
    var alternation: CodeAlternation?
    /// Nil until the layout is finished, and while codes change.
    var mixture: SplittingMixture?

    /// What was trained to give codes.
    var autoencoder: Autoencoder? { layout?.autoencoder ?? alternation?.autoencoder }
  }

  /// Begins the layout, or finds the first clusters of the rows.
  ///
  /// - Throws: ``InputError`` for too many columns, or a prior that has no density.
  public func begin(_ context: FitContext) throws -> State {
    try refuseStart(context)
    switch input {
    case .layout:
      try check(columns: layout.components)
      return State(layout: try CodeLayout(layout, context))
    case .codes:
      try check(columns: network.layout.latent)
      let alternation = CodeAlternation(networkOptimizer, context)
      return State(
        alternation: alternation, mixture: firstMixture(alternation.codes(context), context.seed))
    case .automatic, .rows:
      try check(columns: context.columns)
      return State(mixture: firstMixture(context.data, context.seed))
    }
  }

  private func check(columns: Int) throws(InputError) {
    guard columns <= 256 else {
      throw InputError(
        .usage,
        "deep-dpm cannot work on rows of \(columns) columns as they are, only up to 256: use --set "
          + "input=layout, or reduce the columns first")
    }
    guard degreesOfFreedom == 0 || degreesOfFreedom >= Double(columns + 1) else {
      throw InputError(
        .usage,
        "degreesOfFreedom is \(degreesOfFreedom), but for \(columns) columns it must be at least "
          + "\(columns + 1), or 0")
    }
  }

  private func firstMixture(_ rows: Tensor, _ seed: Seed) -> SplittingMixture {
    SplittingMixture(rows, scaling: RowScaling(scaling, of: rows), settings: self, seed: seed)
  }

  private func rows(_ state: State, _ context: FitContext) -> Tensor {
    state.layout?.positions(layout) ?? state.alternation?.codes(context) ?? context.data
  }

  /// One epoch of UMAP or of the autoencoder, or one over all samples and what follows from it.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    if let plan = state.layout?.state, plan.epoch < layout.plannedEpochs(context.rows) {
      return state.layout?.advance(layout, context.seed) ?? StepReport(loss: 0)
    }
    if state.mixture == nil, let layout = state.layout {
      state.mixture = firstMixture(layout.positions(self.layout), context.seed)
    }
    if state.alternation?.held != nil { return trainNetwork(&state, context) }
    guard var mixture = state.mixture else { preconditionFailure("nothing to cluster") }
    state.mixture = nil
    var report = mixture.advance(self, context.seed)
    state.mixture = mixture
    guard mixture.progress.epoch >= maximumEpochs else { return report }
    if let round = state.alternation?.round, round + 1 < rounds {
      state.alternation?.hold(mixture.occupied().labels.map(Int.init), context)
      state.mixture = nil
    } else {
      report.stopReason = "all \(maximumEpochs) epochs were made"
    }
    return report
  }

  /// An epoch of the autoencoder; after the last, the clusters of the new codes from as many as before.
  private func trainNetwork(_ state: inout State, _ context: FitContext) -> StepReport {
    guard var alternation = state.alternation, let held = alternation.held else {
      preconditionFailure("no codes to train")
    }
    var report = alternation.train(
      batch: networkBatchSize, reconstructionWeight: reconstructionWeight, context)
    report.measures["clusters"] = Double(held.means.shape[0])
    if !report.loss.isFinite {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
    }
    if alternation.epochs == (alternation.round + 1) * networkEpochs {
      alternation.release()
      var next = self
      next.clusters = held.means.shape[0]
      state.mixture = next.firstMixture(alternation.codes(context), context.seed)
    }
    state.alternation = alternation
    return report
  }

  /// The networks with the samples' clusters; clusters without samples are left out.
  public func finish(_ state: State, _ context: FitContext) -> ClusterNetworkModel {
    let mixture = state.mixture ?? firstMixture(rows(state, context), context.seed)
    return ClusterNetworkModel(
      mixture, autoencoder: state.autoencoder,
      layout: state.layout.map { layout.finish($0.state) },
      codes: state.autoencoder?.embedding(of: context.data))
  }

  /// The clusters after the last step; nil while the layout is made.
  public func assignments(_ state: State) -> [Int]? {
    state.mixture?.labels.map(Int.init) ?? state.alternation?.held?.labels
  }
  /// The codes of an autoencoder that takes turns with its clusters, at the beginning and while it is
  /// trained; at other times they stand still, and a layout does.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    guard let alternation = state.alternation,
      alternation.held != nil || state.mixture?.progress.epoch == 0
    else { return nil }
    return alternation.autoencoder.embedding(of: rows)
  }
  /// The epochs of UMAP, of the autoencoder and of the networks.
  public func plannedSteps(_ context: FitContext) -> Int {
    switch input {
    case .layout: layout.plannedEpochs(context.rows) + maximumEpochs
    case .codes: rounds * maximumEpochs + (rounds - 1) * networkEpochs
    case .automatic, .rows: maximumEpochs
    }
  }
  /// The epochs so far.
  public func stepsTaken(_ state: State) -> Int {
    let isHeld = state.alternation?.held != nil
    let finished = (state.alternation?.round ?? 0) + (isHeld ? 1 : 0)
    return (state.layout?.state.epoch ?? 0) + (state.alternation?.epochs ?? 0)
      + finished * maximumEpochs + (state.mixture?.progress.epoch ?? 0)
  }

  // MARK: Saving

  /// Puts the places, networks and Gaussians into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.layout?.store(layout, in: &archive)
    state.alternation?.store(in: &archive)
    archive.set("hasMixture", state.mixture != nil)
    state.mixture?.store(in: &archive)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    var state = State()
    switch input {
    case .layout: state.layout = try CodeLayout(layout, from: archive, context)
    case .codes:
      state.alternation = try CodeAlternation(networkOptimizer, from: archive, context)
    case .automatic, .rows: break
    }
    if try archive.value("hasMixture") {
      state.mixture = try SplittingMixture(rows(state, context), from: archive)
    }
    return state
  }
}
