// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation

/// `deepclust experiment`: a grid of runs and its table.
struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Runs methods × data × seeds of a YAML file and writes the table.",
    discussion: """
      A finished run is never repeated and an interrupted one goes on, so the command can be \
      stopped and started at will. Only finished runs enter the table.
      """)

  @Argument(help: "The YAML file.") var file: String
  @Option(help: "The folder of the runs; by default runs/experiments/FILE.") var output: String?
  @Option(help: "Where to write FILE.md and FILE.json; by default beside the runs.")
  var results: String?
  @Flag(help: "Print the plan and stop.") var dryRun = false
  @Flag(help: "Write the table of what is finished and stop.") var tableOnly = false
  @Flag(help: "No progress.") var quiet = false

  func run() throws {
    Interruption.listen()
    let url = URL(fileURLWithPath: file)
    let experiment = try Experiment(contentsOf: url)
    let stem = url.deletingPathExtension().lastPathComponent
    let folder = URL(fileURLWithPath: output ?? "runs/experiments/\(stem)")
    let plan = experiment.plan()
    for planned in plan { _ = try planned.configuration.makeMethod() }
    if dryRun {
      for planned in plan {
        print("\(planned.folderName)\(finished(planned, folder) ? "  finished" : "")")
      }
      return
    }
    if !tableOnly {
      for (number, planned) in plan.enumerated() where !finished(planned, folder) {
        if !quiet { tell("run \(number + 1) of \(plan.count): \(planned.folderName)") }
        try execute(planned, folder)
      }
    }
    let records = plan.compactMap { planned in
      record(planned, folder).map { (planned, $0) }
    }
    let table = ExperimentResults(experiment, records)
    let target = results.map { URL(fileURLWithPath: $0) } ?? folder
    try write(table, to: target, stem: stem)
    print(table.markdown())
  }

  private func record(_ planned: Experiment.PlannedRun, _ folder: URL) -> RunRecord? {
    let run = RunFolder(folder.appendingPathComponent(planned.folderName))
    guard let record = try? run.record(), record.status == .finished else { return nil }
    return record
  }

  private func finished(_ planned: Experiment.PlannedRun, _ folder: URL) -> Bool {
    record(planned, folder) != nil
  }

  private func execute(_ planned: Experiment.PlannedRun, _ folder: URL) throws {
    let url = folder.appendingPathComponent(planned.folderName)
    let begun = FileManager.default.fileExists(
      atPath: url.appendingPathComponent("config.yaml").path)
    let run =
      begun ? try Run(resuming: url) : try Run(planned.configuration, folder: url)
    guard run.configuration == planned.configuration else {
      throw InputError(
        .cannotCreate,
        "\(url.relativePath) was begun with other settings: remove it or give another --output")
    }
    run.cache = PretrainingCache()
    run.shouldStop = { Interruption.requested }
    let display = ProgressDisplay(quiet: quiet)
    run.report = display.show
    do {
      try run.execute()
      display.end()
    } catch let stop as Run.Interrupted {
      display.end()
      tell("stopped and saved; go on with the same command")
      throw stop
    }
  }

  private func write(_ table: ExperimentResults, to target: URL, stem: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      try table.markdown().write(
        to: target.appendingPathComponent("\(stem).md"), atomically: true, encoding: .utf8)
      try (encoder.encode(table) + Data("\n".utf8)).write(
        to: target.appendingPathComponent("\(stem).json"), options: .atomic)
    } catch {
      throw InputError(
        .inputOutput,
        "the table cannot be written to \(target.relativePath): \(error.localizedDescription)")
    }
  }
}
