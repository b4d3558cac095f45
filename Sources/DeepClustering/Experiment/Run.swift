// SPDX-License-Identifier: Apache-2.0
public import Foundation
internal import Torch

/// A run of one method on one data set, in a folder, that survives being killed.
///
/// `execute` reads the data, pretrains where the method needs it, fits, measures and writes the
/// folder. Between any two steps it can stop; a run that is resumed ends with the same bits as one
/// that was never stopped.
public final class Run {
  /// What there is to tell while a run goes on.
  public enum Event: Sendable {
    /// A stage begins: what it is, in a few words.
    case stage(String)
    /// A step of a stage was made: which of how many, how long it took, and what it reports.
    case step(stage: String, step: Int, of: Int, seconds: Double, report: StepReport, Scores?)
    /// Something that the user should know.
    case warning(String)
  }

  /// The run was stopped on request; it can be resumed.
  public struct Interrupted: Error {
    /// The request was heeded.
    public init() {}
  }

  /// Where the run is written.
  public let folder: RunFolder
  /// What was asked for.
  public let configuration: RunConfiguration
  /// The pretrained networks to share; nil for none.
  public var cache: PretrainingCache?
  /// The data, where they were read already for several runs; nil to read what the configuration
  /// names.
  public var dataset: Dataset?
  /// How the samples are placed on the map of the report: as the configuration says, or by UMAP; the
  /// film has layouts by t-SNE too unless these are principal components.
  public var map: EmbeddingMap
  /// Seconds between checkpoints, at least.
  public var checkpointInterval = 20.0
  /// Is told what happens.
  public var report: (Event) -> Void = { _ in }
  /// Asked between any two steps.
  public var shouldStop: () -> Bool = { false }

  private let resuming: Bool
  /// The folders above the run's that were made for it.
  private let madeParents: [URL]
  /// Whether the user had made the folder, which is left to him then.
  private let folderWasThere: Bool
  var record: RunRecord
  /// The rows that are kept from the fit.
  var heldOut: Dataset?
  let clock = ContinuousClock()

  /// A new run; makes the folder.
  ///
  /// - Parameters:
  ///   - configuration: What is asked for.
  ///   - folder: Where the run is written.
  ///   - study: How K was chosen, for the record.
  ///   - methodReason: Why the method was chosen, for the record.
  ///   - studySeconds: How long the choice took, which is part of the run's time.
  /// - Throws: `InputError` for settings that no method has, and a folder that is taken or cannot be made.
  public init(
    _ configuration: RunConfiguration, folder: URL, study: ClusterCountStudy? = nil,
    methodReason: String? = nil, studySeconds: Double = 0
  ) throws(InputError) {
    let method = try configuration.makeMethod()
    try configuration.refuseHeldOut(for: method)
    self.folder = RunFolder(folder)
    self.configuration = configuration
    map = configuration.map ?? .umap
    resuming = false
    record = RunRecord(configuration, method)
    (record.clusterCountStudy, record.methodReason) = (study, methodReason)
    if let study {
      let uncertainty = study.isStable ? nil : "K is uncertain: \(study.reason)"
      let warnings = [uncertainty, study.edge].compactMap(\.self)
      if !warnings.isEmpty { record.warnings = warnings }
    }
    try Self.refuseMissing(configuration.device)
    madeParents = self.folder.missingParents
    folderWasThere = try self.folder.refuseExisting()
    if study != nil { add(studySeconds, to: "choosing K") }
    try self.folder.create()
    let lock = try self.folder.lock()
    // Once more: another process may have begun here since.
    try self.folder.create()
    // The configuration last: where it is, all is there that a run goes on with.
    try self.folder.write(record)
    try self.folder.write(configuration.yaml(), to: "config.yaml")
    extendLifetime(lock)
  }

  /// A run that was stopped or killed.
  public init(resuming folder: URL) throws(InputError) {
    self.folder = RunFolder(folder)
    // The record first: it tells a folder of another version.
    let record = try self.folder.record()
    configuration = try self.folder.configuration()
    map = configuration.map ?? .umap
    resuming = true
    madeParents = []
    folderWasThere = true
    let method = try configuration.makeMethod()
    self.record = record ?? RunRecord(configuration, method)
    guard let record else { return }
    let now = configuration
    for (name, then, now) in [
      ("seed", record.seed.map(String.init), "\(now.seed)"),
      ("precision", record.precision, now.precision.rawValue),
      ("device", record.device, now.device.description),
    ] {
      guard let then, then != now else { continue }
      throw InputError(
        .data,
        "\(self.folder.file("config.yaml").path) was changed since the run began: its \(name) was \(then) "
          + "and is \(now); put it back, or start a new run")
    }
  }

  private static func refuseMissing(_ device: Device) throws(InputError) {
    guard let reason = device.unavailableReason() else { return }
    throw InputError(.unavailable, reason)
  }

  /// Whether all is done already.
  public var isFinished: Bool { record.status == .finished }

  /// Does what is left to do.
  ///
  /// - Returns: The record that `run.json` holds.
  /// - Throws: `InputError` for what is wrong with the data or the disk; `Interrupted` when
  ///   `shouldStop` said so.
  @discardableResult
  public func execute() throws -> RunRecord {
    guard !isFinished else {
      // Of one that was killed after its last word.
      try? FileManager.default.removeItem(at: folder.file("checkpoint"))
      return record
    }
    let lock = try folder.lock()
    defer { extendLifetime(lock) }
    // What another process did before it let go of the folder.
    if resuming, let now = try folder.record() { record = now }
    guard !isFinished else { return record }
    let method = try configuration.makeMethod(as: record.method.hyperparameters)
    do {
      try execute(method)
    } catch let error as InputError where !resuming && !hasSteps && error.kind.isCallersMistake {
      // It would fail again, and an empty folder would only be in the way of the next try.
      if folderWasThere { folder.empty() } else { folder.remove(withEmpty: madeParents) }
      throw error
    }
    return record
  }

  /// Whether anything was learned yet, which must not be lost.
  private var hasSteps: Bool {
    let log = try? FileManager.default.attributesOfItem(atPath: folder.file("metrics.jsonl").path)
    return (log?[.size] as? Int ?? 0) > 0
  }

  private func execute<M: ClusteringMethod>(_ method: M) throws {
    try Self.refuseMissing(configuration.device)
    let plan = try plan()
    // The program that runs it has a number of its own.
    try Threads.with(plan.threads) { try execute(method, plan) }
  }

  private func execute<M: ClusteringMethod>(_ method: M, _ plan: Plan) throws {
    (record.status, record.threads) = (.running, plan.threads)
    record.kernels = plan.compute.kernelName(on: configuration.device)
    record.seconds = plan.seconds
    let data = try prepare(method)
    let method = method.resolved(for: data)
    var context = FitContext(
      data: data.tensor, seed: Seed(configuration.seed), compute: plan.compute,
      imageShape: data.imageShape)
    let log = try MetricsLog(folder.file("metrics.jsonl"), keeping: try lastCheckpointLength())
    if log.lacksLines {
      warn("metrics.jsonl was cut or damaged: the curves of the report lack steps")
    }
    do {
      if let pretraining = method.pretraining {
        for text in pretraining.warnings { warn(text) }
        context.pretrained = try pretrained(pretraining, data, context, log)
      }
      report(.stage("clustering with \(M.card.title)"))
      let model = try drive(
        method, "clustering", context, log, labels: data.labels,
        assignments: { method.assignments($0) }, codes: { method.codes($0, of: $1) })
      try finish(method, model, data, context)
    } catch let stop as Interrupted {
      record.status = .interrupted
      try folder.write(record)
      throw stop
    }
  }

  /// What must stay the same when a run is resumed, beside the configuration.
  private struct Plan: Codable {
    var compute: Compute
    var threads: Int
    var seconds: [String: Double] = [:]
  }

  private func plan() throws(InputError) -> Plan {
    let url = folder.file("checkpoint").appendingPathComponent("plan.json")
    if resuming, let data = try? Data(contentsOf: url),
      var plan = try? JSONDecoder().decode(Plan.self, from: data), 1...4096 ~= plan.threads
    {
      plan.seconds = record.seconds ?? [:]
      return plan
    }
    for stage in ["pretraining", "pretrained", "clustering"]
    where resuming && FileManager.default.fileExists(atPath: checkpoint(stage).path) {
      throw InputError(
        .data,
        "\(url.path), which says what the run computes with, is gone or damaged: remove the folder "
          + "checkpoint to begin anew")
    }
    let plan = Plan(
      compute: .measured(configuration.precision, on: configuration.device),
      threads: configuration.threadCount(), seconds: record.seconds ?? [:])
    guard let data = try? JSONEncoder().encode(plan) else {
      throw InputError(.internalError, "the plan has no JSON form")
    }
    // Where it cannot be made, the file says why.
    try? FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try writeAtomically(data, to: url)
    return plan
  }

  private func prepare(_ method: any ClusteringMethod) throws -> PreparedData {
    report(.stage("reading \(configuration.data)"))
    let start = clock.now
    var dataset = try self.dataset ?? readDataset()
    self.dataset = nil
    try refuseOptionsOfOthers(dataset)
    let whole = configuration.heldOut == nil ? nil : dataset.labelledDigest()
    (dataset, heldOut) = try configuration.parts(of: dataset)
    var warnings: [String] = []
    let data = try PreparedData(
      dataset, preprocessing: configuration.preprocessing,
      clusters: method.findsClusterCount ? nil : method.clusters,
      device: configuration.device, sparse: method.takesSparse(columns: dataset.columns),
      warnings: &warnings)
    try method.resolved(for: data).refuseOtherThanImages(data)
    warnings.forEach(warn)
    if configuration.precision == .bfloat16 && configuration.device == .cpu && !hasFastBFloat16 {
      warn("this processor has no bfloat16 arithmetic: --precision float32 is faster here")
    }
    let labelled =
      whole
      ?? Dataset.labelledDigest(data.digest, labels: data.labels, classNames: data.classNames)
    try refuseOtherData(data, labelled)
    record.describe(data)
    record.data.labelledDigest = labelled
    add(seconds(since: start), to: "data")
    try folder.write(record)
    return data
  }

  /// What the configuration names, from where it is now.
  func readDataset() throws(InputError) -> Dataset {
    try Dataset.load(
      located(configuration.data), labels: configuration.labels.map(located),
      labelColumn: configuration.labelColumn, ignoreColumns: configuration.ignoreColumns ?? [],
      imageSize: configuration.imageSize,
      text: TextReading(
        maxFeatures: configuration.maxFeatures,
        vocabulary: configuration.vocabulary.map(located)),
      progress: { self.report(.stage($0)) })
  }

  private func refuseOptionsOfOthers(_ dataset: Dataset) throws(InputError) {
    let isOfFiles = dataset.fileNames != nil
    if configuration.imageSize != nil && !(isOfFiles && dataset.imageShape != nil) {
      throw InputError(
        .usage, "--image-size is for folders of images, and \(configuration.data) is none")
    }
    let asksForWords = configuration.maxFeatures != nil || configuration.vocabulary != nil
    if asksForWords && !(isOfFiles && dataset.vocabulary != nil) {
      throw InputError(
        .usage,
        "--max-features and --vocabulary are for folders and archives of texts, and "
          + "\(configuration.data) is none")
    }
  }

  /// A path of the configuration: one that is not absolute starts where the run was begun.
  private func located(_ path: String) -> String {
    guard resuming, !path.hasPrefix("/"),
      Catalog.entry(named: (try? Subset.base(of: path)) ?? path) == nil,
      let directory = record.workingDirectory,
      directory != FileManager.default.currentDirectoryPath
    else { return path }
    let there = "\(directory)/\(path)"
    let file = ArrayPath((try? Subset.base(of: there)) ?? there).file
    // The whole folder may have been moved, with the run in it.
    return FileManager.default.fileExists(atPath: file) ? there : path
  }

  private func refuseOtherData(_ data: PreparedData, _ labelled: String) throws(InputError) {
    let before = (record.data.digest ?? data.digest, record.data.labelledDigest ?? labelled)
    guard resuming, before != (data.digest, labelled) else { return }
    throw InputError(
      .data,
      "\(configuration.data) is not what \(folder.url.path) was begun with: start a new run")
  }

  private func pretrained(
    _ pretraining: Pretraining, _ data: PreparedData, _ context: FitContext, _ log: MetricsLog
  ) throws -> Autoencoder {
    let own = folder.file("checkpoint").appendingPathComponent("pretrained.safetensors")
    let manager = FileManager.default
    if resuming, manager.fileExists(atPath: own.path) {
      return try Autoencoder(from: whole(own), under: "network", on: context.device)
    }
    // Lines of another pretraining would come after those of the clustering.
    guard !resuming || !manager.fileExists(atPath: checkpoint("clustering").path) else {
      throw InputError(
        .data,
        "\(own.path), which its clustering goes on with, is gone: remove the folder checkpoint to begin "
          + "anew")
    }
    guard pretraining.plannedSteps(context) > 0 else {
      // Random weights: nothing is learned that the log could tell or the cache keep.
      return pretraining.finish(pretraining.begin(context), context)
    }
    let entry = cache?.entry(
      pretraining, data: data, seed: context.seed, compute: context.compute,
      threads: Threads.count)
    // What was begun here is gone on with: its steps are in the log already.
    let isBegun =
      resuming && manager.fileExists(atPath: checkpoint("pretraining").path)
    if !isBegun, let entry, let (network, lines) = cache?.network(entry, on: context.device) {
      report(.stage("taking the pretrained autoencoder from the cache"))
      record.pretrained = "cache"
      try folder.write(record)
      try log.append(lines)
      try keep(network, log, at: own)
      return network
    }
    report(.stage("pretraining the autoencoder"))
    let network = try drive(
      pretraining, "pretraining", context, log, labels: nil, assignments: { _ in nil })
    let codes = network.embedding(of: data.tensor)
    guard codes.squared().sum().item.isFinite else {
      throw diverged("pretraining", after: "its last step")
    }
    record.pretrained = "trained"
    // Now: a run that is killed after this one goes on from the network, and would not know.
    try folder.write(record)
    try keep(network, log, at: own)
    if let entry {
      let metrics = (try? Data(contentsOf: folder.file("metrics.jsonl"))) ?? Data()
      cache?.keep(network, metrics: metrics, as: entry)
    }
    return network
  }

  private func keep(
    _ network: Autoencoder, _ log: MetricsLog, at url: URL
  ) throws(InputError) {
    var archive = Archive()
    archive.set("position", try position(log))
    network.store(in: &archive, under: "network")
    try archive.write(to: url)
  }

  func warn(_ text: String) {
    if record.warnings?.contains(text) == true { return }
    record.warnings = (record.warnings ?? []) + [text]
    report(.warning(text))
  }

  func seconds(since start: ContinuousClock.Instant) -> Double {
    let parts = (clock.now - start).components
    return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
  }

  func add(_ seconds: Double, to stage: String) {
    record.seconds = record.seconds ?? [:]
    record.seconds?[stage, default: 0] += seconds
    record.seconds?["total", default: 0] += seconds
  }
}

extension RunRecord {
  /// The record of a run that has not begun.
  init<M: ClusteringMethod>(_ configuration: RunConfiguration, _ method: M) {
    self.init(
      format: Self.currentFormat, version: deepClusteringVersion,
      data: DataDescription(name: configuration.data, source: configuration.data),
      method: Method(
        name: M.card.name, title: M.card.title, paper: "\(M.card.paper), \(M.card.venue)",
        profile: configuration.profile ?? M.card.profiles.first?.name,
        hyperparameters: Hyperparameters.values(of: method)),
      clusters: method.clusters)
    (status, seed, machine) = (.running, configuration.seed, .current)
    workingDirectory = FileManager.default.currentDirectoryPath
    device = configuration.device.description
    precision = configuration.precision.rawValue
    started = timestamp()
    commit = ProcessInfo.processInfo.environment["DEEPCLUST_COMMIT"]
  }

  fileprivate mutating func describe(_ data: PreparedData) {
    self.data = DataDescription(
      name: data.name, source: data.source, rows: data.tensor.shape[0],
      columns: data.tensor.shape[1], imageShape: data.imageShape,
      classNames: data.labels == nil ? nil : data.classNames, digest: data.digest,
      preprocessing: data.preprocessing.kind.rawValue)
  }
}

extension InputError.Kind {
  /// Whether what was asked for cannot work, as opposed to a disk that is full.
  fileprivate var isCallersMistake: Bool {
    switch self {
    case .usage, .data, .missing, .unavailable: true
    case .internalError, .cannotCreate, .inputOutput: false
    }
  }
}

extension Compute {
  fileprivate func kernelName(on device: Device) -> String {
    guard device == .cpu else { return "CUDA" }
    return path == .fused ? "oneDNN, bias and ReLU fused" : "libtorch's own"
  }
}
