// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct PretrainingTests {
  private func settings(_ example: TrainingGolden.PretrainingCase) -> Pretraining {
    var settings = Pretraining()
    settings.layout = AutoencoderLayout(hidden: [5], latent: 2)
    settings.layerwiseIterations = example.layerwiseIterations
    (settings.epochs, settings.minimumIterations, settings.batchSize) = (1, 0, 4)
    settings.loss = example.loss
    settings.optimizer = .sgd(0.1, momentum: 0.9)
    settings.schedule = StepSchedule(every: 2, factor: 0.5)
    return settings
  }

  /// A pass over ten samples for each phase, in batches of 4, 4 and 2, by PyTorch; layer by layer
  /// with its dropout masks.
  @Test(arguments: 0..<3, [Compute.Path.plain, .fused])
  func matchesPyTorch(number: Int, path: Compute.Path) throws {
    let given = try TrainingGolden.load()
    let example = given.pretraining[number]
    let pretraining = settings(example)
    let context = given.context(Compute(path: path))
    var state = pretraining.begin(context)
    state.autoencoder = given.autoencoder(context.compute)
    for (pass, wanted) in example.losses.enumerated() {
      let report = pretraining.advance(&state, context)
      #expect(abs(report.loss - wanted) < 2e-5, "case \(number), pass \(pass)")
      #expect(report.losses == ["reconstruction": report.loss])
      #expect((report.stopReason != nil) == (pass == example.losses.count - 1))
    }
    expect(state.autoencoder, equals: (example.encoder, example.decoder), "case \(number)")
  }

  /// Seven batches for each of three layers are three passes, of which the last has one batch.
  @Test func phasesFollowEachOther() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var pretraining = Pretraining()
    pretraining.layout = AutoencoderLayout(hidden: [5, 4], latent: 2)
    (pretraining.layerwiseIterations, pretraining.batchSize) = (7, 4)
    (pretraining.epochs, pretraining.minimumIterations) = (2, 4)
    pretraining.optimizer = .sgd(0.01, momentum: 0.9)
    #expect(pretraining.plannedSteps(context) == 3 * 3 + 2)
    var state = pretraining.begin(context)
    var phases: [Int] = []
    var changed: [[Bool]] = []
    while true {
      phases.append(state.progress.phase)
      let before = weights(state.autoencoder)
      let report = pretraining.advance(&state, context)
      changed.append(zip(before, weights(state.autoencoder)).map { $0 != $1 })
      guard let reason = report.stopReason else { continue }
      #expect(reason == "all planned passes were made")
      break
    }
    #expect(phases == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3])
    #expect(pretraining.stepsTaken(state) == 11)
    // The encoder's layers 0, 1, 2, then the decoder's 0, 1, 2: layer i learns with its mirror.
    #expect(changed[0] == [true, false, false, false, false, true])
    #expect(changed[4] == [false, true, false, false, true, false])
    #expect(changed[8] == [false, false, true, true, false, false])
    #expect(changed[10] == [true, true, true, true, true, true])
  }

  private func weights(_ network: Autoencoder) -> [[UInt32]] {
    (network.encoder + network.decoder).map { $0.weight.bits + $0.bias.bits }
  }

  @Test func fewSamplesGetMorePasses() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var pretraining = Pretraining()
    (pretraining.epochs, pretraining.minimumIterations, pretraining.batchSize) = (5, 100, 4)
    #expect(pretraining.plannedSteps(context) == 34)
    pretraining.epochs = 50
    #expect(pretraining.plannedSteps(context) == 50)
    // 10 samples are a batch of 256: 4 layers of 50,000 batches, then 100,000.
    #expect(Pretraining.paper.plannedSteps(context) == 300_000)
  }

  /// A step at a time, with a state that is stored and restored between any two.
  @Test(arguments: [0, 4])
  func goesOnFromAnArchive(layerwise: Int) throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var pretraining = Pretraining()
    pretraining.layout = AutoencoderLayout(hidden: [5], latent: 2)
    (pretraining.layerwiseIterations, pretraining.batchSize) = (layerwise, 4)
    (pretraining.epochs, pretraining.minimumIterations) = (3, 0)
    pretraining.optimizer = .adam(0.01)
    (pretraining.corruption, pretraining.dropout) = (0.3, 0.2)
    var whole = pretraining.begin(context)
    while pretraining.advance(&whole, context).stopReason == nil {}
    var state = pretraining.begin(context)
    while pretraining.advance(&state, context).stopReason == nil {
      var archive = Archive()
      pretraining.store(state, in: &archive)
      state = try pretraining.restore(from: archive, context)
    }
    #expect(weights(state.autoencoder) == weights(whole.autoencoder))
  }

  /// Denoising: the mean of what is seen is that of holes, not enlarged.
  @Test func corruptionMakesHoles() {
    let ones = Tensor(repeating: 1, shape: [64, 32])
    var pretraining = Pretraining()
    pretraining.layout = AutoencoderLayout(hidden: [], latent: 1)
    (pretraining.epochs, pretraining.minimumIterations) = (1, 0)
    (pretraining.corruption, pretraining.optimizer) = (0.75, .sgd(1e-12))
    let context = FitContext(data: ones, seed: Seed(4))
    var state = pretraining.begin(context)
    func set(_ layer: Linear, _ value: Double, bias: Double) {
      withoutGradients {
        layer.weight.assign(Tensor(repeating: value, shape: layer.weight.shape))
        layer.bias.assign(Tensor(repeating: bias, shape: layer.bias.shape))
      }
    }
    // The code is the mean of the 32 inputs, the output the code: ‖1 − m‖² with m ≈ ¼.
    set(state.autoencoder.encoder[0], 1.0 / 32, bias: 0)
    set(state.autoencoder.decoder[0], 1, bias: 0)
    let loss = pretraining.advance(&state, context).loss
    #expect(abs(loss - 0.5625) < 0.05)
  }

  /// Values that no rate is small enough for.
  @Test func trainingThatGoesOnDivergingEnds() {
    let data = Tensor(repeating: 1e18, shape: [8, 4])
    var pretraining = Pretraining()
    pretraining.layout = AutoencoderLayout(hidden: [4], latent: 2)
    pretraining.optimizer = .sgd(1, momentum: 0.9)
    (pretraining.epochs, pretraining.minimumIterations) = (3, 0)
    let context = FitContext(data: data, seed: Seed(1))
    var state = pretraining.begin(context)
    var reports: [StepReport] = []
    while reports.count < 100 && reports.last?.stopReason == nil {
      reports.append(pretraining.advance(&state, context))
    }
    let reason = "the loss is not a number any more: try a smaller learning rate"
    #expect(reports.last?.stopReason == reason)
    #expect(reports.last?.loss.isFinite == false)
    #expect(reports.contains { $0.warning != nil })
  }

  /// Wide values at DEC-keras' rate: the training begins anew, and stores at which it goes on.
  @Test func trainingThatDivergesBeginsAnew() throws {
    let blobs = Blobs(rows: 128)
    let context = FitContext(data: blobs.tensor * 6, seed: Seed(1))
    var pretraining = Pretraining()
    pretraining.layout = AutoencoderLayout(hidden: [16], latent: 3)
    pretraining.optimizer = .sgd(1, momentum: 0.9)
    (pretraining.epochs, pretraining.minimumIterations, pretraining.batchSize) = (30, 0, 32)
    func train(storing: Bool) throws -> (Pretraining.State, [StepReport]) {
      var state = pretraining.begin(context)
      var reports: [StepReport] = []
      while reports.last?.stopReason == nil {
        reports.append(pretraining.advance(&state, context))
        guard storing else { continue }
        var archive = Archive()
        pretraining.store(state, in: &archive)
        state = try pretraining.restore(from: archive, context)
      }
      return (state, reports)
    }
    let (whole, reports) = try train(storing: false)
    #expect(reports.contains { $0.warning != nil })
    #expect(reports.last?.stopReason == "all planned passes were made")
    #expect(pretraining.stepsTaken(whole) == pretraining.plannedSteps(context))
    // Below the variance of the data, which a constant output would have.
    let variance = (context.data - context.data.mean(0, keeping: true)).squared().mean().item
    #expect((reports.last?.loss ?? .nan) < 0.5 * variance)
    let (pieces, again) = try train(storing: true)
    #expect(again == reports && weights(pieces.autoencoder) == weights(whole.autoencoder))
  }

  @Test func saturatingEncodersAreWarnedOf() {
    var pretraining = Pretraining()
    #expect(pretraining.warnings.isEmpty)
    pretraining.layout.activation = .sigmoid
    #expect(pretraining.warnings.count == 1 && pretraining.warnings[0].contains("sigmoid"))
    pretraining.layout.hidden = [10]
    #expect(pretraining.warnings.isEmpty)
  }
}
