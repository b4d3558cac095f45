// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct SelfTrainingTests {
  /// Two targets over ten samples, two batches of four after each, by PyTorch: DEC, DEC with other
  /// degrees of freedom, without momentum from target to target, with a frozen encoder, from the
  /// labels of a graph, and IDEC.
  @Test(arguments: 0..<6, [Compute.Path.plain, .fused])
  func matchesPyTorch(number: Int, path: Compute.Path) throws {
    let given = try TrainingGolden.load()
    #expect(given.selfTraining.count == 6)
    let example = given.selfTraining[number]
    let training = settings(example)
    let context = given.context(Compute(path: path))
    let autoencoder = try #require(context.pretrained)
    let centroids = given.centroids.tensor.requiringGradient()
    let trained =
      example.frozen
      ? [] : example.reconstruction > 0 ? autoencoder.parameters : autoencoder.encoderParameters
    var state = SelfTraining.State(
      autoencoder: autoencoder, centroids: centroids,
      optimizer: Optimizer(training.optimizer, for: trained + [centroids]), assignments: [],
      startLabels: example.startIterations == nil ? nil : given.labels)
    for (step, wanted) in example.reports.enumerated() {
      let report = training.advance(&state, context)
      let name = Comment(rawValue: "\(example.name), step \(step)")
      #expect(abs((report.losses["clustering"] ?? 0) - wanted.clustering) < 2e-5, name)
      var loss = example.gamma * wanted.clustering
      if example.reconstruction > 0 {
        #expect(abs((report.losses["reconstruction"] ?? 0) - wanted.reconstruction) < 2e-5, name)
        loss += example.reconstruction * wanted.reconstruction
      }
      #expect(abs(report.loss - loss) < 2e-5, name)
      #expect((report.changed == nil) == (step == 0), name)
      #expect((report.stopReason == nil) == (step == 0), name)
    }
    expect(state.autoencoder, equals: (example.encoder, example.decoder), example.name)
    expect(state.centroids, equals: example.centroids, within: 2e-5, "\(example.name): centroids")
  }

  /// IDEC-DA on a convolutional network: the target is of the images as they are, the loss of
  /// augmented ones.
  @Test func matchesPyTorchOnAugmentedImages() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    var training = try #require(IDEC.profile("augmented", clusters: 3)).training
    #expect(training.augmentation == .small && training.pretraining.augmentation == .small)
    training.optimizer = .sgd(0.05)
    training.startIterations = 0
    (training.batchSize, training.updateInterval) = (4, 2)
    (training.maximumIterations, training.tolerance) = (4, 0)
    let autoencoder = try #require(context.pretrained)
    let centroids = given.centroids.tensor.requiringGradient()
    var state = SelfTraining.State(
      autoencoder: autoencoder, centroids: centroids,
      optimizer: Optimizer(training.optimizer, for: autoencoder.parameters + [centroids]),
      assignments: [], startLabels: nil)
    for wanted in given.idec.losses {
      #expect(abs(training.advance(&state, context).loss - wanted) < 2e-5)
    }
    expect(state.autoencoder, equals: (given.idec.encoder, given.idec.decoder), "IDEC-DA")
    expect(
      state.centroids, equals: try #require(given.idec.centroids), within: 2e-5, "centroids")
  }

  private func settings(_ example: TrainingGolden.SelfTrainingCase) -> SelfTraining {
    var training =
      example.reconstruction > 0 ? IDEC(clusters: 3).training : DEC(clusters: 3).training
    training.degreesOfFreedom = example.alpha
    training.optimizer =
      example.momentum.map { .sgd(example.rate, momentum: $0) } ?? .adam(example.rate)
    #expect(training.clusteringWeight == example.gamma)
    #expect(training.reconstructionWeight == example.reconstruction)
    training.forgetsMomentum = example.forgets
    training.trainsEncoder = !example.frozen
    training.startIterations = example.startIterations ?? 0
    (training.batchSize, training.updateInterval) = (4, 2)
    (training.maximumIterations, training.tolerance) = (4, 0)
    return training
  }

  /// The clusters of the last target are compared; the first has nothing to be compared with.
  @Test func stopsWhenFewSamplesChange() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var training = DEC(clusters: 3).training
    training.start = .kMeans
    training.optimizer = .sgd(1e-9)
    training.updateInterval = 2
    var state = training.begin(context)
    let first = training.advance(&state, context)
    #expect(first.changed == nil && first.stopReason == nil)
    let second = training.advance(&state, context)
    #expect(second.changed == 0)
    #expect(second.stopReason == "fewer than 0.1 % of the samples changed their cluster")
    // The step that stops does not train any more.
    #expect(state.progress.iteration == 2)
  }

  /// Batches towards the labels of the start are no clustering yet: the fit cannot end before one
  /// interval towards q's own target.
  @Test func theStartAloneDoesNotEndTheFit() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var training = DEC(clusters: 3).training
    training.start = .kMeans
    training.optimizer = .sgd(1e-9)
    (training.updateInterval, training.startIterations) = (2, 2)
    var state = training.begin(context)
    state.startLabels = given.labels
    var steps = 0
    while training.advance(&state, context).stopReason == nil { steps += 1 }
    #expect(steps == 2)
    #expect(state.progress.iteration == 4)
  }

  @Test func stopsAtTheLimitOfBatches() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var training = DEC(clusters: 3).training
    (training.tolerance, training.updateInterval, training.maximumIterations) = (0, 4, 6)
    let method = DEC(training: training)
    #expect(method.plannedSteps(context) == 2)
    var state = method.begin(context)
    #expect(method.advance(&state, context).stopReason == nil)
    let report = method.advance(&state, context)
    #expect(report.stopReason == "the limit of 6 batches was reached")
    #expect(state.progress.iteration == 6 && method.stepsTaken(state) == 2)
  }

  @Test func theFrozenProfileLeavesTheEncoder() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var method = try #require(DEC.profile("frozen", clusters: 3))
    (method.training.updateInterval, method.training.maximumIterations) = (5, 5)
    method.training.optimizer = .sgd(0.5)
    var state = method.begin(context)
    let before = state.centroids.bits
    _ = method.advance(&state, context)
    expect(state.autoencoder, equals: (given.encoder, given.decoder), "untouched")
    #expect(state.centroids.bits != before)
  }

  /// Each pass holds every sample once, and any batch can be asked for.
  @Test func batchesCoverEveryPass() {
    func batches() -> BatchOrder {
      BatchOrder(rows: 10, batchSize: 4, seed: Seed(3), name: "test")
    }
    func rows(_ order: BatchOrder, _ batch: Int) -> [Int64] { order[batch].scalars() }
    let order = batches()
    let all = (0..<9).map { rows(order, $0) }
    #expect(all.map(\.count) == [4, 4, 2, 4, 4, 2, 4, 4, 2])
    let passes = stride(from: 0, to: 9, by: 3).map { Array(all[$0..<($0 + 3)].joined()) }
    #expect(passes.allSatisfy { $0.sorted() == Array(0..<10) })
    #expect(Set(passes).count == 3)
    #expect(rows(batches(), 7) == all[7] && rows(order, 1) == all[1])
  }
}
