// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

/// The experiment of a text.
func experiment(_ yaml: String) throws -> Experiment {
  let folder = try DataFolder()
  return try Experiment(contentsOf: URL(fileURLWithPath: folder.write("grid.yaml", yaml)))
}

@Suite struct ExperimentTests {
  private static let head = "title: T\ndata: [digits]\nseeds: [1, 2]\n"

  /// Finished runs are found by the names of their folders, so these must never change.
  @Test func aGridOfOneKHasTheFoldersItAlwaysHad() throws {
    let grid = try experiment(
      """
      title: T
      data: [digits, usps, a/b/own.npz]
      clusters: 10
      seeds: [3, 1]
      methods:
        - {method: kmeans}
        - {method: dec, name: dec-paper, profile: paper, seeds: [1], data: [usps]}
      """)
    let plan = try grid.plan()
    #expect(
      plan.map(\.folderName) == [
        "digits-kmeans-1", "digits-kmeans-3", "usps-kmeans-1", "usps-dec-paper-1",
        "usps-kmeans-3", "own-kmeans-1", "own-kmeans-3",
      ])
    var expected = RunConfiguration(data: "usps")
    (expected.method, expected.profile, expected.clusters) = ("dec", "paper", 10)
    #expect(plan[3].configuration == expected)
    #expect(plan[3].clusters == 10 && !plan[3].choosesClusters)
  }

  /// What a hyperparameter says of K is what the line has.
  @Test func aHyperparameterMaySayK() throws {
    let lines = "methods: [{method: kmeans, hyperparameters: {clusters: 4}}]\n"
    #expect(try experiment(Self.head + "clusters: 3\n" + lines).plan()[0].clusters == 4)
    let sweep = "methods: [{method: kmeans, sweep: {clusters: [2, 5]}}]\n"
    #expect(try Set(experiment(Self.head + sweep).plan().map(\.clusters)) == [2, 5])
    let error = refusal { try experiment(Self.head + "clusters: [3, 6]\n" + lines).plan() }
    #expect(error?.description.contains("sets clusters to 4 as a hyperparameter") == true)
  }

  /// DBSCAN reads no K; the mixture begins with it, and each beginning is a line.
  @Test func methodsThatFindKHaveALineForEachStart() throws {
    let plan = try experiment(
      Self.head
        + """
        clusters: [2, 3]
        methods: [{method: dbscan}, {method: dirichlet-process-mixture}]
        """
    ).plan()
    #expect(
      plan.prefix(3).map(\.folderName) == [
        "digits-dbscan-1", "digits-dirichlet-process-mixture-k=2-1",
        "digits-dirichlet-process-mixture-k=3-1",
      ])
    #expect(
      plan.prefix(3).map(\.lineName) == [
        "dbscan", "dirichlet-process-mixture from 2", "dirichlet-process-mixture from 3",
      ])
    #expect(plan[1].isSameLine(as: plan[4]) && !plan[1].isSameLine(as: plan[2]))
  }

  /// A study of K is made for those alone that read it.
  @Test(arguments: ["clusters: auto\n", "clusters: [3, auto]\n"])
  func methodsThatReadNoKHaveNoStudy(clusters: String) throws {
    let plan = try experiment(
      "title: T\ndata: [digits]\nseeds: [1]\n" + clusters
        + "methods: [{method: dbscan}, {method: hdbscan}, {method: deep-dpm}, {method: kmeans}]\n"
    ).plan()
    let last = plan.filter { $0.entry.method != "dbscan" && $0.entry.method != "hdbscan" }
    #expect(plan.prefix(2).map(\.choosesClusters) == [false, false])
    #expect(plan.prefix(2).map(\.configuration.clusters) == [nil, nil])
    #expect(plan.prefix(2).map(\.folderName) == ["digits-dbscan-1", "digits-hdbscan-1"])
    #expect(plan.count == last.count + 2 && last.count(where: \.choosesClusters) == 2)
    let own = try experiment(
      "title: T\ndata: [digits]\nseeds: [1]\nmethods: [{method: dbscan, clusters: auto}]\n")
    #expect(try own.plan().map(\.choosesClusters) == [false])
  }

  /// Two lines of one name would be averaged.
  @Test func oneNameForTwoSettingsIsRefused() throws {
    let lines = """
      clusters: 10
      methods:
        - {method: kmeans, seeds: [1]}
        - {method: kmeans, seeds: [2], hyperparameters: {restarts: 3}}
      """
    let error = refusal { try experiment(Self.head + lines).plan() }
    #expect(error?.description.contains("are called kmeans on digits") == true)
    let named = lines.replacing("seeds: [2]", with: "seeds: [2], name: again")
    #expect(try experiment(Self.head + named).plan().count == 2)
  }

  /// Beside a table of one's own, data of the catalog keep their classes.
  @Test(arguments: ["labels: own.npy\n", "labelColumn: class\n"])
  func classesOfATableAreNotThoseOfTheCatalog(key: String) throws {
    let plan = try experiment(
      "title: T\ndata: [digits, digits@90, own.csv]\nseeds: [1]\nclusters: 3\n" + key
        + "methods: [{method: kmeans}]\n"
    ).plan().map(\.configuration)
    #expect(plan.prefix(2).allSatisfy { $0.labels == nil && $0.labelColumn == nil })
    #expect([plan[2].labels, plan[2].labelColumn].compactMap(\.self).count == 1)
  }

  /// So do data of the catalog keep their columns.
  @Test func columnsToIgnoreAreThoseOfTheTable() throws {
    let plan = try experiment(
      "title: T\ndata: [digits, own.csv]\nseeds: [1]\nclusters: 3\nignoreColumns: [id, when]\n"
        + "methods: [{method: kmeans}]\n"
    ).plan().map(\.configuration)
    #expect(plan.map(\.ignoreColumns) == [nil, ["id", "when"]])
  }

  /// Mistakes are told by their place, and by what is meant.
  @Test(arguments: [
    ("seeds: [1]\nmethods: [dec]\n", "entry 1 of methods must be keys and values"),
    ("seeds: [1, -1]\nmethods: [{method: dec}]\n", "entry 2 of seeds must be a whole number, 0 or"),
    (
      "seeds: [1]\nmethods: [{method: dec, precision: float16}]\n",
      "precision in entry 1 of methods must be one of float32, bfloat16"
    ),
  ])
  func mistakesOfTheFileAreToldByTheirPlace(yaml: String, says: String) {
    let error = refusal { try experiment("title: T\ndata: [digits]\n" + yaml) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
  }

  @Test func whatALineSaysGoesBeforeWhatTheExperimentSays() throws {
    let grid = try experiment(
      Self.head
        + """
        clusters: 4
        precision: bfloat16
        preprocessing: none
        threads: 2
        methods:
          - {method: kmeans}
          - {method: dec, clusters: 7, precision: float32, preprocessing: unit-norm, threads: 1,
             hyperparameters: {tolerance: 0.5}}
        """)
    let runs = try grid.plan().map(\.configuration)
    #expect(runs[0].clusters == 4 && runs[0].threads == 2)
    #expect(runs[0].precision == .bfloat16 && runs[0].preprocessing == Preprocessing.none)
    #expect(runs[1].clusters == 7 && runs[1].threads == 1)
    #expect(runs[1].precision == .float32 && runs[1].preprocessing == .unitNorm)
    #expect(runs[1].hyperparameters == ["tolerance": .number(0.5)])
  }

  @Test func aListOfKIsADimensionOfTheGrid() throws {
    let grid = try experiment(
      "title: T\ndata: [digits]\nseeds: [1]\nclusters: [2, 5, auto]\n"
        + "methods: [{method: kmeans}, {method: dec, clusters: 10}]\n")
    let plan = try grid.plan()
    #expect(
      plan.map(\.folderName) == [
        "digits-kmeans-k=2-1", "digits-kmeans-k=5-1", "digits-kmeans-k=auto-1", "digits-dec-1",
      ])
    #expect(plan.map(\.clusters) == [2, 5, nil, 10])
    #expect(plan.map(\.choosesClusters) == [false, false, true, false])
    #expect(!plan[0].isSameLine(as: plan[1]))
  }

  @Test func kMayBeMissing() throws {
    let methods = "methods: [{method: kmeans}, {method: deep-dpm}]\n"
    let plan = try experiment(
      "title: T\ndata: [fifteen-gaussians, \"three-gaussians@300\"]\nseeds: [1]\n" + methods
    ).plan()
    #expect(plan.map(\.configuration.clusters) == [15, nil, 3, nil])
    #expect(plan.map(\.clusters) == [15, nil, 3, nil])
    let unknown = try experiment("title: T\ndata: [own.npz]\nseeds: [1]\n" + methods)
    let error = refusal { try unknown.plan() }
    #expect(error?.kind == .usage && error?.description.contains("own.npz") == true)
  }

  @Test func aSweepIsALineForEachCombination() throws {
    let grid = try experiment(
      Self.head
        + """
        clusters: 10
        methods:
          - method: dec
            hyperparameters: {tolerance: 0}
            sweep: {updateInterval: [10, 20], hidden: [[128], [64, 32]]}
        """)
    #expect(
      grid.lines.map(\.title) == [
        "dec-hidden=128-updateInterval=10", "dec-hidden=128-updateInterval=20",
        "dec-hidden=64,32-updateInterval=10", "dec-hidden=64,32-updateInterval=20",
      ])
    let last = try #require(try grid.plan().last)
    let method = try #require(try last.configuration.makeMethod() as? DEC)
    #expect(method.training.updateInterval == 20 && method.training.tolerance == 0)
    #expect(method.training.pretraining.layout.hidden == [64, 32])
  }

  /// A typo that is passed over is a run that was not asked for.
  @Test(arguments: [
    ("precison: bfloat16\nclusters: 3\nmethods: [{method: dec}]", "precison", "precision?"),
    ("methods: [{method: dec}, {method: dec, hyperparameter: {}}]", "entry 2", "hyperparameters?"),
    (
      "methods: [{method: dec}]\npublished: [{name: dec, data: digits, acs: 1, source: x}]", "acs",
      "acc"
    ),
    ("methods: [{method: dec, data: [digit]}]", "digit,", "digits?"),
    ("methods: [{method: dec}]\npublished: [{name: dce, data: digits, source: x}]", "dce", "dec?"),
    ("methods: [{method: dec}]\npublished: [{name: dec, data: usps, source: x}]", "usps", "digits"),
    ("methods: []", "methods", "empty"),
    ("methods: [{method: dec, seeds: [3, 4, 3]}]", "seeds has 3", "twice"),
    (
      "methods: [{method: dec}, {method: idec, sweep: {latent: []}}]", "latent",
      "of idec is an empty"
    ),
    (
      "methods: [{method: dec}]\npublished: [{name: dec, data: digits, acc: 79, source: x}]",
      "79.0",
      "at most 1"
    ),
    ("clusters: many\nmethods: [{method: dec}]", "clusters", "auto"),
    ("threads: 0\nmethods: [{method: dec}]", "threads", "at least 1"),
    ("clusters: 3", "methods", "missing"),
    ("methods: [unclosed", "YAML", "grid.yaml"),
  ])
  func refusesWhatItDoesNotKnow(yaml: String, place: String, hint: String) {
    let error = refusal { try experiment(Self.head + yaml + "\n") }
    let text = error?.description ?? ""
    #expect(error?.kind == .usage)
    #expect(text.contains("grid.yaml") && text.contains(place) && text.contains(hint), "\(text)")
    #expect(!text.contains("\n"))
  }

  @Test func aFolderIsNoFile() throws {
    let folder = try DataFolder()
    #expect(
      refusal { try Experiment(contentsOf: folder.url) }?.description
        == "\(folder.url.path) is a folder, and not a settings file")
  }

  @Test(arguments: [
    "methods: [{method: dec}, {method: dec, profile: paper}]",
    "methods: [{method: nothing}]", "methods: [{method: dec, profile: nothing}]",
    "methods: [{method: dec, hyperparameters: {nothing: 1}}]",
    "clusters: 0\nmethods: [{method: dec}]",
    "methods: [{method: dbscan, clusters: 3}]",
  ])
  func aPlanRefusesWhatNoRunCouldDo(yaml: String) {
    let error = refusal { try experiment(Self.head + yaml + "\n").plan() }
    #expect(error?.kind == .usage)
  }

  // MARK: The small scale

  @Test func theSmallScaleLimitsEveryRun() throws {
    let grid = try experiment(
      """
      title: T
      data: [mnist, "mnist@10%"]
      seeds: [5, 6, 7]
      clusters: 10
      methods:
        - {method: dec, hyperparameters: {epochs: 100, tolerance: 0.5, maximumIterations: 3}}
      """)
    let plan = try grid.plan(.small)
    #expect(
      plan.map(\.configuration.data) == [
        "mnist@1000", "mnist@1000", "mnist@10%@1000", "mnist@10%@1000",
      ])
    #expect(plan.map(\.configuration.seed) == [5, 6, 5, 6] && plan[0].data == "mnist")
    let method = try #require(try plan[0].configuration.makeMethod() as? DEC)
    let training = method.training
    #expect(training.pretraining.epochs == 2 && training.pretraining.minimumIterations == 8)
    #expect(training.tolerance == 0.5 && training.maximumIterations == 3)
    #expect(training.restarts == 2 && training.updateInterval == 140)
  }

  // MARK: The files of the repository

  static let files: [URL] = {
    let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent()
    }
    let all = try? FileManager.default.contentsOfDirectory(
      at: root.appending(path: "experiments"), includingPropertiesForKeys: nil)
    return (all ?? []).filter { $0.pathExtension == "yaml" }
  }()

  @Test func thereAreFiles() { #expect(Self.files.count >= 18) }

  @Test(arguments: files) func everyFileHasAPlan(url: URL) throws {
    let experiment = try Experiment(contentsOf: url)
    let full = try experiment.plan()
    let small = try experiment.plan(.small)
    #expect(!full.isEmpty && small.count <= full.count)
    #expect(Set(small.map(\.entry.title)) == Set(experiment.lines.map(\.title)))
    for run in small {
      let method = try run.configuration.makeMethod()
      for leaf in Hyperparameters.values(of: method).leaves() {
        guard case .integer(let value) = leaf.value,
          let limit = ExperimentScale.small.limits[
            String(leaf.path.split(separator: ".").last ?? "")]
        else { continue }
        #expect(value <= limit, "\(run.folderName): \(leaf.path)")
      }
    }
  }
}
