// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust bench-epoch`: times single epochs, for `Benchmarks/peers`.
struct BenchEpochCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-epoch", abstract: "Times epochs of training.", shouldDisplay: false)

  /// What is trained.
  enum Work: String, ExpressibleByArgument, CaseIterable { case autoencoder, dec }

  @Option var what: Work
  @Option var precision = "float32"
  @Option var epochs = 1
  @Option var data = "mnist"
  @Option var threads: Int?

  func run() throws {
    Threads.use(threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let precision: Precision = try choice(self.precision, "--precision") ?? .float32
    var warnings: [String] = []
    let prepared = try PreparedData(
      Dataset.load(data), preprocessing: .automatic, clusters: 10, device: .cpu,
      warnings: &warnings)
    var context = FitContext(
      data: prepared.tensor, seed: Seed(1), compute: .measured(precision, on: .cpu))
    var seconds: [Double] = []
    switch what {
    case .autoencoder:
      var pretraining = Pretraining()
      pretraining.optimizer = .adam(1e-3)
      pretraining.epochs = epochs + 1
      var state = pretraining.begin(context)
      for _ in 0..<epochs { seconds.append(time { _ = pretraining.advance(&state, context) }) }
    case .dec:
      context.pretrained = Autoencoder(
        AutoencoderLayout(), inputs: context.columns, context: context)
      var dec = DEC(clusters: 10)
      dec.training.start = .kMeans
      dec.training.restarts = 1
      dec.training.tolerance = 0
      dec.training.updateInterval = (context.rows + 255) / 256
      var state = dec.begin(context)
      // One pass: a target over all samples and the batches that use it.
      for _ in 0..<epochs { seconds.append(time { _ = dec.advance(&state, context) }) }
    }
    try printJSON(["seconds_per_epoch": seconds])
  }
}

/// How long something takes, in seconds.
func time(_ body: () -> Void) -> Double {
  let parts = ContinuousClock().measure(body).components
  return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
}
