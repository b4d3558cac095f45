// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `--map` of `deepclust fit` and `report`, and `map` in the files of runs and experiments.
@Suite struct MapTests {
  private let kmeans = ["--method", "kmeans", "-k", "3", "--threads", "1", "--quiet"]

  private func place() throws -> Workplace {
    let place = try Workplace()
    try SmallData.write(to: place)
    return place
  }

  private func bytes(_ place: Workplace, _ name: String) throws -> Data {
    try Data(contentsOf: place.file(name))
  }

  private func text(_ place: Workplace, _ name: String) throws -> String {
    try String(contentsOf: place.file(name), encoding: .utf8)
  }

  private func map(_ place: Workplace, _ run: String) throws -> String? {
    try record(place.file(run))["map"] as? String
  }

  @Test func aFitTakesAMap() throws {
    let place = try place()
    func fit(_ output: String, _ words: [String]) throws {
      let outcome = try place.run(["fit"] + words + ["--output", output])
      #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    }
    try fit("usual", ["small.npy"] + kmeans)
    try fit("run", ["small.npy", "--map", "t-sne"] + kmeans)
    #expect(try map(place, "usual") == "umap")
    #expect(try map(place, "run") == "t-sne")
    #expect(try !text(place, "usual/config.yaml").contains("map"))
    #expect(try text(place, "run/config.yaml").contains("\nmap: t-sne\n"))
    #expect(try text(place, "run/report.html").contains("placed by a t-SNE layout"))
    let projection = try bytes(place, "run/projection.npy")
    #expect(try bytes(place, "usual/projection.npy") != projection)
    for name in ["assignments.npy", "centroids.npy", "certainty.npy"] {
      #expect(try bytes(place, "run/\(name)") == bytes(place, "usual/\(name)"), "\(name)")
    }
    // The file of a run asks for its map again; an option goes before the file.
    try fit("again", ["--config", "run/config.yaml", "--quiet"])
    #expect(try bytes(place, "again/projection.npy") == projection)
    let other = ["--map", "principal-components"]
    try fit("plane", ["--config", "run/config.yaml", "--quiet"] + other)
    #expect(try map(place, "plane") == "principal-components")
  }

  /// What cannot be laid out is told; the fit is not lost by its map.
  @Test func aFitSaysWhyItHasAnotherMap() throws {
    let place = try place()
    let planar = (0..<300).flatMap { SmallData.values[8 * $0..<8 * $0 + 2] }
    try NumPyFile(planar, shape: [300, 2]).bytes.write(to: place.file("plane.npy"))
    let words = ["fit", "plane.npy"] + kmeans
    let asked = try place.run(words + ["--map", "t-sne", "--output", "asked"])
    #expect(asked.status == 0)
    #expect(
      asked.complaints
        == ["warning: the map is of principal components: two columns need no layout"])
    #expect(try map(place, "asked") == "principal-components")
    #expect(try place.run(words + ["--output", "usual"]).error.isEmpty)
    let report = try place.run(["report", "usual", "--map", "umap"])
    #expect(report.status == 65 && report.output.isEmpty, "\(report.error)")
    #expect(report.error.contains("usual keeps its map: two columns need no layout"))
    for command in [words + ["--output", "bad"], ["report", "usual"]] {
      let unknown = try place.run(command + ["--map", "tsne"])
      #expect(unknown.status == 64 && unknown.complaints.count == 1, "\(unknown.error)")
      #expect(
        unknown.error.contains(
          "--map cannot be tsne: it is one of umap, t-sne, principal-components"))
    }
    #expect(!place.has("bad"))
  }

  /// The codes of a finished run are laid out again by its seed, and nothing else changes.
  @Test func aReportTakesAMap() throws {
    let place = try Workplace()
    let whole = try FittedRun.shared().place
    try FileManager.default.createDirectory(
      at: place.file("run"), withIntermediateDirectories: true)
    // Not the folder as it is: its report may be written anew meanwhile.
    for name in ["run.json", "film"] + dataFiles {
      try FileManager.default.copyItem(
        at: whole.file("run/\(name)"), to: place.file("run/\(name)"))
    }
    let outcome = try place.run(["report", "run", "--map", "t-sne"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output == "run/report.html\n")
    #expect(outcome.error == "• laying out the map of 300 samples\n")
    #expect(try map(place, "run") == "t-sne")
    #expect(try text(place, "run/report.html").contains("placed by a t-SNE layout"))
    #expect(try bytes(place, "run/projection.npy") != bytes(whole, "run/projection.npy"))
    for name in ["embedding.npy", "film/positions.npy", "film/layouts.npy", "config.yaml"] {
      #expect(try bytes(place, "run/\(name)") == bytes(whole, "run/\(name)"), "\(name)")
    }
    let back = try place.run(["report", "run", "--map", "umap"])
    #expect(back.status == 0, "\(back.error)")
    for name in ["run.json", "projection.npy"] {
      #expect(try bytes(place, "run/\(name)") == bytes(whole, "run/\(name)"), "\(name)")
    }

    let record = try text(place, "run/run.json")
    try Data(record.replacingOccurrences(of: "\"finished\",", with: "\"interrupted\",").utf8)
      .write(to: place.file("run/run.json"))
    let open = try place.run(["report", "run", "--map", "t-sne"])
    #expect(open.status == 66 && open.complaints.count == 1 && open.output.isEmpty)
    #expect(open.error.contains("run holds an unfinished run: go on with deepclust fit --resume"))
    #expect(try bytes(place, "run/projection.npy") == bytes(whole, "run/projection.npy"))
    let none = try place.run(["report", "none", "--map", "t-sne"])
    #expect(none.status == 66 && none.error.contains("none is no run folder"), "\(none.error)")
  }

  /// k-means has no codes: its data are read again, from any folder, and must be what they were.
  @Test func aReportReadsTheDataAgain() throws {
    let place = try place()
    let table = ["fit", "small.csv", "--label-column", "class", "--held-out", "0.2"] + kmeans
    let asked = try place.run(table + ["--map", "t-sne", "--output", "asked"])
    #expect(asked.status == 0, "\(asked.error)")
    #expect(try place.run(table + ["--output", "run"]).status == 0)
    let script = "mkdir elsewhere && cd elsewhere && exec \"$0\" report ../run --map t-sne"
    let laidOut = try place.start(
      ["-c", script, Workplace.deepclust.path], program: URL(fileURLWithPath: "/bin/bash")
    ).outcome()
    #expect(laidOut.status == 0, "\(laidOut.error)")
    #expect(laidOut.error.contains("• reading small.csv\n"))
    #expect(try bytes(place, "run/projection.npy") == bytes(place, "asked/projection.npy"))
    try FileManager.default.removeItem(at: place.file("small.csv"))
    let gone = try place.run(["report", "run", "--map", "umap"])
    #expect(gone.status == 66 && gone.output.isEmpty, "\(gone.error)")
    #expect(
      gone.complaints.last?.contains("run has no embedding.npy, so its data are needed: ") == true)
    #expect(try map(place, "run") == "t-sne")
  }

  /// Without the key a grid has the map that costs nothing; with another its runs stay its own.
  @Test func anExperimentTakesAMap() throws {
    let place = try place()
    let grid = """
      title: own
      data: [small.csv]
      labelColumn: class
      clusters: 3
      threads: 1
      seeds: [1]
      methods: [{method: kmeans}]
      """
    let words = ["experiment", "grid.yaml", "--quiet"]
    let run = "runs/experiments/grid/small-kmeans-1"
    try Data(grid.utf8).write(to: place.file("grid.yaml"))
    let usual = try place.run(words)
    #expect(usual.status == 0, "\(usual.error)")
    #expect(try map(place, run) == "principal-components")
    #expect(try !text(place, "\(run)/config.yaml").contains("map"))

    // A finished run is not made again for its map.
    try Data((grid + "\nmap: t-sne\n").utf8).write(to: place.file("grid.yaml"))
    let before = try bytes(place, "\(run)/run.json")
    let finished = try place.run(words)
    #expect(finished.status == 0 && finished.output == usual.output, "\(finished.error)")
    #expect(try bytes(place, "\(run)/run.json") == before)

    // One that was begun goes on, and has the map that the file has now.
    let record = try text(place, "\(run)/run.json")
    try Data(record.replacingOccurrences(of: "\"finished\",", with: "\"interrupted\",").utf8)
      .write(to: place.file("\(run)/run.json"))
    try FileManager.default.createDirectory(
      at: place.file("\(run)/checkpoint"), withIntermediateDirectories: true)
    let resumed = try place.run(words)
    #expect(resumed.status == 0, "\(resumed.error)")
    #expect(try map(place, run) == "t-sne")

    let anew = try place.run(words + ["--output", "anew"])
    #expect(anew.status == 0, "\(anew.error)")
    #expect(try map(place, "anew/small-kmeans-1") == "t-sne")
    #expect(
      try bytes(place, "anew/small-kmeans-1/projection.npy")
        == bytes(place, "\(run)/projection.npy"))
  }
}
