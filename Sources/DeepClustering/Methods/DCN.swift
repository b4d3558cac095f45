// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Deep clustering network (Yang, Fu, Sidiropoulos, Hong, ICML 2017).
///
/// Autoencoder f, g and k-means in the space of the codes h = f(x) take turns, batch by batch, on
/// Σ_i ‖x_i − g(h_i)‖² + λ/2 ‖h_i − m_c(i)‖² with hard assignments c:
///
/// 1. a gradient step of the network with centroids m and assignments c held;
/// 2. new codes of the batch, and the nearest centroid of each;
/// 3. every code moves its centroid by 1/count of the way (``firstCount``).
///
/// The weights of the two terms are `reconstructionWeight` and `clusteringWeight`: λ/2 is their
/// quotient. Both terms are sums over the features and means over the batch.
///
/// Where this differs from the authors' code: samples come in a fresh random order in each pass,
/// biases learn at the rate of the weights (there twice as fast), and the layers of the pretraining have
/// weights of their own (there tied). The implementation in the Deep k-means code updates only the last sample of each batch,
/// and lets the optimiser move the centroids too: its figures are not DCN's.
public struct DCN: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "dcn", title: "Deep clustering network (DCN)",
    paper:
      "Yang, Fu, Sidiropoulos, Hong: Towards K-means-friendly spaces: Simultaneous deep learning and clustering",
    venue: "ICML 2017",
    profiles: [
      ("practical", "end-to-end pretraining, start from the neighbourhood graph of the codes"),
      ("k-means-start", "the same pretraining, start from the best of 10 runs of k-means"),
      ("paper", "the paper's layer-wise pretraining, k-means start and Nesterov's steps"),
    ])

  /// K.
  public var clusters: Int
  /// How the autoencoder is trained before.
  public var network = Pretraining()
  /// Where the first centroids come from.
  public var start = SelfTraining.Start.graph
  /// Batches for which the samples keep the clusters of the start, before the nearest centroid
  /// counts, but half of all at most; 0 in the paper.
  public var startIterations = 500
  /// Runs of k-means, of which the best is taken.
  public var restarts = 10
  /// Passes over the samples after the pretraining.
  public var clusteringEpochs = 50
  /// Samples of a batch.
  public var batchSize = 256
  /// The rule of the network's steps.
  public var optimizer = OptimizerSettings.adam(1e-3)
  /// The weight of ‖h − m‖².
  public var clusteringWeight = 1.0
  /// The weight of ‖x − g(h)‖².
  public var reconstructionWeight = 1.0
  /// How many codes each first centroid counts for.
  public var firstCount = 100

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case clusters, start, startIterations, restarts, clusteringEpochs, batchSize, optimizer
    case clusteringWeight, reconstructionWeight, firstCount
    case network = "pretraining"
  }

  /// DCN in its practical profile.
  public init(clusters: Int) { self.clusters = clusters }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> DCN? {
    var method = DCN(clusters: clusters)
    switch name {
    case "practical": break
    case "k-means-start": (method.start, method.startIterations) = (.kMeans, 0)
    case "paper":
      (method.start, method.startIterations) = (.kMeans, 0)
      method.network = paperPretraining
      method.optimizer = .sgd(1e-4, momentum: 0.9, nesterov: true)
    default: return nil
    }
    return method
  }

  /// 250 passes over MNIST for each layer, and 250 for all, by the rule of the clustering; no noise.
  ///
  /// There is one rate for both phases: that of the code for all layers, twice its rate for single ones.
  private static var paperPretraining: Pretraining {
    var result = Pretraining()
    result.layerwiseIterations = 250 * 274
    result.dropout = 0
    (result.epochs, result.minimumIterations) = (250, 1)
    // Half of the sum at twice the rate is the sum.
    result.loss = .halfSum
    result.optimizer = .sgd(2e-4, momentum: 0.9, nesterov: true)
    return result
  }

  /// How the autoencoder is trained before.
  public var pretraining: Pretraining? { network }

  /// Network, centroids, assignments, and where the fit stands.
  public struct State {
    let autoencoder: Autoencoder
    var centroids: RunningCentroids
    /// c, the cluster that each sample had when it was last looked at.
    var assignments: [Int]
    var optimizer: Optimizer
    /// Passes so far.
    var epochs = 0
    /// Batches so far.
    var iteration = 0

    /// The clusters of some samples, on the device of the centroids.
    func assignments(of rows: [Int64]) -> Tensor {
      Tensor(rows.map { Int64(assignments[Int($0)]) }, shape: [rows.count])
        .to(centroids.means.device)
    }
  }

  // MARK: The fit

  /// Embeds the samples and finds the first centroids.
  public func begin(_ context: FitContext) -> State {
    // The network of the context may serve other fits too.
    guard let autoencoder = context.pretrained?.copy() else {
      preconditionFailure("dcn begins from a pretrained autoencoder")
    }
    let codes = autoencoder.embedding(of: context.data)
    let first = start.centroids(
      of: codes, clusters: clusters, restarts: restarts, seed: context.seed)
    return state(
      autoencoder, first.centroids,
      labels: first.labels ?? NearestCentroids(of: codes, among: first.centroids).labels)
  }

  func state(_ autoencoder: Autoencoder, _ centroids: Tensor, labels: [Int]) -> State {
    State(
      autoencoder: autoencoder,
      centroids: RunningCentroids(centroids.detached(), count: Double(firstCount)),
      assignments: labels, optimizer: Optimizer(optimizer, for: autoencoder.parameters))
  }

  /// One pass over the samples.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    var totals = (
      clustering: Tensor(repeating: 0, shape: [], on: context.device),
      reconstruction: Tensor(repeating: 0, shape: [], on: context.device)
    )
    let before = state.assignments
    let order = context.seed.generator("clustering batches", state.epochs)
      .permutation(context.rows)
    let held = SelfTraining.Start.batchesHeld(
      startIterations, passes: clusteringEpochs, rows: context.rows, batchSize: batchSize)
    var batches = 0.0
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, context.rows))
      let rows: [Int64] = index.scalars()
      let x = context.data.rows(at: index.to(context.device))
      let terms = trainNetwork(&state, x, rows)
      updateCentroids(&state, x, rows, held: state.iteration < held)
      state.iteration += 1
      totals.clustering = totals.clustering + terms.clustering
      totals.reconstruction = totals.reconstruction + terms.reconstruction
      batches += 1
    }
    state.epochs += 1
    let clustering = totals.clustering.item / batches
    let reconstruction = totals.reconstruction.item / batches
    let changed = zip(state.assignments, before).count { $0 != $1 }
    var report = StepReport(
      loss: reconstructionWeight * reconstruction + clusteringWeight * clustering,
      losses: ["reconstruction": reconstruction, "clustering": clustering],
      changed: Double(changed) / Double(context.rows))
    if !report.loss.isFinite {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
    } else if state.epochs >= clusteringEpochs {
      report.stopReason = "all planned passes were made"
    }
    return report
  }

  /// Step 1: the centroids and the assignments of the batch are constants.
  private func trainNetwork(
    _ state: inout State, _ x: Tensor, _ rows: [Int64]
  ) -> (clustering: Tensor, reconstruction: Tensor) {
    let held = state.centroids.means.rows(at: state.assignments(of: rows))
    let h = state.autoencoder.encode(x)
    // Sums over the features, means over the batch.
    let clustering = (h - held).squared().mean() * Double(h.shape[1])  // L_c
    let reconstruction =
      (state.autoencoder.decode(h) - x).squared().mean() * Double(x.shape[1])  // L_r
    let loss = reconstruction * reconstructionWeight + clustering * clusteringWeight
    let parameters = state.autoencoder.parameters
    state.optimizer.step(parameters, gradients: gradients(of: loss, by: parameters))
    return (clustering.detached(), reconstruction.detached())
  }

  /// Steps 2 and 3: all of the batch is assigned before a centroid moves.
  private func updateCentroids(
    _ state: inout State, _ x: Tensor, _ rows: [Int64], held: Bool
  ) {
    withoutGradients {
      let h = state.autoencoder.encode(x)
      let labels =
        held
        ? state.assignments(of: rows) : h.squaredDistances(to: state.centroids.means).argmin(1)
      state.centroids.add(h, labels: labels)
      let found: [Int64] = labels.scalars()
      for (row, label) in zip(rows, found) { state.assignments[Int(row)] = Int(label) }
    }
  }

  /// The encoder with its centroids; each sample belongs to the nearest.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: state.autoencoder, centroids: state.centroids.means, degreesOfFreedom: nil,
      embedding: state.autoencoder.embedding(of: context.data))
  }

  /// The cluster that each sample had when it was last looked at.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// The codes under the encoder as it is.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    state.autoencoder.embedding(of: rows)
  }
  /// The passes after the pretraining.
  public func plannedSteps(_ context: FitContext) -> Int { clusteringEpochs }
  /// The passes so far.
  public func stepsTaken(_ state: State) -> Int { state.epochs }

  // MARK: Saving

  /// Puts network, centroids, assignments and optimiser into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.autoencoder.store(in: &archive, under: "network")
    state.optimizer.store(in: &archive, under: "optimizer")
    state.centroids.store(in: &archive)
    archive.set("assignments", state.assignments)
    archive.set("epochs", state.epochs)
    archive.set("iteration", state.iteration)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      autoencoder: try Autoencoder(from: archive, under: "network", on: context.device),
      centroids: try RunningCentroids(from: archive, on: context.device),
      assignments: try archive.value("assignments"),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      epochs: try archive.value("epochs"), iteration: try archive.value("iteration"))
  }
}
