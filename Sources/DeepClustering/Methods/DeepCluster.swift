// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// DeepCluster (Caron, Bojanowski, Joulin, Douze, ECCV 2018).
///
/// In turns the features of a convolutional network are clustered (`FeatureClusters`: whitened,
/// normalised, k-means), and the network learns to tell these K′ pseudo-classes apart:
/// L = −log softmax(V·relu(f(T(x_i))))_y(i), with random shifts, rotations and crops T, a new top
/// layer V each epoch, and as many draws of each pseudo-class as of any other, so that large ones do
/// not take over. K′ is larger than K; the K′ centroids are merged to K clusters (`FeatureClusters`).
///
/// What differs: features are learned from the pixels by Adam without batch normalisation, on
/// small images; the augmentation is that of DEC-DA, without the flips of photographs, and with their
/// crops only where `augmentation.crop` asks for them; with few images an epoch is longer than a pass
/// (``minimumIterations``). Nothing but pseudo-classes is learned from, so a bad start can go on: see
/// the occupancy and the agreement of successive epochs in the reports.
public struct DeepCluster: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "deep-cluster", title: "DeepCluster",
    paper:
      "Caron, Bojanowski, Joulin, Douze: Deep clustering for unsupervised learning of visual features",
    venue: "ECCV 2018",
    profiles: [
      ("practical", "30 epochs of Adam"),
      ("paper", "200 epochs of SGD, rate 0.05, momentum 0.9, weight decay 0.00001"),
    ])

  /// K.
  public var clusters: Int
  /// K′, the clusters that the network learns to tell apart; at least K.
  public var pseudoClasses = 100
  /// Filters of the convolutions, from the input on.
  public var filters = [32, 64, 128]
  /// Units of the last layer before the top one.
  public var features = 128
  /// Principal components of the features that are clustered, 50 at most.
  public var components = 32
  /// Iterations of k-means in each epoch.
  public var iterations = 20
  /// How images are changed before a batch sees them; they are clustered unchanged.
  public var augmentation = ImageAugmentation.small
  /// Epochs.
  public var epochs = 30
  /// Batches of all epochs together, at least: with few images each epoch draws them several times.
  ///
  /// The top layer is new in each epoch, and in the few batches of a pass over few images it would
  /// learn nothing that the network could learn from: on 1,797 images the loss stays at ln K′ for all
  /// 30 epochs. 2,000 leaves the epochs of 17,000 images and more as they are.
  public var minimumIterations = 2_000
  /// Samples of a batch.
  public var batchSize = 256
  /// The rule of the network's steps.
  public var optimizer = OptimizerSettings.adam(1e-3)
  /// The rule of the top layer's steps; it forgets with the layer.
  public var topOptimizer = OptimizerSettings.sgd(0.05)

  /// DeepCluster in its practical profile.
  public init(clusters: Int) { self.clusters = clusters }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> DeepCluster? {
    var method = DeepCluster(clusters: clusters)
    switch name {
    case "practical": break
    case "paper":
      method.epochs = 200
      method.optimizer = .sgd(0.05, momentum: 0.9, weightDecay: 1e-5)
    default: return nil
    }
    return method
  }

  /// It learns from the first epoch on.
  public var pretraining: Pretraining? { nil }
  /// It looks at images through convolutions.
  public var needsImages: Bool { true }

  /// The network and the pseudo-classes.
  public struct State {
    /// Pixels to features; it has no decoder.
    let network: Autoencoder
    var optimizer: Optimizer
    /// y(i), the pseudo-classes of the last epoch.
    var pseudoLabels: [Int] = []
    /// The clusters that they were merged to.
    var assignments: [Int]?
    var steps = 0
  }

  /// Their graph, by which they are merged, has the square of this many entries.
  private static let mostPseudoClasses = 4096

  // MARK: The fit

  /// Draws the weights.
  ///
  /// - Throws: ``InputError`` when there are fewer pseudo-classes than clusters, more than rows, or
  ///   too many.
  public func begin(_ context: FitContext) throws -> State {
    guard (clusters...max(clusters, Self.mostPseudoClasses)).contains(pseudoClasses) else {
      throw InputError(
        .usage,
        "pseudoClasses is \(pseudoClasses), but it must be at least the number of clusters, "
          + "\(clusters), and at most \(Self.mostPseudoClasses)")
    }
    guard pseudoClasses <= context.rows else {
      throw InputError(
        .usage,
        "pseudoClasses is \(pseudoClasses), but there are only \(context.rows) rows: ask for at most "
          + "as many, --set pseudoClasses=…")
    }
    guard (1...50).contains(components) else {
      throw InputError(.usage, "components is \(components), but it must be from 1 to 50")
    }
    var layout = AutoencoderLayout(latent: features)
    (layout.kind, layout.filters) = (.convolutional, filters)
    let network = Autoencoder(
      encoder: Autoencoder(layout, inputs: context.columns, context: context).encoder, decoder: [])
    return State(
      network: network, optimizer: Optimizer(optimizer, for: network.encoderParameters))
  }

  /// New pseudo-classes, and batches of as many samples as there are or more, uniform over them.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let found = self.found(state, context)
    let before = state.pseudoLabels
    state.pseudoLabels = found.labels
    state.assignments = found.assignments
    state.steps += 1
    let loss = pass(&state, context)
    var report = StepReport(loss: loss, losses: ["clustering": loss])
    report.measures["occupancy"] = Double(Set(found.labels).count) / Double(pseudoClasses)
    if !before.isEmpty {
      report.measures["agreement"] =
        ContingencyTable(predicted: found.labels, labels: before).normalizedMutualInformation
    }
    if !loss.isFinite {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
    } else if state.steps >= epochs {
      report.stopReason = "the limit of \(epochs) epochs was reached"
      report.warning = warning(ofLast: loss)
    }
    return report
  }

  /// Told when the network knows no more of the pseudo-classes than how many there are.
  private func warning(ofLast loss: Double) -> String? {
    let guessing = log(Double(pseudoClasses))
    guard loss > 0.98 * guessing else { return nil }
    return """
      the network has not learned the \(pseudoClasses) pseudo-classes: its last loss, \
      \((loss * 100).rounded() / 100), is that of guessing, \((guessing * 100).rounded() / 100); try \
      a larger minimumIterations, or fewer pseudoClasses
      """
  }

  /// How many samples an epoch draws: as many as there are, or those of its part of the least batches.
  func samplesOfEpoch(_ rows: Int) -> Int {
    let batch = min(batchSize, rows)
    let least = (minimumIterations + max(epochs, 1) - 1) / max(epochs, 1)
    return (rows + batch - 1) / batch >= least ? rows : least * batch
  }

  private func found(_ state: State, _ context: FitContext) -> FeatureClusters {
    var kMeans = KMeans(clusters: min(pseudoClasses, context.rows))
    (kMeans.restarts, kMeans.maximumIterations) = (1, iterations)
    return FeatureClusters(
      of: context.data, by: state.network, components: components, kMeans: kMeans,
      clusters: clusters, seed: Seed(context.seed.stream("pseudo-classes", state.steps)))
  }

  /// The mean cross-entropy of one epoch.
  func pass(_ state: inout State, _ context: FitContext) -> Double {
    let top = Linear(
      features, pseudoClasses, weights: .smallNormal,
      using: context.seed.generator("top layer", state.steps), on: context.device)
    let topParameters = top.parameters.map(\.value)
    var topOptimizer = Optimizer(topOptimizer, for: topParameters)
    let parameters = state.network.encoderParameters
    let order = Self.uniformSample(
      state.pseudoLabels, count: samplesOfEpoch(context.rows),
      using: context.seed.generator("pseudo-class sample", state.steps))
    let changes = context.seed.generator("augmentation", state.steps)
    var total = Tensor(repeating: 0, shape: [], on: context.device)
    let batch = min(batchSize, context.rows)
    for low in stride(from: 0, to: order.count, by: batch) {
      let chosen = Array(order[low..<min(low + batch, order.count)])
      let index = Tensor(chosen.map(Int64.init), shape: [chosen.count], on: context.device)
      let x = augmentation(context.data.rows(at: index), context.imageShape, using: changes)
      let scores = top(Activation.relu(state.network.encode(x))).logSoftmax(1)
      let target = oneHot(chosen.map { state.pseudoLabels[$0] }, pseudoClasses).to(context.device)
      let loss = -(scores * target).sum(1).mean()
      let slopes = gradients(of: loss, by: parameters + topParameters)
      state.optimizer.step(parameters, gradients: Array(slopes[..<parameters.count]))
      topOptimizer.step(topParameters, gradients: Array(slopes[parameters.count...]))
      total = total + loss.detached() * Double(chosen.count)
    }
    return total.item / Double(order.count)
  }

  /// So many samples, of each pseudo-class that occurs about as many.
  ///
  /// A pseudo-class that is too small is drawn from with replacement.
  static func uniformSample(
    _ labels: [Int], count: Int, using generator: Generator
  ) -> [Int] {
    var members: [Int: [Int]] = [:]
    for (sample, label) in labels.enumerated() { members[label, default: []].append(sample) }
    let share = count / members.count + 1
    let drawn = members.sorted { $0.key < $1.key }.flatMap { _, samples -> [Int] in
      guard samples.count < share else {
        return generator.permutation(samples.count).slice(0..<share)
          .scalars(as: Int64.self).map { samples[Int($0)] }
      }
      return generator.uniform(0..<1, shape: [share]).scalars(as: Double.self)
        .map { samples[min(Int($0 * Double(samples.count)), samples.count - 1)] }
    }
    return generator.permutation(drawn.count).slice(0..<count)
      .scalars(as: Int64.self).map { drawn[Int($0)] }
  }

  /// The network with the clusters of its features.
  public func finish(_ state: State, _ context: FitContext) -> CentroidModel {
    found(state, context).model(of: context.data)
  }

  /// The pseudo-classes of the last epoch, merged to K clusters.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// The features under the network as it is, before they are whitened.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    state.network.embedding(of: rows)
  }
  /// The epochs.
  public func plannedSteps(_ context: FitContext) -> Int { epochs }
  /// The epochs so far.
  public func stepsTaken(_ state: State) -> Int { state.steps }

  // MARK: Saving

  /// Puts network, optimiser and pseudo-classes into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.network.store(in: &archive, under: "network")
    state.optimizer.store(in: &archive, under: "optimizer")
    archive.set("pseudoLabels", state.pseudoLabels)
    archive.set("assignments", state.assignments)
    archive.set("steps", state.steps)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      network: try Autoencoder(from: archive, under: "network", on: context.device),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      pseudoLabels: try archive.value("pseudoLabels"),
      assignments: try archive.value("assignments", as: [Int]?.self),
      steps: try archive.value("steps"))
  }
}
