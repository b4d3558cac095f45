// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusteringReport
import DeepClustering
import Foundation

/// `deepclust experiment`: a grid of runs and its table.
struct ExperimentCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment",
    abstract: "Runs methods × data × seeds of a YAML file and writes the table.",
    discussion: """
      A finished run is never repeated and an interrupted one goes on, so the command can be \
      stopped and started at will. Only finished runs enter the table. A table among the results \
      keeps the runs that it has already, made elsewhere with the same settings and data, takes \
      such runs from the other tables there, whatever their lines are called, and never \
      takes the place of one whose runs it would lose; it is written as Markdown, JSON, CSV (one file of \
      lines, one of runs) and LaTeX; where K or one swept setting has three values, the scores \
      over it are drawn as SVG and PNG. A run whose data are not here, or that fails, is told \
      and left out, and the grid goes on.

      The same command, started several times, here or on machines that share the folder, \
      makes one grid: each takes runs that no other is making. Give each its share of the \
      cores by OMP_NUM_THREADS, or by `threads` in the file.

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
    SourceCommit.nameForRuns()
    let url = URL(fileURLWithPath: file)
    let experiment = try Experiment(contentsOf: url)
    let scale = try chosenScale()
    let plan = try experiment.plan(scale)
    let stem =
      url.deletingPathExtension().lastPathComponent + (scale.map { "-\($0.name)" } ?? "")
    let folder = ExperimentFolder(URL(fileURLWithPath: output ?? "runs/experiments/\(stem)"))
    let earlier = earlierTable("\(stem).json", url)
    if dryRun { return try show(plan, folder, earlier) }
    let target = results.map { URL(fileURLWithPath: $0) } ?? folder.url
    let hasRuns = plan.contains {
      FileManager.default.fileExists(atPath: folder.run($0).url.path)
    }
    try TablePlace(folder: target, stem: stem).refuseForeign(
      read: [file] + plan.flatMap(\.files), hasRuns: hasRuns)
    var failures: [ExperimentRunner.Failure] = []
    if !tableOnly {
      // What was trained for two epochs is of no use to other fits: it stays with its runs.
      let cache =
        scale == nil
        ? PretrainingCache()
        : PretrainingCache(folder.url.appendingPathComponent("pretrained"))
      let elsewhere: Int
      (failures, elsewhere) = try ExperimentRunner(
        plan: plan, folder: folder, cache: cache, earlier: earlier?.table, quiet: quiet
      ).run()
      if elsewhere > 0 {
        tell(
          "\(elsewhere) run\(elsewhere == 1 ? " is" : "s are") being made by another deepclust; the "
            + "one that ends last writes the whole table")
      }
    }
    try TablePlace(folder: target, stem: stem).whileNoOtherWrites {
      try writeTable(experiment, plan, scale, folder, target, stem)
    }
    // A run that failed is never hidden behind data that are not here.
    let absences: [InputError.Kind] = [.missing, .unavailable]
    let failed = failures.first { !absences.contains($0.error.kind) }
    if let told = failed ?? failures.first {
      throw InputError(
        told.error.kind,
        "\(failures.count) of \(plan.count) runs are missing, of which \(told.run): "
          + told.error.description)
    }
  }

  private func writeTable(
    _ experiment: Experiment, _ plan: [Experiment.PlannedRun], _ scale: ExperimentScale?,
    _ folder: ExperimentFolder, _ target: URL, _ stem: String
  ) throws {
    let records = try plan.map { try folder.finished($0) }
    let isBesideRuns = target.standardizedFileURL.path == folder.url.standardizedFileURL.path
    let existing = try existingTable(in: target, stem: stem, isBesideRuns: isBesideRuns)
    let table = ExperimentResults(
      experiment, plan, records, scale: scale, keeping: isBesideRuns ? nil : existing,
      taking: isBesideRuns ? [] : otherTables(in: target, stem: stem))
    try refuseLoss(
      table, of: plan, replacing: existing, in: target, stem: stem, isBesideRuns: isBesideRuns)
    let figures =
      SettingCharts(experiment, table).files()
      + (try LineFigures(experiment, plan, in: folder).files { tell("warning: \($0)") })
    let wanted = plan.flatMap { planned in
      (planned.entry.figures ?? experiment.figures ?? []).flatMap { figure in
        ["svg", "png"].map { "\(stem)-\(planned.lineFolderName)-\(figure).\($0)" }
      }
    }
    try write(table, figures, showing: Set(wanted), to: target, stem: stem)
    print(table.markdown())
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
    let catalog = Catalog()
    var open: [Double?] = []
    var (finished, absent) = (0, 0)
    for (planned, seconds) in zip(plan, left) {
      let expected = seconds.map { "about \(duration($0))" } ?? "time unknown"
      let state: String
      if try folder.finished(planned) != nil {
        finished += 1
        state = "finished"
      } else {
        switch planned.missingData(catalog) {
        case .absent(let why)?:
          absent += 1
          state = "data missing: \(why)"
        case .toFetch(let name)?:
          open.append(seconds)
          state = "\(expected), once \(name), which is not here, is fetched"
        case nil:
          open.append(seconds)
          state = expected
        }
      }
      print("\(planned.folderName)  \(state)")
    }
    print(
      "\(plan.count) run\(plan.count == 1 ? "" : "s"), \(finished) finished"
        + (absent > 0 ? ", \(absent) without data" : "") + "; time left: " + duration(ofAll: open))
    guard let earlier, left != own, !open.isEmpty else { return }
    let machines = Set(earlier.table.machines.compactMap(\.processor))
    print(
      "times of lines without a finished run here are those of \(earlier.file.relativePath) ("
        + machines.sorted().joined(separator: "; ") + "), which may share a pretraining")
  }

  /// The table that is there already; nil where there is none, and for a damaged one beside the runs,
  /// which tell all that it did.
  ///
  /// - Throws: `InputError` elsewhere for a file that is no table.
  private func existingTable(
    in target: URL, stem: String, isBesideRuns: Bool
  ) throws(InputError) -> ExperimentResults? {
    let file = TablePlace(folder: target, stem: stem).json
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    if let content = try? Data(contentsOf: file),
      let table = try? JSONDecoder().decode(ExperimentResults.self, from: content)
    {
      return table
    }
    guard !isBesideRuns else { return nil }
    throw InputError(
      .cannotCreate,
      "\(file.relativePath) is not the table of an experiment, so \(Self.remedy)")
  }

  /// The tables of other experiments in the folder of the results.
  private func otherTables(
    in target: URL, stem: String
  ) -> [(name: String, table: ExperimentResults)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []
    return names.sorted().filter { $0.hasSuffix(".json") && $0 != "\(stem).json" }
      .compactMap { name in
        (try? Data(contentsOf: target.appendingPathComponent(name)))
          .flatMap { try? JSONDecoder().decode(ExperimentResults.self, from: $0) }
          .map { (String(name.dropLast(5)), $0) }
      }
  }

  private static let remedy =
    "nothing was written: name another folder by --results, or remove the file"

  /// Refuses to put a table in the place of one that holds finished runs which it has not, such as
  /// those of a line that is gone from the file or has other settings now.
  private func refuseLoss(
    _ table: ExperimentResults, of plan: [Experiment.PlannedRun],
    replacing earlier: ExperimentResults?, in target: URL, stem: String, isBesideRuns: Bool
  ) throws(InputError) {
    let lost = earlier.map(table.runsLost(replacing:)) ?? 0
    // Beside its runs a table follows them: what is not there was removed.
    let isMeant = isBesideRuns && table.lines.contains { !$0.runs.isEmpty }
    guard lost > 0 && !isMeant else { return }
    let change =
      earlier?.changedHyperparameter(of: plan).map {
        " (\($0.name) was \($0.then) and is \($0.now) now)"
      } ?? ""
    throw InputError(
      .cannotCreate,
      "\(lost) finished run\(lost == 1 ? "" : "s") of "
        + "\(TablePlace(folder: target, stem: stem).json.relativePath) would be lost, which the "
        + "experiment has not, or not with the same settings and data\(change), so "
        + Self.remedy)
  }

  private func write(
    _ table: ExperimentResults, _ figures: [(name: String, contents: Data)],
    showing wanted: Set<String>, to target: URL, stem: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      // JSON first: without it the others would not be known as ours.
      let shown = drawings(figures.map { "\(stem)-\($0.name)" }, wanted, in: target)
      let files =
        [
          ("\(stem).json", try encoder.encode(table) + Data("\n".utf8)),
          ("\(stem).md", Data(table.markdown(figures: shown).utf8)),
          ("\(stem).csv", Data(table.csv().utf8)),
          ("\(stem)-runs.csv", Data(table.runsCSV().utf8)),
          ("\(stem).tex", Data(table.latex().utf8)),
        ] + figures.map { ("\(stem)-\($0.name)", $0.contents) }
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

  /// The figures that the page shows: those that are written now, and those that the file asks for of
  /// lines whose runs are elsewhere; of a drawing as SVG and PNG the SVG.
  private func drawings(
    _ written: [String], _ wanted: Set<String>, in target: URL
  ) -> [String] {
    let there = (try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []
    let all = wanted.intersection(there).union(written)
    return all.filter { $0.hasSuffix(".svg") || !all.contains($0.dropLast(3) + "svg") }.sorted()
  }
}
