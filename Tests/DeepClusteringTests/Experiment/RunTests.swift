// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct RunTests {
  private let folder: DataFolder
  private let blobs = Blobs(rows: 120)
  private let given: RunConfiguration

  init() throws {
    folder = try DataFolder()
    given = try blobs.configuration("kmeans", in: folder)
  }

  private func configuration(_ method: String, labels: Bool = true) -> RunConfiguration {
    var configuration = given
    if !labels { configuration.labels = nil }
    (configuration.method, configuration.threads) = (method, 1)
    configuration.preprocessing = Preprocessing.none
    if method != "kmeans" {
      configuration.hyperparameters = [
        "hidden": .array([.integer(8)]), "latent": .integer(2), "minimumIterations": .integer(40),
        "epochs": .integer(4), "pretraining.optimizer.kind": .string("sgd"),
        "pretraining.optimizer.learningRate": .integer(1),
        "pretraining.optimizer.momentum": .number(0.9),
      ]
    }
    if method == "dec" {
      for (name, value) in [
        ("updateInterval", 10), ("startIterations", 10), ("maximumIterations", 60),
      ] { configuration.hyperparameters[name] = .integer(value) }
    }
    return configuration
  }

  private func run(_ configuration: RunConfiguration, _ name: String) throws -> Run {
    try Run(configuration, folder: folder.url.appendingPathComponent(name))
  }

  private func bytes(_ run: Run, _ name: String) throws -> Data {
    try Data(contentsOf: run.folder.file(name))
  }

  /// The lines of `metrics.jsonl` without the times.
  private func metrics(_ run: Run) throws -> [String] {
    try String(decoding: bytes(run, "metrics.jsonl"), as: UTF8.self).split(separator: "\n").map {
      String($0).replacing(/"seconds":[^,}]*/, with: "")
    }
  }

  private let results = ["assignments.npy", "centroids.npy", "certainty.npy", "projection.npy"]

  /// A program's own data have a name and no path; they are given again to go on.
  @Test func dataInMemoryAreClusteredAndGoneOnWith() throws {
    var settings = configuration("dec", labels: false)
    settings.data = "orders of May"
    let data = Dataset(name: "orders of May", values: blobs.values, rows: 120, columns: 8)
    let whole = try run(settings, "whole")
    whole.dataset = data
    try whole.execute()
    let stopped = try run(settings, "stopped")
    stopped.dataset = data
    var steps = 0
    stopped.report = { if case .step = $0 { steps += 1 } }
    stopped.shouldStop = { steps == 30 }
    #expect(throws: Run.Interrupted.self) { try stopped.execute() }
    let missing = refusal { try Run(resuming: stopped.folder.url).execute() }
    #expect(missing?.description.contains("orders of May") == true)
    let resumed = try Run(resuming: stopped.folder.url)
    resumed.dataset = data
    #expect(try resumed.execute().status == .finished)
    for name in ["assignments.npy", "model.safetensors"] {
      #expect(try bytes(resumed, name) == bytes(whole, name), "\(name)")
    }
    let other = try run(settings, "other")
    other.dataset = data
    steps = 29
    other.report = stopped.report
    other.shouldStop = { steps == 30 }
    #expect(throws: Run.Interrupted.self) { try other.execute() }
    let changed = try Run(resuming: other.folder.url)
    changed.dataset = Dataset(
      name: "orders of May", values: blobs.values.map { $0 + 1 }, rows: 120, columns: 8)
    #expect(
      refusal { try changed.execute() }?.description.contains("was begun with: start a new run")
        == true)
  }

  /// Stopped after every step and resumed by a new object, as by a new process.
  @Test(arguments: ["kmeans", "autoencoder-kmeans", "dec"])
  func aRunThatIsStoppedAgainAndAgainEndsTheSame(method: String) throws {
    let whole = try run(configuration(method), "whole")
    let record = try whole.execute()
    #expect(record.status == .finished && (record.scores?.acc ?? 0) > 0.95)
    var pieces = try run(configuration(method), "pieces")
    var stops = 0
    while true {
      pieces.shouldStop = { true }
      do {
        try pieces.execute()
        break
      } catch is Run.Interrupted {
        stops += 1
        try #require(stops < 500)
        #expect(try pieces.folder.record()?.status == .interrupted)
        pieces = try Run(resuming: pieces.folder.url)
      }
    }
    #expect(stops > 2)
    let others =
      method == "dec" ? ["film/steps.npy", "film/positions.npy", "gradients.npy"] : []
    for name in results + others {
      #expect(try bytes(pieces, name) == bytes(whole, name), "\(name)")
    }
    #expect(try metrics(pieces) == metrics(whole))
    #expect(try pieces.folder.record()?.stopReason == record.stopReason)
  }

  /// A network that is not pretrained is not said to be.
  @Test func withoutPassesThereIsNoPretraining() throws {
    var configuration = configuration("dec")
    configuration.hyperparameters["epochs"] = .integer(0)
    configuration.hyperparameters["minimumIterations"] = .integer(0)
    let run = try run(configuration, "run")
    let record = try run.execute()
    #expect(record.status == .finished && record.pretrained == nil)
    #expect(try metrics(run).allSatisfy { $0.contains(#""stage":"clustering""#) })
  }

  /// A run goes on with the hyperparameters that it was begun with, whatever the defaults are now.
  @Test func aRunKeepsTheDefaultsThatItWasBegunWith() throws {
    let stopped = try run(configuration("kmeans"), "run")
    stopped.shouldStop = { true }
    #expect(throws: Run.Interrupted.self) { try stopped.execute() }
    let record = try String(decoding: bytes(stopped, "run.json"), as: UTF8.self)
    let then = record.replacing(/"restarts" : \d+/, with: "\"restarts\" : 3")
    #expect(then != record)
    try Data(then.utf8).write(to: stopped.folder.file("run.json"))
    let resumed = try Run(resuming: stopped.folder.url)
    try resumed.execute()
    var asked = configuration("kmeans")
    asked.hyperparameters["restarts"] = .integer(3)
    let whole = try run(asked, "whole")
    try whole.execute()
    #expect(try metrics(resumed).count == metrics(whole).count)
  }

  @Test func aRunWithoutItsCheckpointsBeginsAgain() throws {
    let stopped = try run(configuration("kmeans"), "run")
    stopped.shouldStop = { true }
    #expect(throws: Run.Interrupted.self) { try stopped.execute() }
    try FileManager.default.removeItem(at: stopped.folder.file("checkpoint"))
    #expect(try Run(resuming: stopped.folder.url).execute().status == .finished)
  }

  /// A number at the end of the range that was tried is told with a wider one.
  @Test func aChosenNumberAtTheEndOfItsRangeIsWarnedOf() throws {
    func warnings(_ strengths: [Double], _ name: String) throws -> [String]? {
      let table = strengths.enumerated().map { index, strength in
        ClusterCountStudy.Row(
          clusters: index + 2, stability: 1, predictionStrength: strength, silhouette: 0, bic: 0,
          generalizability: 1)
      }
      let study = ClusterCountStudy(table, rows: 1000, wanted: 0.8)
      let url = folder.url.appendingPathComponent(name)
      return try Run(configuration("kmeans"), folder: url, study: study).folder.record()?.warnings
    }
    let edge = "K = 3 is the largest that was tried: --cluster-range 2-9 tries more"
    #expect(try warnings([1, 0.9], "edge") == [edge])
    #expect(try warnings([1, 0.5], "inside") == nil)
    let weak = try warnings([0.1, 0.5], "weak")
    #expect(weak?.count == 2 && weak?.last == edge)
  }

  /// The second run takes the network of the first, and everything comes out the same.
  @Test func aNetworkOfTheCacheIsTheOneThatWasTrained() throws {
    let cache = PretrainingCache(folder.url.appendingPathComponent("cache"))
    func execute(_ configuration: RunConfiguration, _ name: String) throws -> (Run, RunRecord) {
      let run = try run(configuration, name)
      run.cache = cache
      return (run, try run.execute())
    }
    let (first, trained) = try execute(configuration("dec"), "first")
    let (second, cached) = try execute(configuration("dec"), "second")
    #expect(trained.pretrained == "trained" && cached.pretrained == "cache")
    for name in results { #expect(try bytes(second, name) == bytes(first, name), "\(name)") }
    #expect(try metrics(second) == metrics(first))
    // Another method with the same pretraining shares it; other settings or seeds do not.
    var other = configuration("autoencoder-kmeans")
    #expect(try execute(other, "method").1.pretrained == "cache")
    other.seed = 2
    #expect(try execute(other, "seed").1.pretrained == "trained")
    other.seed = 1
    other.hyperparameters["latent"] = .integer(3)
    #expect(try execute(other, "latent").1.pretrained == "trained")
    other = configuration("autoencoder-kmeans")
    other.preprocessing = .unitNorm
    #expect(try execute(other, "scaling").1.pretrained == "trained")
  }

  /// Without its log a network would leave a run without the curves of its pretraining.
  @Test(arguments: ["", "safetensors", "jsonl"])
  func aDamagedCacheIsTrainedAnew(ending: String) throws {
    let cache = PretrainingCache(folder.url.appendingPathComponent("cache"))
    let first = try run(configuration("dec"), "first")
    first.cache = cache
    try first.execute()
    for file in try FileManager.default.contentsOfDirectory(atPath: cache.folder.path)
    where file.hasSuffix(ending) {
      let url = cache.folder.appendingPathComponent(file)
      try Data(contentsOf: url).prefix(100).write(to: url)
    }
    let second = try run(configuration("dec"), "second")
    second.cache = cache
    #expect(try second.execute().pretrained == "trained")
    #expect(try bytes(second, "assignments.npy") == bytes(first, "assignments.npy"))
    #expect(try metrics(second) == metrics(first))
  }

  /// Labels measure; what is found does not depend on them.
  @Test(arguments: ["kmeans", "dec"])
  func labelsAreForMeasuringOnly(method: String) throws {
    let with = try run(configuration(method), "with")
    let without = try run(configuration(method, labels: false), "without")
    let scores = try #require(try with.execute().scores)
    let record = try without.execute()
    for name in results { #expect(try bytes(without, name) == bytes(with, name), "\(name)") }
    #expect(record.scores?.acc == nil && record.scores?.silhouette == scores.silhouette)
    let found = try assignments(with)
    #expect((scores.silhouette ?? 0) > 0.3 && scores.acc == blobs.accuracy(found))
    #expect(record.contingency == nil && record.classScores == nil)
    let names = try FileManager.default.contentsOfDirectory(atPath: without.folder.url.path)
    #expect(!names.contains("labels.npy"))
  }

  private func assignments(_ run: Run) throws -> [Int] {
    let text = String(decoding: try bytes(run, "assignments.csv"), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().compactMap {
      Int($0.split(separator: ",")[1])
    }
  }

  /// The rows of a folder of images are found again by their files.
  @Test func namesTheFilesOfImages() throws {
    let golden = try ImageGolden.load()
    for name in ["jpeg", "grey jpeg", "progressive jpeg", "cmyk jpeg"] {
      try folder.write("photos/\(name), one.jpg", golden.bytes(name))
    }
    var configuration = configuration("kmeans", labels: false)
    configuration.data = folder.path("photos")
    (configuration.clusters, configuration.imageSize) = (2, ImageSize(height: 4, width: 5))
    let photos = try run(configuration, "run")
    let record = try photos.execute()
    #expect(record.data.imageShape == ImageShape(height: 4, width: 5, channels: 3))
    let lines = try String(decoding: bytes(photos, "assignments.csv"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines[0] == "index,cluster,certainty,file" && lines.count == 5)
    #expect(lines[1].hasSuffix(",\"cmyk jpeg, one.jpg\""))
    #expect(try photos.folder.configuration() == configuration)
    configuration.data = folder.path("blobs.csv")
    let error = refusal { try run(configuration, "none").execute() }
    #expect(error?.description.contains("--image-size is for folders of images") == true)
  }

  @Test func theRecordSaysWhatWasFound() throws {
    let run = try run(configuration("kmeans"), "run")
    try run.execute()
    let record = try #require(try run.folder.record())
    let found = try assignments(run)
    #expect(record.clusterSizes == (0..<3).map { cluster in found.count { $0 == cluster } })
    #expect(record.contingency?.joined().reduce(0, +) == 120)
    #expect(record.data.rows == 120 && record.data.columns == 8 && record.clusters == 3)
    #expect(record.stopReason == "the centroids came to rest")
    #expect((record.seconds?["total"] ?? 0) > 0)
  }
}
