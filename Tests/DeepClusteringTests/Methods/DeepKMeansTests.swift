// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct DeepKMeansTests {
  /// Two passes over ten samples in batches of four, by PyTorch: DKM^p, and DKM^a with another λ.
  @Test(arguments: 0..<2, [Compute.Path.plain, .fused])
  func matchesPyTorch(number: Int, path: Compute.Path) throws {
    let given = try TrainingGolden.load()
    let example = try JointTrainingGolden.load().deepKMeans[number]
    var method = DeepKMeans(clusters: 3)
    method.batchSize = 4
    method.optimizer = .adam(0.01)
    method.clusteringWeight = example.weight
    method.alphaSchedule = AlphaSchedule()
    (method.alphaSchedule.first, method.alphaSchedule.count) = (example.alphas[0], 2)
    method.alphaSchedule.epochsEach = 1
    method.alphaSchedule.anneals = example.alphas[0] != example.alphas[1]
    let context = given.context(Compute(path: path))
    let autoencoder = try #require(context.pretrained)
    var state = method.state(autoencoder, given.centroids.tensor)
    #expect(method.plannedSteps(context) == 2 && method.assignments(state) == nil)
    for (step, wanted) in example.reports.enumerated() {
      let report = method.advance(&state, context)
      let name = Comment(rawValue: "case \(number), step \(step)")
      #expect(abs((report.losses["clustering"] ?? 0) - wanted.clustering) < 1e-4, name)
      #expect(abs((report.losses["reconstruction"] ?? 0) - wanted.reconstruction) < 1e-4, name)
      let loss = wanted.reconstruction + example.weight * wanted.clustering
      #expect(abs(report.loss - loss) < 1e-4, name)
      #expect(method.assignments(state) == wanted.assignments, name)
      #expect((report.changed == nil) == (step == 0), name)
      #expect((report.stopReason == nil) == (step == 0), name)
    }
    expect(state.autoencoder, equals: (example.encoder, example.decoder), "case \(number)")
    expect(state.centroids, equals: example.centers, within: 2e-5, "case \(number): centres")
    #expect(method.finish(state, context).assignments == example.reports[1].assignments)
  }

  /// While the clusters of the start are held, L_c is the distance to their centres, however far; for
  /// half of all batches at most.
  @Test(arguments: [(1, 50), (1000, 2)])
  func holdsTheClustersOfTheStart(startIterations: Int, passes: Int) throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    let autoencoder = try #require(context.pretrained)
    let labels = (0..<context.rows).map { $0 % 3 }
    let distances = autoencoder.embedding(of: context.data)
      .squaredDistances(to: given.centroids.tensor).scalars(as: Double.self)
    let mean = labels.enumerated().reduce(0) { $0 + distances[3 * $1.offset + $1.element] } / 10
    var method = DeepKMeans(clusters: 3)
    (method.batchSize, method.startIterations) = (10, startIterations)
    method.alphaSchedule = .constant(1000, epochs: passes)
    var state = method.state(autoencoder, given.centroids.tensor, labels: labels)
    let held = try #require(method.advance(&state, context).losses["clustering"])
    #expect(abs(held - mean) < 1e-4 * mean)

    let others = state.autoencoder.embedding(of: context.data)
      .squaredDistances(to: state.centroids.detached()).scalars(as: Double.self)
    let cost = (0..<10).reduce(0) { $0 + others[(3 * $1)..<(3 * $1 + 3)].min()! } / 10
    let free = try #require(method.advance(&state, context).losses["clustering"])
    #expect(abs(free - cost) < 1e-3 * cost && abs(cost - mean) > 0.01 * mean)
  }

  /// The assignments after a step are those of the network and centres that it left.
  @Test func assignmentsAreFresh() throws {
    let given = try TrainingGolden.load()
    let context = given.context(.plain)
    var method = DeepKMeans(clusters: 3)
    method.start = .random
    (method.network.layout.hidden, method.batchSize) = ([5], 2)
    method.optimizer = .adam(0.1)
    var state = method.begin(context)
    var changes: [Double] = []
    var before: [Int]?
    for _ in 0..<10 {
      let report = method.advance(&state, context)
      let codes = state.autoencoder.embedding(of: context.data)
      let labels = try #require(method.assignments(state))
      #expect(labels == bruteNearest(codes, state.centroids.detached()))
      if let before {
        let changed = Double(zip(labels, before).count { $0 != $1 }) / 10
        #expect(report.changed == changed)
        changes.append(changed)
      }
      before = labels
    }
    #expect(changes.contains { $0 > 0 })
  }

  /// K codes, unless they are set otherwise; the annealed profile draws its own network.
  @Test func theAnnealedProfileNeedsNoPretraining() throws {
    let method = try #require(DeepKMeans.profile("annealed", clusters: 4))
    #expect(method.pretraining == nil && method.trainsNetwork)
    #expect(method.alphaSchedule == AlphaSchedule() && method.alphaSchedule.epochs == 200)
    let context = FitContext(data: Blobs(rows: 30).tensor, seed: Seed(5))
    let state = method.begin(context)
    #expect(state.centroids.shape == [4, 4])
    let values: [Double] = state.centroids.scalars()
    #expect(values.allSatisfy { (-1..<1).contains($0) } && Set(values).count == 16)
    let again = method.begin(FitContext(data: context.data, seed: Seed(6)))
    #expect(again.centroids.bits != state.centroids.bits)
    #expect(again.autoencoder.parameters[0].bits != state.autoencoder.parameters[0].bits)
    let usual = try #require(DeepKMeans.profile("pretrained", clusters: 4))
    #expect(usual.start == .kMeans && usual.pretraining?.epochs == 50)
    #expect(usual.pretraining?.layout.latent == 4)
    #expect(usual.alphaSchedule.values == [1000] && usual.alphaSchedule.epochs == 100)
  }

  /// Without a pretraining too, convolutions look at images.
  @Test func aTableIsRefusedByConvolutions() throws {
    var method = try #require(DeepKMeans.profile("annealed", clusters: 2))
    method.network.layout.kind = .convolutional
    let table = Dataset(name: "t", values: (0..<40).map { Float($0) }, rows: 10, columns: 4)
    #expect(refusal { try method.fit(table) }?.description.contains("needs images") == true)
  }

  /// The contract suite tries the default profile; this one has another beginning.
  @Test func theAnnealedProfileFindsClustersAndResumes() throws {
    var method = try #require(DeepKMeans.profile("annealed", clusters: 3))
    method.network.layout.hidden = [16]
    // The reconstruction of eight columns is small beside what λ = 1 is meant for.
    (method.batchSize, method.clusteringWeight) = (32, 0.1)
    let blobs = Blobs(rows: 300)
    let context = FitContext(data: blobs.tensor, seed: Seed(3), compute: Compute(path: .fused))
    var state = method.begin(context)
    var archive = Archive()
    while method.advance(&state, context).stopReason == nil {
      if method.stepsTaken(state) == 65 { method.store(state, in: &archive) }
    }
    let model = method.finish(state, context)
    #expect(blobs.accuracy(model.assignments) >= 0.95)
    var resumed = try method.restore(from: archive, context)
    #expect(method.stepsTaken(resumed) == 65 && resumed.assignments?.count == 300)
    while method.advance(&resumed, context).stopReason == nil {}
    #expect(method.stepsTaken(resumed) == 200)
    let again = method.finish(resumed, context)
    #expect(again.centroids.bits == model.centroids.bits)
    #expect(again.assignments == model.assignments)
  }

  /// Two centres in one blob and none in another stay so by gradients alone.
  ///
  /// The graph of the codes tells the blobs apart. Goes on from before and from within the passes after.
  @Test func newCentersAfterTheAnnealingFindAClassWithoutOne() throws {
    let blobs = Blobs(rows: 300)
    let context = FitContext(data: blobs.tensor, seed: Seed(3), compute: Compute(path: .fused))
    var method = try #require(DeepKMeans.profile("annealed-graph", clusters: 3))
    #expect(method.reclusteringEpochs == 50 && method.clusteringWeight == 0.1)
    method.network.layout.hidden = [16]
    (method.batchSize, method.reclusteringEpochs, method.startIterations) = (32, 4, 15)
    #expect(method.plannedSteps(context) == 204)
    var plain = method
    plain.reclusteringEpochs = 0
    var state = plain.begin(context)
    while plain.advance(&state, context).stopReason == nil {}
    let codes = state.autoencoder.embedding(of: context.data)
    let first = (0..<3).map { label in blobs.labels.firstIndex(of: label)! }
    let bad = codes.rows(at: Tensor([first[0], first[0], first[1]].map(Int64.init), shape: [3]))
    state = plain.state(state.autoencoder, bad + Tensor([0, 0.1, 0] as [Float], shape: [3, 1]))
    state.epochs = 199
    let stuck = plain.advance(&state, context)
    #expect(stuck.stopReason != nil)
    #expect(blobs.accuracy(try #require(plain.assignments(state))) < 0.8)

    var archives = [Archive(), Archive()]
    method.store(state, in: &archives[0])
    var stops: [String?] = []
    while stops.last.map({ $0 == nil }) ?? true {
      stops.append(method.advance(&state, context).stopReason)
      if stops.count == 1 { method.store(state, in: &archives[1]) }
    }
    #expect(stops.count == 4)
    let model = method.finish(state, context)
    #expect(blobs.accuracy(model.assignments) >= 0.95)
    for archive in archives {
      var resumed = try method.restore(from: archive, context)
      while method.advance(&resumed, context).stopReason == nil {}
      #expect(method.finish(resumed, context).centroids.bits == model.centroids.bits)
    }
  }

  @Test func anEmptyScheduleIsRefused() {
    for name in ["count", "epochsEach", "first"] {
      let error = refusal {
        try Hyperparameters.setting([name: .integer(0)], of: DeepKMeans(clusters: 3))
      }
      #expect(error?.kind == .usage)
      #expect(error?.description.contains("alphaSchedule.\(name)") == true)
    }
  }
}
