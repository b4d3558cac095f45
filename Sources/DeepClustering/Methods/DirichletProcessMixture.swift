// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// A mixture of Gaussians that leaves components empty which the data do not need: K is found.
///
/// Blei and Jordan, Variational inference for Dirichlet process mixtures, Bayesian Analysis 1, 2006,
/// truncated at `clusters` components, with Wishart priors as in Bishop, Pattern Recognition and
/// Machine Learning, 2006, §10.2, whose equations are cited. Each start takes the clusters of one
/// run of k-means as responsibilities; of several the one of the highest lower bound wins. A step is
/// one iteration. A mixture that uses all its components says so: there may be more clusters.
public struct DirichletProcessMixture: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "dirichlet-process-mixture", title: "Dirichlet process mixture",
    paper: "Blei, Jordan: Variational inference for Dirichlet process mixtures",
    venue: "Bayesian Analysis, 2006")

  /// The most components there can be.
  public var clusters: Int
  /// γ, which grows with the number of components to expect; 0 for 1/`clusters`.
  public var concentration = 0.0
  /// β₀: how many samples the prior of the means is worth.
  public var meanPrecision = 1.0
  /// How many starts are tried.
  public var restarts = 1
  /// Iterations of one start at most.
  public var maximumIterations = 200
  /// A start ends when the lower bound for a sample rises by less than this.
  public var tolerance = 1e-5
  /// Added to every variance.
  public var regularization = 1e-6
  /// Whether the largest component has the first piece of the stick, so that the result does not hang on
  /// how k-means numbers its clusters; scikit-learn has the pieces in the order of the numbers.
  public var sticksBySize = true

  /// A mixture of at most so many components.
  public init(clusters: Int) { self.clusters = clusters }

  /// Thirty: the bound is to lie above the number of clusters, and what is not needed stays empty.
  public static var usualClusters: Int { 30 }
  /// A mixture needs no network.
  public var pretraining: Pretraining? { nil }
  /// The clusters are the components that are the most probable one of a sample.
  public var findsClusterCount: Bool { true }

  /// The posterior of the start at hand, and of the best one so far.
  public struct State {
    let samples: MixtureSamples
    let prior: NormalWishart
    var progress = Progress()
    var posterior: Posterior?
    var best: Posterior?
    var assignments: [Int]?
  }

  struct Progress: Codable {
    var restart = 0
    var iteration = 0
    var steps = 0
    var bound: Double?
    var bestBound: Double?
  }

  /// Prepares the samples; the first start is made by the first step.
  ///
  /// - Throws: ``InputError`` when full covariances of so many columns would not fit the memory.
  public func begin(_ context: FitContext) throws -> State {
    guard context.columns <= 256 else {
      throw InputError(
        .usage,
        "full covariances of \(context.columns) columns are too many numbers: reduce the columns "
          + "first")
    }
    try refuseStart(context)
    let samples = MixtureSamples(context.data, products: true)
    let whole = samples.moments(
      samples.sums(of: [Int](repeating: 0, count: context.rows), clusters: 1))
    let n = Double(context.rows)
    let prior = NormalWishart(
      mean: whole.means[0], meanPrecision: meanPrecision, freedom: Double(context.columns),
      scatter: whole.covariances[0].map { $0 * n / (n - 1) })
    return State(samples: samples, prior: prior)
  }

  /// One iteration.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let before = state.posterior ?? start(state, context)
    let found = state.samples.expectation(of: before.components, entropy: true)
    let after = posterior(state, found.sums)
    // For one sample, so that the tolerance means the same for any number of them.
    let bound = after.lowerBound(entropy: found.entropy) / Double(context.rows)
    let change = state.progress.bound.map { bound - $0 } ?? .infinity
    let changed = state.assignments.map { old in
      Double(zip(old, found.labels).count { $0 != $1 }) / Double(context.rows)
    }
    (state.posterior, state.assignments, state.progress.bound) = (after, found.labels, bound)
    state.progress.iteration += 1
    state.progress.steps += 1
    var report = StepReport(
      loss: -bound, losses: ["negative lower bound": -bound], changed: changed)
    let converged = abs(change) < tolerance
    guard converged || state.progress.iteration == maximumIterations else { return report }
    if bound > state.progress.bestBound ?? -.infinity {
      (state.progress.bestBound, state.best) = (bound, after)
    }
    state.progress.restart += 1
    (state.posterior, state.progress.bound, state.progress.iteration) = (nil, nil, 0)
    guard state.progress.restart == restarts else { return report }
    report.stopReason =
      converged
      ? "the lower bound came to rest" : "the limit of \(maximumIterations) iterations was reached"
    let inUse = used(state.best ?? after, context).count
    if clusters > 1 && inUse == clusters {
      report.warning =
        "all \(clusters) components are in use, so there may be more clusters: ask for a larger -k"
    }
    return report
  }

  /// The components that are the most probable one of a sample.
  private func used(_ posterior: Posterior, _ context: FitContext) -> Set<Int> {
    Set(posterior.components.probabilities(of: context.data).labels)
  }

  private func start(_ state: State, _ context: FitContext) -> Posterior {
    var mixture = GaussianMixture(clusters: clusters)
    mixture.restarts = 1
    let labels = mixture.firstLabels(context, state.progress.restart)
    return posterior(state, state.samples.sums(of: labels, clusters: clusters))
  }

  /// The posterior of weighted sums of the features, K × features.
  func posterior(_ state: State, _ sums: [Double]) -> Posterior {
    let moments = state.samples.moments(sums)
    let d = state.prior.mean.count
    let clusters = moments.sizes.indices.map { k -> NormalWishart in
      var covariance = moments.covariances[k]
      for i in 0..<d {
        covariance[i * d + i] = max(covariance[i * d + i], 0) + regularization
      }
      return state.prior.updated(moments.sizes[k], moments.means[k], covariance)
    }
    let gamma = concentration > 0 ? concentration : 1 / Double(self.clusters)
    return Posterior(
      sizes: moments.sizes, concentration: gamma, clusters: clusters, bySize: sticksBySize)
  }

  /// The components that hold a sample, the largest first.
  public func finish(_ state: State, _ context: FitContext) -> GaussianMixtureModel {
    guard let posterior = state.best ?? state.posterior else {
      preconditionFailure("a mixture without a step")
    }
    let all = posterior.components
    let kept = used(posterior, context).sorted { (all.weights[$1], $0) < (all.weights[$0], $1) }
    return GaussianMixtureModel(
      components: all.only(kept), data: context.data,
      lowerBound: state.progress.bestBound ?? state.progress.bound)
  }

  /// The most probable components before the last step, numbered as they are.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// All iterations of all starts.
  public func plannedSteps(_ context: FitContext) -> Int { restarts * maximumIterations }
  /// The iterations so far.
  public func stepsTaken(_ state: State) -> Int { state.progress.steps }

  /// Puts the posteriors into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    archive.set("progress", state.progress)
    archive.set("posterior", state.posterior)
    archive.set("best", state.best)
    archive.set("assignments", state.assignments)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    var state = try begin(context)
    state.progress = try archive.value("progress")
    state.posterior = try archive.value("posterior", as: Posterior?.self)
    state.best = try archive.value("best", as: Posterior?.self)
    state.assignments = try archive.value("assignments", as: [Int]?.self)
    return state
  }
}
