// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust project`: a layout of any table, for pictures or for other programs.
struct ProjectCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "project", abstract: "Lays data out in few dimensions by UMAP or t-SNE.",
    discussion: """
      DATA is a catalog name or a path, for instance the embedding.npy of a run. With \
      --for-clustering samples are packed closely, as N2D wants them; single settings override it. \
      t-SNE lays out in the plane only, and takes --perplexity in place of --neighbors.

      Values are taken as they are unless --preprocessing says otherwise: embeddings have a scale of \
      their own. The columns of a table of measurements want --preprocessing standard-score, which is \
      what fit does by itself. Give the layout to fit with --preprocessing none.
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case umap
    case tsne = "t-sne"

    init?(argument: String) { self.init(rawValue: argument == "tsne" ? "t-sne" : argument) }
  }

  @Argument(help: "A catalog name or a path.") var data: String
  @Option(help: "Where to write the layout, as .npy or .csv.") var output: String
  @Option(
    parsing: .unconditional, help: "The column of a text table that holds classes, to be left out.")
  var labelColumn: String?
  @Option(help: "Columns of a text table with a header line to be left out: NAME[,NAME…].")
  var ignoreColumns: ColumnNames?
  @Option(
    help: """
      How values are scaled first: none, unit-range, symmetric, unit-norm, standard-score, \
      mean-square, or auto, fit's rule by the values. (default: none)
      """)
  var preprocessing: String?
  @Option(help: "umap or t-sne.") var method = Method.umap
  @Option(help: "Dimensions of the layout, 1 to 64. (default: 2)") var components: Int?
  @Option(help: "Neighbours of each sample, itself included. (default: 15)") var neighbors: Int?
  @Option(help: "How near samples may come. (default: 0.1)") var minimumDistance: Double?
  @Option(help: "t-SNE: about how many neighbours each sample has. (default: 30)")
  var perplexity: Double?
  @Option(
    help: """
      Epochs; 0 for the usual: 500 up to 10,000 samples and 200 beyond, for t-SNE 500 after the \
      250 of early exaggeration.
      """)
  var epochs = 0
  @Option(help: "From which every random number follows.") var seed: UInt64 = 1
  @Option(help: "Threads on the CPU.") var threads: Int?
  @Flag(help: "20 neighbours and no minimum distance.") var forClustering = false
  @Flag(help: "Print one JSON object at the end.") var json = false
  @Flag(help: "No progress.") var quiet = false

  /// What is printed.
  private struct Outcome: Encodable {
    var method: String
    var rows: Int
    var components: Int
    /// The scaling that was applied.
    var preprocessing: String
    var seconds = 0.0
    /// The share of the nearest neighbours that the search found; nil where it was exact.
    var neighbor_recall: Double?
    /// t-SNE's Kullback–Leibler divergence, in nats.
    var divergence: Double?
  }

  func run() throws {
    let (umap, tsne) = (try umapSettings(), try tsneSettings())
    let scaling: Preprocessing = try choice(preprocessing, "--preprocessing") ?? Preprocessing.none
    if let threads {
      guard threads > 0 else { throw InputError(.usage, "--threads must be positive") }
      Threads.use(threads)
    }
    try checkOutput(output, "--output", endings: "npy", "csv")
    let dataset = try Dataset.load(
      data, labelColumn: labelColumn, ignoreColumns: ignoreColumns?.names ?? [], progress: tell)
    var outcome = Outcome(
      method: method.rawValue, rows: dataset.rows,
      components: method == .tsne ? 2 : umap.components,
      preprocessing: scaling.fitted(to: dataset).kind.rawValue)
    var last = ContinuousClock.now
    func show(_ epoch: Int, _ planned: Int) {
      guard !quiet, ContinuousClock.now - last > .seconds(2) || epoch == planned else { return }
      last = .now
      tell("  epoch \(epoch)/\(planned)")
    }
    let positions: Tensor
    let began = ContinuousClock.now
    switch method {
    case .umap:
      let layout = try umap.fit(dataset, preprocessing: scaling, seed: seed, progress: show)
      (positions, outcome.neighbor_recall) = (layout.positions, layout.neighborRecall)
    case .tsne:
      let layout = try tsne.fit(dataset, preprocessing: scaling, seed: seed, progress: show)
      (positions, outcome.neighbor_recall) = (layout.positions, layout.neighborRecall)
      outcome.divergence = layout.divergence
    }
    outcome.seconds = (ContinuousClock.now - began) / .seconds(1)
    try RowTable(
      values: .real(positions.scalars(), columns: outcome.components), title: "axis",
      fileNames: dataset.fileNames
    ).put(output)
    if json {
      try printJSON(outcome)
    } else if !quiet {
      if let recall = outcome.neighbor_recall {
        tell("the neighbours are approximate: \(fixed(100 * recall, 1)) % of them were found")
      }
      tell("\(dataset.rows) samples in \(outcome.components) dimensions: \(output)")
    }
  }

  private func umapSettings() throws -> UMAP {
    var umap = forClustering ? UMAP.forClustering(components: 2) : UMAP()
    umap.components = components ?? umap.components
    umap.neighbors = neighbors ?? umap.neighbors
    umap.minimumDistance = minimumDistance ?? umap.minimumDistance
    umap.epochs = epochs
    guard method == .tsne || perplexity == nil else {
      throw InputError(.usage, "--perplexity is t-SNE's: use --neighbors with UMAP")
    }
    guard epochs >= 0 else { throw InputError(.usage, "--epochs must not be negative") }
    if method == .umap { try umap.check() }
    return umap
  }

  private func tsneSettings() throws -> TSNE {
    var tsne = TSNE()
    tsne.perplexity = perplexity ?? tsne.perplexity
    tsne.steps = epochs > 0 ? epochs : tsne.steps
    guard method == .tsne else { return tsne }
    let foreign = [
      ("--neighbors", neighbors != nil), ("--minimum-distance", minimumDistance != nil),
      ("--for-clustering", forClustering), ("--components other than 2", (components ?? 2) != 2),
    ]
    if let option = foreign.first(where: \.1) {
      throw InputError(.usage, "t-SNE has no \(option.0): leave it out, or use --method umap")
    }
    try tsne.check()
    return tsne
  }
}
