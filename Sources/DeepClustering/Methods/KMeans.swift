// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// k-means: K centroids that minimise the squared distances of the samples to the nearest of them.
///
/// Lloyd's iterations (Least squares quantization in PCM, IEEE Trans. Inf. Theory 1982) from greedy
/// k-means++ starts, or mini-batches (Sculley, Web-scale k-means clustering, WWW 2010). The cost is
/// J = Σ_i w_i ‖x_i − μ_c(i)‖². Of several restarts the one of the lowest cost wins.
public struct KMeans: ClusteringMethod, Equatable {
  /// How the first centroids are chosen.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// Greedy k-means++ (Arthur and Vassilvitskii, SODA 2007).
    case plusPlus = "k-means++"
    /// K samples, uniformly.
    case random
  }

  /// Name, title and source.
  public static let card = MethodCard(
    name: "kmeans", title: "k-means",
    paper: "Lloyd: Least squares quantization in PCM",
    venue: "IEEE Transactions on Information Theory, 1982",
    profiles: [
      ("default", "Lloyd's iterations, the best of ten k-means++ starts"),
      ("mini-batch", "mini-batches of 4096 samples, one start"),
    ])

  /// K.
  public var clusters: Int
  /// How the first centroids are chosen.
  public var start: Start = .plusPlus
  /// How many starts are tried.
  public var restarts: Int = 10
  /// Iterations of one start at most; passes over the data with mini-batches.
  public var maximumIterations: Int = 300
  /// A start ends when Σ‖Δμ‖² is at most this share of the mean variance of the features.
  public var tolerance: Double = 1e-4
  /// Samples of a mini-batch; 0 for Lloyd's iterations over all samples.
  public var batchSize: Int = 0

  /// k-means with the usual settings.
  public init(clusters: Int) { self.clusters = clusters }

  /// `default` or `mini-batch`.
  public static func profile(_ name: String, clusters: Int) -> KMeans? {
    var method = KMeans(clusters: clusters)
    switch name {
    case "default": return method
    case "mini-batch":
      (method.batchSize, method.restarts, method.maximumIterations) = (4096, 1, 100)
      return method
    default: return nil
    }
  }

  /// k-means needs no network.
  public var pretraining: Pretraining? { nil }

  /// The centroids of the start at hand, and of the best one so far.
  public struct State {
    let problem: LloydProblem
    let featureVariance: Double
    var progress = Progress()
    var centroids: [Float] = []
    var labels: [Int32]
    /// The weight of the samples that each centroid has seen; mini-batches only.
    var counts: [Double] = []
    var bestCentroids: [Float] = []
  }

  struct Progress: Codable {
    var restart = 0
    var iteration = 0
    var steps = 0
    var bestCost: Double?
  }

  /// Prepares the samples; the first start is made by the first step.
  public func begin(_ context: FitContext) -> State {
    precondition(
      clusters >= 1 && clusters <= context.rows,
      "\(clusters) clusters of \(context.rows) samples")
    return State(
      problem: LloydProblem(context.data, weights: context.weights),
      featureVariance: meanVariance(context.data),
      labels: [Int32](repeating: -1, count: context.rows))
  }

  /// One iteration of Lloyd over all samples, or one pass in mini-batches.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    if state.progress.iteration == 0 { choose(&state, context.seed) }
    state.progress.iteration += 1
    state.progress.steps += 1
    let step =
      batchSize > 0
      ? passInBatches(&state, context) : state.problem.step(&state.centroids, labels: &state.labels)
    let still = step.movement <= tolerance * state.featureVariance || step.changed == 0
    let lastOfStart = still || state.progress.iteration == maximumIterations
    var report = StepReport(
      loss: step.cost, losses: ["cost": step.cost],
      changed: Double(step.changed) / Double(context.rows))
    if restarts > 1 { report.measures[StepReport.attempt] = Double(state.progress.restart + 1) }
    guard lastOfStart else { return report }
    // The cost of the step belongs to the centroids before it.
    let cost = state.problem.assign(state.centroids).cost
    if state.progress.bestCost.map({ cost < $0 }) ?? true {
      state.progress.bestCost = cost
      state.bestCentroids = state.centroids
    }
    state.progress.restart += 1
    state.progress.iteration = 0
    guard state.progress.restart == restarts else { return report }
    report.stopReason =
      still
      ? "the centroids came to rest" : "the limit of \(maximumIterations) iterations was reached"
    // What is kept need not be what was tried last.
    if let best = state.progress.bestCost, best < cost {
      state.labels = state.problem.assign(state.bestCentroids).labels
      (report.loss, report.losses) = (best, ["cost": best])
      report.stopReason = "no other start had a lower cost"
    }
    return report
  }

  private func choose(_ state: inout State, _ seed: Seed) {
    var generator = SplitMix64(seed: seed.stream("k-means start", state.progress.restart))
    state.centroids =
      switch start {
      case .plusPlus: state.problem.plusPlusCenters(clusters, using: &generator)
      case .random: state.problem.randomCenters(clusters, using: &generator)
      }
    state.counts = [Double](repeating: 0, count: clusters)
    state.labels = [Int32](repeating: -1, count: state.problem.count)
  }

  /// One pass of Sculley's rule: each sample moves its centroid by w/c of the way, where w is its
  /// weight and c the weight of the samples that the centroid has seen.
  private func passInBatches(_ state: inout State, _ context: FitContext) -> LloydProblem.Step {
    let order = context.seed.generator("k-means batches", state.progress.steps)
      .permutation(context.rows)
    let (before, d) = (state.centroids, state.problem.dimensions)
    var cost = 0.0
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, context.rows))
      let batch = state.problem.points(at: index)
      let weights = context.weights.map { weights in
        index.scalars(as: Int64.self).map { weights[Int($0)] }
      }
      let found = LloydProblem(batch, weights: weights).assign(state.centroids)
      cost += found.cost
      batch.withFloats { values in
        for (row, label) in found.labels.enumerated() {
          let (cluster, weight) = (Int(label), Double(weights?[row] ?? 1))
          guard weight > 0 else { continue }
          state.counts[cluster] += weight
          let share = Float(weight / state.counts[cluster])
          for column in 0..<d {
            state.centroids[cluster * d + column] +=
              share * (values[row * d + column] - state.centroids[cluster * d + column])
          }
        }
      }
    }
    let labels = state.problem.assign(state.centroids).labels
    let changed = zip(labels, state.labels).count { $0 != $1 }
    state.labels = labels
    let movement = zip(state.centroids, before).reduce(0.0) { sum, pair in
      sum + Double((pair.0 - pair.1) * (pair.0 - pair.1))
    }
    return LloydProblem.Step(cost: cost, movement: movement, changed: changed)
  }

  /// The model of the best start so far.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: nil, centroids: centroids(of: state), degreesOfFreedom: nil, embedding: context.data)
  }

  func centroids(of state: State) -> Tensor {
    let best = state.bestCentroids.isEmpty ? state.centroids : state.bestCentroids
    return Tensor(best, shape: [clusters, state.problem.dimensions])
  }

  /// The labels of the iteration at hand; after the last, those of the best start.
  public func assignments(_ state: State) -> [Int]? { state.labels.map(Int.init) }

  /// All iterations of all starts.
  public func plannedSteps(_ context: FitContext) -> Int { restarts * maximumIterations }
  /// The iterations of all starts so far.
  public func stepsTaken(_ state: State) -> Int { state.progress.steps }

  /// Runs all starts at once.
  ///
  /// - Parameters:
  ///   - points: n × d.
  ///   - seed: Decides the starts.
  /// - Returns: K × d centroids, and their cost J.
  func cluster(_ points: Tensor, seed: Seed) -> (centroids: Tensor, cost: Double) {
    let context = FitContext(data: points, seed: seed)
    var state = begin(context)
    while advance(&state, context).stopReason == nil {}
    return (centroids(of: state).to(points.device), state.progress.bestCost ?? .infinity)
  }
}

extension KMeans {
  /// Iterations of Lloyd from given centroids, and nothing else.
  ///
  /// - Parameters:
  ///   - points: n × d.
  ///   - start: K × d.
  ///   - iterations: How many.
  /// - Returns: The centroids after them, and the cost J of the samples to these.
  public static func lloyd(
    _ points: Tensor, from start: Tensor, iterations: Int
  ) -> (centroids: Tensor, cost: Double) {
    let problem = LloydProblem(points)
    var centroids: [Float] = start.scalars()
    var labels = [Int32](repeating: -1, count: problem.count)
    for _ in 0..<iterations where problem.step(&centroids, labels: &labels).changed == 0 { break }
    return (Tensor(centroids, shape: start.shape), problem.assign(centroids).cost)
  }
}

/// The variance of the features, averaged over them: the unit of k-means' tolerance.
private func meanVariance(_ data: Tensor) -> Double {
  (data - data.mean(0, keeping: true)).squared().mean().item
}

// MARK: - Saving

extension KMeans {
  /// Puts the centroids of this start and of the best one into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    archive.set("progress", state.progress)
    archive.set("counts", state.counts)
    archive.set("centroids", tensor: Tensor(state.centroids, shape: [state.centroids.count]))
    archive.set(
      "bestCentroids", tensor: Tensor(state.bestCentroids, shape: [state.bestCentroids.count]))
    archive.set("labels", tensor: Tensor(state.labels, shape: [state.labels.count]))
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    var state = begin(context)
    state.progress = try archive.value("progress")
    state.counts = try archive.value("counts")
    state.centroids = try archive.tensor("centroids").scalars()
    state.bestCentroids = try archive.tensor("bestCentroids").scalars()
    state.labels = try archive.tensor("labels").scalars()
    // Before the first step of a start there are no centroids.
    let sizes = [0, clusters * context.columns]
    guard state.labels.count == context.rows, [0, clusters].contains(state.counts.count),
      sizes.contains(state.centroids.count), sizes.contains(state.bestCentroids.count)
    else {
      throw InputError(
        .data,
        "the saved state is not of \(clusters) clusters of \(context.rows) rows of \(context.columns) columns"
      )
    }
    return state
  }
}
