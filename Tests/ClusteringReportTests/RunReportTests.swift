// SPDX-License-Identifier: Apache-2.0

import ClusteringReport
import DeepClustering
import Foundation
import Testing

@Suite struct RunReportTests {
  /// A page; a failed expectation does not print all of it.
  private struct Shown: CustomTestStringConvertible {
    var text: String
    var testDescription: String { "the page" }

    func contains(_ part: String) -> Bool { text.contains(part) }
    func count(of part: String) -> Int { text.components(separatedBy: part).count - 1 }
  }

  private func html(_ run: TemporaryRun) throws -> Shown {
    Shown(text: try RunReport(folder: run.folder).html())
  }

  @Test func writesOneFileIntoTheRunFolder() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    let report = try RunReport(folder: run.folder)
    let url = try report.write()
    #expect(url == run.file("report.html"))
    #expect(try Data(contentsOf: url) == Data(report.html().utf8))
  }

  @Test func tilesShowTheScoresAndTheCeiling() throws {
    let page = try html(TemporaryRun())
    #expect(page.contains("<dt>Accuracy (ACC)</dt><dd>0.7778"))
    #expect(page.contains("of at most 0.8889 with 3 clusters"))
    #expect(page.contains("<dt>NMI</dt><dd>0.6123"))
    #expect(page.contains("<dt>ARI</dt><dd>0.5000"))
    // 4 + 3 of 9 samples lie in the cluster matched to their class.
    #expect(page.contains("7 of them, 77.8%"))
  }

  @Test func saysNothingOfACeilingThatIsOne() throws {
    let scores: [String: Any] = ["acc": 0.9, "accCeiling": 1.0]
    let page = try html(TemporaryRun(TemporaryRun.record(["scores": scores])))
    #expect(page.contains("best one-to-one match"))
    #expect(!page.contains("of at most"))
  }

  @Test func showsWhatTheRunWas() throws {
    let page = try html(TemporaryRun())
    for text in [
      "Deep embedded clustering (DEC)", "Xie and others, ICML 2016", "8 min 23 s", "commit abc1234",
      "Some CPU, 2 cores, 2.0 GiB", "2026-11-21 08:00:00 UTC", "Cluster 2 mixes two classes.",
      "pretraining.epochs", "500, 2000", "stopped because fewer than 0.1%",
      "deepclust fit &#39;my data/toy.npy&#39; --config &#39;toy run/config.yaml&#39;",
    ] {
      #expect(page.contains(text), "\(text)")
    }
  }

  @Test func saysHowKAndTheMethodWereChosen() throws {
    let row: [String: Any] = [
      "clusters": 3, "stability": 0.9, "predictionStrength": 0.8, "silhouette": 0.5, "bic": 2.5,
      "generalizability": 0.7,
    ]
    let study: [String: Any] = [
      "rows": 1200, "clusters": 3, "reason": "3 is the largest", "isStable": true, "table": [row],
    ]
    var record = TemporaryRun.record(["clusterCountStudy": study])
    let named = try html(TemporaryRun(record))
    #expect(named.contains("How K was chosen") && named.contains("3 is the largest."))
    #expect(!named.contains("o method was named"))
    record["methodReason"] = "no method was named; so"
    let page = try html(TemporaryRun(record))
    #expect(page.contains("<p class=\"note\">No method was named; so.</p>"))
    // A curve needs two points; it is a figure of its own too.
    #expect(!page.contains("Numbers of clusters that were tried"))
    var (table, next) = ([row, row], row)
    next["clusters"] = 4
    table[1] = next
    record["clusterCountStudy"] = study.merging(["table": table]) { $1 }
    let run = try TemporaryRun(record)
    let curves = try html(run)
    #expect(curves.contains("Numbers of clusters that were tried"))
    #expect(curves.contains("K = 3, chosen") && curves.contains("K = 4"))
    let figures = try RunFigures(folder: run.folder).write(to: run.file("figures"))
    #expect(figures.contains { $0.lastPathComponent == "clusters-tried.svg" })
  }

  /// The commands are those that work: where the run was begun, and for what it can do.
  @Test func offersWhatTheRunCanDo() throws {
    let run = try TemporaryRun()
    let plain = try html(run)
    #expect(plain.contains("deepclust predict &#39;toy run&#39; NEW-DATA"))
    #expect(plain.contains("deepclust evaluate &#39;toy run&#39; --labels LABELS"))
    #expect(!plain.contains("embedding.npy"))
    try NPY.write((0..<18).map { Float($0) }, shape: [9, 2], to: run.file("embedding.npy"))
    #expect(try html(run).contains("embedding = np.load(&quot;toy run/embedding.npy&quot;)"))
    var record = TemporaryRun.record
    (record["method"], record["noise"]) = (["name": "dbscan", "title": "DBSCAN"], 2)
    record["workingDirectory"] = "/somewhere"
    let density = try TemporaryRun(record)
    let page = try html(density)
    #expect(!page.contains("deepclust predict"))
    #expect(page.contains("into 3 clusters, and left 2 in none, in 8 min 23 s."))
    #expect(page.contains("evaluate &#39;\(density.folder.standardizedFileURL.path)&#39;"))
  }

  @Test func hasEverySectionWhenEverythingIsThere() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    let page = try html(run)
    for id in ["map", "images", "clusters", "training", "run"] {
      #expect(page.contains("<section id=\"\(id)\""), "\(id)")
    }
    for id in [
      "confusion", "sizes", "f1", "certainty", "loss-0", "loss-1", "changed-1", "measure-0-1",
      "measure-1-1", "scores-1",
    ] {
      #expect(page.contains("<svg class=\"chart\" id=\"\(id)\""), "\(id)")
    }
    // Two samples of clusters 0 and 1 and one of cluster 2, twice.
    #expect(page.count(of: " class=\"tile p") == 10)
    #expect(page.contains("--count:1}"))
  }

  @Test func showsWhatTheModelDrew() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    #expect(!(try html(run)).contains("Drawn from the model"))
    try NPY.write(
      (0..<36).map { UInt8($0) }, shape: [3, 3, 2, 2, 1], to: run.file("pictures/generated.npy"))
    let page = try html(run)
    #expect(page.count(of: "<h4>Drawn from the model</h4>") == 3)
    #expect(page.contains("aria-label=\"3 pictures that the model drew of cluster 1\""))
    #expect(page.count(of: "class=\"tile pg1\"") == 3)
    #expect(page.contains("The last row was drawn from the model."))
  }

  @Test func framesPicturesOfAnotherClass() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    #expect(!(try html(run)).contains(" off\""))
    // Sample 4 is of class a; cluster 0 is matched to class b.
    try NPY.write(
      [0, 4, 5, 6, 7, 8], shape: [3, 2], to: run.file("pictures/most_certain_index.npy"))
    let page = try html(run)
    #expect(page.count(of: "class=\"tile pm0 off\"") == 1)
    #expect(page.contains("data-tip=\"Sample 4\nClass a\nCertainty 1.000\"><i>a</i>"))
  }

  @Test func doesWithoutLabelsPicturesAndCurves() throws {
    let changes: [String: Any?] = [
      "scores": ["silhouette": 0.25], "contingency": nil, "matching": nil, "classScores": nil,
      "data": ["name": "toy", "rows": 9], "warnings": nil,
    ]
    let run = try TemporaryRun(TemporaryRun.record(changes), metrics: nil)
    try run.writeArrays()
    try FileManager.default.removeItem(at: run.file("labels.npy"))
    let page = try html(run)
    #expect(page.contains("<dt>Silhouette</dt><dd>0.2500"))
    #expect(page.contains("<dt>Cluster sizes</dt><dd>2–4"))
    #expect(page.contains("There are no labels to compare with."))
    #expect(!page.contains("data-mode=\"class\""))
    #expect(!page.contains("id=\"confusion\""))
    #expect(!page.contains("<section id=\"training\""))
    #expect(!page.contains("<section id=\"images\""))
  }

  /// The sentences are those of real data: a change of their words must not make them alarms.
  @Test func whatIsOrdinaryIsANote() throws {
    let constant = Dataset(name: "x", values: [1, 0, 1, 2, 1, 3], rows: 3, columns: 2)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let words = (0..<2001).map { "word\($0)" }.joined(separator: " ")
    for name in ["a.txt", "b.txt"] {
      try Data("\(name) \(words)".utf8).write(to: folder.appendingPathComponent(name))
    }
    let ordinary = try constant.validated(clusters: 2) + Dataset.load(folder.path).notes
    try #require(ordinary.count == 2)
    let changes: [String: Any?] = ["warnings": ordinary + ["Cluster 2 mixes two classes."]]
    let page = try html(TemporaryRun(TemporaryRun.record(changes)))
    let lists = page.text.components(separatedBy: "<ul class=\"notes\"")
    try #require(lists.count == 2)
    #expect(lists[0].contains("<li>Cluster 2 mixes two classes.</li>"))
    for sentence in ordinary {
      #expect(lists[1].contains("<li>\(sentence)</li>") && !lists[0].contains(sentence))
    }
    #expect(!(try html(TemporaryRun())).contains("class=\"notes\""))
  }

  @Test func sharesAreOfTheCluster() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    let page = try html(run)
    #expect(page.contains("4 samples · 100.0% are class b"))
    #expect(page.contains("to see its samples.") && !page.contains("\"names\""))
  }

  /// Files in `assignments.csv` and words in `words.json`, as runs on texts have them.
  @Test func textsHaveTheirFilesAndWords() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writeTexts()
    let page = try html(run)
    #expect(page.contains("\"names\":[\"a/0.txt\",\"a/1, or \\\"one\\\".txt\",\"a/2.txt\""))
    #expect(page.contains("\"words\":\"north, pole\""))
    #expect(page.contains("in the list to see its words."))
    let short = "index,cluster,certainty,file\n0,0,1,a/0.txt\n"
    try Data(short.utf8).write(to: run.file("assignments.csv"))
    #expect(throws: InputError.self) { try RunReport(folder: run.folder) }
    // Without a column of files there is nothing to read.
    try Data("index,cluster,certainty\n0,0,1\n".utf8).write(to: run.file("assignments.csv"))
    #expect(!(try html(run)).contains("\"names\""))
  }

  /// A third chart has no row of its own, with labels or without.
  @Test func noChartStandsAlone() throws {
    let changes: [String: Any?] = ["clusterSilhouettes": [0.5, 0.25, 0.125]]
    let run = try TemporaryRun(TemporaryRun.record(changes))
    try run.writeArrays()
    try run.writePictures()
    try NPY.write((0..<9).map { Float($0) }, shape: [9], to: run.file("gradients.npy"))
    try NPY.write(
      (0..<40).map { UInt8($0) }, shape: [10, 1, 2, 2, 1], to: run.file("pictures/deciles.npy"))
    let page = try html(run)
    let parts = page.text.components(separatedBy: "<div class=\"grid-2 grid-wide later\">")
    try #require(parts.count == 2)
    #expect(parts[1].contains("id=\"silhouettes\"") && !parts[0].contains("id=\"silhouettes\""))
    let none: [String: Any?] = [
      "clusterSilhouettes": [0.5, 0.25, 0.125], "contingency": nil, "matching": nil,
      "classScores": nil, "data": ["name": "toy", "rows": 9],
    ]
    let plain = try TemporaryRun(TemporaryRun.record(none), metrics: nil)
    try plain.writeArrays()
    try FileManager.default.removeItem(at: plain.file("labels.npy"))
    #expect(try html(plain).contains("<div class=\"grid-3\">"))
  }

  @Test func worksFromTheSmallestRecord() throws {
    let run = try TemporaryRun(
      ["format": 1, "data": ["name": "x"], "method": ["name": "kmeans"], "clusters": 2],
      metrics: nil)
    #expect(try html(run).contains("<h1>x in 2 clusters</h1>"))
  }

  @Test func tellsHowToGoOnWithAnInterruptedRun() throws {
    let page = try html(TemporaryRun(TemporaryRun.record(["status": "interrupted"])))
    #expect(page.contains("<span class=\"pill alert\">interrupted</span>"))
    #expect(page.contains("fit --resume --output &#39;toy run&#39;"))
  }

  @Test func userTextCannotBecomeMarkup() throws {
    let attack = "</script><script>alert(1)</script>"
    var data = try #require(TemporaryRun.record["data"] as? [String: Any])
    data["classNames"] = [attack, "\" onload=\"x"]
    data["name"] = "<img src=x>"
    let run = try TemporaryRun(TemporaryRun.record(["data": data, "warnings": [attack]]))
    try run.writeArrays()
    try run.writePictures()
    let page = try html(run)
    #expect(!page.contains("<script>alert"))
    #expect(!page.contains("<img"))
    // In JSON the quotation mark has a backslash; in an attribute it must not be there at all.
    #expect(page.count(of: "\" onload") == page.count(of: "\\\" onload"))
    #expect(page.contains("&quot; onload=&quot;x"))
    #expect(page.contains("&lt;/script&gt;&lt;script&gt;alert(1)"))
    #expect(page.contains("\\u003c/script\\u003e"))
  }

  @Test func loadsNothing() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    var page = try html(run)
    #expect(page.contains("default-src 'none'"))
    // The name space of the icon's drawing is a name, not an address.
    page.text = page.text.replacing("xmlns=&#39;http://www.w3.org/2000/svg&#39;", with: "")
    for address in ["http://", "https://", "//cdn", "@import", "src="] {
      #expect(!page.contains(address), "\(address)")
    }
    for part in page.text.components(separatedBy: "url(").dropFirst() {
      #expect(part.hasPrefix("data:image/png;base64,"))
    }
  }

  /// Steps that measure each something of its own are no curve, nor is one score.
  @Test func aMethodWithoutIterationsHasNoCurves() throws {
    let lines = """
      {"stage":"clustering","step":1,"of":2,"loss":1,"losses":{"core distance":1}}
      {"stage":"clustering","step":2,"of":2,"loss":2,"losses":{"height":2},"scores":{"acc":1,"nmi":1,"ari":1}}

      """
    #expect(!(try html(TemporaryRun(metrics: lines))).contains("<section id=\"training\""))
    let same = lines.replacing("height", with: "core distance")
    let page = try html(TemporaryRun(metrics: same))
    #expect(page.contains("id=\"loss-0\"") && !page.contains("id=\"scores-0\""))
  }

  @Test func drawsTheNumberOfClustersWithItsChanges() throws {
    let lines = """
      {"stage":"clustering","step":1,"of":3,"loss":1,"measures":{"clusters":1}}
      {"stage":"clustering","step":2,"of":3,"loss":1,"measures":{"clusters":2,"split 0":1250,"refused split":-3}}
      {"stage":"clustering","step":3,"of":3,"loss":1,"measures":{"clusters":1,"merge 0+1":12}}

      """
    let page = try html(TemporaryRun(metrics: lines))
    #expect(page.contains("Clusters found, with splits and merges"))
    #expect(page.contains("split 0 (ln H 1") && page.contains("merge 0+1 (ln H 12"))
    #expect(!page.contains("refused"))
    #expect(page.count(of: "<polygon class=\"d1\"") == 1)
    #expect(page.count(of: "<polygon class=\"d2\"") == 1)
    // Each with its ratio, and K after it.
    #expect(page.contains("<th scope=\"row\">2</th><td>split</td><td>0</td>"))
    #expect(
      page.contains(
        "<td>merge</td><td>0+1</td><td class=\"number\">12</td><td class=\"number\">1</td>"))
    // There is no half cluster.
    let chart = try #require(page.text.range(of: "id=\"clusters-0\"")).upperBound
    let drawn = page.text[chart...].prefix { $0 != "\n" }
    #expect(drawn.contains(">2</text>") && !drawn.contains(">0.5</text>"))
    // Without such a measure there is no chart.
    #expect(!(try html(TemporaryRun())).contains("Clusters found"))
  }

  /// Clusters that lost their samples are a change of K, and no chart of their own.
  @Test func tellsOfClustersThatWereTakenOut() throws {
    let lines = """
      {"stage":"clustering","step":1,"of":3,"loss":1,"measures":{"clusters":51}}
      {"stage":"clustering","step":2,"of":3,"loss":1,"measures":{"clusters":9,"dropped":42}}
      {"stage":"clustering","step":3,"of":3,"loss":1,"measures":{"clusters":8,"dropped":1,"merge 0+1":7}}

      """
    let run = try TemporaryRun(metrics: lines)
    let page = try html(run)
    #expect(page.contains("dropped 42 without samples"))
    #expect(page.contains("dropped 1 without samples") && page.contains("merge 0+1 (ln H 7)"))
    #expect(!page.contains("<h3>Dropped</h3>"))
    #expect(page.count(of: "<polygon class=\"d2\"") == 2)
    #expect(page.contains("<td>dropped</td><td>42 without samples</td>"))
    let figures = try RunFigures(folder: run.folder).write(to: run.file("figures"))
    #expect(!figures.contains { $0.lastPathComponent.hasPrefix("dropped") })
  }

  @Test func listsTwoHundredChangesAtMost() throws {
    let merges = (0..<205).map { "\"split \($0)\":\($0 + 1)" }.joined(separator: ",")
    let line =
      "{\"stage\":\"clustering\",\"step\":1,\"of\":1,\"loss\":1,"
      + "\"measures\":{\"clusters\":206,\(merges)}}\n"
    let page = try html(TemporaryRun(metrics: line))
    #expect(page.count(of: "<td>split</td>") == 200)
    #expect(page.contains("5 more are in metrics.jsonl."))
  }

  /// All samples can be noise; then there is no cluster to draw.
  @Test func aRunWithoutAClusterHasAReport() throws {
    let changes: [String: Any?] = [
      "clusters": 0, "clusterSizes": [Int](), "noise": 9, "contingency": nil, "matching": nil,
    ]
    let run = try TemporaryRun(TemporaryRun.record(changes))
    try run.writeArrays()
    try NPY.write([Int](repeating: -1, count: 9), shape: [9], to: run.file("assignments.npy"))
    let page = try html(run)
    #expect(page.contains("<h1>toy in 0 clusters</h1>"))
    #expect(!page.contains("There are no labels to compare with."))
    let single = try TemporaryRun(
      TemporaryRun.record([
        "clusters": 1, "clusterSizes": [9], "contingency": nil, "matching": nil,
      ]))
    #expect(try html(single).contains("into 1 cluster in"))
  }
}
