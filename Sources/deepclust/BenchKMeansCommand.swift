// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust bench-kmeans`: times Lloyd's iterations from given centroids, for `Benchmarks/peers`.
struct BenchKMeansCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-kmeans", abstract: "Times iterations of k-means.", shouldDisplay: false)

  @Argument(help: "n × d, .npy.") var data: String
  @Argument(help: "K × d, .npy: the start.") var centroids: String
  @Option var iterations = 20
  @Option var rounds = 1
  @Option var threads: Int?

  /// What is printed.
  private struct Timing: Encodable {
    var seconds: [Double]
    var cost: Double
  }

  func run() throws {
    Threads.use(threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let points = try Dataset.load(data)
    let start = try Dataset.load(centroids)
    let tensor = Tensor(points.values, shape: [points.rows, points.columns])
    let first = Tensor(start.values, shape: [start.rows, start.columns])
    var timing = Timing(seconds: [], cost: 0)
    for _ in 0..<rounds {
      timing.seconds.append(
        time {
          timing.cost =
            KMeans.lloyd(tensor, from: first, iterations: iterations).cost
        })
    }
    try printJSON(timing)
  }
}
