// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// What tables say of the settings of their lines.
@Suite struct ExperimentSettingsTests {
  private static let head = "title: T\ndata: [digits]\nseeds: [1]\n"
  private static let annealed = """
    clusters: 10
    heldOut: 0.25
    methods:
      - {method: kmeans}
      - method: deep-k-means
        name: dkm-annealed
        profile: annealed
        preprocessing: symmetric
        hyperparameters: {hidden: [64, 32], clusteringWeight: 0.1}
    """

  /// The table of a grid, with records of its runs or without.
  private func table(
    _ yaml: String, scale: ExperimentScale? = nil,
    _ record: (Experiment.PlannedRun) -> RunRecord? = { _ in nil }
  ) throws -> ExperimentResults {
    let grid = try experiment(yaml)
    let plan = try grid.plan(scale)
    return ExperimentResults(grid, plan, plan.map { record($0) }, scale: scale)
  }

  /// The record of a finished run.
  private func record(_ run: Experiment.PlannedRun, noise: Int? = nil) -> RunRecord {
    var record = RunRecord(
      format: 1, data: .init(name: run.data), method: .init(name: run.entry.method),
      clusters: run.clusters ?? 4)
    (record.status, record.seed, record.noise) = (.finished, run.configuration.seed, noise)
    var scores = Scores()
    (scores.acc, scores.nmi, scores.ari) = (0.5, 0.25, 0.125)
    record.scores = scores
    return record
  }

  @Test func theMarkdownSaysWhatALineIs() throws {
    let page = try table(Self.head + Self.annealed).markdown()
    #expect(
      page.contains(
        """
        | line | method | profile | preprocessing | held out | hyperparameters |
        | --- | --- | --- | --- | --- | --- |
        | kmeans | kmeans | default |  | 0.25 |  |
        | dkm-annealed | deep-k-means | annealed | symmetric | 0.25 | \
        `clusteringWeight = 0.1`, `hidden = [64, 32]` |

        """))
    // What is usual has no column.
    let plain = try table(Self.head + "methods: [{method: dec}]\n").markdown()
    #expect(plain.contains("| line | method | profile |\n"))
    #expect(plain.contains("| dec | dec | practical |\n"))
  }

  /// Settings of the whole file are those of each of its lines.
  @Test func whatTheFileSaysForAllIsThere() throws {
    let page = try table(
      """
      title: T
      data: [own.csv]
      labelColumn: species
      clusters: 3
      preprocessing: none
      threads: 2
      seeds: [1]
      methods: [{method: kmeans}, {method: dec, threads: 1, preprocessing: auto}]
      """
    ).markdown()
    #expect(
      page.contains("| line | method | profile | preprocessing | threads | class column |\n"))
    #expect(page.contains("| kmeans | kmeans | default | none | 2 | species |"))
    #expect(page.contains("| dec | dec | practical |  | 1 | species |"))
  }

  @Test func theJSONHasTheSameTyped() throws {
    let results = try table(Self.head + Self.annealed)
    let values = try results.lines.map {
      try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode($0.settings))
    }
    let plain: [String: JSONValue] = [
      "method": .string("kmeans"), "profile": .string("default"), "heldOut": .number(0.25),
      "hyperparameters": .object([:]),
    ]
    let changes: [String: JSONValue] = [
      "clusteringWeight": .number(0.1), "hidden": .array([.integer(64), .integer(32)]),
    ]
    let annealed: [String: JSONValue] = [
      "method": .string("deep-k-means"), "profile": .string("annealed"),
      "preprocessing": .string("symmetric"), "heldOut": .number(0.25),
      "hyperparameters": .object(changes),
    ]
    #expect(values == [JSONValue.object(plain), .object(annealed)])
    let read = try JSONDecoder().decode(
      ExperimentResults.self, from: try JSONEncoder().encode(results))
    #expect(read.lines.map(\.settings) == results.lines.map(\.settings))
    #expect(read.markdown() == results.markdown())
  }

  @Test func theLaTeXSaysItAboveTheTable() throws {
    let text = try table(Self.head + Self.annealed).latex()
    let above = text.components(separatedBy: "\\begin{tabular}")[0]
    #expect(
      above.hasSuffix(
        """
        % kmeans: kmeans, profile default, held out 0.25
        % dkm-annealed: deep-k-means, profile annealed, preprocessing symmetric, held out 0.25, \
        clusteringWeight = 0.1, hidden = [64, 32]

        """))
  }

  @Test func bothFilesOfCSVHaveIt() throws {
    let results = try table(Self.head + Self.annealed) { record($0) }
    for text in [results.csv(), results.runsCSV()] {
      let rows = text.split(separator: "\n")
      #expect(
        rows[0].hasSuffix(
          ",base_method,profile,preprocessing,clusters_asked,held_out,hyperparameters"))
      #expect(rows[1].hasSuffix(",kmeans,default,,,0.25,"))
      #expect(
        rows[2].hasSuffix(
          ",deep-k-means,annealed,symmetric,,0.25,\"clusteringWeight = 0.1; hidden = [64, 32]\""))
    }
  }

  /// Lines of one name that differ by data are told apart by them; others stand there once.
  @Test func oneNameOnSeveralDataIsToldApart() throws {
    let results = try table(
      """
      title: T
      data: [mnist, usps]
      seeds: [1]
      methods:
        - {method: idec, name: one, data: [mnist]}
        - {method: idec, name: one, preprocessing: symmetric, data: [usps]}
        - {method: dec}
      """)
    #expect(
      results.markdown().contains(
        """
        | line | data | method | profile | preprocessing |
        | --- | --- | --- | --- | --- |
        | one | mnist | idec | practical |  |
        | dec |  | dec | practical |  |
        | one | usps | idec | practical | symmetric |

        """))
    #expect(
      results.latex().contains(
        """
        % one on mnist: idec, profile practical
        % dec: dec, profile practical
        % one on usps: idec, profile practical, preprocessing symmetric

        """))
  }

  /// What was asked for where the table has the K that was found.
  @Test(
    arguments: [
      ("clusters: 1\nmethods: [{method: deep-dpm}]", "from 1"),
      ("clusters: 1\nmethods: [{method: deep-dpm, hyperparameters: {clusters: 3}}]", nil),
      ("methods: [{method: deep-dpm}]", nil),
      ("clusters: 4\nmethods: [{method: dbscan}]", nil),
      ("clusters: auto\nmethods: [{method: kmeans}]", "auto"),
      ("clusters: 4\nmethods: [{method: kmeans}]", nil),
    ] as [(String, String?)])
  func kIsSaidWhereItWasNotGiven(yaml: String, text: String?) throws {
    let results = try table(Self.head + yaml + "\n")
    #expect(results.lines.map { $0.settings?.clusterText } == [text])
  }

  /// A list of K is no reason to repeat a line.
  @Test func severalKAreOneLine() throws {
    let results = try table(
      Self.head + "clusters: [2, 5, auto]\nmethods: [{method: kmeans}, {method: deep-dpm}]\n")
    #expect(results.lines.count == 6)
    let groups = results.settingsGroups.map { "\($0.name) \($0.settings.clusterText ?? "")" }
    #expect(
      groups.sorted() == [
        "deep-dpm from 2 from 2", "deep-dpm from 5 from 5", "deep-dpm from auto auto", "kmeans ",
        "kmeans auto",
      ])
  }

  /// A small scale changes hyperparameters, and the table says to what.
  @Test func theScaleIsAmongTheSettings() throws {
    let yaml = "methods: [{method: dec, hyperparameters: {tolerance: 0.5, epochs: 100}}]\n"
    let full = try #require(try table(Self.head + yaml).lines[0].settings)
    #expect(full.hyperparameters == ["tolerance": .number(0.5), "epochs": .integer(100)])
    let small = try #require(try table(Self.head + yaml, scale: .small).lines[0].settings)
    let limited = small.hyperparameters.filter { $0.key.hasSuffix("epochs") }
    #expect(limited.map(\.value) == [.integer(2)])
    #expect(small.changes.contains { $0.hasSuffix("tolerance = 0.5") })
  }

  // MARK: The columns of the LaTeX table

  @Test func theLaTeXHasNoiseAndAllThatWasPublished() throws {
    let results = try table(
      """
      title: T
      data: [three-gaussians]
      seeds: [1, 2]
      clusters: 3
      methods: [{method: kmeans}, {method: hdbscan}]
      published:
        - {name: kmeans, data: three-gaussians, nmi: 0.5, ari: 0.25, source: "A, 2020"}
        - {name: hdbscan, data: three-gaussians, acc: 0.75, clusters: 4, source: "B_2021"}
      """
    ) { run in
      record(run, noise: run.entry.method == "hdbscan" ? 5 + Int(run.configuration.seed) : nil)
    }
    let text = results.latex()
    #expect(
      text.contains(
        "\\begin{tabular}{llrrrrrrrrrr}\n\\toprule\ndata & method & $K$ & seeds & ACC & NMI & ARI "
          + "& noise & published ACC & published NMI & published ARI & published $K$ \\\\\n"))
    #expect(
      text.contains(
        "three-gaussians & kmeans & $3$ & 2 & $0.5000 \\pm 0.0000$ & $0.2500 \\pm 0.0000$ & "
          + "$0.1250 \\pm 0.0000$ &  &  & $0.5000$ & $0.2500$ &  \\\\\n"))
    // Of 6 and 7 samples in no cluster.
    #expect(
      text.contains(
        " & hdbscan & $4.0 \\pm 0.0$ & 2 & $0.5000 \\pm 0.0000$ & $0.2500 \\pm 0.0000$ & "
          + "$0.1250 \\pm 0.0000$ & $6.5$ & $0.7500$ &  &  & $4$ \\\\\n"))
    #expect(
      text.contains(
        "% published, kmeans on three-gaussians: A, 2020\n"
          + "% published, hdbscan on three-gaussians: B_2021\n"))
    let page = results.markdown()
    #expect(page.contains("| NMI | ARI | noise | published |\n"))
    #expect(page.contains("|  | NMI 0.5000, ARI 0.2500 (A, 2020) |"))
    #expect(page.contains("| 6.5 | ACC 0.7500, K = 4 (B_2021) |"))
  }

  /// A paper has a column of precisions where there are several.
  @Test func theLaTeXHasThePrecisionWhereItDiffers() throws {
    let methods = "methods: [{method: kmeans}, {method: dec, precision: bfloat16}]\n"
    let mixed = try table(Self.head + methods).latex()
    #expect(mixed.contains("data & method & precision & seeds & ACC & NMI & ARI \\\\\n"))
    #expect(mixed.contains(" & dec & bfloat16 & 0 of 1 &"))
    let same = try table(Self.head + methods.replacing("bfloat16", with: "float32")).latex()
    #expect(same.contains("data & method & seeds & ACC & NMI & ARI \\\\\n"))
  }

  // MARK: Tables that are there

  /// A table that was written before lines had settings says nothing of them, and can be read.
  @Test func tablesWithoutSettingsCanBeRead() throws {
    let results = try table(Self.head + Self.annealed) { record($0) }
    let value = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(results))
    guard case .object(var object) = value, case .array(let lines)? = object["lines"] else {
      Issue.record("a table has lines")
      return
    }
    object["lines"] = .array(
      lines.map { line -> JSONValue in
        guard case .object(var values) = line else { return line }
        values["settings"] = nil
        return .object(values)
      })
    let old = try JSONDecoder().decode(
      ExperimentResults.self, from: JSONEncoder().encode(JSONValue.object(object)))
    #expect(old.lines.map(\.name) == ["kmeans", "dkm-annealed"])
    #expect(old.lines.allSatisfy { $0.settings == nil })
    #expect(results.runsLost(replacing: old) == 0)
    #expect(!old.markdown().contains("| line |") && old.markdown().contains("| dkm-annealed |"))
    #expect(!old.latex().contains("% kmeans") && old.latex().contains("& dkm-annealed &"))
    #expect(Set(old.csv().split(separator: "\n").map { $0.count { $0 == "," } }).count == 1)
  }

  @Test func theTablesOfTheRepositoryCanBeRead() throws {
    var count = 0
    for file in ExperimentTests.files {
      let stem = file.deletingPathExtension().lastPathComponent
      let url = file.deletingLastPathComponent().appending(path: "results/\(stem).json")
      guard let content = try? Data(contentsOf: url) else { continue }
      count += 1
      let read = try JSONDecoder().decode(ExperimentResults.self, from: content)
      #expect(!read.lines.isEmpty, "\(stem)")
    }
    #expect(count >= 18)
  }

  /// No two lines of a file look the same and are not.
  @Test(arguments: ExperimentTests.files)
  func everyLineOfAFileHasSettingsOfItsOwn(url: URL) throws {
    let grid = try Experiment(contentsOf: url)
    let plan = try grid.plan()
    let results = ExperimentResults(
      grid, plan, [RunRecord?](repeating: nil, count: plan.count))
    #expect(results.lines.allSatisfy { $0.settings != nil })
    let groups = results.settingsGroups
    #expect(Set(groups.map(\.name)) == Set(results.lines.map(\.name)))
    #expect(Set(groups.map { [$0.name] + $0.data }).count == groups.count)
  }
}
