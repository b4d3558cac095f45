// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusteringReport
import DeepClustering
import Foundation

/// `deepclust experiment`: a grid of runs and its table.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Runs methods × data × seeds of a YAML file and writes the table.",
    discussion: """
      A finished run is never repeated and an interrupted one goes on, so the command can be \
      stopped and started at will. Only finished runs enter the table, which is written as \
      Markdown, JSON, CSV (one file of lines, one of runs) and LaTeX; where K or one swept setting has \
      three values, the scores over it are drawn as SVG and PNG. A run whose data are not here, \
      or that fails, is told and left out, and the grid goes on.

      --scale small runs the same grid on at most 1,000 rows, with two seeds and few passes: it \
      shows in minutes that a file runs, and nothing about the methods.
      """)

  @Argument(help: "The YAML file.") var file: String
  @Option(
    help: "The folder of the runs; by default runs/experiments/FILE, or FILE-small of that scale.")
  var output: String?
  @Option(help: "Where to write the tables; by default beside the runs.")
  var results: String?
  @Option(help: "full, or small.") var scale: String = "full"
  @Flag(help: "Print the plan with the expected time and stop.") var dryRun = false
  @Flag(help: "Write the tables of what is finished and stop.") var tableOnly = false
  @Flag(help: "No progress.") var quiet = false

  func run() throws {
    Interruption.listen()
    let url = URL(fileURLWithPath: file)
    let experiment = try Experiment(contentsOf: url)
    let scale = try chosenScale()
    let plan = try experiment.plan(scale)
    let stem =
      url.deletingPathExtension().lastPathComponent + (scale.map { "-\($0.name)" } ?? "")
    let folder = ExperimentFolder(URL(fileURLWithPath: output ?? "runs/experiments/\(stem)"))
    let earlier = earlierTable("\(stem).json", url)
    if dryRun { return try show(plan, folder, earlier) }
    var failures: [ExperimentRunner.Failure] = []
    if !tableOnly {
      // What was trained for two epochs is of no use to other fits: it stays with its runs.
      let cache =
        scale == nil
        ? PretrainingCache()
        : PretrainingCache(folder.url.appendingPathComponent("pretrained"))
      failures = try ExperimentRunner(
        plan: plan, folder: folder, cache: cache, earlier: earlier?.table, quiet: quiet
      ).run()
    }
    let table = ExperimentResults(
      experiment, plan, try plan.map { try folder.finished($0) }, scale: scale)
    try write(
      table, SettingCharts(experiment, table),
      to: results.map { URL(fileURLWithPath: $0) } ?? folder.url, stem: stem)
    print(table.markdown())
    if let first = failures.first {
      throw InputError(
        first.error.kind,
        "\(failures.count) of \(plan.count) runs are missing; the first, \(first.run): "
          + first.error.description)
    }
  }

  private func chosenScale() throws -> ExperimentScale? {
    switch scale {
    case "full": return nil
    case ExperimentScale.small.name: return .small
    default: throw InputError(.usage, "--scale cannot be \(scale): it is full or small")
    }
  }

  /// The table of earlier runs, which says how long they took: among the results, or those beside FILE.
  private func earlierTable(
    _ name: String, _ file: URL
  ) -> (table: ExperimentResults, file: URL)? {
    let place = file.deletingLastPathComponent().relativePath
    let beside = place == "." ? "results" : place + "/results"
    return [results, beside].lazy.compactMap(\.self).compactMap { folder in
      let url = URL(fileURLWithPath: folder).appending(path: name)
      return (try? Data(contentsOf: url))
        .flatMap { try? JSONDecoder().decode(ExperimentResults.self, from: $0) }
        .map { ($0, url) }
    }.first
  }

  private func show(
    _ plan: [Experiment.PlannedRun], _ folder: ExperimentFolder,
    _ earlier: (table: ExperimentResults, file: URL)?
  ) throws {
    let left = try folder.secondsLeft(plan, earlier: earlier?.table)
    let own = try folder.secondsLeft(plan)
    var open: [Double?] = []
    for (planned, seconds) in zip(plan, left) {
      let isFinished = try folder.finished(planned) != nil
      if !isFinished { open.append(seconds) }
      let expected = seconds.map { "about \(duration($0))" } ?? "time unknown"
      print("\(planned.folderName)  \(isFinished ? "finished" : expected)")
    }
    print(
      "\(plan.count) run\(plan.count == 1 ? "" : "s"), \(plan.count - open.count) finished; time left: "
        + duration(ofAll: open))
    guard let earlier, left != own else { return }
    let machines = Set(earlier.table.machines.compactMap(\.processor))
    print(
      "times of lines without a finished run here are those of \(earlier.file.relativePath) ("
        + machines.sorted().joined(separator: "; ") + "), which may share a pretraining")
  }

  private func write(
    _ table: ExperimentResults, _ charts: SettingCharts, to target: URL, stem: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      let files =
        [
          ("\(stem).md", Data(table.markdown().utf8)),
          ("\(stem).json", try encoder.encode(table) + Data("\n".utf8)),
          ("\(stem).csv", Data(table.csv().utf8)),
          ("\(stem)-runs.csv", Data(table.runsCSV().utf8)),
          ("\(stem).tex", Data(table.latex().utf8)),
        ] + charts.files().map { ("\(stem)-\($0.name)", $0.contents) }
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for (name, content) in files {
        try content.write(to: target.appendingPathComponent(name), options: .atomic)
      }
    } catch {
      throw InputError(
        .inputOutput,
        "the table cannot be written to \(target.relativePath): \(error.localizedDescription)")
    }
  }
}
