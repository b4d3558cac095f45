// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// A mixture of Gaussians, fitted by expectation and maximisation.
///
/// Dempster, Laird, Rubin, Maximum likelihood from incomplete data via the EM algorithm, JRSS B 1977.
/// Each start takes the clusters of one run of k-means as responsibilities; of several the one of
/// the highest likelihood wins. From there components may be merged and others split (Ueda, Nakano,
/// Ghahramani, Hinton, Neural Computation 12, 2000), as long as that makes it higher. A step is one
/// iteration. Densities are in double precision and in logarithms.
public struct GaussianMixture: ClusteringMethod, Equatable {
  /// What the covariances of the components may be.
  public enum Covariance: String, Codable, Sendable, CaseIterable {
    /// Any, one for each component.
    case full
    /// Any, the same for all components.
    case tied
    /// One variance for each component and feature.
    case diagonal
    /// One variance for each component.
    case spherical
  }

  /// Name, title and source.
  public static let card = MethodCard(
    name: "gaussian-mixture", title: "Gaussian mixture",
    paper: "Dempster, Laird, Rubin: Maximum likelihood from incomplete data via the EM algorithm",
    venue: "Journal of the Royal Statistical Society B, 1977")

  /// K.
  public var clusters: Int
  /// What the covariances may be.
  public var covariance = Covariance.full
  /// How many starts are tried.
  public var restarts = 3
  /// How many merges with a split are tried after the starts.
  public var moves = 30
  /// Iterations of one start, or after a move, at most.
  public var maximumIterations = 100
  /// A start ends when the mean log-likelihood rises by less than this.
  public var tolerance = 1e-3
  /// Added to every variance.
  public var regularization = 1e-6

  /// A mixture with full covariances.
  public init(clusters: Int) { self.clusters = clusters }

  /// A mixture needs no network.
  public var pretraining: Pretraining? { nil }

  /// The mixture of the start at hand, and the best one so far.
  public struct State {
    let samples: MixtureSamples
    var progress = Progress()
    /// The mixture after the last step.
    var components: GaussianComponents?
    var best: GaussianComponents?
    var assignments: [Int]?
    /// The moves from the best mixture, which they follow from; nil before the starts have ended.
    var moves: MixtureMoves?
  }

  struct Progress: Codable {
    /// The starts that have ended.
    var restart = 0
    /// The moves that have ended, and those of them from the best mixture so far.
    var moves: Int?
    var movesFromBest: Int?
    var steps = 0
    /// The mean of log p(x) before each iteration of this start.
    var trace: [Double] = []
    var best: Double?
  }

  /// Prepares the samples; the first start is made by the first step.
  ///
  /// - Throws: ``InputError`` when full covariances of so many columns would not fit the memory.
  public func begin(_ context: FitContext) throws -> State {
    guard covariance == .diagonal || covariance == .spherical || context.columns <= 256 else {
      throw InputError(
        .usage,
        "\(covariance.rawValue) covariances of \(context.columns) columns are too many numbers: use "
          + "--set covariance=diagonal, or reduce the columns first")
    }
    return State(samples: samples(context.data))
  }

  func samples(_ points: Tensor) -> MixtureSamples {
    let products = covariance == .full || covariance == .tied
    return MixtureSamples(points, products: products)
  }

  /// One iteration.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let components =
      state.components ?? estimate(state.samples, labelsToGoOnFrom(&state, context))
    let step = iterate(components, state.samples)
    let change = state.progress.trace.last.map { step.logLikelihood - $0 } ?? .infinity
    state.progress.trace.append(step.logLikelihood)
    state.progress.steps += 1
    let changed = state.assignments.map { old in
      Double(zip(old, step.labels).count { $0 != $1 }) / Double(context.rows)
    }
    state.assignments = step.labels
    state.components = step.next
    var report = StepReport(
      loss: -step.logLikelihood, losses: ["negative log-likelihood": -step.logLikelihood],
      changed: changed)
    if restarts > 1 || moves > 0 { report.measures[StepReport.attempt] = attempt(state) }
    let converged = abs(change) < tolerance
    guard converged || state.progress.trace.count == maximumIterations else { return report }
    (state.components, state.progress.trace) = (nil, [])
    guard endsSearch(&state, step, context) else { return report }
    report.stopReason =
      converged
      ? "the likelihood came to rest" : "the limit of \(maximumIterations) iterations was reached"
    // What is kept need not be what was tried last.
    guard let best = state.best, let likelihood = state.progress.best,
      likelihood != step.logLikelihood
    else { return report }
    state.assignments = state.samples.expectation(of: best).labels
    (report.loss, report.losses) = (-likelihood, ["negative log-likelihood": -likelihood])
    report.stopReason = "no other start or move made the likelihood higher"
    return report
  }

  /// Keeps what a start or a move has ended with if it is the best, and tells whether no other follows.
  private func endsSearch(_ state: inout State, _ end: Step, _ context: FitContext) -> Bool {
    let best = state.progress.best ?? -.infinity
    let isStart = state.progress.restart < restarts
    // A move has to be worth more than what an iteration may be without.
    let isBest = end.logLikelihood > best + (isStart ? 0 : tolerance)
    if isBest { (state.progress.best, state.best) = (end.logLikelihood, end.next) }
    if isStart {
      state.progress.restart += 1
      guard state.progress.restart == restarts else { return false }
      (state.progress.moves, state.progress.movesFromBest) = (0, 0)
    } else {
      state.progress.moves = (state.progress.moves ?? 0) + 1
      state.progress.movesFromBest = isBest ? 0 : (state.progress.movesFromBest ?? 0) + 1
      if isBest { state.moves = nil }
    }
    guard state.progress.moves ?? 0 < moves, clusters > 2 else { return true }
    return state.progress.movesFromBest ?? 0 >= movesFromBest(&state, context).moves.count
  }

  /// The number of the start, or of the move after all starts.
  private func attempt(_ state: State) -> Double {
    Double(state.progress.restart + 1 + (state.progress.moves ?? 0))
  }

  private func movesFromBest(_ state: inout State, _ context: FitContext) -> MixtureMoves {
    guard let best = state.best else { preconditionFailure("moves before the end of a start") }
    let moves =
      state.moves
      ?? MixtureMoves(
        of: state.samples.expectation(of: best).labels, context.data, by: self,
        seed: Seed(context.seed.stream("mixture moves")))
    state.moves = moves
    return moves
  }

  /// The partition of the next start, or after the next move.
  private func labelsToGoOnFrom(_ state: inout State, _ context: FitContext) -> [Int] {
    guard state.progress.restart == restarts else {
      return firstLabels(context, state.progress.restart)
    }
    let moves = movesFromBest(&state, context)
    return moves.labels(after: state.progress.movesFromBest ?? 0)
  }

  /// What a mixture of these covariances is worth on the data that it was fitted to.
  func criteria(of components: GaussianComponents, _ data: Tensor) -> InformationCriteria {
    let (k, d) = (clusters, data.shape[1])
    let covariances =
      switch covariance {
      case .full: k * d * (d + 1) / 2
      case .tied: d * (d + 1) / 2
      case .diagonal: k * d
      case .spherical: k
      }
    return InformationCriteria(
      logLikelihood: components.logLikelihoods(of: data).sum().item, samples: data.shape[0],
      parameters: covariances + k * d + k - 1)
  }

  func firstLabels(_ context: FitContext, _ restart: Int) -> [Int] {
    var kMeans = KMeans(clusters: clusters)
    kMeans.restarts = 1
    let seed = Seed(context.seed.stream("mixture start", restart))
    let centroids = kMeans.cluster(context.data, seed: seed).centroids
    return NearestCentroids(of: context.data, among: centroids).labels
  }

  /// The mixture with the samples that it was fitted to.
  public func finish(_ state: State, _ context: FitContext) -> GaussianMixtureModel {
    guard let components = state.best ?? state.components else {
      preconditionFailure("a mixture without a step")
    }
    return GaussianMixtureModel(
      components: components, data: context.data,
      criteria: criteria(of: components, context.data))
  }

  /// The most probable components before the last step.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// All iterations of all starts and moves.
  public func plannedSteps(_ context: FitContext) -> Int {
    (restarts + (clusters > 2 ? moves : 0)) * maximumIterations
  }
  /// The iterations so far.
  public func stepsTaken(_ state: State) -> Int { state.progress.steps }

  // MARK: One iteration

  private struct Step {
    let logLikelihood: Double
    let labels: [Int]
    let next: GaussianComponents
  }

  private func iterate(_ components: GaussianComponents, _ samples: MixtureSamples) -> Step {
    let found = samples.expectation(of: components)
    return Step(
      logLikelihood: found.logLikelihood / Double(samples.count), labels: found.labels,
      next: estimate(samples, found.sums))
  }

  private func estimate(_ samples: MixtureSamples, _ labels: [Int]) -> GaussianComponents {
    estimate(samples, samples.sums(of: labels, clusters: clusters))
  }

  /// The mixture of weighted sums of the features, K × features.
  private func estimate(_ samples: MixtureSamples, _ sums: [Double]) -> GaussianComponents {
    let d = samples.features.dimensions
    let moments = samples.moments(sums)
    let (sizes, means) = (moments.sizes, moments.means)
    let covariances = moments.covariances
    let total = sizes.reduce(0, +)
    return GaussianComponents(
      weights: sizes.map { $0 / total }, means: means.flatMap { $0 },
      covariances: constrained(covariances, sizes.map { $0 / total }, d).flatMap { $0 })
  }

  /// What the covariances may be of those that were found; diagonals, d numbers each, are all variances.
  func constrained(
    _ covariances: [[Double]], _ weights: [Double], _ d: Int
  ) -> [[Double]] {
    func regularized(_ variance: Double) -> Double { max(variance, 0) + regularization }
    func regularized(_ matrix: [Double]) -> [Double] {
      matrix.indices.map { $0 % (d + 1) == 0 ? regularized(matrix[$0]) : matrix[$0] }
    }
    switch covariance {
    case .full: return covariances.map(regularized)
    case .tied:
      let mean = (0..<(d * d)).map { entry in
        zip(covariances, weights).reduce(0) { $0 + $1.0[entry] * $1.1 }
      }
      return covariances.map { _ in regularized(mean) }
    case .diagonal: return covariances.map { $0.map(regularized) }
    case .spherical:
      return covariances.map { variances in
        [Double](repeating: regularized(variances.reduce(0, +) / Double(d)), count: d)
      }
    }
  }

  // MARK: Saving

  /// Puts the mixtures into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    archive.set("progress", state.progress)
    archive.set("components", state.components)
    archive.set("best", state.best)
    archive.set("assignments", state.assignments)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      samples: samples(context.data), progress: try archive.value("progress"),
      components: try archive.value("components", as: GaussianComponents?.self),
      best: try archive.value("best", as: GaussianComponents?.self),
      assignments: try archive.value("assignments", as: [Int]?.self))
  }
}

// MARK: - For methods that begin from a mixture

extension GaussianMixture {
  /// A fitted mixture and how it came to be.
  struct Fit {
    let components: GaussianComponents
    /// The mean of log p(x) before each iteration.
    let logLikelihoods: [Double]
    let converged: Bool

    /// The diagonals of the covariances alone, as parameters to train.
    var mixture: DiagonalMixture { DiagonalMixture(components) }
  }

  /// Iterations from a partition of the points, and nothing else.
  ///
  /// - Parameters:
  ///   - iterations: How many.
  ///   - points: n × d.
  ///   - labels: The cluster of each point, from 0 to K − 1.
  /// - Returns: The mixture after them, and the mean of log p(x) before each.
  public func iterations(
    _ iterations: Int, over points: Tensor, from labels: [Int]
  ) -> (components: GaussianComponents, logLikelihoods: [Double]) {
    var method = self
    (method.maximumIterations, method.tolerance) = (iterations, 0)
    let fit = method.fit(points, from: labels)
    return (fit.components, fit.logLikelihoods)
  }

  /// The best of all starts, without moves.
  func fit(_ points: Tensor, seed: Seed) -> Fit {
    let context = FitContext(data: points, seed: seed)
    let fits = (0..<restarts).map { fit(points, from: firstLabels(context, $0)) }
    func height(_ fit: Fit) -> Double { fit.logLikelihoods.last ?? -.infinity }
    guard let best = fits.max(by: { height($0) < height($1) }) else {
      preconditionFailure("a mixture needs at least one start")
    }
    return best
  }

  /// Iterations from a partition of the points into K clusters.
  func fit(_ points: Tensor, from labels: [Int]) -> Fit {
    let samples = samples(points)
    var components = estimate(samples, labels)
    var trace: [Double] = []
    var converged = false
    while trace.count < maximumIterations && !converged {
      let step = iterate(components, samples)
      converged = trace.last.map { abs(step.logLikelihood - $0) < tolerance } ?? false
      trace.append(step.logLikelihood)
      components = step.next
    }
    return Fit(components: components, logLikelihoods: trace, converged: converged)
  }

  /// The mixture of the clusters' own shares, means and variances, without an iteration.
  func moments(of points: Tensor, labels: [Int]) -> DiagonalMixture {
    DiagonalMixture(estimate(samples(points), labels))
  }
}

extension DiagonalMixture {
  /// The diagonals of the covariances alone.
  init(_ components: GaussianComponents) {
    let (k, d) = (components.count, components.dimensions)
    let variances = (0..<k).flatMap(components.variances).map { log($0) }
    self.init(
      logits: Tensor(components.weights.map { Float(log($0)) }, shape: [k]),
      means: Tensor(components.means.map(Float.init), shape: [k, d]),
      logVariances: Tensor(variances.map(Float.init), shape: [k, d]))
  }
}
