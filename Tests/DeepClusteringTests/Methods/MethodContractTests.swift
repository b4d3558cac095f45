// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

/// What holds for every method of the catalog, on three Gaussians and with tiny networks.
@Suite struct MethodContractTests {
  static let names = MethodCatalog.all.map { $0.card.name }
  private static let computes = [
    Compute(path: .fused), .plain, Compute(.bfloat16, path: .fused),
  ]

  @Test(arguments: names, computes)
  func aFitFindsTheClustersAndItsSeedDecidesIt(name: String, compute: Compute) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      let trial = try Trial<M>()
      let context = try trial.context(compute)
      let first = try trial.fit(context)
      let model = first.model
      #expect(trial.blobs.accuracy(model.assignments) >= 0.95)
      #expect(Set(model.assignments).subtracting([-1]) == Set(0..<trial.method.clusters))
      #expect(trial.method.findsClusterCount || !model.assignments.contains(-1))
      #expect(model.assignments.count == context.rows && model.certainty.count == context.rows)
      #expect(model.certainty.allSatisfy { (0...1).contains($0) })
      #expect(first.reports.allSatisfy { $0.loss.isFinite && !$0.losses.isEmpty })
      #expect(first.reports.dropLast().allSatisfy { $0.stopReason == nil })
      #expect(first.reports.last?.stopReason?.isEmpty == false)
      #expect(first.reports.count <= trial.method.plannedSteps(context))
      // The same context again: a fit must leave it as it was.
      let second = try trial.fit(context)
      #expect(second.model.assignments == model.assignments)
      #expect(try trial.bits(second.model) == trial.bits(model))
      #expect(second.reports == first.reports)
    }
    try check(MethodCatalog.method(name))
  }

  /// Stored after each of the first steps, written to a file, and restored where nothing of the
  /// first fit is left.
  @Test(arguments: names)
  func aRestoredFitEndsWithTheSameBits(name: String) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      let trial = try Trial<M>()
      let whole = try trial.fit(trial.context(Compute(path: .fused)))
      let stops = [1, 2, whole.reports.count - 1].filter { $0 < whole.reports.count && $0 > 0 }
      #expect(!stops.isEmpty)
      for stop in stops {
        let folder = try DataFolder()
        let file = folder.url.appendingPathComponent("state.safetensors")
        do {
          let context = try trial.context(Compute(path: .fused))
          var state = try trial.method.begin(context)
          for _ in 0..<stop { _ = trial.method.advance(&state, context) }
          var archive = Archive()
          trial.method.store(state, in: &archive)
          try archive.write(to: file)
        }
        let context = try trial.context(Compute(path: .fused))
        var state = try trial.method.restore(from: Archive(contentsOf: file), context)
        #expect(trial.method.stepsTaken(state) == stop)
        let rest = try trial.finish(&state, context)
        #expect(rest.reports == Array(whole.reports[stop...]), "after \(stop) steps")
        #expect(rest.model.assignments == whole.model.assignments)
        #expect(try trial.bits(rest.model) == trial.bits(whole.model), "after \(stop) steps")
      }
    }
    try check(MethodCatalog.method(name))
  }

  /// What a fit moves is shown as a film.
  ///
  /// The codes of the others stand still: of N2D and the baseline
  /// on an autoencoder they are clustered once it is trained, and DeepDPM's are rows here.
  @Test(arguments: names.filter { !["n2d", "autoencoder-kmeans", "deep-dpm"].contains($0) })
  func codesMoveWhileANetworkLearns(name: String) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      let trial = try Trial<M>()
      guard trial.method.trainsNetwork else { return }
      let context = try trial.context(Compute(path: .fused))
      var state = try trial.method.begin(context)
      let shown = context.data.slice(0..<5)
      let first = try #require(trial.method.codes(state, of: shown))
      _ = trial.method.advance(&state, context)
      let second = try #require(trial.method.codes(state, of: shown))
      #expect(first.shape == second.shape && first.shape[0] == 5)
      let (before, after): ([Float], [Float]) = (first.scalars(), second.scalars())
      #expect(before != after && after.allSatisfy(\.isFinite))
    }
    try check(MethodCatalog.method(name))
  }

  /// Rows without their zeros are other bytes of the same data.
  @Test(arguments: names)
  func compressedRowsGiveTheSameBits(name: String) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      let trial = try Trial<M>()
      // The others are given dense rows.
      guard trial.method.trainsNetwork else { return }
      let values = trial.blobs.values.map { abs($0) < 0.1 ? 0 : $0 }
      let table = TableValues.sparse(SparseRows(dense: values, columns: 8))
      let sparse = Dataset(name: "t", table: table, rows: 300, columns: 8)
      let rows = try sparse.scaled(by: Preprocessing.none.fitted(to: sparse), sparse: true)
      #expect(rows.isCompressed)
      let first = try trial.fit(
        trial.context(.plain, data: Tensor(values, shape: [300, 8])))
      let second = try trial.fit(trial.context(.plain, data: rows))
      #expect(second.reports == first.reports)
      #expect(try trial.bits(second.model) == trial.bits(first.model))
      guard let model = second.model as? any InductiveModel else { return }
      #expect(model.encodesRows && model.assignments(for: rows) == model.assignments)
    }
    try check(MethodCatalog.method(name))
  }

  /// Nothing of a finished model changes, so it is asked from several threads at once.
  @Test(arguments: names)
  func aModelAnswersSeveralTasksAtOnce(name: String) async throws {
    func check<M: ClusteringMethod>(_ type: M.Type) async throws {
      let trial = try Trial<M>()
      let before = try trial.fit(trial.context(Compute(path: .fused))).model
      guard let model = before as? any InductiveModel else { return }
      let (values, bits) = (trial.blobs.values.map { $0 + 0.02 }, try trial.bits(before))
      @Sendable func answer() -> [Float] {
        let rows = Tensor(values, shape: [300, 8])
        return Threads.withOne {
          model.assignments(for: rows).map(Float.init)
            + ((model as? any SoftModel)?.probabilities(for: rows)?.scalars() ?? [])
            + ((model as? any EmbeddingModel)?.embedding(of: rows).scalars() ?? [])
        }
      }
      let alone = answer()
      await withTaskGroup(of: [[Float]].self) { group in
        for _ in 0..<4 { group.addTask { (0..<5).map { _ in answer() } } }
        for await answers in group { #expect(answers.allSatisfy { $0 == alone }) }
      }
      #expect(try trial.bits(before) == bits)
    }
    try await check(MethodCatalog.method(name))
  }

  @Test(arguments: names)
  func theModelPredictsWhatItFound(name: String) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      let trial = try Trial<M>()
      let context = try trial.context(.plain)
      let model = try trial.fit(context).model
      guard let inductive = model as? any InductiveModel else { return }
      #expect(inductive.assignments(for: context.data) == model.assignments)
      let few = context.data.slice(10..<13)
      #expect(inductive.assignments(for: few) == Array(model.assignments[10..<13]))
      if let soft = model as? any SoftModel, let q = soft.probabilities(for: context.data) {
        #expect(q.shape == [context.rows, trial.method.clusters])
        #expect((q.sum(1) - 1).magnitude().max().item < 1e-5)
        #expect(q.argmax(1).scalars(as: Int64.self).map(Int.init) == model.assignments)
        #expect((q.max(1) - Tensor(model.certainty, shape: [300])).magnitude().max().item < 1e-6)
      }
      if let placed = model as? any EmbeddingModel {
        // Elsewhere the nearest centroid need not be the cluster.
        if model is CentroidModel {
          #expect(
            bruteNearest(placed.embedding(of: context.data), placed.centroids) == model.assignments)
        }
        guard let decoded = placed.decodedCentroids() else {
          // Nothing to decode by has what learns without an autoencoder, or without its decoder.
          let leavesDecoder = (trial.method as? DEC)?.training.reconstructionWeight == 0
          #expect(trial.method.pretraining == nil || leavesDecoder || trial.method is ASPC)
          return
        }
        #expect(decoded.shape == [trial.method.clusters, context.columns])
        // A cluster's decoded centroid is near the mean of its samples: 1 in its column.
        let matched = bruteNearest(
          decoded, Tensor(Blobs(rows: 3, deviation: 0).values, shape: [3, 8]))
        #expect(Set(matched) == [0, 1, 2])
      }
      if let generative = model as? any GenerativeModel {
        let drawn = generative.samples(ofEachCluster: 20, using: Generator(seed: 1))
        #expect(drawn.shape == [trial.method.clusters, 20, context.columns])
        let clusters = inductive.assignments(for: drawn.reshaped([-1, context.columns]))
        let wanted = (0..<(trial.method.clusters * 20)).map { $0 / 20 }
        #expect(zip(clusters, wanted).count { $0 == $1 } >= clusters.count * 9 / 10)
      }
      guard let saved = model as? any ReadableModel else { return }
      let folder = try DataFolder()
      let file = folder.url.appendingPathComponent("model.safetensors")
      var archive = Archive()
      saved.store(in: &archive)
      try archive.write(to: file)
      let read = try AnyModel(from: Archive(contentsOf: file))
      #expect(read.base is M.Outcome)
      #expect(read.assignments(for: context.data) == model.assignments)
      #expect(read.assignments == model.assignments && read.certainty == model.certainty)
      #expect(read.centroids.bits == saved.centroids.bits)
      #expect(read.embedding(of: few).bits == saved.embedding(of: few).bits)
      #expect(read.probabilities(for: few)?.bits == saved.probabilities(for: few)?.bits)
      #expect(read.decodedCentroids()?.bits == saved.decodedCentroids()?.bits)
    }
    try check(MethodCatalog.method(name))
  }

  @Test(arguments: names)
  func hyperparametersSurviveJSON(name: String) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      for profile in M.card.profiles {
        let method = try #require(M.profile(profile.name, clusters: 7), "\(profile.name)")
        #expect(method.clusters == 7)
        let values = Hyperparameters.values(of: method)
        let read = try JSONDecoder().decode(M.self, from: JSONEncoder().encode(method))
        #expect(Hyperparameters.values(of: read) == values)
        // Every value can be set by its name, to itself.
        for (path, value) in values.leaves() {
          let set = try Hyperparameters.setting([path: value], of: method)
          #expect(Hyperparameters.values(of: set) == values, "\(path)")
        }
      }
      let changed = try Trial<M>().method
      let read = try JSONDecoder().decode(M.self, from: JSONEncoder().encode(changed))
      #expect(Hyperparameters.values(of: read) == Hyperparameters.values(of: changed))
      #expect(Hyperparameters.values(of: read) != Hyperparameters.values(of: M(clusters: 3)))
    }
    try check(MethodCatalog.method(name))
  }

  @Test(arguments: names)
  func theCardIsComplete(name: String) throws {
    func check<M: ClusteringMethod>(_ type: M.Type) throws {
      let card = M.card
      #expect(card.name.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil)
      #expect(!card.title.isEmpty && card.paper.contains(":"))
      #expect(card.venue.contains(/(19|20)\d\d/))
      #expect(Set(card.profiles.map(\.name)).count == card.profiles.count)
      #expect(card.profiles.allSatisfy { !$0.purpose.isEmpty })
      #expect(M.profile("no such profile", clusters: 3) == nil)
      // The first profile is the default.
      let first = try #require(card.profiles.first.flatMap { M.profile($0.name, clusters: 3) })
      #expect(Hyperparameters.values(of: first) == Hyperparameters.values(of: M(clusters: 3)))
    }
    try check(MethodCatalog.method(name))
  }

  @Test func namesAreUniqueAndOthersAreRefused() {
    #expect(Set(Self.names).count == Self.names.count)
    let error = refusal { try MethodCatalog.method("decc") }
    #expect(error?.kind == .usage && error?.description.contains("dec") == true)
  }

  /// In a process of its own, because the count is for the whole process.
  @Test func noFitLeavesATensorBehind() async {
    await #expect(processExitsWith: .success) {
      for method in MethodCatalog.all {
        let start = liveTensorCount
        try fitOnce(method)
        precondition(liveTensorCount == start, "\(method.card.name) leaves tensors behind")
      }
    }
  }
}

private func fitOnce<M: ClusteringMethod>(_ type: M.Type) throws {
  let trial = try Trial<M>()
  let context = try trial.context(.plain)
  _ = try trial.fit(context)
  precondition(liveTensorCount > 0, "nothing was counted")
}

/// A method with settings small enough for a fit in a second, and what it is tried on.
private struct Trial<M: ClusteringMethod> {
  let method: M
  let blobs = Blobs(rows: 300)

  init() throws {
    let small: [String: JSONValue] = [
      "hidden": .array([.integer(16)]), "latent": .integer(3), "epochs": .integer(5),
      "minimumIterations": .integer(150), "restarts": .integer(3),
      "updateInterval": .integer(20), "startIterations": .integer(20),
      "maximumIterations": .integer(200), "batchSize": .integer(64), "sampleSize": .integer(200),
      "pseudoClasses": .integer(3), "features": .integer(16), "components": .integer(2),
      "filters": .array([.integer(16)]), "shift": .number(0.02),
      "rotation": .integer(1),
      "minimumSamples": .integer(6), "minimumSize": .integer(6), "neighbors": .integer(12),
      "linkage": .string("average"),
      "epochsEach": .integer(20), "clusteringEpochs": .integer(10), "layouts": .integer(2),
    ]
    // A generator needs more units and steps than the others.
    let adversarial: [String: JSONValue] = [
      "hidden": .array([.integer(64), .integer(64)]), "generatorSteps": .integer(250),
      "filters": .array([]), "optimizer.learningRate": .number(1e-3),
      "criticOptimizer.learningRate": .number(1e-3),
    ]
    let usual = M(clusters: 3)
    var changes: [String: JSONValue] = [:]
    for (path, value) in Hyperparameters.values(of: usual).leaves() {
      let name = path.split(separator: ".").last.map(String.init) ?? path
      // Lloyd's k-means has a batch size of zero.
      let own = M.self is ClusterGAN.Type ? adversarial[path] : nil
      if let other = own ?? small[name], value != .integer(0) { changes[path] = other }
    }
    // An epoch is a pass, as with many images.
    if M.self is DeepCluster.Type { changes["minimumIterations"] = .integer(0) }
    if M.self is N2D.Type { changes["layout.epochs"] = .integer(400) }
    method = try Hyperparameters.setting(changes, of: usual)
  }

  /// The data, and a network that was pretrained on them where the method wants one.
  func context(
    _ compute: Compute, seed: UInt64 = 3, data: Tensor? = nil
  ) throws -> FitContext {
    var context = FitContext(
      data: data ?? blobs.tensor, seed: Seed(seed), compute: compute,
      imageShape: ImageShape(height: 2, width: 4))
    if let pretraining = method.pretraining {
      var state = pretraining.begin(context)
      while pretraining.advance(&state, context).stopReason == nil {}
      context.pretrained = pretraining.finish(state, context)
    }
    return context
  }

  func fit(_ context: FitContext) throws -> (model: M.Outcome, reports: [StepReport]) {
    var state = try method.begin(context)
    return try finish(&state, context)
  }

  func finish(
    _ state: inout M.State, _ context: FitContext
  ) throws -> (model: M.Outcome, reports: [StepReport]) {
    var reports: [StepReport] = []
    while reports.last?.stopReason == nil {
      try #require(reports.count < 1_000, "the fit does not end")
      reports.append(method.advance(&state, context))
    }
    return (method.finish(state, context), reports)
  }

  /// All that a model holds, as it would be written.
  func bits(_ model: M.Outcome) throws -> Data {
    let folder = try DataFolder()
    let file = folder.url.appendingPathComponent("model.safetensors")
    var archive = Archive()
    model.store(in: &archive)
    try archive.write(to: file)
    return try Data(contentsOf: file)
  }
}
