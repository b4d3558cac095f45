// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct TellingWordsTests {
  private func words(
    _ columns: [[Float]], _ assignments: [Int], clusters: Int, names: [String]
  ) -> TellingWords {
    let values = assignments.indices.flatMap { row in columns.map { $0[row] } }
    return TellingWords(
      10, of: Tensor(values, shape: [assignments.count, columns.count]),
      assignments: assignments, clusters: clusters, words: names)
  }

  @Test func scoresAreInStandardDeviations() {
    let found = words(
      [[1, 0.8, 0], [0, 0, 1], [0.5, 0.5, 0.5]], [0, 0, 1], clusters: 3,
      names: ["north", "south", "the"])
    #expect(found.clusters.map { $0.map(\.word) } == [["north"], ["south"], []])
    // Only "north" varies within a cluster: 2 · 0.1² with one degree of freedom.
    let deviation = 0.02.squareRoot()
    let north = (0.9 - 0.6) / ((1 / 2 - 1 / 3.0).squareRoot() * 2 * deviation)
    let south = (1 - 1 / 3.0) / ((1 - 1 / 3.0).squareRoot() * deviation)
    #expect(abs(found.clusters[0][0].score - north) < 1e-4)
    #expect(abs(found.clusters[1][0].score - south) < 1e-4)
  }

  /// "the" is 0.15 above its mean in cluster 0 and "rocket" 0.1, but "the" varies eight times as
  /// much; "quasar" does not vary within clusters and lies 0.002 above its mean.
  @Test func aStopWordOfALargerDifferenceComesLater() {
    let found = words(
      [
        [0.9, 0.1, 0.9, 0.1, 0.3, 0.1, 0.3, 0.1], [0.25, 0.15, 0.25, 0.15, 0, 0, 0, 0],
        [0.004, 0.004, 0.004, 0.004, 0, 0, 0, 0],
      ], [0, 0, 0, 0, 1, 1, 1, 1], clusters: 2, names: ["the", "rocket", "quasar"])
    #expect(found.clusters.map { $0.map(\.word) } == [["rocket", "the", "quasar"], []])
    // The squares within are 4 · 0.4² + 4 · 0.1² and 4 · 0.05², with 8 − 2 degrees of freedom.
    let (the, rocket) = ((0.68 / 6).squareRoot(), (0.01 / 6).squareRoot())
    let margin = (1 / 4 - 1 / 8.0).squareRoot()
    #expect(abs(found.clusters[0][0].score - 0.1 / (margin * (rocket + the))) < 1e-4)
    #expect(abs(found.clusters[0][1].score - 0.15 / (margin * 2 * the)) < 1e-4)
  }

  /// Noise moves the mean over all, and not the deviation; one cluster of all texts has no words.
  @Test func noiseAndASingleCluster() {
    let columns: [[Float]] = [[1, 0.8, 0], [0, 0, 1], [0.5, 0.5, 0.5]]
    let names = ["north", "south", "the"]
    let noise = words(columns, [0, 0, -1], clusters: 1, names: names)
    let margin: Double = (1.0 / 6).squareRoot()
    let deviation: Double = 0.02.squareRoot()
    let north: Double = 0.3 / (margin * 2 * deviation)
    #expect(noise.clusters.map { $0.map(\.word) } == [["north"]])
    #expect(abs(noise.clusters[0][0].score - north) < 1e-4)
    #expect(words(columns, [0, 0, 0], clusters: 1, names: names).clusters == [[]])
  }
}
