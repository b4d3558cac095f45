// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// Maps that runs and experiments ask for, and those that are made afterwards.
@Suite struct RunMapTests {
  private let folder: DataFolder
  private let given: RunConfiguration

  init() throws {
    folder = try DataFolder()
    var given = try Blobs(rows: 120).configuration("kmeans", in: folder)
    (given.threads, given.preprocessing) = (1, Preprocessing.standardScore)
    self.given = given
  }

  /// A finished run with codes of three columns, or of k-means, which has none.
  private func run(
    _ name: String, _ map: EmbeddingMap?, method: String = "kmeans"
  ) throws -> RunFolder {
    var configuration = given
    (configuration.method, configuration.map) = (method, map)
    if method == "autoencoder-kmeans" {
      configuration.hyperparameters = [
        "hidden": .array([.integer(8)]), "latent": .integer(3), "minimumIterations": .integer(40),
        "epochs": .integer(4),
      ]
    }
    let run = try Run(configuration, folder: folder.url.appendingPathComponent(name))
    try run.execute()
    return run.folder
  }

  private func content(_ folder: RunFolder) throws -> [String: Data] {
    var content: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
      content[name] = try? Data(contentsOf: folder.file(name))
    }
    return content
  }

  /// The lines of `run.json` without that of the map.
  private func recordLines(_ folder: RunFolder) throws -> [Substring] {
    try String(contentsOf: folder.file("run.json"), encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("  \"map\"") }
  }

  /// Laid out afterwards, by codes or by data that are read again, a run has the map that it would
  /// have had from the start, and nothing else changes.
  @Test(arguments: ["kmeans", "autoencoder-kmeans"])
  func aMapCanBeMadeAfterwards(method: String) throws {
    let usual = try run("usual", nil, method: method)
    let asked = try run("asked", .tSNE, method: method)
    #expect(try usual.record()?.map == .umap)
    #expect(try asked.record()?.map == .tSNE)
    let hasCodes = FileManager.default.fileExists(atPath: usual.file("embedding.npy").path)
    #expect(hasCodes == (method != "kmeans"))
    let (before, lines) = (try content(usual), try recordLines(usual))
    try usual.layOut(by: .tSNE)
    let after = try content(usual)
    #expect(after["projection.npy"] != before["projection.npy"])
    #expect(try after["projection.npy"] == content(asked)["projection.npy"])
    #expect(try usual.record()?.map == .tSNE)
    #expect(try recordLines(usual) == lines)
    let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    #expect(changed.sorted() == ["projection.npy", "run.json"])
    // And back.
    try usual.layOut(by: .umap)
    #expect(try content(usual) == before)
  }

  /// Codes of as many columns as the data are kept as well; for a run that has none, as earlier versions
  /// wrote it, the model makes them again.
  @Test func wideCodesAreNotTakenForTheData() throws {
    var configuration = given
    configuration.method = "autoencoder-kmeans"
    configuration.hyperparameters = [
      "hidden": .array([.integer(8)]), "latent": .integer(8), "minimumIterations": .integer(40),
      "epochs": .integer(4),
    ]
    let run = try Run(configuration, folder: folder.url.appendingPathComponent("wide"))
    run.map = .principalComponents
    try run.execute()
    #expect(try run.folder.codes().columns == 8)
    try FileManager.default.removeItem(at: run.folder.file("embedding.npy"))
    let before = try NPY.read(run.folder.file("projection.npy")).floats()
    try run.folder.layOut(by: .principalComponents)
    let after = try NPY.read(run.folder.file("projection.npy")).floats()
    let scale = before.map(abs).max() ?? 0
    #expect(scale > 0 && zip(before, after).allSatisfy { abs($0 - $1) < 1e-3 * scale })
  }

  @Test func whatCannotBeLaidOutStaysAsItIs() throws {
    let run = try run("run", .principalComponents)
    let before = try content(run)
    // A run that is being written.
    do {
      let lock = try run.lock()
      #expect(refusal { try run.layOut(by: .umap) }?.kind == .cannotCreate)
      extendLifetime(lock)
    }

    // Data that are other ones, and data that are gone.
    let (blobs, text) = (given.data, try String(contentsOfFile: given.data, encoding: .utf8))
    try folder.write("blobs.csv", text.replacingOccurrences(of: "1.", with: "2."))
    let other = refusal { try run.layOut(by: .umap) }
    #expect(other?.kind == .data && other?.description.contains("was fitted to") == true)
    try FileManager.default.removeItem(atPath: blobs)
    let gone = refusal { try run.layOut(by: .umap) }
    #expect(gone?.kind == .missing)
    #expect(gone?.description.contains("has no embedding.npy, so its data are needed") == true)
    #expect(try content(run) == before)

    // A run that is not finished.
    var record = try #require(try run.record())
    record.status = .interrupted
    try run.write(record)
    let open = refusal { try run.layOut(by: .umap) }
    #expect(open?.kind == .missing && open?.description.contains("unfinished") == true)
    #expect(try content(run)["projection.npy"] == before["projection.npy"])
  }

  @Test func fewRowsKeepTheirMap() throws {
    let blobs = Blobs(rows: 60)
    var configuration = try blobs.configuration("kmeans", in: folder)
    (configuration.threads, configuration.map) = (1, .tSNE)
    let run = try Run(configuration, folder: folder.url.appendingPathComponent("few"))
    var told: [String] = []
    run.report = { if case .warning(let text) = $0 { told.append(text) } }
    try run.execute()
    #expect(try run.folder.record()?.map == .principalComponents)
    #expect(told.contains { $0.contains("60 samples are too few for t-SNE") }, "\(told)")
    let before = try content(run.folder)
    let error = refusal { try run.folder.layOut(by: .tSNE) }
    #expect(error?.kind == .data && error?.description.contains("too few for t-SNE") == true)
    #expect(try content(run.folder) == before)
  }

  // MARK: Experiments

  private static let grid =
    "title: T\ndata: [digits]\nseeds: [1]\nmethods: [{method: kmeans}, {method: dec}]\n"

  @Test func theRunsOfAnExperimentHaveItsMap() throws {
    #expect(try experiment(Self.grid).plan().map(\.configuration.map) == [nil, nil])
    let plan = try experiment(Self.grid + "map: t-sne\n").plan()
    #expect(plan.map(\.configuration.map) == [.tSNE, .tSNE])
    let error = refusal { try experiment(Self.grid + "map: tsne\n") }
    #expect(error?.description.contains("map must be one of umap, t-sne") == true)
  }

  /// The map is no setting that a folder could have been begun without.
  @Test func aRunWithAnotherMapIsTheSameRun() throws {
    let planned = try experiment(Self.grid + "map: t-sne\n").plan()[0]
    func refuse(_ begun: RunConfiguration, _ name: String) throws {
      let runs = ExperimentFolder(folder.url.appendingPathComponent(name))
      _ = try Run(begun, folder: runs.run(planned).url)
      try runs.refuseOther(planned)
    }
    for map in [nil, .umap, .tSNE] as [EmbeddingMap?] {
      var begun = planned.configuration
      begun.map = map
      try refuse(begun, "\(map?.rawValue ?? "none")")
      begun.seed += 1
      let other = "\(map?.rawValue ?? "none")-other"
      #expect(refusal { try refuse(begun, other) }?.kind == .cannotCreate)
    }
  }
}
