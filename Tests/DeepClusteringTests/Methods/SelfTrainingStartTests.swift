// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct SelfTrainingStartTests {
  private let blobs = Blobs(rows: 90)

  private func first(
    _ start: SelfTraining.Start, _ codes: Tensor
  ) -> (centroids: Tensor, labels: [Int]?) {
    start.centroids(of: codes, clusters: 3, restarts: 2, seed: Seed(4))
  }

  @Test func kMeansGivesNoLabels() {
    let found = first(.kMeans, blobs.tensor)
    #expect(found.labels == nil)
    #expect(blobs.accuracy(bruteNearest(blobs.tensor, found.centroids)) == 1)
  }

  /// Three long parallel lines: k-means cuts across them, the graph follows them, and its centroids
  /// are the means of what it found.
  @Test func theGraphGivesLabelsAndTheirMeans() throws {
    let values = (0..<300).flatMap { row -> [Float] in
      let (angle, jitter) = (Float(row / 3) / 100 * .pi, Float(row % 7) * 0.01)
      return switch row % 3 {
      case 0: [8 * angle, jitter]
      case 1: [8 * angle, 6 + jitter]
      default: [8 * angle, 12 + jitter]
      }
    }
    let codes = Tensor(values, shape: [300, 2])
    let found = first(.graph, codes)
    let labels = try #require(found.labels)
    let scores = Scores(predicted: labels, labels: (0..<300).map { $0 % 3 })
    #expect((scores.acc ?? 0) > 0.95)
    let nearest = bruteNearest(codes, first(.kMeans, codes).centroids)
    #expect((Scores(predicted: nearest, labels: (0..<300).map { $0 % 3 }).acc ?? 1) < 0.6)
    for cluster in 0..<3 {
      let members = labels.indices.filter { labels[$0] == cluster }
      let mean = codes.rows(at: Tensor(members.map { Int64($0) }, shape: [members.count])).mean(0)
      let centroid = found.centroids.slice(cluster..<(cluster + 1)).reshaped([2])
      #expect((mean - centroid).magnitude().max().item < 1e-5)
    }
  }
}
