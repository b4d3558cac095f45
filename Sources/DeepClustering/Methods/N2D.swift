// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// N2D, “not too deep” clustering (McConville, Santos-Rodríguez, Piechocki, Craddock, ICPR 2020).
///
/// The codes of an autoencoder are laid out by UMAP in as many dimensions as there are clusters, and
/// a mixture of Gaussians with full covariances is fitted to the layout. Nothing is trained jointly.
/// The likelihood of such a mixture has many maxima: where the authors take that of one start from
/// k-means, the profile `practical` looks for higher ones by merges and splits.
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
      ("paper", "1000 passes of Adam, K latent dimensions, one start of the mixture"),
    ])

  /// How the autoencoder is trained.
  public var network = Pretraining()
  /// How the codes are laid out: in K dimensions unless said otherwise.
  public var layout: UMAP
  /// The mixture.
  public var mixture: GaussianMixture

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case layout, mixture
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
      (method.mixture.restarts, method.mixture.moves) = (1, 0)
    default: return nil
    }
    return method
  }

  /// K.
  public var clusters: Int { mixture.clusters }
  /// How the autoencoder is trained.
  public var pretraining: Pretraining? { network }

  /// The layout on its way, then the mixture in it.
  public struct State {
    var layout: CodeLayout
    /// Nil until the layout is finished.
    var mixture: GaussianMixture.State?
  }

  /// Embeds the samples and begins the layout.
  public func begin(_ context: FitContext) throws -> State {
    State(layout: try CodeLayout(layout, context))
  }

  private func laidOut(_ state: State, _ context: FitContext) -> FitContext {
    FitContext(data: state.layout.positions(layout), seed: context.seed)
  }

  /// One epoch of UMAP, or one iteration of the mixture.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    if state.layout.state.epoch < layout.plannedEpochs(context.rows) {
      return state.layout.advance(layout, context.seed)
    }
    do {
      let positions = laidOut(state, context)
      var mixture = try state.mixture ?? self.mixture.begin(positions)
      let report = self.mixture.advance(&mixture, positions)
      state.mixture = mixture
      return report
    } catch {
      preconditionFailure("a layout has at most 64 dimensions: \(error)")
    }
  }

  /// Encoder, layout and mixture.
  public func finish(_ state: State, _ context: FitContext) -> GaussianMixtureModel {
    let found = layout.finish(state.layout.state)
    let components =
      state.mixture.flatMap { $0.best ?? $0.components }
      ?? mixture.fit(found.positions, seed: context.seed).components
    return GaussianMixtureModel(
      components: components, network: state.layout.autoencoder, layout: found)
  }

  /// The most probable components; nil while the layout is made.
  public func assignments(_ state: State) -> [Int]? { state.mixture?.assignments }
  /// The epochs of UMAP and the iterations of the mixture.
  public func plannedSteps(_ context: FitContext) -> Int {
    layout.plannedEpochs(context.rows) + mixture.plannedSteps(context)
  }
  /// The epochs and iterations so far.
  public func stepsTaken(_ state: State) -> Int {
    state.layout.state.epoch + (state.mixture.map(mixture.stepsTaken) ?? 0)
  }

  // MARK: Saving

  /// Puts the places and the mixture into an archive; codes and graph follow from the network.
  public func store(_ state: State, in archive: inout Archive) {
    state.layout.store(layout, in: &archive)
    archive.set("hasMixture", state.mixture != nil)
    if let mixture = state.mixture { self.mixture.store(mixture, in: &archive) }
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    var state = State(layout: try CodeLayout(layout, from: archive, context))
    if try archive.value("hasMixture") {
      state.mixture = try mixture.restore(from: archive, laidOut(state, context))
    }
    return state
  }
}
