// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What the command says of itself.
@Suite struct HelpTests {
  @Test func listsItsSubcommands() throws {
    let outcome = try Workplace().run(["--help"])
    #expect(outcome.status == 0)
    #expect(outcome.error.isEmpty)
    for name in ["fit", "predict", "evaluate", "report", "compare", "data", "methods"] {
      #expect(outcome.output.contains("  \(name) "), "\(name)")
    }
  }

  @Test(arguments: [
    ("fit", ["--method", "--clusters", "--labels", "--set", "--seed", "--resume", "--json"]),
    ("fit", ["--label-column", "--ignore-columns"]), ("predict", ["--ignore-columns"]),
    ("project", ["--label-column", "--ignore-columns"]),
    ("fit", ["--cluster-range", "hdbscan", "deep-dpm", "dirichlet-process-mixture"]),
    ("predict", ["<run>", "<data>", "--output", "--probabilities", "--embedding"]),
    ("evaluate", ["<predicted>", "--labels", "--json"]),
    ("fit", ["--map", "t-sne"]), ("report", ["--open", "--figures", "--map"]),
    ("compare", ["--output"]),
    ("export", ["<run>", "--onnx", "--safetensors", "--tensorboard"]),
    ("methods", ["--profile"]), ("data", ["list", "get", "info"]),
  ])
  func describesEachSubcommand(name: String, words: [String]) throws {
    let outcome = try Workplace().run([name, "--help"])
    #expect(outcome.status == 0)
    for word in words { #expect(outcome.output.contains(word), "\(word)") }
  }

  @Test func tellsItsVersion() throws {
    let outcome = try Workplace().run(["--version"])
    #expect(outcome.status == 0)
    #expect(outcome.output.split(separator: ".").count == 3)
  }

  @Test func listsMethodsAndTheirHyperparameters() throws {
    let place = try Workplace()
    let all = try place.run(["methods"])
    for name in ["kmeans", "autoencoder-kmeans", "dec", "idec"] {
      #expect(all.output.split(separator: "\n").contains { $0.hasPrefix("\(name) ") }, "\(name)")
    }
    let dec = try place.run(["methods", "dec"])
    #expect(dec.output.contains("Xie, Girshick, Farhadi"))
    #expect(dec.output.contains("  pretraining.layout.hidden = 500,500,2000\n"))
    #expect(dec.output.contains("  clusters = "))
    let dbscan = try place.run(["methods", "dbscan"])
    #expect(dbscan.output.contains("minimumSamples") && !dbscan.output.contains("  clusters = "))
    let paper = try place.run(["methods", "dec", "--profile", "paper"])
    #expect(paper.output.contains("  pretraining.layerwiseIterations = 50000\n"))
  }

  @Test(arguments: [
    ["fot"], ["fit", "small.npy", "--bogus"], ["predict"], ["methods", "foo"],
    ["data", "get", "foo"],
    ["fit"], ["fit", "x.npy", "--seed", "one"],
  ])
  func refusesWhatItDoesNotKnow(words: [String]) throws {
    let outcome = try Workplace().run(words)
    #expect(outcome.status == 64)
    #expect(outcome.output.isEmpty)
    #expect(!outcome.error.isEmpty)
  }

  @Test func listsAndDescribesData() throws {
    let place = try Workplace()
    let list = try place.run(["data", "list"])
    #expect(list.output.contains("mnist-5k"))
    try SmallData.write(to: place)
    let info = try place.run(["data", "info", "small.csv", "--label-column", "class"])
    #expect(info.status == 0)
    #expect(info.output.contains("small: 300 rows of 8 values\n"))
    #expect(info.output.contains("classes   blue: 100, green: 100, red: 100\n"))
    try NamedTable.write(to: place)
    let named = try place.run([
      "data", "info", "named.csv", "--label-column", "class", "--ignore-columns", "id,when",
    ])
    #expect(named.status == 0, "\(named.error)")
    #expect(named.output.contains("named: 300 rows of 8 values\n"))
  }
}
