// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusteringReport
import DeepClustering
import Foundation
import Torch

/// `deepclust fit`: from data to a run folder with a report.
struct FitCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit",
    abstract: "Clusters a data set and writes a run folder with a report.",
    discussion: """
      DATA is a name of `deepclust data list` or a path: .npy, .npz, .csv or .tsv (gz too), IDX, a \
      folder with MNIST's four files, .svmlight, .mat, .h5 (FILE:ARRAY for one array, of .npz too), a folder of \
      PNG and JPEG images or of texts, with a sub-folder for each class or without, or a tar \
      archive of texts. Stopped by Ctrl-C or killed, a run goes on with --resume \
      and ends with the same bytes.

      With --clusters auto a study chooses K first: the largest number of clusters that come back in \
      UMAP layouts of parts of the data, of 2 to 20 and, where 20 is the best, up to 100; or of \
      --cluster-range. Without --method and --clusters, here and in the file of --config, K is chosen \
      so, and the method by the kind of the data.
      """)

  @Argument(help: "A catalog name or a path; left out with --resume.")
  var data: String?
  @Option(help: "See `deepclust methods`.") var method: String?
  @Option(help: "One of the method's profiles.") var profile: String?
  @Option(
    name: [.customLong("clusters"), .customShort("k")],
    help: """
      K, the number of clusters, or auto to have it chosen; 10 unless given. dbscan and hdbscan find \
      K and take none; deep-dpm begins with this or 1; dirichlet-process-mixture finds at most so \
      many, 30 unless given.
      """)
  var clusters: ClusterChoice?
  @Option(
    help: """
      The numbers of clusters to try where K is chosen; 2-20 unless given, and more where 20 is the best.
      """
  )
  var clusterRange: String?
  @Option(
    help: """
      A file with the class of each row: one a line, a table with a column named class, .npy, .npz, \
      .mat, .h5 or IDX; measures, is never learned from.
      """)
  var labels: String?
  @Option(
    parsing: .unconditional,
    help: "The column of a text table that holds the classes: name, number, or last.")
  var labelColumn: String?
  @Option(
    help: """
      Columns of a text table that are no features, such as ids, dates and words, by their names \
      in the header line: NAME[,NAME…].
      """)
  var ignoreColumns: ColumnNames?
  @Option(
    help: "HEIGHTxWIDTH of the images of a folder; by default what they have in common, or 64x64.")
  var imageSize: String?
  @Option(help: "How many words of texts are used, the most frequent ones; 2000 unless given.")
  var maxFeatures: Int?
  @Option(help: "The words of texts to use: a file with one a line, or a run's vocabulary.json.")
  var vocabulary: String?
  @Option(
    help: "A YAML file with any of these settings, such as clusterRange, and hyperparameters.")
  var config: String?
  @Option(
    name: .customLong("set"), help: "A hyperparameter, as in epochs=50; may be repeated.")
  var settings: [String] = []
  @Option(
    help: "none, unit-range, symmetric, unit-norm, standard-score, mean-square or auto.")
  var preprocessing: String?
  @Option(help: "The share of rows to keep from the fit, to measure how it carries over: 0.2.")
  var heldOut: Double?
  @Option(
    help: """
      How the map of the report places the samples: umap, t-sne or principal-components; umap unless \
      given. principal-components, which are there at once, are those of the film too. Decides no \
      other result.
      """)
  var map: String?
  @Option(help: "From which every random number follows.") var seed: UInt64?
  @Option(help: "cpu, cuda or cuda:N.") var device: String?
  @Option(help: "float32, or bfloat16 for mixed precision.") var precision: String?
  @Option(help: "Threads on the CPU.") var threads: Int?
  @Option(help: "The run folder; by default runs/DATA-METHOD-SEED.") var output: String?
  @Flag(help: "Go on with the run of --output.") var resume = false
  @Option(help: "Seconds between two checkpoints.") var checkpointSeconds = 20.0
  @Flag(help: "Train the autoencoder even if the cache has it.") var noCache = false
  @Flag(help: "Keep RUN/tensorboard up to date, for `tensorboard --logdir`.")
  var tensorboard = false
  @Flag(help: "Print one JSON object at the end.") var json = false
  @Flag(help: "No progress.") var quiet = false

  func run() throws {
    guard checkpointSeconds >= 0 && checkpointSeconds.isFinite else {
      throw InputError(
        .usage, "--checkpoint-seconds must be 0 or more, not \(checkpointSeconds)")
    }
    Interruption.listen()
    SourceCommit.nameForRuns()
    let run = try makeRun()
    run.cache = noCache ? nil : PretrainingCache()
    run.checkpointInterval = checkpointSeconds
    run.shouldStop = { Interruption.requested }
    let display = ProgressDisplay(quiet: quiet)
    let folder = run.folder.url
    run.report = tensorboard ? Self.logging(folder, and: display.show) : display.show
    if run.isFinished && !quiet { tell("\(folder.relativePath) is finished already") }
    do {
      try run.execute()
    } catch let stop as Run.Interrupted {
      display.end()
      tell("stopped and saved; go on with: \(run.folder.resumeCommand)")
      throw stop
    }
    display.end()
    if tensorboard { try writeTensorBoardLog(folder) }
    let report = try RunReport(folder: folder).write()
    guard let record = try run.folder.record() else { return }
    if json {
      try printJSON(Summary(record, output: folder.path))
    } else {
      print(summaryText(record, report: report.relativePath))
    }
  }

  /// Shows events, and brings RUN/tensorboard to where the run is: every ten seconds at most.
  private static func logging(
    _ folder: URL, and show: @escaping (Run.Event) -> Void
  ) -> (Run.Event) -> Void {
    let clock = ContinuousClock()
    var written: ContinuousClock.Instant?
    return { event in
      show(event)
      guard case .step = event else { return }
      if let written, clock.now - written < .seconds(10) { return }
      // What keeps it from being written now is told at the end of the run.
      _ = try? TensorBoardLog(folder: folder).write()
      written = clock.now
    }
  }

  private func makeRun() throws -> Run {
    if resume {
      guard let output else {
        throw InputError(.usage, "--resume needs --output with the folder of the run")
      }
      if let option = settingsGiven.first {
        throw InputError(
          .usage, "a resumed run keeps the settings it was begun with: leave out \(option)")
      }
      return try Run(resuming: URL(fileURLWithPath: output))
    }
    let request = try makeRequest()
    var configuration = request.configuration
    if request.choosesMethod {
      // The folder is named after the method, which is not known yet.
      configuration.method = "auto"
    }
    let name = URL(fileURLWithPath: configuration.data).deletingPathExtension().lastPathComponent
    let folder = output ?? "runs/\(name)-\(configuration.method)-\(configuration.seed)"
    let url = URL(fileURLWithPath: folder)
    guard request.choosesClusters else { return try Run(configuration, folder: url) }
    let chosen = try RunChooser(quiet: quiet, range: request.clusterRange).choose(
      &configuration, folder: url, choosingMethod: request.choosesMethod)
    return try Run(
      configuration, folder: url, study: chosen.study, methodReason: chosen.methodReason,
      studySeconds: chosen.seconds)
  }

  /// The options given that a resumed run takes from its folder.
  private var settingsGiven: [String] {
    let options: [(String, Bool)] = [
      ("DATA", data != nil), ("--method", method != nil), ("--profile", profile != nil),
      ("--clusters", clusters != nil), ("--cluster-range", clusterRange != nil),
      ("--labels", labels != nil),
      ("--label-column", labelColumn != nil), ("--ignore-columns", ignoreColumns != nil),
      ("--image-size", imageSize != nil),
      ("--max-features", maxFeatures != nil), ("--vocabulary", vocabulary != nil),
      ("--config", config != nil),
      ("--set", !settings.isEmpty), ("--preprocessing", preprocessing != nil),
      ("--held-out", heldOut != nil), ("--map", map != nil),
      ("--seed", seed != nil), ("--device", device != nil), ("--precision", precision != nil),
      ("--threads", threads != nil),
    ]
    return options.filter(\.1).map(\.0)
  }

  /// What the file of --config and the options ask for; an option goes before the file.
  private func makeRequest() throws -> RunRequest {
    var request: RunRequest
    if let config {
      request = try RunRequest(contentsOf: URL(fileURLWithPath: config), data: data)
    } else {
      guard let data else {
        throw InputError(
          .usage, "which data? Give a path, or a name of `deepclust data list`")
      }
      request = RunRequest(data: data)
    }
    request.method = method ?? request.method
    request.clusters = clusters ?? request.clusters
    if let clusterRange {
      guard let range = ClusterRange(clusterRange) else {
        throw InputError(
          .usage,
          "--cluster-range takes two whole numbers from 2 on, the least first, such as 2-60, not "
            + clusterRange)
      }
      request.clusterRange = range
    }
    try apply(to: &request.settings)
    if let note = try request.dropUnreadClusters() {
      // In a file it may come from an earlier run; here it was meant.
      if case .number = clusters {
        throw InputError(.usage, "\(note), so leave out --clusters")
      }
      if !quiet { tell("• \(note)") }
    }
    return request
  }

  private func apply(to result: inout RunConfiguration) throws {
    result.profile = profile ?? result.profile
    result.labels = labels ?? result.labels
    result.labelColumn = labelColumn ?? result.labelColumn
    result.ignoreColumns = ignoreColumns?.names ?? result.ignoreColumns
    if let imageSize {
      guard let size = ImageSize(imageSize) else {
        throw InputError(
          .usage, "--image-size takes a height and a width such as 28x28, not \(imageSize)")
      }
      result.imageSize = size
    }
    result.maxFeatures = maxFeatures ?? result.maxFeatures
    result.vocabulary = vocabulary ?? result.vocabulary
    result.heldOut = heldOut ?? result.heldOut
    result.seed = seed ?? result.seed
    result.threads = threads ?? result.threads
    try result.refuseThreads()
    result.preprocessing = try choice(preprocessing, "--preprocessing") ?? result.preprocessing
    result.precision = try choice(precision, "--precision") ?? result.precision
    let chosenMap: EmbeddingMap? = try choice(map, "--map")
    result.map = chosenMap ?? result.map
    if let device {
      guard let known = Device(device) else {
        throw InputError(.usage, "there is no device \(device): use cpu, cuda or cuda:N")
      }
      result.device = known
    }
    var given: [String: JSONValue] = [:]
    for setting in settings {
      let parts = setting.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw InputError(.usage, "--set takes key=value, not \(setting)")
      }
      if parts[0].split(separator: ".").last == "clusters" {
        throw InputError(
          .usage,
          "--set does not take \(parts[0]), on which other settings depend: use -k \(parts[1])")
      }
      given[parts[0]] = Hyperparameters.value(of: parts[1])
    }
    try result.set(given)
  }
}

/// The value of an option that is one of a few words.
func choice<T: RawRepresentable & CaseIterable>(_ text: String?, _ option: String) throws -> T?
where T.RawValue == String {
  guard let text else { return nil }
  if let value = T(rawValue: text) { return value }
  let names = T.allCases.map(\.rawValue).joined(separator: ", ")
  throw InputError(.usage, "\(option) cannot be \(text): it is one of \(names)")
}

/// What `--json` prints.
private struct Summary: Encodable {
  let method: String
  let clusters: Int
  let scores: Scores
  let noise: Int?
  let measures: [String: Double]?
  let heldOut: RunRecord.HeldOut?
  let seconds: [String: Double]
  let stopReason: String?
  let warnings: [String]?
  let output: String

  init(_ record: RunRecord, output: String) {
    method = record.method.name
    clusters = record.clusters
    scores = record.scores ?? Scores()
    (noise, measures) = (record.noise, record.measures)
    heldOut = record.heldOut
    seconds = record.seconds ?? [:]
    (stopReason, warnings) = (record.stopReason, record.warnings)
    self.output = output
  }
}

private func summaryText(_ record: RunRecord, report: String) -> String {
  var lines: [String] = []
  let title = record.method.title ?? record.method.name
  let noun = record.clusters == 1 ? "cluster" : "clusters"
  lines.append("\(title): \(record.clusters) \(noun) of \(record.data.rows ?? 0) samples")
  lines.append("sizes       \(sizesText(record.clusterSizes ?? []))")
  if let noise = record.noise { lines.append("noise       \(noise) samples in no cluster") }
  let scores = record.scores ?? Scores()
  let named: [(String, Double?)] = [
    ("ACC", scores.acc), ("NMI", scores.nmi), ("ARI", scores.ari), ("AMI", scores.ami),
    ("purity", scores.purity), ("silhouette", scores.silhouette),
  ]
  for (name, value) in named {
    guard let value else { continue }
    lines.append(name.padding(toLength: 12, withPad: " ", startingAt: 0) + fixed(value, 4))
  }
  if let ceiling = scores.accCeiling, ceiling < 1 {
    lines.append(
      "            (with this number of clusters ACC cannot exceed \(fixed(ceiling, 4)))")
  }
  for (name, value) in (record.measures ?? [:]).sorted(by: { $0.key < $1.key }) {
    lines.append(
      name.padding(toLength: max(12, name.count + 1), withPad: " ", startingAt: 0)
        + fixed(value, 4))
  }
  if let heldOut = record.heldOut {
    lines.append("held out    \(heldOut.rows) samples\(heldOut.text)")
  }
  lines.append("stopped     \(record.stopReason ?? "")")
  lines.append("seconds     \(fixed(record.seconds?["total"] ?? 0, 1))")
  lines.append("report      \(report)")
  return lines.joined(separator: "\n")
}

/// The first thirty sizes; of more the report tells.
private func sizesText(_ sizes: [Int]) -> String {
  let shown = sizes.prefix(30).map(String.init).joined(separator: " ")
  return sizes.count > 30 ? shown + " …" : shown
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  String(format: "%.\(digits)f", value)
}

extension RunRecord.HeldOut {
  /// The figures, each after a comma.
  fileprivate var text: String {
    let named = [
      ("ACC", scores?.acc), ("NMI", scores?.nmi), ("ARI", scores?.ari), ("loss", loss),
      ("loss of the others", trainingLoss), ("generalizability", generalizability),
    ]
    return named.compactMap { name, value in value.map { ", \(name) \(fixed($0, 4))" } }.joined()
  }
}
