// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct DeepDPMTests {
  /// A schedule for tests: a change every ten epochs, and larger steps to be ready for it.
  private func quick(_ clusters: Int) -> DeepDPM {
    var method = DeepDPM(clusters: clusters)
    (method.firstEstimate, method.firstParts, method.firstChange) = (5, 10, 15)
    (method.changeInterval, method.restAfterChange, method.maximumEpochs) = (10, 2, 150)
    (method.learningRate, method.partLearningRate) = (5e-3, 1e-2)
    return method
  }

  private func fit(
    _ method: DeepDPM, _ rows: Tensor, _ seed: Seed = Seed(1)
  ) throws -> (ClusterNetworkModel, [StepReport]) {
    let context = FitContext(data: rows, seed: seed)
    var state = try method.begin(context)
    var reports: [StepReport] = []
    while reports.last?.stopReason == nil { reports.append(method.advance(&state, context)) }
    return (method.finish(state, context), reports)
  }

  @Test func fifteenGaussiansAreFoundFromOne() throws {
    let data = try Dataset.load("fifteen-gaussians")
    let rows = Tensor(data.values, shape: [data.rows, 2])
    let (model, reports) = try fit(quick(1), rows)
    #expect(reports[0].measures["clusters"] == 1)
    #expect(Set(model.assignments) == Set(0..<15))
    let labels = try #require(data.labels)
    #expect(Scores(predicted: model.assignments, labels: labels).acc ?? 0 >= 0.99)
    #expect(reports.flatMap(\.measures.keys).count { $0.hasPrefix("split ") } >= 14)
  }

  /// From three clusters some of the first parts are poor ones: they are looked for anew.
  @Test(arguments: [2, 3]) func fifteenGaussiansAreFoundFromThree(seed: UInt64) throws {
    let data = try Dataset.load("fifteen-gaussians")
    let rows = Tensor(data.values, shape: [data.rows, 2])
    let (model, _) = try fit(DeepDPM(clusters: 3), rows, Seed(seed))
    #expect(Set(model.assignments) == Set(0..<15))
  }

  @Test(arguments: [1, 12]) func threeBlobsAreFoundFromFewAndFromMany(start: Int) throws {
    let blobs = Blobs(rows: 900, columns: 3)
    let (model, reports) = try fit(quick(start), blobs.tensor)
    #expect(Set(model.assignments).count == 3)
    #expect(blobs.accuracy(model.assignments) >= 0.99)
    #expect(reports[0].measures["clusters"] == Double(start))
    let events = reports.flatMap(\.measures.keys)
    #expect(
      events.contains {
        start < 3 ? $0.hasPrefix("split ") : $0.hasPrefix("merge ") || $0 == "dropped"
      })
  }

  /// In an epoch of three batches the networks would not follow a split.
  @Test func fewSamplesComeInSmallBatches() throws {
    let method = DeepDPM(clusters: 1)
    #expect([10_000, 8_960, 1_797, 300].map(method.batch) == [128, 128, 26, 8])
    var generator = SplitMix64(seed: 3)
    let centers: [(Float, Float)] = [(0, 0), (9, 2), (3, 12), (24, 5), (17, 20)]
    let labels = (0..<300).map { $0 % 5 }
    let values = labels.flatMap { label -> [Float] in
      let noise = (Float(generator.nextGaussian()), Float(generator.nextGaussian()))
      return [centers[label].0 + noise.0, centers[label].1 + noise.1]
    }
    let (model, _) = try fit(method, Tensor(values, shape: [300, 2]))
    #expect(Scores(predicted: model.assignments, labels: labels).acc == 1)
  }

  /// Eight small clusters in a zigzag: two halves of four gain nothing.
  @Test func theOnlyClusterMayBeCutUnequally() throws {
    var generator = SplitMix64(seed: 4)
    let labels = (0..<480).map { $0 % 8 }
    let values = labels.flatMap { label -> [Float] in
      let center: [Float] = [Float(40 * label), [0, 50, 100, 0][label % 4], 0]
      return center.map { $0 + Float(generator.nextGaussian()) }
    }
    let (model, reports) = try fit(DeepDPM(clusters: 1), Tensor(values, shape: [480, 3]))
    #expect(reports[0].measures["clusters"] == 1)
    #expect(Scores(predicted: model.assignments, labels: labels).acc == 1)
  }

  /// Of many rows twice as many have a prior of twice the scatter, unless it is set.
  @Test func thePriorGrowsWithTheRows() {
    var method = DeepDPM(clusters: 1)
    func scale(_ rows: Int) -> Double {
      method.prior(of: Tensor(repeating: 0, shape: [rows, 2])).scale
    }
    #expect(abs(scale(70_000) - 0.04) < 1e-15 && abs(scale(35_000) - 0.02) < 1e-15)
    #expect(scale(300) == 0.005)
    method.scaling = .rows
    #expect(scale(300) == 0.005 && scale(70_000) == 0.005)
    method.priorScale = 0.25
    #expect(scale(300) == 0.25 && scale(70_000) == 0.25)
    #expect(method.prior(of: Tensor(repeating: 0, shape: [9, 5])).degreesOfFreedom == 7)
  }

  @Test func splittingThenMergingReturnsToTheSame() throws {
    let blobs = Blobs(rows: 400, clusters: 2, columns: 2)
    let settings = DeepDPM(clusters: 1)
    var mixture = SplittingMixture(
      blobs.tensor, scaling: RowScaling(.overall, of: blobs.tensor), settings: settings,
      seed: Seed(1))
    let before = mixture
    mixture.parts = mixture.halves(of: 0, settings)
    mixture.labels = blobs.labels.map(Int32.init)
    var generator = SplitMix64(seed: 1)
    mixture.split(0, settings, &generator)
    #expect(mixture.clusters == 2 && mixture.components.count == 2)
    #expect(mixture.parts?.count == 4)
    #expect(abs(mixture.components.weights.reduce(0, +) - 1) < 1e-12)
    // The halves of the two blobs together are the blobs.
    let means = Tensor(mixture.components.means.map(Float.init), shape: [2, 2])
    let spread = (means.slice(0..<1) - means.slice(1..<2)).squared().sum().item
    #expect(spread > 0.5)
    let moments = Moments.of(mixture.rows, around: mixture.origin)[0]
    mixture.merge(0, 1, keeping: 1, moments, settings, &generator)
    #expect(mixture.clusters == 1 && mixture.parts?.count == 2)
    #expect(mixture.network.top.weights == before.network.top.weights)
    #expect(mixture.labels == before.labels)
    let pairs =
      Array(zip(mixture.components.means, before.components.means))
      + Array(zip(mixture.components.covariances, before.components.covariances))
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-9 })
  }

  /// The two halves of one blob, that nothing asks to be apart, are merged for their ratio alone; two
  /// blobs are not.
  @Test func halvesOfOneClusterAreMergedAndTwoClustersAreNot() {
    for (blobs, merged) in [(1, true), (2, false)] {
      let rows = Blobs(rows: 400, clusters: blobs, columns: 2).tensor
      let settings = DeepDPM(clusters: 2)
      var mixture = SplittingMixture(
        rows, scaling: RowScaling(.overall, of: rows), settings: settings, seed: Seed(1))
      #expect(Set(mixture.labels) == [0, 1], "k-means finds two, neither of them empty")
      let outputs = mixture.network(mixture.rows, withParts: false)
      let measures = mixture.change(.merge, outputs, settings, Seed(1))
      #expect(measures["dropped"] == nil)
      #expect(mixture.clusters == (merged ? 1 : 2))
      #expect(mixture.components.count == mixture.clusters)
      if merged {
        #expect((measures["merge 0+1"] ?? 0) > 1 && measures["refused merge"] == nil)
        #expect(mixture.labels.allSatisfy { $0 == 0 })
      } else {
        #expect((measures["refused merge"] ?? 0) < -1 && measures["merge 0+1"] == nil)
      }
    }
  }

  /// The densities are compared with those of the mixture, which have numbers of scikit-learn.
  @Test func responsibilitiesAreThoseOfTheGaussians() {
    let blobs = Blobs(rows: 203)
    let mixture = SplittingMixture(
      blobs.tensor, scaling: RowScaling(.overall, of: blobs.tensor),
      settings: DeepDPM(clusters: 3), seed: Seed(1))
    let wanted = mixture.components.shifted(by: mixture.origin.map { -$0 })
      .probabilities(of: mixture.rows).scalars(as: Float.self)
    let found = mixture.responsibilities()
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(found.contains { $0 > 0.9 })
  }

  @Test func numbersAreCutWhereTheTwoMeansFitBest() {
    #expect(SplittingMixture.cut([5, 0, 1, 6, 0.5, 5.5]) == 5)
    #expect(SplittingMixture.cut([0, 0, 0, 9]) == 9)
  }

  @Test func changesTakeTurns() {
    let method = DeepDPM(clusters: 1)
    #expect(method.turn(after: 54) == nil && method.turn(after: 56) == nil)
    #expect(method.turn(after: 55) == .split && method.turn(after: 85) == .merge)
    #expect(method.turn(after: 115) == .split && method.turn(after: 145) == .merge)
  }

  @Test func scalingsKeepWhatTheySay() {
    let rows = Blobs(rows: 90, columns: 3).tensor * 7 + 20
    let overall = RowScaling(.overall, of: rows)
    let scaled = overall(rows)
    #expect(abs(scaled.squared().sum(1).mean().item - 1) < 1e-4)
    #expect(scaled.mean(0).magnitude().max().item < 1e-4)
    #expect((overall.inverse(scaled) - rows).magnitude().max().item < 1e-3)
    // The lengths of rows do not matter then.
    let lengths = Tensor((1...90).map { Float($0) }, shape: [90, 1])
    let directions = RowScaling(.rows, of: rows)
    let unit = directions(rows)
    #expect((RowScaling(.rows, of: rows * lengths)(rows) - unit).magnitude().max().item < 1e-4)
    #expect((unit.squared().sum(1) - 1).magnitude().max().item < 1e-5 && unit.min().item > 0)
  }

  /// An autoencoder and UMAP come first; what is stored while either goes on is all there is.
  @Test func imagesAreLaidOutFirstAndTheFitResumes() throws {
    let blobs = Blobs(rows: 240)
    var method = small(.layout)
    (method.layout.epochs, method.layout.components) = (200, 2)
    let context = pretrained(method, blobs)
    let (model, reports) = try fitResumed(method, context, after: [10, 250])
    #expect(reports.count == method.plannedSteps(context))
    let scores = Scores(predicted: model.assignments, labels: blobs.labels)
    #expect(scores.purity ?? 0 >= 0.95 && Set(model.assignments).count <= 8)
  }

  /// Clusters, the autoencoder, clusters again; stored in each of the three.
  @Test func codesAndClustersTakeTurnsAndTheFitResumes() throws {
    let blobs = Blobs(rows: 240)
    var method = small(.codes)
    (method.rounds, method.networkEpochs, method.networkBatchSize) = (2, 20, 40)
    method.networkOptimizer = .adam(1e-2)
    let context = pretrained(method, blobs)
    let (model, reports) = try fitResumed(method, context, after: [10, 110, 150])
    #expect(reports.count == 220 && method.plannedSteps(context) == 220)
    let distances = reports.compactMap { $0.losses["clustering"] }
    #expect(distances.count == 20 && distances[19] < 0.5 * distances[0])
    #expect(reports[100].losses["reconstruction"] != nil)
    let scores = Scores(predicted: model.assignments, labels: blobs.labels)
    #expect(scores.purity ?? 0 >= 0.95 && Set(model.assignments).count <= 8)
    #expect(model.autoencoder != nil && model.layout == nil)
    #expect(model.assignments(for: context.data) == model.assignments)
    var archive = Archive()
    model.store(in: &archive)
    let read = try ClusterNetworkModel(from: archive)
    #expect(read.assignments(for: context.data) == model.assignments)
    #expect(read.decodedCentroids()?.bits == model.decodedCentroids()?.bits)
  }

  /// ½ of the share of the variance within clusters, by hand; the network is left as it was.
  @Test func theDistanceFromTheMeansIsAShareOfTheVariance() throws {
    let blobs = Blobs(rows: 120)
    var method = small(.codes)
    method.networkOptimizer = .sgd(1e-12)
    let context = pretrained(method, blobs)
    var alternation = CodeAlternation(method.networkOptimizer, context)
    alternation.hold(blobs.labels, context)
    let codes: [Double] = alternation.codes(context).scalars()
    func squares(_ rows: [Int]) -> Double {
      (0..<3).reduce(0) { sum, column in
        let values = rows.map { codes[3 * $0 + column] }
        let mean = values.reduce(0, +) / Double(values.count)
        return sum + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      }
    }
    let within = Set(blobs.labels).reduce(0.0) { sum, label in
      sum + squares(blobs.labels.indices.filter { blobs.labels[$0] == label })
    }
    let report = alternation.train(batch: 120, reconstructionWeight: 0.5, context)
    let wanted = within / squares(Array(0..<120)) / 2
    let found = try #require(report.losses["clustering"])
    #expect(abs(found - wanted) < 1e-4 * wanted)
    let error = try #require(report.losses["reconstruction"])
    #expect(abs(report.loss - (found + 0.5 * error)) < 1e-9)
  }

  /// A film has no frames of codes that stand still.
  @Test func codesAreShownWhileTheyMove() throws {
    var method = small(.codes)
    (method.rounds, method.networkEpochs, method.maximumEpochs) = (2, 3, 20)
    let context = pretrained(method, Blobs(rows: 120))
    var state = try method.begin(context)
    var shown: [Int] = []
    repeat {
      if method.codes(state, of: context.data) != nil { shown.append(method.stepsTaken(state)) }
    } while method.advance(&state, context).stopReason == nil
    #expect(shown == [0, 20, 21, 22, 23])
  }

  private func small(_ input: DeepDPM.Input) -> DeepDPM {
    var method = quick(1)
    (method.input, method.maximumEpochs, method.batchSize) = (input, 100, 16)
    method.network.layout.hidden = [16]
    (method.network.layout.latent, method.network.epochs) = (3, 5)
    method.network.minimumIterations = 300
    return method
  }

  private func pretrained(_ method: DeepDPM, _ blobs: Blobs) -> FitContext {
    var context = FitContext(data: blobs.tensor, seed: Seed(3))
    var training = method.network.begin(context)
    while method.network.advance(&training, context).stopReason == nil {}
    context.pretrained = method.network.finish(training, context)
    return context
  }

  /// A fit, and the same again from what was stored on the way.
  private func fitResumed(
    _ method: DeepDPM, _ context: FitContext, after stops: [Int]
  ) throws -> (ClusterNetworkModel, [StepReport]) {
    var (state, reports) = (try method.begin(context), [StepReport]())
    var archives: [Archive] = []
    while reports.last?.stopReason == nil {
      #expect(method.stepsTaken(state) == reports.count)
      if stops.contains(reports.count) {
        var archive = Archive()
        method.store(state, in: &archive)
        archives.append(archive)
      }
      reports.append(method.advance(&state, context))
    }
    let model = method.finish(state, context)
    for (archive, steps) in zip(archives, stops) {
      var other = try method.restore(from: archive, context)
      var rest: [StepReport] = []
      while rest.last?.stopReason == nil { rest.append(method.advance(&other, context)) }
      #expect(rest == Array(reports[steps...]), "after \(steps)")
      #expect(method.finish(other, context).assignments == model.assignments)
    }
    return (model, reports)
  }

  @Test func impossibleSettingsAreRefused() throws {
    let wide = FitContext(data: Tensor(repeating: 1, shape: [4, 300]), seed: Seed(1))
    #expect(refusal { try DeepDPM(clusters: 1).begin(wide) }?.description.contains("256") == true)
    var method = DeepDPM(clusters: 1)
    method.degreesOfFreedom = 3
    let few = FitContext(data: Blobs(rows: 20).tensor, seed: Seed(1))
    #expect(refusal { try method.begin(few) }?.description.contains("at least 9") == true)
    var wide65 = DeepDPM(clusters: 1)
    (wide65.input, wide65.layout.components) = (.layout, 65)
    #expect(refusal { try wide65.begin(few) }?.description.contains("from 1 to 64") == true)
    // The layout has ten dimensions.
    (method.input, method.degreesOfFreedom) = (.layout, 8)
    #expect(refusal { try method.begin(few) }?.description.contains("at least 11") == true)
    for clusters in [0, 21] {
      let error = refusal { try DeepDPM(clusters: clusters).begin(few) }
      #expect(error?.description.contains("\(clusters) clusters of 20 rows") == true)
      #expect(refusal { try DirichletProcessMixture(clusters: clusters).begin(few) } != nil)
    }
  }

  /// What `input=auto` becomes decides whether images are needed.
  @Test func tablesAreRefusedWhereTheChosenInputNeedsImages() throws {
    var method = DeepDPM(clusters: 1)
    method.network.layout.kind = .convolutional
    let wide = Dataset(
      name: "wide", values: (0..<2000).map { Float($0 % 7) }, rows: 10, columns: 200)
    #expect(refusal { try method.fit(wide) }?.description.contains("needs images") == true)
  }
}
