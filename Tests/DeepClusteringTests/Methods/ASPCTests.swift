// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ASPCTests {
  private func small() -> ASPC {
    var method = ASPC(clusters: 3)
    method.optimizer = .adam(0.01)
    (method.epochs, method.batchSize, method.tolerance) = (3, 4, 0)
    return method
  }

  private func state(_ method: ASPC, _ given: ImagesGolden, _ context: FitContext) throws
    -> ASPC.State
  {
    let autoencoder = try #require(context.pretrained)
    return ASPC.State(
      autoencoder: autoencoder, centroids: given.centroids.tensor,
      optimizer: Optimizer(method.optimizer, for: autoencoder.encoderParameters),
      assignments: given.labels)
  }

  /// Two epochs of three on a convolutional network and augmented images, by PyTorch.
  @Test func matchesPyTorch() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    let method = small()
    var state = try state(method, given, context)
    for (epoch, wanted) in given.aspc.losses.enumerated() {
      let report = method.advance(&state, context)
      #expect(abs(report.loss - wanted) < 2e-5 * (1 + wanted))
      #expect(report.losses == ["clustering": report.loss])
      #expect(report.measures["selected"] == Double(given.aspc.selected?[epoch] ?? 0) / 10)
      #expect((report.changed == nil) == (epoch == 0) && report.stopReason == nil)
    }
    #expect(state.assignments == given.aspc.labels)
    expect(state.autoencoder, equals: (given.aspc.encoder, given.aspc.decoder), "network")
    // The centroids stay where they are.
    #expect(state.centroids.bits == given.centroids.tensor.bits)
    let last = method.advance(&state, context)
    #expect(last.stopReason == "the limit of 3 epochs was reached")
  }

  /// Mean 3, standard deviation 2: the bound is 3 at pace 0 and 5 at pace 1.
  @Test func farSamplesWait() {
    #expect(ASPC.easy([1, 5, 1, 5], pace: 0) == [0, 2])
    #expect(ASPC.easy([1, 5, 1, 5], pace: 1) == [0, 2])
    #expect(ASPC.easy([1, 5, 1, 5], pace: 1.01) == [0, 1, 2, 3])
    #expect(ASPC.easy([2, 2, 2], pace: 0) == [0, 1, 2])
  }

  @Test func stopsWhenFewSamplesChange() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    var method = small()
    (method.optimizer, method.tolerance, method.start) = (.adam(1e-9), 1e-3, .kMeans)
    var state = method.begin(context)
    let first = method.advance(&state, context)
    #expect(first.changed == nil && first.stopReason == nil)
    let before = state.autoencoder.parameters.map(\.bits)
    let second = method.advance(&state, context)
    #expect(second.changed == 0)
    #expect(second.stopReason == "fewer than 0.1 % of the samples changed their cluster")
    // The step that stops does not train any more.
    #expect(state.autoencoder.parameters.map(\.bits) == before)
  }

  /// Three batches an epoch: the labels of the graph serve for two epochs, and half of all at most.
  ///
  /// Few samples are selected at first, so half of all is more epochs than two.
  @Test(arguments: [(4, 10, 2), (1000, 4, 3)])
  func theLabelsOfTheGraphAreKeptAtFirst(startIterations: Int, epochs: Int, kept: Int) throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    var method = small()
    (method.startIterations, method.epochs) = (startIterations, epochs)
    var state = try state(method, given, context)
    state.progress.beginsWithGraph = true
    var isKept: [Bool] = []
    for _ in 0..<4 {
      let report = method.advance(&state, context)
      isKept.append(state.assignments == given.labels)
      #expect((report.changed == nil) == isKept.last)
    }
    #expect(isKept == (0..<4).map { $0 < kept })
  }

  @Test func refusesTables() throws {
    let table = try Dataset(values: Blobs(rows: 60).values, columns: 8)
    for method in [ASPC(clusters: 3), ASPC.profile("convolutional", clusters: 3)] {
      let error = refusal { try #require(method).fit(table) }
      #expect(error?.kind == .data)
      #expect(error?.description.contains("height") == true, "\(error?.description ?? "")")
    }
    // Without convolutions and augmentation any rows will do.
    var plain = ASPC(clusters: 3)
    (plain.augmentation, plain.network.augmentation) = (.none, .none)
    #expect(!plain.needsImages)
    plain.network.layout = AutoencoderLayout(hidden: [16], latent: 3)
    (plain.network.epochs, plain.network.minimumIterations) = (5, 100)
    #expect(try plain.fit(table).assignments.count == 60)
  }
}
