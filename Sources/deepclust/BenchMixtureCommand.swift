// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust bench-mixture`: times a mixture's iterations from a partition, for `Benchmarks/peers`.
struct BenchMixtureCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-mixture", abstract: "Times iterations of a Gaussian mixture.",
    shouldDisplay: false)

  @Argument(help: "n × d, .npy.") var data: String
  @Argument(help: "n whole numbers from 0, .npy: the start.") var labels: String
  @Option var iterations = 20
  @Option var rounds = 1
  @Option var threads: Int?

  /// What is printed.
  private struct Timing: Encodable {
    var seconds: [Double]
    var logLikelihoods: [Double]
  }

  func run() throws {
    Threads.use(threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let points = try Dataset.load(data, labels: labels)
    let tensor = Tensor(points.values, shape: [points.rows, points.columns])
    let start = points.labels ?? []
    let mixture = GaussianMixture(clusters: 1 + (start.max() ?? 0))
    var timing = Timing(seconds: [], logLikelihoods: [])
    for _ in 0..<rounds {
      timing.seconds.append(
        time {
          timing.logLikelihoods =
            mixture.iterations(iterations, over: tensor, from: start).logLikelihoods
        })
    }
    try printJSON(timing)
  }
}
