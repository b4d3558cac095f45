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

  @Test(
    arguments: [
      (["--method", "tsne", "--components", "3"], 64, "t-SNE has no --components other than 2"),
      (["--method", "tsne", "--neighbors", "5"], 64, "t-SNE has no --neighbors"),
      (["--method", "tsne", "--perplexity", "1"], 64, "--perplexity must be more than 1"),
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
