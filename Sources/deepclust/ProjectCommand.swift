// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust project`: a UMAP layout of any table, for pictures or for other programs.
struct ProjectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: "Lays data out in few dimensions by UMAP.",
    discussion: """
      DATA is a catalog name or a path, for instance the embedding.npy of a run. With \
      --for-clustering samples are packed closely, as N2D wants them; single settings override it.
      """)

  @Argument(help: "A catalog name or a path.") var data: String
  @Option(help: "Where to write the layout, as .npy.") var output: String
  @Option(help: "The column of a text table that holds classes, to be left out.")
  var labelColumn: String?
  @Option(help: "Dimensions of the layout, 1 to 64. (default: 2)") var components: Int?
  @Option(help: "Neighbours of each sample, itself included. (default: 15)") var neighbors: Int?
  @Option(help: "How near samples may come. (default: 0.1)") var minimumDistance: Double?
  @Option(help: "Epochs; 0 for 500 up to 10,000 samples and 200 beyond.") var epochs = 0
  @Option(help: "From which every random number follows.") var seed: UInt64 = 1
  @Option(help: "Threads on the CPU.") var threads: Int?
  @Flag(help: "20 neighbours and no minimum distance.") var forClustering = false
  @Flag(help: "Print one JSON object at the end.") var json = false
  @Flag(help: "No progress.") var quiet = false

  /// What is printed.
  private struct Timing: Encodable {
    var rows: Int
    var components: Int
    var seconds: Double
  }

  func run() throws {
    let umap = try settings()
    if let threads {
      guard threads > 0 else { throw InputError(.usage, "--threads must be positive") }
      Threads.use(threads)
    }
    let target = URL(fileURLWithPath: output)
    guard !FileManager.default.fileExists(atPath: target.path) else {
      throw InputError(.cannotCreate, "\(output) exists already")
    }
    let dataset = try Dataset.load(data, labelColumn: labelColumn, progress: tell)
    try dataset.refuseForLayout()
    let rows = Tensor(dataset.values, shape: [dataset.rows, dataset.columns])
    var last = ContinuousClock.now
    var layout: UMAPLayout?
    let seconds = time {
      layout = umap.fit(rows, seed: Seed(seed)) { epoch, planned in
        guard !quiet, ContinuousClock.now - last > .seconds(2) || epoch == planned else { return }
        last = .now
        tell("  epoch \(epoch)/\(planned)")
      }
    }
    guard let layout else { return }
    let values: [Float] = layout.positions.scalars()
    try NPY.write(values, shape: layout.positions.shape, to: target)
    if json {
      try printJSON(
        Timing(rows: dataset.rows, components: umap.components, seconds: seconds))
    } else if !quiet {
      tell("\(dataset.rows) samples in \(umap.components) dimensions: \(output)")
    }
  }

  private func settings() throws -> UMAP {
    var umap = forClustering ? UMAP.forClustering(components: 2) : UMAP()
    umap.components = components ?? umap.components
    umap.neighbors = neighbors ?? umap.neighbors
    umap.minimumDistance = minimumDistance ?? umap.minimumDistance
    umap.epochs = epochs
    guard (1...64).contains(umap.components) else {
      throw InputError(.usage, "--components must be from 1 to 64, not \(umap.components)")
    }
    guard umap.neighbors >= 2 else {
      throw InputError(.usage, "--neighbors must be at least 2, not \(umap.neighbors)")
    }
    guard (0..<3).contains(umap.minimumDistance) else {
      throw InputError(
        .usage, "--minimum-distance must be from 0 to 3, not \(umap.minimumDistance)")
    }
    guard epochs >= 0 else { throw InputError(.usage, "--epochs must not be negative") }
    return umap
  }
}

extension Dataset {
  fileprivate func refuseForLayout() throws {
    guard rows > 3 else {
      throw InputError(.data, "\(source) has \(rows) rows: a layout needs four at least")
    }
    if let position = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        .data,
        "row \(position / columns + 1), column \(position % columns + 1) of \(source) is not a "
          + "finite number")
    }
  }
}
