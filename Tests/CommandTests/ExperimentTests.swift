// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deepclust experiment` as a process, on 200 points that need no files.
@Suite struct ExperimentTests {
  private static let grid = """
    title: Three Gaussians
    data: ["three-gaussians@200"]
    preprocessing: none
    threads: 1
    seeds: [1, 2, 3]
    methods:
      - {method: kmeans, hyperparameters: {restarts: 1}}
      - {method: gaussian-mixture, clusters: 2}
      - {method: dbscan}
    published:
      - {name: kmeans, data: "three-gaussians@200", acc: 0.5, source: "Somebody, 2020"}
    """
  private static let folder = "runs/experiments/grid"

  private func place(_ grid: String = grid) throws -> Workplace {
    let place = try Workplace()
    try Data(grid.utf8).write(to: place.file("grid.yaml"))
    return place
  }

  private func text(_ place: Workplace, _ name: String) throws -> String {
    try String(contentsOf: place.file(name), encoding: .utf8)
  }

  @Test func aGridEndsInTablesAndIsNotRepeated() throws {
    let place = try place()
    let plan = try place.run(["experiment", "grid.yaml", "--dry-run"])
    #expect(plan.status == 0 && plan.output.contains("9 runs, 0 finished; time left: unknown"))
    #expect(plan.output.contains("three-gaussians@200-kmeans-1  time unknown"))
    #expect(!place.has("runs"))

    let first = try place.run(["experiment", "grid.yaml"])
    #expect(first.status == 0, "\(first.error)")
    #expect(first.error.contains("run 2 of 9: three-gaussians@200-gaussian-mixture-1; time left:"))
    let page = try text(place, "\(Self.folder)/grid.md")
    #expect(first.output.contains(page) && page.contains("| kmeans | 3 | float32 | 3 |"))
    #expect(page.contains("ACC 0.5000 (Somebody, 2020)") && page.contains("threads: 1"))
    #expect(page.contains("| kmeans | kmeans | default | none | 1 | `restarts = 1` |"))
    // Elsewhere a plan has the times of a table beside its file.
    try FileManager.default.createDirectory(
      at: place.file("results"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: place.file("\(Self.folder)/grid.json"), to: place.file("results/grid.json"))
    let elsewhere = try place.run([
      "experiment", "grid.yaml", "--dry-run", "--output", "elsewhere",
    ])
    #expect(elsewhere.output.contains("three-gaussians@200-kmeans-1  about "))
    #expect(elsewhere.output.contains("9 runs, 0 finished; time left: "))
    #expect(elsewhere.output.contains("are those of results/grid.json ("))
    let table = try object(text(place, "\(Self.folder)/grid.json"))
    let lines = try #require(table["lines"] as? [[String: Any]])
    #expect(lines.map { ($0["runs"] as? [Any])?.count } == [3, 3, 3])
    #expect(lines.map { $0["clusters"] as? Int } == [3, 2, nil])
    let settings = lines.map { $0["settings"] as? [String: Any] }
    #expect(settings.map { $0?["method"] as? String } == ["kmeans", "gaussian-mixture", "dbscan"])
    #expect(try text(place, "\(Self.folder)/grid-runs.csv").split(separator: "\n").count == 10)
    #expect(try text(place, "\(Self.folder)/grid.csv").split(separator: "\n").count == 4)
    #expect(try text(place, "\(Self.folder)/grid.tex").contains("\\toprule"))

    // Once more: nothing is fitted, and the tables are the same.
    let digest = try Data(
      contentsOf: place.file("\(Self.folder)/three-gaussians@200-kmeans-1/run.json"))
    let second = try place.run(["experiment", "grid.yaml"])
    #expect(second.status == 0 && second.error.isEmpty, "\(second.error)")
    #expect(second.output == first.output)
    #expect(
      try Data(contentsOf: place.file("\(Self.folder)/three-gaussians@200-kmeans-1/run.json"))
        == digest)
    let done = try place.run(["experiment", "grid.yaml", "--dry-run"])
    #expect(done.output.contains("9 runs, 9 finished; time left: 0 s"))
  }

  @Test func anInterruptedRunEntersNoAverageAndGoesOn() throws {
    let place = try place()
    try place.run(["experiment", "grid.yaml", "--quiet"])
    let file = "\(Self.folder)/three-gaussians@200-kmeans-2/run.json"
    var record = try object(text(place, file))
    record["status"] = "interrupted"
    try JSONSerialization.data(withJSONObject: record).write(to: place.file(file))
    // A finished run has dropped the folder of its checkpoints.
    try FileManager.default.createDirectory(
      at: place.file("\(Self.folder)/three-gaussians@200-kmeans-2/checkpoint"),
      withIntermediateDirectories: true)
    let table = try place.run(["experiment", "grid.yaml", "--table-only"])
    #expect(table.output.contains("| kmeans | 3 | float32 | 2 of 3 |"))
    let plan = try place.run(["experiment", "grid.yaml", "--dry-run"])
    #expect(plan.output.contains("9 runs, 8 finished; time left: "))
    #expect(plan.output.contains("three-gaussians@200-kmeans-2  about 0 s"))
    let again = try place.run(["experiment", "grid.yaml"])
    #expect(again.status == 0 && again.output.contains("| kmeans | 3 | float32 | 3 |"))
  }

  /// A run that another process has is left to it, and those that begin as it does come last.
  @Test func severalProcessesMakeOneGrid() throws {
    let place = try place()
    try FileManager.default.createDirectory(
      at: place.file(Self.folder), withIntermediateDirectories: true)
    let lock = open(
      place.file("\(Self.folder)/.three-gaussians@200-kmeans-1.lock").path, O_RDWR | O_CREAT, 0o644)
    #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
    let helper = try place.run(["experiment", "grid.yaml"])
    #expect(helper.status == 0, "\(helper.error)")
    let made = runsMade(helper)
    #expect(made.count == 8 && made.prefix(6).allSatisfy { !$0.hasSuffix("-1") }, "\(made)")
    #expect(helper.complaints.last?.contains("1 run is being made by another deepclust") == true)
    #expect(helper.output.contains("| kmeans | 3 | float32 | 2 of 3 |"))
    close(lock)
    try FileManager.default.removeItem(at: place.file(Self.folder))

    let both = try [0, 1].map { _ in try place.start(["experiment", "grid.yaml"]) }
    let outcomes = try both.map { try $0.outcome() }
    #expect(outcomes.allSatisfy { $0.status == 0 }, "\(outcomes.map(\.error))")
    let all = outcomes.flatMap(runsMade)
    #expect(all.count == 9 && Set(all).count == 9, "\(all)")
    #expect(try text(place, "\(Self.folder)/grid.md").contains("| kmeans | 3 | float32 | 3 |"))
    let left = try FileManager.default.contentsOfDirectory(atPath: place.file(Self.folder).path)
    #expect(!left.contains { $0.hasSuffix(".lock") }, "\(left)")
  }

  /// Two that write one table from their own runs: each finds what the other has written.
  @Test func tablesWrittenAtOnceLoseNothing() throws {
    let place = try place()
    for (name, seeds) in [("a", "[1, 2]"), ("b", "[3, 4]")] {
      let own = Self.grid.replacingOccurrences(of: "[1, 2, 3]", with: seeds)
      try Data(own.utf8).write(to: place.file("grid.yaml"))
      #expect(try place.run(["experiment", "grid.yaml", "--quiet", "--output", name]).status == 0)
    }
    let both = Self.grid.replacingOccurrences(of: "[1, 2, 3]", with: "[1, 2, 3, 4]")
    try Data(both.utf8).write(to: place.file("grid.yaml"))
    for round in 0..<4 {
      let results = "results-\(round)"
      let jobs = try ["a", "b"].map {
        try place.start([
          "experiment", "grid.yaml", "--table-only", "--output", $0, "--results", results,
        ])
      }
      for job in jobs { #expect(try job.outcome().status == 0) }
      let page = try text(place, "\(results)/grid.md")
      #expect(page.contains("| kmeans | 3 | float32 | 4 |"), "\(page)")
    }
  }

  /// Values or classes that change between two starts are two tables.
  @Test(arguments: ["1,2,a\n1,4,a\n7,8,b\n7,9,b\n", "1,2,a\n1,3,b\n7,8,a\n7,9,b\n"])
  func otherDataAreNotMixed(table: String) throws {
    let grid = """
      title: T
      data: [own.csv]
      labelColumn: last
      clusters: 2
      seeds: [1]
      methods: [{method: kmeans}]
      """
    let place = try place(grid)
    try Data("1,2,a\n1,3,a\n7,8,b\n7,9,b\n".utf8).write(to: place.file("own.csv"))
    #expect(try place.run(["experiment", "grid.yaml"]).status == 0)
    try Data(table.utf8).write(to: place.file("own.csv"))
    try Data(grid.replacing("[1]", with: "[1, 2]").utf8).write(to: place.file("grid.yaml"))
    let second = try place.run(["experiment", "grid.yaml"])
    #expect(second.status == 73, "\(second.error)")
    #expect(second.error.contains("own.csv had other values or classes"))
  }

  /// A run that is gone on with by itself is made elsewhere too.
  @Test func aRunInOtherHandsIsLeft() throws {
    let place = try place()
    #expect(try place.run(["experiment", "grid.yaml", "--quiet"]).status == 0)
    let run = place.file("\(Self.folder)/three-gaussians@200-kmeans-2")
    var record = try object(text(place, "\(Self.folder)/three-gaussians@200-kmeans-2/run.json"))
    record["status"] = "interrupted"
    try JSONSerialization.data(withJSONObject: record)
      .write(to: run.appendingPathComponent("run.json"))
    let lock = open(run.path, O_RDONLY | O_DIRECTORY)
    #expect(lock >= 0 && flock(lock, LOCK_EX) == 0)
    let outcome = try place.run(["experiment", "grid.yaml", "--quiet"])
    close(lock)
    #expect(outcome.status == 0 && outcome.error.contains("1 run is being made by another"))
    #expect(outcome.output.contains("| kmeans | 3 | float32 | 2 of 3 |"))
  }

  /// The runs that a process says it makes.
  private func runsMade(_ outcome: Workplace.Outcome) -> [String] {
    outcome.complaints.compactMap { line in
      guard line.contains("; time left: "), let place = line.firstRange(of: " of 9: ") else {
        return nil
      }
      return String(line[place.upperBound...].prefix { $0 != ";" })
    }
  }

  /// A table among the results keeps its runs, wherever their folders went, unless they would stand
  /// for other settings; and it is not replaced by one that lacks them.
  @Test func noTableLosesRuns() throws {
    let place = try place()
    let words = ["experiment", "grid.yaml", "--quiet", "--results", "tables"]
    #expect(try place.run(words).status == 0)
    let tables = ["grid.json", "grid.md", "grid.csv", "grid-runs.csv", "grid.tex"]
    let before = try tables.map { try text(place, "tables/\($0)") }
    // Two of nine are gone, then all are.
    for seed in [1, 2] {
      try FileManager.default.removeItem(
        at: place.file("\(Self.folder)/three-gaussians@200-dbscan-\(seed)"))
    }
    let two = try place.run(words + ["--table-only"])
    #expect(two.status == 0 && two.output.contains("| dbscan |"), "\(two.error)")
    #expect(try tables.map { try text(place, "tables/\($0)") } == before)
    try FileManager.default.removeItem(at: place.file(Self.folder))
    #expect(try place.run(words + ["--table-only"]).status == 0)
    #expect(try tables.map { try text(place, "tables/\($0)") } == before)
    // A line that means something else now is another one.
    let other = Self.grid.replacingOccurrences(of: "restarts: 1", with: "restarts: 2")
    try Data(other.utf8).write(to: place.file("grid.yaml"))
    let changed = try place.run(words + ["--table-only"])
    #expect(changed.status == 73 && changed.complaints.count == 1 && changed.output.isEmpty)
    #expect(changed.error.contains("3 finished runs of tables/grid.json would be lost"))
    #expect(try tables.map { try text(place, "tables/\($0)") } == before)
    try Data(Self.grid.utf8).write(to: place.file("grid.yaml"))
    // Nor where the tables lie in the folder that is said to be that of the runs.
    let beside = try place.run(["experiment", "grid.yaml", "--table-only", "--output", "tables"])
    #expect(beside.status == 73 && beside.error.contains("9 finished runs"))
    #expect(try tables.map { try text(place, "tables/\($0)") } == before)

    let empty = try place.run([
      "experiment", "grid.yaml", "--table-only", "--results", "other",
    ])
    #expect(empty.status == 0, "\(empty.error)")
    #expect(
      empty.output.contains("| kmeans | 3 | float32 | 0 of 3 |")
        && empty.output.contains("ACC 0.5000 (Somebody, 2020)"))
    // Made again, the runs are all there, so the table may be written.
    #expect(try place.run(words).status == 0)

    try Data("{}".utf8).write(to: place.file("tables/grid.json"))
    let foreign = try place.run(words + ["--table-only"])
    #expect(foreign.status == 73 && foreign.error.contains("is not the table of an experiment"))
    #expect(try text(place, "tables/grid.json") == "{}")
  }

  /// A run that was made with another default is not the one that the file means today, be it in its
  /// folder or in a table.
  @Test func otherDefaultsAreRefused() throws {
    let place = try place()
    #expect(try place.run(["experiment", "grid.yaml", "--quiet"]).status == 0)
    func write(minimumSamples: Int, to file: String) throws {
      let record = try text(place, file)
      let other = record.replacing(
        /"minimumSamples" : \d+/, with: "\"minimumSamples\" : \(minimumSamples)")
      #expect(other != record)
      try Data(other.utf8).write(to: place.file(file))
    }
    try FileManager.default.createDirectory(
      at: place.file("tables"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: place.file("\(Self.folder)/grid.json"), to: place.file("tables/grid.json"))
    let words = ["experiment", "grid.yaml", "--table-only", "--results", "tables"]
    let empty = ["--output", "none"]
    let kept = try place.run(words + empty)
    #expect(
      kept.status == 0 && kept.output.contains("| dbscan | 3.0 ± 0.0 | float32 | 3 |"),
      "\(kept.output)")
    try write(minimumSamples: 78, to: "tables/grid.json")
    let replaced = try place.run(words + empty)
    #expect(replaced.status == 73 && replaced.complaints.count == 1)
    #expect(replaced.error.contains("data (minimumSamples was 78 and is "), "\(replaced.error)")
    #expect(replaced.error.contains("3 finished runs of tables/grid.json would be lost"))
    // The runs themselves take their place.
    #expect(try place.run(words).status == 0)
    #expect(try !text(place, "tables/grid.json").contains(" : 78"))

    try write(minimumSamples: 77, to: "\(Self.folder)/three-gaussians@200-dbscan-2/run.json")
    let table = try place.run(["experiment", "grid.yaml", "--table-only"])
    #expect(table.status == 73 && table.complaints.count == 1)
    #expect(
      table.error.contains("was made when the default of minimumSamples was 77; it is "))
  }

  /// A run of another experiment's table counts here too, where it was made with the same settings.
  @Test func tablesShareRuns() throws {
    let place = try place()
    let words = ["--quiet", "--results", "tables"]
    #expect(try place.run(["experiment", "grid.yaml"] + words).status == 0)
    let other = """
      title: Another
      data: ["three-gaussians@200"]
      preprocessing: none
      seeds: [2, 3]
      methods: [{method: kmeans, name: renamed, hyperparameters: {restarts: 1}}, {method: kmeans}]
      """
    try Data(other.utf8).write(to: place.file("other.yaml"))
    let table = try place.run(["experiment", "other.yaml", "--table-only"] + words)
    #expect(table.status == 0, "\(table.error)")
    #expect(table.output.contains("| renamed | float32 | 2 |"))
    #expect(table.output.contains("| kmeans | float32 | 0 of 2 |"))
    // Beside its own runs a table tells of them alone.
    let alone = try place.run(["experiment", "other.yaml", "--table-only", "--quiet"])
    #expect(alone.output.contains("| renamed | float32 | 0 of 2 |"))
  }

  /// The figures that the file asks for stand on the page, also once their runs are gone.
  @Test func figuresStandBesideTheTable() throws {
    let figures = "\nfigures: [confusion, map-classes, nonsense, confuson]\n"
    let place = try place(Self.grid + figures)
    let words = ["experiment", "grid.yaml", "--quiet", "--results", "tables"]
    let first = try place.run(words)
    #expect(first.status == 0, "\(first.error)")
    #expect(
      first.error.contains("warning: three-gaussians@200-kmeans has no figure nonsense, but "))
    #expect(first.error.contains("kmeans has no figure confuson: did you mean confusion"))
    let name = "grid-three-gaussians@200-kmeans-confusion.svg"
    let (drawing, page) = (try text(place, "tables/\(name)"), try text(place, "tables/grid.md"))
    #expect(drawing.contains("<svg") && page.contains("![\(name.dropLast(4))](\(name))"))
    // Of each line the first seed: three lines, two figures.
    #expect(page.components(separatedBy: "](grid-").count == 1 + 3 * 2)
    try FileManager.default.removeItem(at: place.file(Self.folder))
    #expect(try place.run(words + ["--table-only"]).status == 0)
    #expect(try text(place, "tables/grid.md") == page)
    #expect(try text(place, "tables/\(name)") == drawing)
    // What the file does not ask for any more is on the page no more, though its file is there.
    try Data((Self.grid + "\nfigures: [map-classes]\n").utf8).write(to: place.file("grid.yaml"))
    let fewer = try place.run(words + ["--table-only"])
    #expect(fewer.status == 0 && place.has("tables/\(name)"))
    #expect(try text(place, "tables/grid.md").components(separatedBy: "](grid-").count == 1 + 3)
  }

  /// Nothing is written over what the experiment reads, or over files of others; and nothing is run.
  @Test(arguments: ["--results", "--output"])
  func aTableNeverTakesThePlaceOfTheData(option: String) throws {
    let place = try place()
    try SmallData.write(to: place)
    let grid = """
      title: own
      data: [small.csv]
      labelColumn: class
      clusters: 3
      seeds: [1]
      methods: [{method: kmeans}]
      """
    try Data(grid.utf8).write(to: place.file("small.yaml"))
    let before = try text(place, "small.csv")
    let own = try place.run(["experiment", "small.yaml", "--quiet", option, "."])
    #expect(own.status == 73 && own.complaints.count == 1, "\(own.error)")
    #expect(own.error.contains("small.csv, which the experiment reads"))
    #expect(try text(place, "small.csv") == before)

    for (name, says) in [
      ("grid.tex", "grid.tex is there without grid.json"), ("grid.json", "is not the table"),
    ] {
      try Data("mine".utf8).write(to: place.file(name))
      let other = try place.run(["experiment", "grid.yaml", "--quiet", option, "."])
      #expect(other.status == 73 && other.complaints.count == 1, "\(other.error)")
      #expect(other.error.contains(says), "\(other.error)")
      #expect(try text(place, name) == "mine")
    }
    #expect(!place.has("runs") && !place.has("small-kmeans-1") && !place.has("small.json"))
    #expect(!place.has("three-gaussians@200-kmeans-1") && !place.has("grid.md"))
  }

  /// The plan says which data are missing; a run that fails is not hidden behind them.
  @Test func missingDataAreInThePlan() throws {
    let place = try place(
      """
      title: T
      data: [nowhere.npz, mnist, "three-gaussians@200"]
      seeds: [1]
      clusters: 500
      methods: [{method: kmeans}]
      """)
    let plan = try place.run(["experiment", "grid.yaml", "--dry-run"])
    #expect(plan.status == 0, "\(plan.error)")
    for line in [
      "nowhere-kmeans-1  data missing: there is no file or folder nowhere.npz\n",
      "mnist-kmeans-1  time unknown, once mnist, which is not here, is fetched\n",
      "three-gaussians@200-kmeans-1  time unknown\n",
    ] { #expect(plan.output.contains(line), "\(plan.output)") }
    #expect(plan.output.contains("3 runs, 0 finished, 1 without data; time left: unknown"))
    try Data(text(place, "grid.yaml").replacingOccurrences(of: "mnist, ", with: "").utf8)
      .write(to: place.file("grid.yaml"))
    let outcome = try place.run(["experiment", "grid.yaml", "--quiet"])
    #expect(outcome.status == 65, "\(outcome.error)")
    #expect(outcome.error.contains("2 of 2 runs are missing, of which three-gaussians@200-kmeans"))
    #expect(outcome.output.contains("No run is finished."))
  }

  /// The classes of a table of one's own: a column of it, or a file.
  @Test(arguments: [
    "data: [small.csv]\nlabelColumn: class", "data: [small.npy]\nlabels: labels.npy",
    "data: [named.csv]\nlabelColumn: class\nignoreColumns: [id, when]",
  ])
  func aTableHasItsClasses(keys: String) throws {
    let place = try place(
      "title: own\n\(keys)\nclusters: 3\nseeds: [1]\nmethods: [{method: kmeans}]\n")
    try SmallData.write(to: place)
    try NamedTable.write(to: place)
    let outcome = try place.run(["experiment", "grid.yaml"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("| kmeans | float32 | 1 | 1.0000 ± 0.0000 |"))
    let two = keys.replacing("small.npy", with: "small.npy, small.csv")
    try Data("title: own\n\(two)\nclusters: 3\nseeds: [1]\nmethods: [{method: kmeans}]\n".utf8)
      .write(to: place.file("two.yaml"))
    guard two != keys else { return }
    #expect(try place.run(["experiment", "two.yaml"]).error.contains("labels are of one data set"))
  }

  @Test func runsThatCannotBeMadeDoNotStopTheOthers() throws {
    let place = try place(
      Self.grid.replacingOccurrences(
        of: "data: [\"three-gaussians@200\"]", with: "data: [nowhere.npz, \"three-gaussians@200\"]"
      ).replacingOccurrences(of: "threads: 1", with: "threads: 1\nclusters: 3"))
    let outcome = try place.run(["experiment", "grid.yaml", "--quiet"])
    #expect(outcome.status == 66, "\(outcome.error)")
    #expect(outcome.error.contains("nowhere-kmeans-1 is left out: there is no file nowhere.npz"))
    #expect(outcome.error.contains("9 of 18 runs are missing"))
    #expect(outcome.output.contains("| kmeans | 3 | float32 | 3 |"))
    #expect(!place.has("\(Self.folder)/nowhere-kmeans-1"))
  }

  @Test func theSmallScaleHasFoldersOfItsOwn() throws {
    let place = try place(
      Self.grid.replacingOccurrences(of: "three-gaussians@200", with: "fifteen-gaussians"))
    let outcome = try place.run(
      ["experiment", "grid.yaml", "--scale", "small", "--results", "tables", "--quiet"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let page = try text(place, "tables/grid-small.md")
    #expect(
      page.contains("**Scale small**") && page.contains("| fifteen-gaussians@1000 | kmeans |"))
    #expect(!page.contains("Somebody"))
    let run = "runs/experiments/grid-small/fifteen-gaussians@1000-kmeans-1"
    #expect(try record(place.file(run))["status"] as? String == "finished")
    #expect(!place.has(Self.folder))
    let other = try place.run(["experiment", "grid.yaml", "--scale", "tiny"])
    #expect(other.status == 64 && other.complaints.count == 1)
  }

  @Test func aRunWithOtherSettingsIsRefused() throws {
    let place = try place()
    try place.run(["experiment", "grid.yaml", "--quiet"])
    try Data(Self.grid.replacingOccurrences(of: "restarts: 1", with: "restarts: 2").utf8)
      .write(to: place.file("grid.yaml"))
    let outcome = try place.run(["experiment", "grid.yaml"])
    #expect(outcome.status == 73 && outcome.complaints.count == 1)
    #expect(outcome.error.contains("three-gaussians@200-kmeans-1 was begun with other settings"))
    #expect(
      outcome.error.contains("(hyperparameters.restarts was 1 and is 2 now)"), "\(outcome.error)")
  }

  @Test func aStudyChoosesKOnce() throws {
    let place = try place(
      """
      title: K chosen
      data: ["three-gaussians@200"]
      clusters: auto
      preprocessing: none
      threads: 1
      seeds: [1]
      methods: [{method: kmeans, hyperparameters: {restarts: 1}}]
      """)
    let first = try place.run(["experiment", "grid.yaml"])
    #expect(first.status == 0 && first.error.contains("choosing K"), "\(first.error)")
    let run = try record(place.file("\(Self.folder)/three-gaussians@200-kmeans-1"))
    #expect(run["clusterCountStudy"] != nil)
    let second = try place.run(["experiment", "grid.yaml"])
    #expect(second.status == 0 && second.error.isEmpty && second.output == first.output)
  }
}
