// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization
import Testing
import Torch

@testable import DeepClustering

@Suite struct FittedModelTests {
  /// Two groups that only the second column tells apart; the first is large and says nothing.
  private var points: Dataset {
    var generator = SplitMix64(seed: 7)
    var values: [Float] = []
    for row in 0..<60 {
      values.append(Float(1000 * generator.nextGaussian()))
      values.append(Float((row < 30 ? 0 : 1) + 0.01 * generator.nextGaussian()))
    }
    return Dataset(name: "points", values: values, rows: 60, columns: 2)
  }

  private func fitted() throws -> FittedModel<CentroidModel> {
    try KMeans(clusters: 2).fit(points, preprocessing: .standardScore)
  }

  @Test func findsTheGroupsAndTellsTheClustersOfNewRows() throws {
    let fitted = try fitted()
    #expect(Set(fitted.assignments[..<30]).count == 1 && Set(fitted.assignments[30...]).count == 1)
    #expect(fitted.assignments[0] != fitted.assignments[30])
    // Without the scaling of the training data both rows would be in one cluster.
    let new = try Dataset(rows: [[0, 0], [0, 1]])
    #expect(
      try fitted.assignments(for: new) == [fitted.assignments[0], fitted.assignments[30]])
    #expect(try fitted.assignments(for: points) == fitted.assignments)
    #expect(fitted.stopReason == "the centroids came to rest")
  }

  @Test func theEmbeddingOfKMeansIsTheScaledRow() throws {
    let fitted = try fitted()
    let means = try #require(fitted.preprocessing.means)
    let place = try fitted.embedding(of: Dataset(rows: [means]))
    #expect(place == [[0, 0]])
    #expect(try fitted.probabilities(for: Dataset(rows: [means])) == nil)
    let none = Dataset(name: "none", values: [], rows: 0, columns: 2)
    #expect(try fitted.probabilities(for: none) == nil && fitted.assignments(for: none).isEmpty)
  }

  /// Damage is told by the checksum; a file that was made otherwise, by what does not fit.
  @Test func damagedAndForeignModelsAreRefused() throws {
    let folder = try DataFolder()
    let url = URL(fileURLWithPath: folder.path("model.safetensors"))
    let model = try fitted()
    try model.write(to: url)
    let whole = try Data(contentsOf: url)
    for place in stride(from: 20, to: whole.count, by: 97) {
      var damaged = whole
      damaged[place] ^= 1
      try damaged.write(to: url)
      let error = refusal { try FittedModel<CentroidModel>(contentsOf: url) }
      #expect(error?.kind == .data, "byte \(place)")
    }
    func refused(_ change: (inout Archive) -> Void) throws -> String {
      var archive = model.archive
      change(&archive)
      try archive.write(to: url)
      return refusal { try SavedModel(contentsOf: url) }?.description ?? ""
    }
    #expect(try refused { $0.set("columns", 3) }.contains("of 3 columns, and takes 2"))
    #expect(try refused { $0.set("columns", -1) }.contains("of -1 columns"))
    #expect(
      try refused { $0.set("centroids", tensor: Tensor([1, .nan], shape: [1, 2])) }
        .contains("no matrix of finite numbers"))
    #expect(
      try refused { $0.set("centroids", tensor: Tensor([1, 2] as [Float], shape: [2])) }
        .contains("no matrix"))
    #expect(
      try refused { $0.set("assignments", tensor: Tensor([-3] as [Int64], shape: [1])) }
        .contains("do not fit each other"))
    #expect(try refused { $0.set("degreesOfFreedom", -1.0) }.contains("degrees of freedom"))
    #expect(try refused { $0.set("degreesOfFreedom", "x") }.contains("degreesOfFreedom"))
    let scaling = FittedPreprocessing(
      kind: .standardScore, means: [0, 0, 0], deviations: [1, 1, 1])
    #expect(try refused { $0.set("preprocessing", scaling) }.contains("not of 2 columns"))
  }

  /// Names and rows of a request need not agree.
  @Test func namesOfOtherColumnsAreRefused() throws {
    var named = points
    named.columnNames = ["a", "b"]
    let model = try KMeans(clusters: 2).fit(named)
    named.columnNames = ["a"]
    let error = refusal { try model.assignments(for: named) }
    #expect(error?.kind == .data && error?.description.contains("1 names for 2 columns") == true)
    // As loggers print it.
    #expect(error?.localizedDescription == error?.description)
  }

  /// The bytes are those of the file, also as part of others; damage is told.
  @Test func aModelGoesThroughBytes() throws {
    let folder = try DataFolder()
    let url = URL(fileURLWithPath: folder.path("model.safetensors"))
    let model = try fitted()
    try model.write(to: url)
    let bytes = model.encoded()
    #expect(try Data(contentsOf: url) == bytes)
    let within = Data([1, 2, 3]) + bytes + Data([4])
    let read = try SavedModel(decoding: within.dropFirst(3).dropLast())
    #expect(try read.assignments(for: points) == model.assignments)
    let error = refusal { try SavedModel(decoding: bytes.dropLast()) }
    #expect(error?.kind == .data && error?.description.hasPrefix("the data ") == true)
    #expect(refusal { try SavedModel(decoding: Data()) }?.kind == .data)
    let partition = try DBSCAN(clusters: 2).fit(points)
    #expect(
      try FittedModel<PartitionModel>(decoding: partition.encoded()).assignments
        == partition.assignments)
  }

  @Test func aPartitionCanBeReadBack() throws {
    let folder = try DataFolder()
    let url = URL(fileURLWithPath: folder.path("model.safetensors"))
    let fitted = try DBSCAN(clusters: 2).fit(points)
    try fitted.write(to: url)
    let read = try FittedModel<PartitionModel>(contentsOf: url)
    #expect(read.assignments == fitted.assignments && read.columns == 2)
    #expect(refusal { try SavedModel(contentsOf: url) }?.kind == .usage)
  }

  /// A fit that a program drives by itself ends in the same model.
  @Test func aFitDrivenByHandBecomesAModel() throws {
    var warnings: [String] = []
    let data = try PreparedData(
      points, preprocessing: .standardScore, clusters: 2, device: .cpu, warnings: &warnings)
    let method = KMeans(clusters: 2)
    let context = FitContext(data: data.tensor, seed: Seed(1))
    var state = method.begin(context)
    while method.advance(&state, context).stopReason == nil {}
    let model = FittedModel(method.finish(state, context), data: data)
    #expect(try model.assignments(for: points) == fitted().assignments)
  }

  @Test func aTaskWaitsForAFitOnAThreadOfItsOwn() async throws {
    let steps = Mutex<[FitProgress]>([])
    let fitted = try await KMeans(clusters: 2).fitted(to: points, preprocessing: .standardScore) {
      progress in steps.withLock { $0.append(progress) }
    }
    let here = try self.fitted()
    #expect(fitted.encoded() == here.encoded())
    let numbers = steps.withLock { $0.map(\.step) }
    #expect(!numbers.isEmpty && numbers == Array(1...numbers.count))
    await #expect(throws: InputError.self) { try await KMeans(clusters: 61).fitted(to: points) }
  }

  @Test func aCancelledTaskEndsItsFitWithTheNextStep() async throws {
    let (begun, signal) = AsyncStream.makeStream(of: Int.self)
    let (points, gate) = (points, DispatchSemaphore(value: 0))
    let task = Task {
      try await KMeans(clusters: 2).fitted(to: points) { progress in
        signal.yield(progress.step)
        // The first step waits until the task is cancelled.
        if progress.step == 1 { gate.wait() }
      }
    }
    var steps = begun.makeAsyncIterator()
    #expect(await steps.next() == 1)
    task.cancel()
    gate.signal()
    await #expect(throws: CancellationError.self) { try await task.value }
    signal.finish()
    #expect(await steps.next() == nil)
    let late = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await KMeans(clusters: 2).fitted(to: points) { _ in Issue.record("begun") }
    }
    late.cancel()
    await #expect(throws: CancellationError.self) { try await late.value }
  }

  /// A program that learns the method's name when it runs has one type for all models.
  @Test func aModelOfAnyMethodIsAskedWithoutItsKind() throws {
    func fit(_ method: some ClusteringMethod) throws -> SavedModel? {
      try method.fit(points).erased
    }
    let model = try #require(try fit(MethodCatalog.method("kmeans").init(clusters: 2)))
    let fitted = try KMeans(clusters: 2).fit(points)
    #expect(model.encoded() == fitted.encoded())
    #expect(try model.erased?.assignments(for: points) == fitted.assignments)
    #expect(try fit(DBSCAN(clusters: 2)) == nil)
  }

  @Test func labelsThatAreNoClassesAreRefused() throws {
    var data = points
    data.labels = [-1] + [Int](repeating: 0, count: 59)
    data.classNames = ["a"]
    #expect(
      refusal { try KMeans(clusters: 2).fit(data) }?.description
        == "row 1 of points has the label -1, and there are 1 classes, counted from 0")
  }

  @Test func noRowsHaveNoClusters() throws {
    #expect(try fitted().assignments(for: Dataset(rows: [])) == [])
    #expect(try fitted().embedding(of: Dataset(rows: [])) == [])
  }

  @Test func badRowsAreAnswered() throws {
    let fitted = try fitted()
    let wide = InputError(.data, "wide has 3 columns, and the model was fitted to 2")
    #expect(throws: wide) { try fitted.assignments(for: Dataset(rows: [[1, 2, 3]], name: "wide")) }
    let odd = InputError(.data, "row 2, column 1 of odd is not a finite number")
    #expect(throws: odd) {
      try fitted.assignments(for: Dataset(rows: [[1, 2], [.infinity, 2]], name: "odd"))
    }
    // Finite, but beyond single precision when squared.
    let far = try Dataset(rows: [[3e38, -3e38]])
    #expect(
      refusal { try fitted.assignments(for: far) }?.description.contains(
        "too large to be squared in single precision") == true)
  }

  /// Columns are found by their names where there are any, also by a model that was read.
  @Test func columnsMayComeInAnotherOrder() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    var named = points
    named.columnNames = ["large", "telling"]
    let fitted = try KMeans(clusters: 2).fit(named, preprocessing: .standardScore)
    try fitted.write(to: file)
    let read = try SavedModel(contentsOf: file)
    let wanted = [fitted.assignments[0], fitted.assignments[30]]
    var turned = Dataset(name: "turned", values: [0, 0, 7, 1, 0, 7], rows: 2, columns: 3)
    turned.columnNames = ["telling", "large", "id"]
    #expect(try fitted.assignments(for: turned) == wanted)
    #expect(try read.assignments(for: turned) == wanted)
    #expect(try read.assignments(for: Dataset(rows: [[0, 0], [0, 1]])) == wanted)
    turned.columnNames = ["telling", "other", "id"]
    let missing = refusal { try fitted.assignments(for: turned) }
    #expect(missing?.description.contains("turned lacks 1 of the 2 columns") == true)
    #expect(missing?.description.contains("'large'") == true)
  }

  @Test func aWrittenModelAnswersAlike() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let fitted = try fitted()
    try fitted.write(to: file)
    let read = try SavedModel(contentsOf: file)
    #expect(read.assignments == fitted.assignments && read.certainty == fitted.certainty)
    #expect(read.stopReason == fitted.stopReason && read.stopReason != nil)
    #expect(read.preprocessing == fitted.preprocessing && read.columns == 2)
    let new = try Dataset(rows: [[500, 0.1], [-500, 0.9]])
    #expect(try read.assignments(for: new) == fitted.assignments(for: new))
    let same = try FittedModel<CentroidModel>(contentsOf: file)
    #expect(same.model.centroids.bits == fitted.model.centroids.bits)
    let other = refusal { try FittedModel<LatentMixtureModel>(contentsOf: file) }
    #expect(other?.description == "the saved model is of the kind centroids, not latent-mixture")
    var archive = try Archive(contentsOf: file)
    archive.set("model", "tree")
    try archive.write(to: file)
    let unknown = refusal { try SavedModel(contentsOf: file) }
    #expect(unknown?.description.contains("of the kind tree, which this version") == true)
    try Data("nothing".utf8).write(to: file)
    #expect(throws: InputError.self) { try SavedModel(contentsOf: file) }
  }

  @Test func anErrorOfTheListenerEndsTheFit() throws {
    struct Enough: Error {}
    var steps = 0
    #expect(throws: Enough.self) {
      try KMeans(clusters: 2).fit(points) { progress in
        steps = progress.step
        if progress.step == 3 { throw Enough() }
      }
    }
    #expect(steps == 3)
  }

  @Test func dataThatCannotBeClusteredAreRefused() {
    #expect {
      try KMeans(clusters: 61).fit(points)
    } throws: { error in
      (error as? InputError)?.description.contains("61 clusters were asked for") == true
    }
  }

  @Test func trainingThatDivergesIsAnswered() {
    var method = DEC(clusters: 2)
    method.training.pretraining.layout = AutoencoderLayout(hidden: [8], latent: 2)
    method.training.pretraining.minimumIterations = 20
    method.training.pretraining.epochs = 1
    method.training.pretraining.optimizer = .sgd(1e6)
    #expect {
      try method.fit(points)
    } throws: { error in
      (error as? InputError)?.description.hasPrefix("the pretraining diverged") == true
    }
  }

  @Test func deepMethodsReportBothStagesAndAreReproducible() throws {
    var method = DEC(clusters: 2)
    method.training.pretraining.layout = AutoencoderLayout(hidden: [8], latent: 2)
    (method.training.pretraining.minimumIterations, method.training.pretraining.epochs) = (40, 1)
    method.training.pretraining.optimizer = .adam(1e-2)
    method.training.maximumIterations = 300
    var stages: [String] = []
    let first = try method.fit(points, seed: 3) { stages.append("\($0.stage) \($0.step)") }
    // 60 rows are one batch, so each of the 40 passes is a step.
    #expect(stages[39] == "pretraining 40" && stages[40] == "clustering 1")
    let second = try method.fit(points, seed: 3)
    #expect(first.certainty == second.certainty)
    let sums = try #require(try first.probabilities(for: points)).map { $0.reduce(0, +) }
    #expect(sums.count == 60 && sums.allSatisfy { abs($0 - 1) < 1e-5 })
  }
}
