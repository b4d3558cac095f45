// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct DeepClusterTests {
  private func small() -> DeepCluster {
    var method = DeepCluster(clusters: 2)
    (method.pseudoClasses, method.features, method.components) = (4, 2, 2)
    (method.filters, method.batchSize, method.epochs) = ([3, 4], 4, 3)
    method.minimumIterations = 0
    method.optimizer = .adam(0.01)
    return method
  }

  private func state(_ method: DeepCluster, _ context: FitContext) throws -> DeepCluster.State {
    let network = Autoencoder(encoder: try #require(context.pretrained).encoder, decoder: [])
    return DeepCluster.State(
      network: network, optimizer: Optimizer(method.optimizer, for: network.encoderParameters))
  }

  /// A pass over ten images of four pseudo-classes, by PyTorch.
  @Test func matchesPyTorch() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    let method = small()
    var state = try state(method, context)
    (state.pseudoLabels, state.steps) = (given.deepCluster.labels, 1)
    let sample = DeepCluster.uniformSample(
      state.pseudoLabels, count: 10, using: context.seed.generator("pseudo-class sample", 1))
    #expect(sample == given.deepCluster.sample)
    #expect(abs(method.pass(&state, context) - given.deepCluster.loss) < 2e-5)
    expect(state.network, equals: (given.deepCluster.encoder, []), "network")
  }

  /// 90 samples of one pseudo-class and 10 of another are drawn 51 times each, and one is cut.
  @Test func pseudoClassesAreDrawnAlike() {
    let labels = [Int](repeating: 3, count: 90) + [Int](repeating: 8, count: 10)
    let sample = DeepCluster.uniformSample(labels, count: 100, using: Generator(seed: 2))
    #expect(sample.count == 100)
    let large = sample.filter { $0 < 90 }
    #expect((49...51).contains(large.count) && Set(large).count == large.count)
    #expect(Set(sample.filter { $0 >= 90 }).count > 7)
    // 501 of each, and two are cut.
    let more = DeepCluster.uniformSample(labels, count: 1_000, using: Generator(seed: 2))
    #expect(more.count == 1_000 && (499...501).contains(more.count { $0 < 90 }))
  }

  /// Ten images in batches of four are three batches; of 24 in three epochs each has eight.
  @Test func fewImagesAreDrawnSeveralTimesInAnEpoch() throws {
    let context = try ImagesGolden.load().context(.plain)
    for (minimum, wanted) in [(0, 3), (9, 3), (22, 8), (24, 8)] {
      var method = small()
      method.minimumIterations = minimum
      var state = try method.begin(context)
      _ = method.advance(&state, context)
      #expect(state.optimizer.steps == wanted, "\(minimum)")
    }
    let usual = DeepCluster(clusters: 10)
    // MNIST is passed over as without a minimum; of digits an epoch has 67 batches.
    #expect(usual.samplesOfEpoch(70_000) == 70_000)
    #expect(usual.samplesOfEpoch(1_797) == 67 * 256)
    #expect(usual.samplesOfEpoch(100) == 67 * 100)
  }

  @Test func saysWhenNothingWasLearned() throws {
    let context = try ImagesGolden.load().context(.plain)
    var method = small()
    (method.optimizer, method.topOptimizer) = (.sgd(1e-12), .sgd(1e-12))
    var state = try method.begin(context)
    let reports = (0..<3).map { _ in method.advance(&state, context) }
    #expect(reports[0].warning == nil && reports[1].warning == nil)
    #expect(reports[2].warning?.contains("has not learned the 4 pseudo-classes") == true)
    // The top layer of a last epoch that is long enough learns.
    (method.optimizer, method.topOptimizer) = (.adam(0.01), .adam(0.01))
    (method.epochs, method.minimumIterations, method.features) = (1, 300, 16)
    state = try method.begin(context)
    let learned = method.advance(&state, context)
    #expect(learned.stopReason != nil && learned.warning == nil)
  }

  /// Whitened features have the identity as covariance, before they are scaled to length one.
  @Test func featuresAreWhitenedAndOfUnitLength() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    let network = try state(small(), context).network
    let rows = Generator(seed: 6).normal(shape: [200, 180])
    let found = FeatureClusters(
      of: rows, by: network, components: 2, kMeans: KMeans(clusters: 4), clusters: 2,
      seed: Seed(1))
    var whitening = found.network
    whitening.hasUnitCodes = false
    let codes = whitening.embedding(of: rows)
    let covariance = codes.transposed().matmul(codes) / 199
    expect(
      covariance, equals: GoldenTensor(shape: [2, 2], values: [1, 0, 0, 1]), within: 1e-4,
      "covariance")
    #expect(codes.mean(0).magnitude().max().item < 1e-5)
    let lengths = found.network.embedding(of: rows).squared().sum(1)
    #expect((lengths - 1).magnitude().max().item < 1e-5)
    // Each of the four centroids belongs to one of the two clusters.
    #expect(Set(found.groups) == [0, 1] && found.groups.count == 4)
    #expect(found.assignments == found.labels.map { found.groups[$0] })
  }

  /// Two bars, twenty long and three apart: by the distances of their pieces they would be cut across.
  @Test func piecesAreMergedWhereSamplesLieBetweenThem() {
    let n = 4_000
    let values = (0..<n).flatMap { row -> [Float] in
      [Float(row / 2) * 20 / Float(n / 2), row.isMultiple(of: 2) ? 0 : 3]
    }
    let pieces: [Float] =
      (0..<20).flatMap { [Float($0) + 0.5, 0, Float($0) + 0.5, 3] } + [500, 500]
    let found = FeatureClusters.merged(
      Tensor(values, shape: [n, 2]), Tensor(pieces, shape: [41, 2]), 2, Seed(1))
    #expect(found.labels.count == n && found.groups.count == 41)
    let clusters = found.labels.map { found.groups[$0] }
    #expect(Scores(predicted: clusters, labels: (0..<n).map { $0 % 2 }).acc == 1)
  }

  @Test func onePieceAClusterIsLeftAlone() {
    let rows = Tensor([0, 1, 9, 10] as [Float], shape: [4, 1])
    let alone = FeatureClusters.merged(
      rows, Tensor([0.5, 9.5] as [Float], shape: [2, 1]), 2, Seed(1))
    #expect(alone.labels == [0, 0, 1, 1] && alone.groups == [0, 1])
    let joined = FeatureClusters.merged(
      rows, Tensor([0.5, 9.5] as [Float], shape: [2, 1]), 1, Seed(1))
    #expect(joined.groups == [0, 0])
  }

  /// Six pairs of points in the corners of three far places: six pieces of the graph, three clusters.
  @Test func piecesOfMorePartsThanClustersAreJoinedByDistance() {
    let pieces: [Float] = [
      0, 0, 1, 0, 50, 0, 51, 0, 0, 50, 1, 50, 0, 5, 1, 5, 50, 5, 51, 5, 0, 55, 1, 55,
    ]
    let rows = (0..<1200).flatMap { row -> [Float] in
      let piece = row % 12
      return [pieces[2 * piece] + Float(row % 7) / 100, pieces[2 * piece + 1]]
    }
    let found = FeatureClusters.merged(
      Tensor(rows, shape: [1200, 2]), Tensor(pieces, shape: [12, 2]), 3, Seed(1))
    #expect([0, 1, 6, 7].map { found.groups[$0] }.allSatisfy { $0 == found.groups[0] })
    #expect([2, 3, 8, 9].map { found.groups[$0] }.allSatisfy { $0 == found.groups[2] })
    #expect([4, 5, 10, 11].map { found.groups[$0] }.allSatisfy { $0 == found.groups[4] })
    #expect(Set(found.groups).count == 3)
  }

  /// K′ of 100 takes the other way to the eigenvectors than K′ of 40.
  @Test func aHundredPiecesOfThreeRingsAreMergedToTheRings() {
    let n = 9_000
    let angles = (0..<n).map { Double($0 / 3) / Double(n / 3) * 2 * .pi }
    let values = (0..<n).flatMap { row -> [Float] in
      let radius = Double(row % 3 + 1)
      return [Float(radius * cos(angles[row])), Float(radius * sin(angles[row]))]
    }
    let rows = Tensor(values, shape: [n, 2])
    let pieces = KMeans(clusters: 100).cluster(rows, seed: Seed(2)).centroids
    let found = FeatureClusters.merged(rows, pieces, 3, Seed(1))
    let clusters = found.labels.map { found.groups[$0] }
    #expect((Scores(predicted: clusters, labels: (0..<n).map { $0 % 3 }).acc ?? 0) > 0.99)
  }

  /// Several centroids make one cluster, and go with the model into its file.
  @Test func theMergedModelSurvivesAnArchive() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    let method = small()
    let state = try method.begin(context)
    let model = method.finish(state, context)
    #expect(model.parts?.centroids.shape == [4, 2] && model.centroids.shape == [2, 2])
    #expect(Set(model.assignments) == [0, 1])
    #expect(model.assignments(for: context.data) == model.assignments)
    #expect(model.decodedCentroids() == nil)
    var archive = Archive()
    model.store(in: &archive)
    let read = try CentroidModel(from: archive)
    #expect(read.assignments(for: context.data) == model.assignments)
    #expect(read.parts?.clusters == model.parts?.clusters)
    #expect(read.embedding(of: context.data).bits == model.embedding(of: context.data).bits)
  }

  @Test func tellsOccupancyAndAgreement() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    let method = small()
    var state = try method.begin(context)
    let first = method.advance(&state, context)
    #expect(first.measures["occupancy"] == 1 && first.measures["agreement"] == nil)
    let second = method.advance(&state, context)
    #expect((0...1).contains(try #require(second.measures["agreement"])))
    #expect(method.advance(&state, context).stopReason == "the limit of 3 epochs was reached")
  }

  @Test func refusesTooFewPseudoClasses() throws {
    let context = try ImagesGolden.load().context(.plain)
    var method = small()
    method.pseudoClasses = 1
    let error = refusal { try method.begin(context) }
    #expect(error?.kind == .usage && error?.description.contains("pseudoClasses") == true)
    method.pseudoClasses = 5000
    #expect(refusal { try method.begin(context) }?.description.contains("at most 4096") == true)
    method.pseudoClasses = 11
    #expect(refusal { try method.begin(context) }?.description.contains("only 10 rows") == true)
    method = small()
    method.components = 51
    #expect(refusal { try method.begin(context) }?.description.contains("components") == true)
  }

  /// Points that occur several times, by SciPy.
  @Test func wardMatchesSciPy() throws {
    let given = try ImagesGolden.load().ward
    for (labels, count) in zip(given.labels, [1, 3, 6]) {
      let tree = WardGroups.tree(given.points.tensor, weights: given.weights)
      #expect(tree.labels(clusters: count) == labels)
    }
  }
}
