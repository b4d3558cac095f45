// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct ProjectTests {
  @Test func laysOutByTSNE() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let outcome = try place.run([
      "project", "small.npy", "--method", "tsne", "--perplexity", "10", "--epochs", "100",
      "--output", "plane.npy", "--json", "--quiet",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try NumPyFile(place.file("plane.npy")).shape == [300, 2])
    #expect(outcome.output.contains("\"divergence\":"))
    #expect(!outcome.output.contains("neighbor_recall"), "the search was exact")
  }

  /// Values are taken as they are; with a scaling the layout is that of the scaled values.
  @Test func valuesAreScaledWhereItIsAskedFor() throws {
    let place = try Workplace()
    let scaled: [Float] = (0..<240).map { Float(($0 * 37) % 101) / 64 - 0.75 }
    var deviating = scaled
    for row in 0..<60 { deviating[4 * row] *= 1024 }
    func layout(_ values: [Float], _ words: [String]) throws -> (Data, String) {
      try NumPyFile(values, shape: [60, 4]).bytes.write(to: place.file("table.npy"))
      try? FileManager.default.removeItem(at: place.file("plane.npy"))
      let outcome = try place.run(
        ["project", "table.npy", "--output", "plane.npy", "--epochs", "20", "--json", "--quiet"]
          + words)
      #expect(outcome.status == 0, "\(outcome.error)")
      return (try NumPyFile(place.file("plane.npy")).body, outcome.output)
    }
    let plain = try layout(deviating, [])
    #expect(plain.1.contains("\"none\""))
    #expect(try layout(deviating, ["--preprocessing", "none"]).0 == plain.0)
    let scored = try layout(deviating, ["--preprocessing", "standard-score"])
    #expect(scored.0 != plain.0 && scored.1.contains("\"standard-score\""))
    // A power of two more or less is gone from a standard score.
    #expect(try layout(scaled, ["--preprocessing", "standard-score"]).0 == scored.0)
    // What fit would choose for such a table.
    #expect(try layout(deviating, ["--preprocessing", "auto"]).0 == scored.0)
  }

  @Test func columnsThatAreNoFeaturesAreLeftOut() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    try NamedTable.write(to: place)
    let plain = try place.run([
      "project", "small.npy", "--epochs", "20", "--quiet", "--output", "plain.npy",
    ])
    #expect(plain.status == 0, "\(plain.error)")
    let table = try place.run([
      "project", "named.csv", "--label-column", "class", "--ignore-columns", "id,when", "--epochs",
      "20", "--quiet", "--output", "table.npy",
    ])
    #expect(table.status == 0, "\(table.error)")
    #expect(
      try Data(contentsOf: place.file("table.npy")) == Data(contentsOf: place.file("plain.npy")))
  }

  @Test(
    arguments: [
      (["--preprocessing", "z-score"], 64, "it is one of none, unit-range"),
      (["--method", "t-sne", "--components", "3"], 64, "t-SNE has no --components other than 2"),
      (["--method", "tsne", "--neighbors", "5"], 64, "t-SNE has no --neighbors"),
      (["--method", "tsne", "--perplexity", "1"], 64, "perplexity must be more than 1"),
      (
        ["--method", "tsne", "--perplexity", "100"], 65,
        "300 rows: a layout with these settings needs 301"
      ),
      (["--perplexity", "10"], 64, "use --neighbors with UMAP"),
    ] as [([String], Int32, String)])
  func refusesWhatAMethodDoesNotHave(words: [String], status: Int32, says: String) throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let outcome = try place.run(["project", "small.npy", "--output", "plane.npy"] + words)
    #expect(outcome.status == status)
    #expect(outcome.error.contains(says), "\(outcome.error)")
    #expect(!place.has("plane.npy"))
  }
}
