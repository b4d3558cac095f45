// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct DCNTests {
  /// Two passes over ten samples in batches of four, by PyTorch with Nesterov's step written out and
  /// the centroids moved code by code.
  @Test(arguments: [Compute.Path.plain, .fused])
  func matchesPyTorch(path: Compute.Path) throws {
    let given = try TrainingGolden.load()
    let example = try JointTrainingGolden.load().dcn
    var method = DCN(clusters: 3)
    (method.batchSize, method.clusteringEpochs, method.firstCount) = (4, 2, 4)
    (method.reconstructionWeight, method.clusteringWeight) = (0.5, 2)
    method.startIterations = 0
    method.optimizer = .sgd(0.01, momentum: 0.9, nesterov: true)
    let context = given.context(Compute(path: path))
    let autoencoder = try #require(context.pretrained)
    var state = method.state(autoencoder, given.centroids.tensor, labels: given.labels)
    #expect(method.plannedSteps(context) == 2 && method.assignments(state) == given.labels)
    var before = given.labels
    for (step, wanted) in example.reports.enumerated() {
      let report = method.advance(&state, context)
      let name = Comment(rawValue: "step \(step)")
      #expect(abs((report.losses["clustering"] ?? 0) - wanted.clustering) < 1e-4, name)
      #expect(abs((report.losses["reconstruction"] ?? 0) - wanted.reconstruction) < 1e-4, name)
      #expect(abs(report.loss - 0.5 * wanted.reconstruction - 2 * wanted.clustering) < 2e-4, name)
      #expect(method.assignments(state) == wanted.assignments, name)
      #expect(report.changed == Double(zip(wanted.assignments, before).count { $0 != $1 }) / 10)
      #expect((report.stopReason == nil) == (step == 0), name)
      before = wanted.assignments
    }
    expect(state.autoencoder, equals: (example.encoder, example.decoder), "network")
    expect(state.centroids.means, equals: example.centers, within: 2e-5, "centroids")
    #expect(state.centroids.counts.scalars(as: Double.self) == example.counts)
  }

  /// The samples keep their first clusters for so many batches, and half of all at most, while the
  /// centroids follow them.
  @Test(arguments: [(4, 50), (1000, 2)])
  func theStartIsHeldAtFirst(startIterations: Int, passes: Int) throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var method = DCN(clusters: 3)
    (method.batchSize, method.startIterations, method.clusteringEpochs) = (
      4, startIterations, passes
    )
    let autoencoder = try #require(context.pretrained)
    var state = method.state(autoencoder, given.centroids.tensor, labels: given.labels)
    // A pass has three batches: the third or fourth of all is the last that is held.
    #expect(method.advance(&state, context).changed == 0)
    #expect(state.assignments == given.labels && state.iteration == 3)
    #expect(state.centroids.means.bits != given.centroids.tensor.bits)
    #expect(method.advance(&state, context).changed ?? 0 > 0)
  }

  /// The usual profile begins from the same network as DEC, and can share it.
  @Test func theUsualPretrainingIsTheSharedOne() throws {
    #expect(DCN(clusters: 7).pretraining == DEC(clusters: 7).pretraining)
    let paper = try #require(DCN.profile("paper", clusters: 7))
    #expect(paper.start == .kMeans && paper.network.layerwiseIterations == 68_500)
    #expect(paper.network.optimizer.nesterov && paper.network.dropout == 0)
    #expect(paper.optimizer == .sgd(1e-4, momentum: 0.9, nesterov: true))
  }
}
