// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust bench-epoch`: times single epochs, for `Benchmarks/peers`.
struct BenchEpochCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-epoch", abstract: "Times epochs of training.", shouldDisplay: false)

  /// `autoencoder`, or methods whose step is a pass over the samples.
  @Argument var what: [String]
  @Option var precision = "float32"
  @Option var epochs = 1
  @Option var data = "mnist"
  /// Of the autoencoder: `dense` or `convolutional`.
  @Option var layout = "dense"
  @Option var threads: Int?
  /// Epochs that the autoencoder is trained for before a method is timed.
  @Option var pretrainingEpochs = 0

  func run() throws {
    Threads.use(threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let precision: Precision = try choice(self.precision, "--precision") ?? .float32
    var warnings: [String] = []
    let prepared = try PreparedData(
      Dataset.load(data), preprocessing: .automatic, clusters: 10, device: .cpu,
      warnings: &warnings)
    var context = FitContext(
      data: prepared.tensor, seed: Seed(1), compute: .measured(precision, on: .cpu),
      imageShape: prepared.imageShape)
    var pretraining = Pretraining()
    pretraining.layout.kind = try choice(layout, "--layout") ?? .dense
    pretraining.minimumIterations = 0
    pretraining.epochs = pretrainingEpochs + epochs + 1
    var state = pretraining.begin(context)
    for _ in 0..<pretrainingEpochs { _ = pretraining.advance(&state, context) }
    context.pretrained = state.autoencoder
    var seconds: [String: [Double]] = [:]
    for name in what {
      seconds[name] =
        name == "autoencoder"
        ? try timed(pretraining, context)
        : try timed(
          plain(MethodCatalog.method(name).init(clusters: 10), rows: context.rows), context)
    }
    try printJSON(["seconds_per_epoch": seconds])
  }

  /// The method with steps of one pass, from a quick start, without what only its first steps do, and
  /// without an early end.
  private func plain<Method: ClusteringMethod>(_ method: Method, rows: Int) throws -> any Learner {
    let wanted: [String: JSONValue] = [
      "start": .string(method is VaDE ? "gaussian-mixture" : "k-means"), "restarts": .integer(1),
      "tolerance": .integer(0),
      "updateInterval": .integer((rows + 255) / 256),
    ]
    let has = Set(Hyperparameters.values(of: method).leaves().map(\.path))
    return try Hyperparameters.setting(wanted.filter { has.contains($0.key) }, of: method)
  }

  private func timed(_ learner: some Learner, _ context: FitContext) throws -> [Double] {
    var state = try learner.begin(context)
    return (0..<epochs).map { _ in time { _ = learner.advance(&state, context) } }
  }
}

/// How long something takes, in seconds.
func time(_ body: () -> Void) -> Double {
  let parts = ContinuousClock().measure(body).components
  return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
}
