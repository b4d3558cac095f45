// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// A grid with made-up records: nothing is fitted here.
private struct MadeUp {
  var grid: Experiment
  let plan: [Experiment.PlannedRun]

  init(clusters: String = "3") throws {
    grid = try experiment(
      """
      title: "Odd_names & signs"
      data: [three-gaussians]
      clusters: \(clusters)
      seeds: [1, 2, 3]
      methods: [{method: kmeans, name: "a_b, \\"c\\""}, {method: dec}, {method: deep-dpm}]
      published: [{name: dec, data: three-gaussians, acc: 0.75, clusters: 3, source: "Somebody, 2020"}]
      """)
    plan = try grid.plan()
  }

  /// The record of a run with an accuracy.
  func record(
    _ run: Experiment.PlannedRun, acc: Double, seconds: Double = 10,
    status: RunRecord.Status = .finished
  ) -> RunRecord {
    var record = RunRecord(
      format: 1, version: "9.9", data: .init(name: run.data, digest: "abc"),
      method: .init(name: run.entry.method), clusters: run.clusters ?? 4)
    (record.status, record.seed) = (status, run.configuration.seed)
    (record.threads, record.commit, record.precision) = (2, "c0ffee", "float32")
    record.machine = .init(processor: "Abacus", cores: 2)
    var scores = Scores()
    (scores.acc, scores.nmi, scores.ari) = (acc, acc / 2, acc / 4)
    (record.scores, record.seconds) = (scores, ["total": seconds])
    return record
  }

  /// What is left of a plan by a test of its runs, all with the same accuracies.
  func results(
    keeping earlier: ExperimentResults? = nil, where isFinished: (Experiment.PlannedRun) -> Bool
  ) -> ExperimentResults {
    ExperimentResults(
      grid, plan, plan.map { isFinished($0) ? record($0, acc: 0.5) : nil }, keeping: earlier)
  }

  /// Accuracies that rise by seed and line; the last run of each line is not finished.
  func results(_ scale: ExperimentScale? = nil) -> ExperimentResults {
    let records = plan.map { run -> RunRecord? in
      guard run.configuration.seed < 3 else { return nil }
      let line = grid.lines.firstIndex { $0.title == run.entry.title } ?? 0
      return record(run, acc: 0.5 + 0.1 * Double(line) + 0.02 * Double(run.configuration.seed))
    }
    return ExperimentResults(grid, plan, records, scale: scale)
  }
}

@Suite struct ExperimentResultsTests {
  @Test func linesAddUpTheFinishedRuns() throws {
    let results = try MadeUp().results()
    #expect(results.lines.map(\.name) == ["a_b, \"c\"", "dec", "deep-dpm"])
    let dec = results.lines[1]
    #expect(abs(try #require(dec.acc).mean - 0.63) < 1e-12 && dec.planned == 3)
    #expect(dec.runs.map(\.seed) == [1, 2] && dec.published?.acc == 0.75)
    #expect(dec.clusters == 3 && dec.found == nil)
    // deep-dpm was given a start, not K.
    #expect(results.lines[2].clusters == nil && results.lines[2].found?.mean == 4)
    #expect(results.machines == [.init(processor: "Abacus", cores: 2)])
  }

  /// Of lines with the same K alone, over the seeds that both have.
  @Test func linesAreComparedInPairs() throws {
    let pairs = try MadeUp().results().comparisons
    #expect(pairs.map { [$0.first, $0.second] } == [["a_b, \"c\"", "dec"]])
    #expect(pairs[0].acc.count == 2 && abs(pairs[0].acc.meanDifference + 0.1) < 1e-12)
  }

  @Test func theMarkdownHasAllOfIt() throws {
    let page = try MadeUp().results().markdown()
    let rows = page.split(separator: "\n").map(String.init)
    #expect(rows[0] == "# Odd_names & signs")
    // 0.62 and 0.64: mean ± 12.706 · 0.01414 / √2.
    #expect(
      page.contains(
        "| three-gaussians | dec | 3 | float32 | 2 of 3 | 0.6300 ± 0.0100 | 0.6300 "
          + "| 0.5029 to 0.7571 | 0.6200 | 0.3150 ± 0.0050 | 0.1575 ± 0.0025 "
          + "| ACC 0.7500, K = 3 (Somebody, 2020) |"))
    #expect(page.contains("| deep-dpm | 4.0 ± 0.0 |"))
    #expect(page.contains("| -0.1000 |") && page.contains("signed-rank"))
    #expect(page.contains("| three-gaussians | dec | 2 | 3 | 0.6400 | 0.3200 | 0.1600 | 10.0 |"))
    #expect(page.contains("Abacus, 2 cores; threads: 2; version 9.9"))
    #expect(page.contains("Times are wall-clock") && !page.contains("busy"))
    #expect(page.contains("- three-gaussians: `abc`") && page.contains("c0ffee"))
    #expect(!page.contains("Scale"))
  }

  /// Of other values or classes than the runs of this table are those of an earlier one.
  @Test func runsOnOtherClassesAreNotKept() throws {
    let made = try MadeUp()
    func results(_ digest: String, keeping earlier: ExperimentResults? = nil, seeds: Set<UInt64>)
      -> ExperimentResults
    {
      let records = made.plan.map { run -> RunRecord? in
        var record = made.record(run, acc: 0.5)
        record.data.labelledDigest = digest
        return seeds.contains(run.configuration.seed) ? record : nil
      }
      return ExperimentResults(made.grid, made.plan, records, keeping: earlier)
    }
    let earlier = results("then", seeds: [1, 2])
    #expect(results("then", keeping: earlier, seeds: [3]).lines[1].runs.count == 3)
    #expect(results("now", keeping: earlier, seeds: [3]).lines[1].runs.map(\.seed) == [3])
    #expect(results("now", keeping: earlier, seeds: [3]).runsLost(replacing: earlier) == 6)
  }

  /// Without classes the silhouette and the seconds are what there is to tell.
  @Test func dataWithoutClassesHaveColumnsOfTheirOwn() throws {
    let made = try MadeUp()
    let records = made.plan.map { run -> RunRecord? in
      var record = made.record(run, acc: 0, seconds: 12)
      record.scores = Scores(silhouette: 0.25)
      return record
    }
    let page = ExperimentResults(made.grid, made.plan, records).markdown()
    #expect(page.contains("| precision | seeds | silhouette | seconds | published |"))
    #expect(page.contains("| dec | 3 | float32 | 3 | 0.2500 ± 0.0000 | 12.0 |"))
    #expect(!page.contains("ACC, NMI and ARI are") && page.contains("Silhouette is the mean"))
  }

  @Test func anIntervalStaysWhereScoresAre() throws {
    let wide = try #require(ScoreSummary([0.7, 1], within: 0...1)?.interval)
    #expect(wide == [0, 1] && (ScoreSummary([0.7, 1])?.interval?[1] ?? 0) > 2)
  }

  @Test func aSourceOfSeveralLinesKeepsTheTable() throws {
    var made = try MadeUp()
    made.grid.published?[0].source = "Somebody,\n2020\n"
    #expect(made.results().markdown().contains("(Somebody, 2020) |"))
  }

  /// A line without a finished run keeps its place and what others published.
  @Test func aLineWithoutRunsStays() throws {
    let made = try MadeUp()
    let results = made.results { $0.entry.title == "deep-dpm" }
    #expect(results.lines.map { $0.runs.count } == [0, 0, 3])
    #expect(results.lines[1].acc == nil && results.lines[1].precision == "float32")
    #expect(
      results.markdown().contains(
        "| three-gaussians | dec | 3 | float32 | 0 of 3 |  |  |  |  |  |  "
          + "| ACC 0.7500, K = 3 (Somebody, 2020) |"))
    #expect(results.latex().contains(" & dec & $3$ & 0 of 3 &  &  &  & $0.7500$ & $3$ \\\\\n"))
    #expect(results.csv().contains("\nfull,three-gaussians,dec,3,float32,0,3,,"))
    #expect(results.comparisons.isEmpty)
    let read = try JSONDecoder().decode(
      ExperimentResults.self, from: try JSONEncoder().encode(results))
    #expect(read.lines.map { $0.runs.count } == [0, 0, 3] && read.lines[0].planned == 3)

    let none = made.results { _ in false }.markdown()
    #expect(none.contains("| 0 of 3 |") && none.hasSuffix("No run is finished.\n"))
    #expect(!none.contains("Machine:"))
  }

  @Test func runsThatATableLacksAreCounted() throws {
    let made = try MadeUp()
    let all = made.results { _ in true }
    #expect(all.runsLost(replacing: all) == 0)
    let fewer = made.results { $0.entry.title == "dec" && $0.configuration.seed < 3 }
    #expect(fewer.runsLost(replacing: all) == 7 && all.runsLost(replacing: fewer) == 0)
    // The same seed with another K, or on other data, is another run.
    var other = all
    other.lines[1].clusters = 4
    #expect(other.runsLost(replacing: all) == 3)
    other = all
    other.lines[1].data = "elsewhere"
    #expect(other.runsLost(replacing: all) == 3)
  }

  /// Runs of an earlier table stay where the plan has them and the folder has not.
  @Test func runsOfAnEarlierTableAreKept() throws {
    let made = try MadeUp()
    let all = made.results { _ in true }
    func merged(_ earlier: ExperimentResults) -> ExperimentResults {
      made.results(keeping: earlier) { $0.configuration.seed == 3 }
    }
    let whole = merged(all)
    #expect(whole.lines.map { $0.runs.map(\.seed) } == all.lines.map { $0.runs.map(\.seed) })
    #expect(
      whole.lines.map(\.acc?.mean) == all.lines.map(\.acc?.mean) && whole.machines == all.machines)
    #expect(whole.comparisons.map(\.acc.count) == all.comparisons.map(\.acc.count))
    // Not of other settings or data; the number of threads decides seconds alone.
    var other = all
    other.lines[1].settings?.hyperparameters["batchSize"] = .integer(7)
    #expect(merged(other).lines[1].runs.map(\.seed) == [3])
    other = all
    other.lines[1].precision = "bfloat16"
    #expect(merged(other).lines[1].runs.map(\.seed) == [3])
    other = all
    for index in other.lines[1].runs.indices { other.lines[1].runs[index].dataDigest = "other" }
    #expect(merged(other).lines[1].runs.map(\.seed) == [3])
    other = all
    other.lines[1].settings?.threads = 9
    #expect(merged(other).lines[1].runs.map(\.seed) == [1, 2, 3])
    // A table that has no settings is taken at its word.
    other.lines[1].settings = nil
    #expect(merged(other).lines[1].runs.map(\.seed) == [1, 2, 3])
  }

  /// Runs of another experiment are taken where they mean the same, whatever their line is called.
  @Test func runsOfOtherTablesAreTaken() throws {
    let made = try MadeUp()
    let all = made.results { _ in true }
    var other = all
    other.lines[1].name = "dec-elsewhere"
    func results(
      _ other: ExperimentResults, keeping earlier: ExperimentResults? = nil
    ) -> ExperimentResults {
      ExperimentResults(
        made.grid, made.plan,
        made.plan.map { $0.configuration.seed == 3 ? made.record($0, acc: 0.25) : nil },
        keeping: earlier, taking: [("elsewhere", other)])
    }
    func seeds(_ other: ExperimentResults) -> [[UInt64]] {
      results(other).lines.map { $0.runs.map(\.seed) }
    }
    let taken = results(other)
    #expect(taken.lines.map { $0.runs.map(\.seed) } == [[1, 2, 3], [1, 2, 3], [1, 2, 3]])
    #expect(taken.lines[1].runs.map(\.takenFrom) == ["elsewhere", "elsewhere", nil])
    #expect(taken.lines[1].runs.last?.scores.acc == 0.25)
    let name = "three-gaussians, dec"
    #expect(taken.markdown().contains("- \(name): seeds 1, 2 of elsewhere\n"))
    #expect(taken.runsCSV().contains(",Abacus,elsewhere,"))
    // What was taken is not taken from there again, and is taken anew where its own table changed.
    #expect(seeds(taken) == [[3], [3], [3]])
    other.lines[1].runs[0].scores.acc = 0.75
    #expect(results(other, keeping: taken).lines[1].runs.map(\.scores.acc) == [0.75, 0.5, 0.25])
    // Without that table it stays; what the table itself has goes before.
    other.lines = []
    #expect(results(other, keeping: taken).lines[1].runs.map(\.seed) == [1, 2, 3])
    #expect(results(all, keeping: all).lines[1].runs.allSatisfy { $0.takenFrom == nil })
    // Not where anything differs, nor where the settings or the data are not known.
    for change: (inout ExperimentResults.Line) -> Void in [
      { $0.clusters = 4 }, { $0.data = "elsewhere" }, { $0.precision = "bfloat16" },
      { $0.settings?.profile = "paper" }, { $0.settings = nil },
      { line in for run in line.runs.indices { line.runs[run].dataDigest = "other" } },
      { line in for run in line.runs.indices { line.runs[run].dataDigest = nil } },
    ] {
      var changed = all
      change(&changed.lines[1])
      #expect(seeds(changed) == [[1, 2, 3], [3], [1, 2, 3]])
    }
    other = all
    other.scale = .small
    #expect(seeds(other) == [[3], [3], [3]])
  }

  /// A catalog entry is the same data everywhere; files of one name need not be, and a part that was
  /// held out is another one for each seed.
  @Test(
    arguments: [
      ("digits", "", [[1, 2]]), ("rows.npy", "", [[]]), ("digits", "heldOut: 0.2", [[]]),
    ] as [(String, String, [[UInt64]])])
  func runsAreTakenOnlyOnTheSameData(data: String, more: String, seeds: [[UInt64]]) throws {
    let grid = try experiment(
      """
      title: One
      data: [\(data)]
      clusters: 3
      seeds: [1, 2]
      \(more)
      methods: [{method: dec, hyperparameters: {batchSize: 64}}]
      """)
    let plan = try grid.plan()
    let made = try MadeUp()
    let all = ExperimentResults(grid, plan, plan.map { made.record($0, acc: 0.5) })
    let taken = ExperimentResults(grid, plan, [nil, nil], taking: [("other", all)])
    #expect(taken.lines.map { $0.runs.map(\.seed) } == seeds)
    // Its own table is taken at its word, also where each seed has a part of its own.
    var parts = all
    parts.lines[0].runs[1].dataDigest = "another part"
    let kept = ExperimentResults(grid, plan, [nil, nil], keeping: parts)
    #expect(kept.lines[0].runs.map(\.seed) == [1, 2])
  }

  /// 1.0 in a YAML file is 1 in the table's JSON.
  @Test func wholeNumbersAreTheSameInAnyForm() throws {
    let text = """
      title: One
      data: [digits]
      clusters: 3
      seeds: [1]
      methods: [{method: idec, hyperparameters: {clusteringWeight: 1.0}}]
      """
    let (grid, made) = (try experiment(text), try MadeUp())
    let plan = try grid.plan()
    let all = ExperimentResults(grid, plan, plan.map { made.record($0, acc: 0.5) })
    let read = try JSONDecoder().decode(
      ExperimentResults.self, from: try JSONEncoder().encode(all))
    #expect(ExperimentResults(grid, plan, [nil], keeping: read).lines[0].runs.count == 1)
    #expect(ExperimentResults(grid, plan, [nil], taking: [("a", read)]).lines[0].runs.count == 1)
  }

  /// Where K is below the number of classes, the accuracy cannot reach 1.
  @Test func theCeilingHasAColumnWhereItMatters() throws {
    let made = try MadeUp()
    func results(_ ceiling: Double) -> ExperimentResults {
      ExperimentResults(
        made.grid, made.plan,
        made.plan.map { run -> RunRecord? in
          var record = made.record(run, acc: 0.25)
          record.scores?.accCeiling = run.entry.title == "dec" ? ceiling : 1
          return record
        })
    }
    let low = results(0.375)
    #expect(low.lines.map(\.accCeiling) == [1, 0.375, 1])
    let page = low.markdown()
    #expect(page.contains("| lowest | ACC at most | NMI |") && page.contains("can reach, each"))
    #expect(page.contains("| 0.2500 | 0.3750 | 0.1250 ± 0.0000 |"))
    #expect(low.latex().contains("& ACC & ACC at most & NMI &"))
    #expect(low.latex().contains("& $0.2500 \\pm 0.0000$ & $0.3750$ & $0.1250 \\pm 0.0000$ &"))
    #expect(low.csv().contains(",acc_at_most,published_acc,"))
    #expect(low.csv().contains(",0.375,0.75,,,"))
    #expect(low.runsCSV().contains(",acc_at_most,held_out_acc,"))
    let full = results(1)
    #expect(!full.markdown().contains("at most") && !full.latex().contains("at most"))
  }

  /// A difference that never changes leaves the t-test nothing to judge by.
  @Test func aConstantDifferenceHasNoP() throws {
    let made = try MadeUp()
    // Their differences are unlike in the last bits.
    let (lower, higher) = ([0.6250, 0.7428, 0.7203], [0.6300, 0.7478, 0.7253])
    let results = ExperimentResults(
      made.grid, made.plan,
      made.plan.map { run -> RunRecord? in
        let scores = run.entry.title == "dec" ? higher : lower
        return made.record(run, acc: scores[Int(run.configuration.seed) - 1])
      })
    let page = results.markdown()
    #expect(page.contains("| dec | 3 | -0.0050 |  |  | 0.2500 |"))
    #expect(page.contains("left out where the difference is the same"))
    #expect(!page.contains("< 0.0001"))
    #expect(try !MadeUp().results { _ in true }.markdown().contains("left out where"))
  }

  @Test func aScaledTableSaysSoAndQuotesNobody() throws {
    let results = try MadeUp().results(.small)
    #expect(results.markdown().contains("**Scale small**: at most 1000 rows"))
    #expect(results.lines.allSatisfy { $0.published == nil })
    #expect(results.csv().contains("\nsmall,") && results.latex().contains("% **Scale small**"))
  }

  @Test func theLaTeXIsEscaped() throws {
    let text = try MadeUp().results().latex()
    #expect(text.hasPrefix("% Odd_names & signs\n"))
    #expect(
      text.contains(
        "% version 9.9; commit c0ffee; machine Abacus; threads 2; precision float32\n"
          + "% SHA-256 of the data: abc\n"))
    #expect(text.contains("\\begin{tabular}{llrrrrrrr}\n\\toprule\n"))
    #expect(
      text.contains(
        "three-gaussians & a\\_b, \"c\" & $3$ & 2 of 3 & $0.5300 \\pm 0.0100$ & "))
    #expect(text.contains(" & dec & $3$ & 2 of 3 & $0.6300 \\pm 0.0100$ & "))
    #expect(text.contains("& $0.7500$ & $3$ \\\\\n"))
    #expect(text.contains("& deep-dpm & $4.0 \\pm 0.0$ &"))
    #expect(text.hasSuffix("\\bottomrule\n\\end{tabular}\n"))
    #expect(
      ExperimentResults.escaped("50% of {a}~b^c\\d#$&_")
        == "50\\% of \\{a\\}\\textasciitilde{}b\\textasciicircum{}c\\textbackslash{}d\\#\\$\\&\\_")
  }

  @Test func theCSVHasOneWidth() throws {
    let results = try MadeUp().results()
    for (text, count) in [(results.csv(), 4), (results.runsCSV(), 7)] {
      // Read by our own reader of delimited text: every record has as many fields as the header.
      let records = try Array(text.utf8).withUnsafeBufferPointer { bytes in
        var reader = DelimitedRecords(bytes, separator: UInt8(ascii: ","), name: "table")
        var records: [[String]] = []
        while let record = try reader.next() { records.append(record) }
        return records
      }
      #expect(records.count == count && Set(records.map(\.count)).count == 1)
      #expect(records[1][2] == "a_b, \"c\"")
    }
    #expect(results.csv().contains("published_acc") && results.csv().contains("\"Somebody, 2020\""))
  }

  @Test func theJSONCanBeReadBack() throws {
    let results = try MadeUp().results(.small)
    let read = try JSONDecoder().decode(
      ExperimentResults.self, from: try JSONEncoder().encode(results))
    #expect(read.lines.map(\.acc) == results.lines.map(\.acc) && read.scale == .small)
    #expect(read.comparisons.map(\.acc) == results.comparisons.map(\.acc))
  }

  // MARK: The folder of the runs

  /// Writes a run folder with a record.
  private func place(
    _ run: Experiment.PlannedRun, _ record: RunRecord, in folder: ExperimentFolder
  ) throws {
    let target = folder.run(run)
    try FileManager.default.createDirectory(at: target.url, withIntermediateDirectories: true)
    try run.configuration.yaml().write(
      to: target.file("config.yaml"), atomically: true, encoding: .utf8)
    try JSONEncoder().encode(record).write(to: target.file("run.json"))
  }

  @Test func onlyFinishedRunsCount() throws {
    let data = try DataFolder()
    let folder = ExperimentFolder(data.url)
    let made = try MadeUp()
    let run = made.plan[0]
    #expect(try folder.finished(run) == nil)
    for status in [RunRecord.Status.running, .interrupted] {
      try place(run, made.record(run, acc: 1, status: status), in: folder)
      #expect(try folder.finished(run) == nil, "\(status)")
    }
    try place(run, made.record(run, acc: 1), in: folder)
    #expect(try folder.finished(run)?.scores?.acc == 1)
    // A run of the same name with other settings is no run of this experiment.
    let other = try MadeUp(clusters: "4").plan[0]
    #expect(refusal { try folder.finished(other) }?.kind == .cannotCreate)
  }

  @Test func timeLeftComesFromTheLine() throws {
    let data = try DataFolder()
    let folder = ExperimentFolder(data.url)
    let made = try MadeUp()
    let lines = made.plan.filter { $0.entry.title == "dec" }
    #expect(try folder.secondsLeft(lines) == [nil, nil, nil])
    try place(lines[0], made.record(lines[0], acc: 1, seconds: 60), in: folder)
    #expect(try folder.secondsLeft(lines) == [0, 60, 60])
    try place(
      lines[1], made.record(lines[1], acc: 1, seconds: 45, status: .interrupted), in: folder)
    #expect(try folder.secondsLeft(lines) == [0, 15, 60])
    #expect(try folder.secondsLeft(made.plan)[0] == nil)
    // A line without a run here takes what it took elsewhere; one with a run what it takes here.
    let there = ExperimentResults(
      made.grid, made.plan,
      made.plan.map { made.record($0, acc: 1, seconds: 7) })
    #expect(try folder.secondsLeft(lines, earlier: there) == [0, 15, 60])
    #expect(try folder.secondsLeft(made.plan, earlier: there)[0] == 7)
  }
}
