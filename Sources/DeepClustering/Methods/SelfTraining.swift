// SPDX-License-Identifier: Apache-2.0
public import Torch

/// What DEC and IDEC have in common: soft assignments pulled to their own sharpened form.
public struct SelfTraining: Codable, Sendable, Equatable {
  /// Where the first centroids come from.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// The best of `restarts` runs of k-means on the codes, as in the papers.
    case kMeans = "k-means"
    /// Communities of the codes' neighbourhood graph, whose labels are the first target; or that
    /// run of k-means where it cuts fewer edges of the graph.
    case graph
  }

  /// K.
  public var clusters: Int
  /// How the autoencoder is trained.
  public var pretraining = Pretraining()
  /// Where the first centroids come from.
  public var start = Start.graph
  /// Runs of k-means, of which the best is taken.
  public var restarts = 20
  /// Batches for which the labels of a graph start are the target, before it follows from q.
  public var startIterations = 140
  /// α of Student's t kernel.
  public var degreesOfFreedom = 1.0
  /// How images are changed before a batch sees them; the target is of the unchanged ones.
  public var augmentation = ImageAugmentation.none
  /// Batches between two targets.
  public var updateInterval = 140
  /// Samples of a batch.
  public var batchSize = 256
  /// Stop when the share of samples that changed their cluster between two targets is below this.
  public var tolerance = 1e-3
  /// Batches at most.
  public var maximumIterations = 20_000
  /// The rule of the steps.
  public var optimizer = OptimizerSettings.sgd(0.01, momentum: 0.9)
  /// Whether the momentum is dropped at each target, as DEC's Caffe code does.
  public var forgetsMomentum = false
  /// False for “DEC w/o backprop”: the encoder stays as it is, only the centroids move.
  public var trainsEncoder = true
  /// γ, the weight of KL(P‖Q).
  public var clusteringWeight = 1.0
  /// The weight of the reconstruction; 0 drops the decoder (DEC), 1 keeps it (IDEC).
  public var reconstructionWeight = 0.0

  /// DEC's settings for K clusters.
  public init(clusters: Int) { self.clusters = clusters }

  /// Shifts and rotates images, in the pretraining too (Guo, Zhu, Liu, Yin: Deep embedded
  /// clustering with data augmentation, ACML 2018).
  mutating func augmentImages() {
    augmentation = .small
    pretraining.augmentation = .small
  }

  /// A convolutional autoencoder, which is trained by Adam of rate 0.001 in both stages, as in the
  /// same paper.
  mutating func useConvolutions() {
    pretraining.layout.kind = .convolutional
    pretraining.layout.weights = .glorotUniform
    pretraining.optimizer = .adam(1e-3)
    optimizer = .adam(1e-3)
  }

  /// Whether the settings make sense for images only.
  var needsImages: Bool { pretraining.needsImages || !augmentation.isNone }

  /// Network, centroids, and where the fit stands.
  public struct State {
    let autoencoder: Autoencoder
    let centroids: Tensor
    var optimizer: Optimizer
    var progress = Progress()
    /// The labels of the last target.
    var assignments: [Int]
    /// The labels to begin with, while the target is made of them.
    var startLabels: [Int]?
  }

  struct Progress: Codable {
    var steps = 0
    var iteration = 0
  }

  // MARK: The fit

  func begin(_ context: FitContext) -> State {
    // The network of the context may serve other fits too.
    guard let autoencoder = context.pretrained?.copy() else {
      preconditionFailure("self-training begins from a pretrained autoencoder")
    }
    let codes = autoencoder.embedding(of: context.data)
    let (centroids, labels) = start.centroids(
      of: codes, clusters: clusters, restarts: restarts, seed: context.seed)
    return state(autoencoder, centroids, labels: labels)
  }

  private func state(_ autoencoder: Autoencoder, _ centroids: Tensor, labels: [Int]?) -> State {
    let centroids = centroids.detached().requiringGradient()
    let trained = trained(autoencoder, centroids)
    return State(
      autoencoder: autoencoder, centroids: centroids,
      optimizer: Optimizer(optimizer, for: trained), assignments: [], startLabels: labels)
  }

  private func trained(_ autoencoder: Autoencoder, _ centroids: Tensor) -> [Tensor] {
    guard trainsEncoder else { return [centroids] }
    let network =
      reconstructionWeight > 0 ? autoencoder.parameters : autoencoder.encoderParameters
    return network + [centroids]
  }

  /// A new target over the whole data set, and the batches until the next.
  func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let codes = state.autoencoder.embedding(of: context.data)
    let q = withoutGradients {
      StudentT.probabilities(codes, state.centroids, degreesOfFreedom)
    }
    let first = state.progress.steps == 0
    let labels: [Int] = q.argmax(1).scalars(as: Int64.self).map(Int.init)
    let changed = first ? context.rows : zip(labels, state.assignments).count { $0 != $1 }
    let share = Double(changed) / Double(context.rows)
    let started = state.progress.iteration >= startIterations || state.startLabels == nil
    let target = started ? StudentT.target(q) : startTarget(state, q)
    state.assignments = labels
    state.progress.steps += 1
    // A start on labels ends with them; only batches towards q's own target can come to rest.
    let followed =
      state.startLabels == nil
      || state.progress.iteration >= startIterations + updateInterval
    if !first && followed && share < tolerance {
      let clustering = withoutGradients {
        StudentT.divergence(target, codes, state.centroids, degreesOfFreedom).item
      }
      let reconstruction =
        reconstructionWeight > 0
        ? state.autoencoder.reconstructionError(of: codes, to: context.data) : nil
      var report = report(clustering: clustering, reconstruction: reconstruction)
      report.changed = share
      report.stopReason = "fewer than \(percent(tolerance)) of the samples changed their cluster"
      return report
    }
    if forgetsMomentum { state.optimizer.forget() }
    var report = trainBatches(&state, codes, target, context)
    report.changed = first ? nil : share
    if !report.loss.isFinite {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
    } else if state.progress.iteration >= maximumIterations {
      report.stopReason = "the limit of \(maximumIterations) batches was reached"
    }
    return report
  }

  private func startTarget(_ state: State, _ q: Tensor) -> Tensor {
    state.startLabels.map { oneHot($0, clusters).to(q.device) } ?? StudentT.target(q)
  }

  private func trainBatches(
    _ state: inout State, _ codes: Tensor, _ target: Tensor, _ context: FitContext
  ) -> StepReport {
    let parameters = trained(state.autoencoder, state.centroids)
    var totals = (
      clustering: Tensor(repeating: 0, shape: [], on: context.device),
      reconstruction: Tensor(repeating: 0, shape: [], on: context.device)
    )
    let count = min(updateInterval, maximumIterations - state.progress.iteration)
    let batches = BatchOrder(
      rows: context.rows, batchSize: batchSize, seed: context.seed, name: "clustering batches")
    for _ in 0..<count {
      let index = batches[state.progress.iteration].to(context.device)
      let x = augmentation(
        context.data.rows(at: index), context.imageShape,
        using: context.seed.generator("augmentation", state.progress.iteration))
      let z = trainsEncoder ? state.autoencoder.encode(x) : codes.rows(at: index)
      let clustering = StudentT.divergence(  // L_c
        target.rows(at: index), z, state.centroids, degreesOfFreedom)
      totals.clustering = totals.clustering + clustering.detached()
      var loss = clustering * clusteringWeight
      if reconstructionWeight > 0 {
        let reconstruction = state.autoencoder.decode(z).meanSquaredError(to: x)  // L_r
        totals.reconstruction = totals.reconstruction + reconstruction.detached()
        loss = loss + reconstruction * reconstructionWeight
      }
      state.optimizer.step(parameters, gradients: gradients(of: loss, by: parameters))
      state.progress.iteration += 1
    }
    return report(
      clustering: totals.clustering.item / Double(count),
      reconstruction: reconstructionWeight > 0 ? totals.reconstruction.item / Double(count) : nil)
  }

  private func report(clustering: Double, reconstruction: Double?) -> StepReport {
    var report = StepReport(
      loss: clusteringWeight * clustering, losses: ["clustering": clustering])
    if let reconstruction {
      report.losses["reconstruction"] = reconstruction
      report.loss += reconstructionWeight * reconstruction
    }
    return report
  }

  func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    CentroidModel(
      network: reconstructionWeight > 0 ? state.autoencoder : state.autoencoder.withoutDecoder,
      centroids: state.centroids, degreesOfFreedom: degreesOfFreedom,
      embedding: state.autoencoder.embedding(of: context.data))
  }

  // MARK: Saving

  func store(_ state: State, in archive: inout Archive) {
    state.autoencoder.store(in: &archive, under: "network")
    state.optimizer.store(in: &archive, under: "optimizer")
    archive.set("centroids", tensor: state.centroids)
    archive.set("progress", state.progress)
    archive.set("assignments", state.assignments)
    archive.set("startLabels", state.startLabels)
  }

  func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      autoencoder: try Autoencoder(from: archive, under: "network", on: context.device),
      centroids: try archive.tensor("centroids", on: context.device).requiringGradient(),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      progress: try archive.value("progress"),
      assignments: try archive.value("assignments"),
      startLabels: try archive.value("startLabels", as: [Int]?.self))
  }
}

extension SelfTraining.Start {
  /// Batches for which the labels of a graph start are kept: so many as are wanted, and half of those
  /// that are planned at most, so that the centroids decide also where few samples make few batches.
  static func batchesHeld(_ wanted: Int, passes: Int, rows: Int, batchSize: Int) -> Int {
    min(wanted, passes * ((rows + batchSize - 1) / batchSize) / 2)
  }

  /// The first centroids of codes, and the labels of a graph start where that is the better one.
  func centroids(
    of codes: Tensor, clusters: Int, restarts: Int, seed: Seed
  ) -> (centroids: Tensor, labels: [Int]?) {
    var kMeans = KMeans(clusters: clusters)
    kMeans.restarts = restarts
    let centroids = kMeans.cluster(codes, seed: seed).centroids
    guard self == .graph else { return (centroids, nil) }
    let labels = NeighborhoodGraphStart(clusters: clusters).labels(
      of: codes, unlessBetter: NearestCentroids(of: codes, among: centroids).labels, seed: seed)
    guard let labels else { return (centroids, nil) }
    return (NeighborhoodGraphStart.means(of: codes, labels, clusters: clusters), labels)
  }
}

/// Which samples each batch of a long fit holds: pass after pass in a fresh random order.
///
/// Batch i follows from the seed alone, so a fit can go on at any batch.
final class BatchOrder {
  private let rows: Int
  private let batchSize: Int
  private let seed: Seed
  private let name: String
  private var current: (pass: Int, order: Tensor)?

  init(rows: Int, batchSize: Int, seed: Seed, name: String) {
    (self.rows, self.batchSize, self.seed, self.name) = (rows, batchSize, seed, name)
  }

  subscript(iteration: Int) -> Tensor {
    let length = (rows + batchSize - 1) / batchSize
    let (pass, batch) = iteration.quotientAndRemainder(dividingBy: length)
    let order: Tensor
    if let current, current.pass == pass {
      order = current.order
    } else {
      order = seed.generator(name, pass).permutation(rows)
      current = (pass, order)
    }
    return order.slice((batch * batchSize)..<min((batch + 1) * batchSize, rows))
  }
}

/// Rows of zeros with a one at each label: rows × K.
func oneHot(_ labels: [Int], _ clusters: Int) -> Tensor {
  var values = [Float](repeating: 0, count: labels.count * clusters)
  for (row, label) in labels.enumerated() { values[row * clusters + label] = 1 }
  return Tensor(values, shape: [labels.count, clusters])
}

/// A share in words.
func percent(_ share: Double) -> String { "\((share * 1e4).rounded() / 100) %" }
