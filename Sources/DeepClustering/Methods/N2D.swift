// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// N2D, “not too deep” clustering (McConville, Santos-Rodríguez, Piechocki, Craddock, ICPR 2020).
///
/// The codes of an autoencoder are laid out by UMAP in as many dimensions as there are clusters, and
/// a mixture of Gaussians with full covariances is fitted to the layout. Nothing is trained jointly.
/// The likelihood of such a mixture has many maxima: where the authors take that of one start from
/// k-means, the profile `practical` looks for higher ones by merges and splits. Layouts differ too,
/// by nothing but their random numbers, and the clusters in some are worse. The graph of the codes that
/// all are made from is the same: `practical` makes several layouts and keeps the one whose clusters
/// have the highest modularity in it, as the neighbourhood graph start does of its runs.
/// A step is an epoch of UMAP, then an iteration of the mixture.
public struct N2D: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "n2d", title: "N2D: UMAP and a Gaussian mixture on the codes of an autoencoder",
    paper:
      "McConville, Santos-Rodríguez, Piechocki, Craddock: N2D: (not too) deep clustering via "
      + "clustering the local manifold of an autoencoded embedding",
    venue: "ICPR 2020",
    profiles: [
      ("practical", "the pretraining of the other methods"),
      ("paper", "1000 passes of Adam, K latent dimensions, one layout, one start of the mixture"),
    ])

  /// How the autoencoder is trained.
  public var network = Pretraining()
  /// How the codes are laid out: in K dimensions unless said otherwise.
  public var layout: UMAP
  /// How many layouts are made, each with its mixture.
  public var layouts = 5
  /// The mixture.
  public var mixture: GaussianMixture

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case layout, layouts, mixture
    case network = "pretraining"
  }

  /// N2D for K clusters.
  public init(clusters: Int) {
    layout = .forClustering(components: min(max(clusters, 2), 64))
    mixture = GaussianMixture(clusters: clusters)
  }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> N2D? {
    var method = N2D(clusters: clusters)
    switch name {
    case "practical": break
    case "paper":
      method.network.layout.latent = clusters
      (method.network.epochs, method.network.minimumIterations) = (1000, 1)
      (method.layouts, method.mixture.restarts, method.mixture.moves) = (1, 1, 0)
    default: return nil
    }
    return method
  }

  /// K.
  public var clusters: Int { mixture.clusters }
  /// How the autoencoder is trained.
  public var pretraining: Pretraining? { network }

  /// The layout on its way, then the mixture in it, and the best of those that have ended.
  public struct State {
    var layout: CodeLayout
    /// Nil until the layout is finished.
    var mixture: GaussianMixture.State?
    var best: Trial?
    /// The layouts that have ended.
    var ended = 0
    var steps = 0
  }

  /// What a layout has ended with.
  struct Trial {
    let number: Int
    let positions: Tensor
    let components: GaussianComponents
    let labels: [Int]
    let loss: Double
    let modularity: Double
  }

  /// Embeds the samples and begins the first layout.
  public func begin(_ context: FitContext) throws -> State {
    State(layout: try CodeLayout(layout, context))
  }

  /// The random numbers of a layout.
  private func seed(_ trial: Int, _ context: FitContext) -> Seed {
    trial == 0 ? context.seed : Seed(context.seed.stream("layout", trial))
  }

  private func laidOut(_ state: State, _ context: FitContext) -> FitContext {
    FitContext(
      data: state.layout.positions(layout), seed: seed(state.ended, context))
  }

  /// One epoch of UMAP, or one iteration of the mixture.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    state.steps += 1
    if state.layout.state.epoch < layout.plannedEpochs(context.rows) {
      var report = state.layout.advance(layout, seed(state.ended, context))
      // All layouts are of one graph, about which one warning is enough.
      if state.ended > 0 { report.warning = nil }
      return report
    }
    do {
      let positions = laidOut(state, context)
      var mixture = try state.mixture ?? self.mixture.begin(positions)
      var report = self.mixture.advance(&mixture, positions)
      state.mixture = mixture
      // Every layout has as many attempts at most, so that each has a number of its own.
      let attempts = self.mixture.restarts + self.mixture.moves + 1
      report.measures[StepReport.attempt] =
        Double(state.ended * attempts) + (report.measures[StepReport.attempt] ?? 1)
      if report.stopReason != nil { end(&state, positions, context, &report) }
      return report
    } catch {
      preconditionFailure("a layout has at most 64 dimensions: \(error)")
    }
  }

  /// Keeps what a layout has ended with if it is the best, and begins the next.
  private func end(
    _ state: inout State, _ positions: FitContext, _ context: FitContext,
    _ report: inout StepReport
  ) {
    guard let mixture = state.mixture, let components = mixture.best ?? mixture.components,
      let labels = mixture.assignments
    else { return }
    state.ended += 1
    let trial = Trial(
      number: state.ended, positions: positions.data, components: components, labels: labels,
      loss: report.loss,
      modularity: Communities.modularity(labels, clusters, in: state.layout.state.fuzzyGraph))
    let best = state.best.map { trial.modularity > $0.modularity ? trial : $0 } ?? trial
    state.best = best
    if state.ended < layouts {
      state.mixture = nil
      state.layout.beginAgain(layout, seed(state.ended, context))
      report.stopReason = nil
    } else if layouts > 1 {
      (report.loss, report.losses) = (best.loss, report.losses.mapValues { _ in best.loss })
      let modularity = String(format: "%.4f", best.modularity)
      report.stopReason =
        "the clusters in layout \(best.number) of \(layouts) have the highest modularity, \(modularity)"
    }
  }

  /// Encoder, layout and mixture.
  public func finish(_ state: State, _ context: FitContext) -> GaussianMixtureModel {
    let current = layout.finish(state.layout.state)
    let found =
      state.best.map {
        UMAPLayout(
          settings: layout, data: current.data, positions: $0.positions,
          neighborRecall: current.neighborRecall)
      } ?? current
    let components =
      state.best?.components ?? state.mixture.flatMap { $0.best ?? $0.components }
      ?? mixture.fit(found.positions, seed: context.seed).components
    return GaussianMixtureModel(
      components: components, network: state.layout.autoencoder, layout: found)
  }

  /// The most probable components, of the layout that is kept once all are made; nil while one is made.
  public func assignments(_ state: State) -> [Int]? {
    state.ended == layouts ? state.best?.labels : state.mixture?.assignments
  }
  /// The epochs of UMAP and the iterations of the mixture, for each layout.
  public func plannedSteps(_ context: FitContext) -> Int {
    layouts * (layout.plannedEpochs(context.rows) + mixture.plannedSteps(context))
  }
  /// The epochs and iterations so far.
  public func stepsTaken(_ state: State) -> Int { state.steps }

  // MARK: Saving

  /// Puts the places and the mixtures into an archive; codes and graph follow from the network.
  public func store(_ state: State, in archive: inout Archive) {
    state.layout.store(layout, in: &archive)
    archive.set("steps", state.steps)
    archive.set("hasMixture", state.mixture != nil)
    if let mixture = state.mixture { self.mixture.store(mixture, in: &archive) }
    archive.set("ended", state.ended)
    guard let best = state.best else { return }
    archive.set("best.number", best.number)
    archive.set("best.positions", tensor: best.positions)
    archive.set("best.components", best.components)
    archive.set("best.labels", best.labels)
    archive.set("best.loss", best.loss)
    archive.set("best.modularity", best.modularity)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    var state = State(layout: try CodeLayout(layout, from: archive, context))
    state.steps = try archive.value("steps")
    state.ended = try archive.value("ended")
    if state.ended > 0 {
      state.best = Trial(
        number: try archive.value("best.number"), positions: try archive.tensor("best.positions"),
        components: try archive.value("best.components"), labels: try archive.value("best.labels"),
        loss: try archive.value("best.loss"), modularity: try archive.value("best.modularity"))
    }
    if try archive.value("hasMixture") {
      state.mixture = try mixture.restore(from: archive, laidOut(state, context))
    }
    return state
  }
}
