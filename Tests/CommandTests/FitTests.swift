// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deepclust fit` and the folder that it writes.
@Suite struct FitTests {
  @Test func writesArraysThatFitTogether() throws {
    let run = try FittedRun.shared().place.file("run")
    func array(_ name: String) throws -> NumPyFile {
      try NumPyFile(run.appendingPathComponent(name))
    }
    let assignments = try array("assignments.npy")
    #expect(assignments.descriptor == "<i8" && assignments.shape == [300])
    let clusters = try assignments.values(as: Int.self)
    #expect(try array("labels.npy").values(as: Int.self) == SmallData.labels)
    let certainty = try array("certainty.npy").values(as: Float.self)
    #expect(certainty.count == 300 && certainty.allSatisfy { (0...1).contains($0) })
    #expect(try array("embedding.npy").shape == [300, 3])
    #expect(try array("projection.npy").shape == [300, 2])

    let lines = try String(
      contentsOf: run.appendingPathComponent("assignments.csv"), encoding: .utf8
    ).split(separator: "\n")
    #expect(lines.first == "index,cluster,certainty,class")
    #expect(
      lines.dropFirst().map(String.init)
        == (0..<300).map { "\($0),\(clusters[$0]),\(certainty[$0]),\(SmallData.labels[$0])" })

    // Each centroid is nearest to the codes of its own cluster.
    let codes = try array("embedding.npy").values(as: Float.self)
    let centroids = try array("centroids.npy").values(as: Float.self)
    try #require(centroids.count == 9)
    for row in 0..<300 {
      let distances = (0..<3).map { cluster in
        (0..<3).reduce(Float(0)) { sum, column in
          let difference = codes[row * 3 + column] - centroids[cluster * 3 + column]
          return sum + difference * difference
        }
      }
      #expect(distances[clusters[row]] == distances.min(), "row \(row)")
    }
  }

  @Test func findsTheThreeGroups() throws {
    let run = try FittedRun.shared().place.file("run")
    let scores = try #require(try record(run)["scores"] as? [String: Double])
    for name in ["acc", "nmi", "ami", "ari", "purity"] { #expect(scores[name] == 1, "\(name)") }
    #expect((scores["silhouette"] ?? 0) > 0.5)
  }

  @Test func recordsWhatItDid() throws {
    let run = try FittedRun.shared().place.file("run")
    let record = try record(run)
    #expect(record["format"] as? Int == 1)
    #expect(record["status"] as? String == "finished")
    #expect(record["clusterSizes"] as? [Int] == [100, 100, 100])
    let table = try #require(record["contingency"] as? [[Int]])
    let matching = try #require(record["matching"] as? [Int])
    #expect(zip(table, matching).map { $0[$1] } == [100, 100, 100])
    let data = try #require(record["data"] as? [String: Any])
    #expect(data["rows"] as? Int == 300 && data["columns"] as? Int == 8)
    #expect((data["digest"] as? String)?.count == 64)
    let method = try #require(record["method"] as? [String: Any])
    let hyperparameters = try #require(method["hyperparameters"] as? [String: Any])
    let pretraining = try #require(hyperparameters["pretraining"] as? [String: Any])
    let layout = try #require(pretraining["layout"] as? [String: Any])
    #expect(layout["hidden"] as? [Int] == [16] && layout["latent"] as? Int == 3)
    #expect(record["seed"] as? Int == 1 && record["threads"] as? Int == 1)
    #expect(record["stopReason"] as? String == "the limit of 600 batches was reached")
    #expect((record["classScores"] as? [Any])?.count == 3)
    let seconds = try #require(record["seconds"] as? [String: Double])
    let parts = ["data", "pretraining", "clustering", "scoring"].compactMap { seconds[$0] }
    #expect(parts.count == 4)
    #expect(abs(parts.reduce(0, +) - (seconds["total"] ?? 0)) < 1e-6)
    for name in ["version", "machine", "kernels", "device", "precision", "started", "finished"] {
      #expect(record[name] != nil, "\(name)")
    }
    #expect(!FileManager.default.fileExists(atPath: run.appendingPathComponent("checkpoint").path))
  }

  @Test func logsEachStep() throws {
    let run = try FittedRun.shared().place.file("run")
    let lines = try metrics(run)
    let stages = Dictionary(grouping: lines) { $0["stage"] as? String ?? "" }
    for (stage, count) in [
      ("pretraining", SmallData.pretrainingSteps), ("clustering", SmallData.clusteringSteps),
    ] {
      let steps = try #require(stages[stage])
      #expect(steps.map { $0["step"] as? Int } == (1...count).map { $0 })
      #expect(steps.allSatisfy { $0["of"] as? Int == count && $0["loss"] is Double })
    }
    let losses = stages["pretraining"]?.compactMap { $0["loss"] as? Double } ?? []
    #expect((losses.last ?? 1) < 0.3 * (losses.first ?? 0))
    #expect(
      stages["clustering"]?.last?["scores"] as? [String: Double] == ["acc": 1, "nmi": 1, "ari": 1])
  }

  @Test func endsWithOneObjectOnStandardOutput() throws {
    let fitted = try FittedRun.shared()
    #expect(fitted.output.split(separator: "\n").count == 1)
    let summary = try object(fitted.output)
    #expect(
      Set(summary.keys) == ["method", "clusters", "scores", "seconds", "stopReason", "output"])
    #expect(summary["method"] as? String == "dec" && summary["clusters"] as? Int == 3)
    let record = try record(fitted.place.file("run"))
    #expect(summary["scores"] as? [String: Double] == record["scores"] as? [String: Double])
    let output = try #require(summary["output"] as? String)
    #expect(FileManager.default.fileExists(atPath: output + "/run.json"))
    // Progress is on standard error.
    #expect(fitted.error.contains("pretraining 120/120"))
  }

  @Test func writesAReportOfItsOwn() throws {
    let run = try FittedRun.shared().place.file("run")
    let report = try String(
      contentsOf: run.appendingPathComponent("report.html"), encoding: .utf8)
    #expect(report.hasPrefix("<!doctype html>") || report.hasPrefix("<!DOCTYPE html>"))
    #expect(report.contains("Deep embedded clustering"))
    #expect(!report.contains("src=\"http"))
  }

  @Test func deepDPMNeedsNoNumberOfClusters() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let settings = [
      "learningRate=0.01", "firstEstimate=5", "firstParts=10", "firstChange=20",
      "changeInterval=15", "maximumEpochs=160", "batchSize=32",
    ]
    let done = try place.run(
      ["fit", "small.npy", "--labels", "labels.npy", "--method", "deep-dpm", "--output", "run"]
        + ["--json", "--quiet"] + settings.flatMap { ["--set", $0] })
    #expect(done.status == 0)
    #expect(try object(done.output)["clusters"] as? Int == 3)
    let record = try record(place.file("run"))
    #expect(record["clusterSizes"] as? [Int] == [100, 100, 100])
    let report = try String(contentsOf: place.file("run/report.html"), encoding: .utf8)
    #expect(report.contains("Clusters found"))
    let told = try place.run(["predict", "run", "small.npy", "--output", "found.npy"])
    #expect(told.status == 0 && place.has("found.npy"))
  }

  @Test func theSameSeedGivesTheSameBytes() throws {
    let fitted = try FittedRun.shared()
    let again = try fitted.place.run(
      ["fit", "small.npy", "--labels", "labels.npy", "--output", "again", "--quiet", "--json"]
        + SmallData.dec)
    #expect(again.status == 0)
    #expect(again.error.isEmpty, "--quiet says nothing but the result")
    let (first, second) = (fitted.place.file("run"), fitted.place.file("again"))
    #expect(try record(first)["kernels"] as? String == record(second)["kernels"] as? String)
    try expectSameBytes(first, second)
    let other = try fitted.place.run(
      ["fit", "small.npy", "--labels", "labels.npy", "--output", "other", "--seed", "2", "--quiet"]
        + SmallData.dec)
    #expect(other.status == 0)
    #expect(
      try Data(contentsOf: first.appendingPathComponent("embedding.npy"))
        != Data(contentsOf: fitted.place.file("other/embedding.npy")))
  }

  @Test func readsTextLikeArrays() throws {
    let fitted = try FittedRun.shared()
    let outcome = try fitted.place.run(
      ["fit", "small.csv", "--label-column", "class", "--output", "text"] + SmallData.dec)
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("ACC         1.0000\n"))
    #expect(outcome.output.contains("\nsilhouette  0."))
    for name in ["assignments.npy", "embedding.npy", "centroids.npy"] {
      #expect(
        try Data(contentsOf: fitted.place.file("run/\(name)"))
          == Data(contentsOf: fitted.place.file("text/\(name)")), "\(name)")
    }
    let table = try String(contentsOf: fitted.place.file("text/assignments.csv"), encoding: .utf8)
    #expect(table.split(separator: "\n").dropFirst().first?.hasSuffix(",red") == true)
  }

  /// The fit is that of the features alone, and the run's file says what was left out.
  @Test func ignoresColumnsThatAreNoFeatures() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    try NamedTable.write(to: place)
    let kmeans = ["--method", "kmeans", "-k", "3", "--threads", "1", "--quiet"]
    let plain = try place.run(["fit", "small.npy", "--output", "plain"] + kmeans)
    #expect(plain.status == 0, "\(plain.error)")
    let table = ["fit", "named.csv", "--label-column", "class"] + kmeans
    let outcome = try place.run(table + ["--ignore-columns", "id, when", "--output", "run"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let again = try place.run([
      "fit", "--config", "run/config.yaml", "--output", "again", "--quiet",
    ])
    #expect(again.status == 0, "\(again.error)")
    for name in ["assignments.npy", "centroids.npy"] {
      let wanted = try Data(contentsOf: place.file("plain/\(name)"))
      #expect(try Data(contentsOf: place.file("run/\(name)")) == wanted, "\(name)")
      #expect(try Data(contentsOf: place.file("again/\(name)")) == wanted, "\(name)")
    }
    let kept = try String(contentsOf: place.file("again/config.yaml"), encoding: .utf8)
    #expect(kept.contains("ignoreColumns:"), "\(kept)")
    // The study of K reads the same columns.
    let chosen = try place.run([
      "fit", "named.csv", "--label-column", "class", "--ignore-columns", "id,when", "-k", "auto",
      "--cluster-range", "2-4", "--method", "kmeans", "--output", "chosen", "--json", "--quiet",
    ])
    #expect(chosen.status == 0, "\(chosen.error)")
    #expect(try object(chosen.output)["clusters"] as? Int == 3)

    let all = (["id", "when"] + NamedTable.features).joined(separator: ",")
    for (names, says) in [
      ("id,x9", "named.csv has no column named 'x9'; did you mean x0"),
      ("id,when,class", "'class' is the label column of named.csv"),
      (all, "leaves no feature"),
    ] {
      let refused = try place.run(table + ["--ignore-columns", names, "--output", "bad"])
      #expect(refused.status == 64 && refused.complaints.count == 1, "\(refused.error)")
      #expect(refused.error.contains(says), "\(refused.error)")
      #expect(!place.has("bad"))
    }
    let empty = try place.run(table + ["--ignore-columns", "id,,when", "--output", "bad"])
    #expect(empty.status == 64 && !place.has("bad"))
  }

  @Test func takesAConfigurationFile() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let text =
      "data: small.npy\nmethod: kmeans\nclusters: 5\nseed: 3\nhyperparameters:\n  restarts: 2\n"
    try Data(text.utf8).write(to: place.file("run.yaml"))
    let outcome = try place.run(
      ["fit", "--config", "run.yaml", "--clusters", "3", "--output", "run", "--json", "--quiet"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let record = try record(place.file("run"))
    // The command line wins over the file.
    #expect(record["clusters"] as? Int == 3 && record["seed"] as? Int == 3)
    let method = try #require(record["method"] as? [String: Any])
    #expect((method["hyperparameters"] as? [String: Any])?["restarts"] as? Int == 2)
    // Without labels there are no scores that need them.
    #expect((record["scores"] as? [String: Double])?.keys.sorted() == ["silhouette"])
    #expect(!place.has("run/labels.npy"))
  }

  @Test func aSummaryHasThirtySizesAndJSONTheWarnings() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let many = try place.run([
      "fit", "small.npy", "--method", "kmeans", "-k", "31", "--output", "many", "--quiet",
    ])
    let lines = many.output.split(separator: "\n")
    let words = lines.first { $0.hasPrefix("sizes ") }?.split(separator: " ") ?? []
    #expect(words.count == 32 && words.last == "…", "\(many.output)")
    let none = try place.run([
      "fit", "small.npy", "--method", "dbscan", "--set", "radius=0.0001", "--output", "none",
      "--quiet", "--json",
    ])
    #expect(none.status == 0, "\(none.error)")
    let warnings = try object(none.output)["warnings"] as? [String]
    #expect(warnings?.contains { $0.hasPrefix("all samples are noise") } == true)
  }

  @Test func clustersACatalogDataSet() throws {
    let place = try Workplace()
    let outcome = try place.run([
      "fit", "three-gaussians", "--method", "kmeans", "--clusters", "3", "--json", "--quiet",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let summary = try object(outcome.output)
    let scores = try #require(summary["scores"] as? [String: Double])
    #expect((scores["acc"] ?? 0) > 0.9)
    #expect(place.has("runs/three-gaussians-kmeans-1/report.html"))
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["DEEPCLUST_DATA"] != nil,
      "DEEPCLUST_DATA is not set"))
  func showsImages() throws {
    let data = try #require(ProcessInfo.processInfo.environment["DEEPCLUST_DATA"])
    let place = try Workplace()
    let outcome = try place.run(
      ["fit", "digits", "--method", "kmeans", "--output", "run", "--quiet", "--json"], data: data)
    #expect(outcome.status == 0, "\(outcome.error)")
    let scores = try #require(try object(outcome.output)["scores"] as? [String: Double])
    #expect((0.7...0.9).contains(scores["acc"] ?? 0))
    let shown = try NumPyFile(place.file("run/pictures/most_certain.npy"))
    #expect(shown.descriptor == "|u1" && shown.shape == [10, 10, 8, 8, 1])
    let index = try NumPyFile(place.file("run/pictures/most_certain_index.npy"))
    let clusters = try NumPyFile(place.file("run/assignments.npy")).values(as: Int.self)
    let samples = try index.values(as: Int.self)
    for (position, sample) in samples.enumerated() {
      #expect(clusters[sample] == position / 10)
    }
  }

  /// Three groups are found without their number; the table is in the record and in the report.
  @Test func choosesTheNumberOfClusters() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let named = try place.run([
      "fit", "small.npy", "--method", "kmeans", "-k", "auto", "--output", "run", "--json",
    ])
    #expect(named.status == 0, "\(named.error)")
    #expect(try object(named.output)["clusters"] as? Int == 3)
    let study = try #require(try record(place.file("run"))["clusterCountStudy"] as? [String: Any])
    #expect(study["clusters"] as? Int == 3 && (study["table"] as? [Any])?.count == 19)
    #expect(named.error.contains("K = 3: 3 is the largest number of clusters that all come back"))
    #expect(try record(place.file("run"))["methodReason"] == nil)
    let report = try String(contentsOf: place.file("run/report.html"), encoding: .utf8)
    #expect(report.contains("How K was chosen") && report.contains("3 (chosen)"))
    // Neither method nor number.
    let open = try place.run(["fit", "small.npy", "--output", "open", "--json"])
    #expect(try object(open.output)["method"] as? String == "gaussian-mixture")
    let reason = "no method was named; for 8 columns it is gaussian-mixture"
    #expect(open.error.contains(reason))
    let kept = try record(place.file("open"))["methodReason"] as? String
    #expect(kept?.hasPrefix(reason) == true)
    // A folder that is taken is refused before the study.
    let taken = try place.run(["fit", "small.npy", "-k", "auto", "--output", "run"])
    #expect(taken.status == 73 && !taken.error.contains("choosing K"))
  }

  /// A file may leave open what the options may; what a run then keeps says it, and is not chosen again.
  @Test func aConfigurationFileMayLeaveKOpen() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    try Data("data: small.npy\nseed: 2\nclusterRange: 4-5\n".utf8)
      .write(to: place.file("open.yaml"))
    // Neither method nor number in the file.
    let open = try place.run(["fit", "--config", "open.yaml", "--output", "open"])
    #expect(open.status == 0, "\(open.error)")
    #expect(open.error.contains("for 8 columns it is gaussian-mixture"))
    #expect(open.error.contains("; fewer than 4 "))
    let chosen = try record(place.file("open"))
    let study = try #require(chosen["clusterCountStudy"] as? [String: Any])
    let table = try #require(study["table"] as? [[String: Any]])
    #expect(table.map { $0["clusters"] as? Int } == [4, 5])
    let clusters = try #require(chosen["clusters"] as? Int)
    #expect((4...5).contains(clusters))

    let again = try place.run(["fit", "--config", "open/config.yaml", "--output", "again"])
    #expect(again.status == 0 && !again.error.contains("choosing K"), "\(again.error)")
    for name in ["config.yaml", "assignments.npy"] {
      #expect(
        try Data(contentsOf: place.file("open/\(name)"))
          == Data(contentsOf: place.file("again/\(name)")), "\(name)")
    }

    try Data("data: small.npy\nmethod: kmeans\nclusters: auto\n".utf8)
      .write(to: place.file("auto.yaml"))
    let automatic = try place.run([
      "fit", "--config", "auto.yaml", "--cluster-range", "2-4", "--output", "auto", "--json",
    ])
    #expect(automatic.status == 0, "\(automatic.error)")
    let summary = try object(automatic.output)
    #expect(summary["clusters"] as? Int == 3 && summary["method"] as? String == "kmeans")
  }

  /// HDBSCAN reads no K: none is chosen, and none is kept.
  @Test func noNumberIsChosenForAMethodThatFindsIt() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    try Data("data: small.npy\nclusters: 7\n".utf8).write(to: place.file("seven.yaml"))
    for (name, words, says) in [
      ("auto", ["small.npy", "-k", "auto"], "itself: there is none to choose"),
      ("seven", ["--config", "seven.yaml"], "itself: 7 is not read"),
    ] {
      let outcome = try place.run(
        ["fit", "--method", "hdbscan", "--output", name, "--preprocessing", "none"] + words)
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(outcome.error.contains("• hdbscan finds the number of clusters \(says)\n"))
      #expect(!outcome.error.contains("choosing K"))
      #expect(try record(place.file(name))["clusterCountStudy"] == nil)
      let kept = try String(contentsOf: place.file("\(name)/config.yaml"), encoding: .utf8)
      #expect(!kept.contains("clusters"), "\(kept)")
    }
  }

  private func metrics(_ run: URL) throws -> [[String: Any]] {
    try String(contentsOf: run.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try object($0) }
  }
}
