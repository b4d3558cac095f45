// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct NeighborhoodGraphStartTests {
  @Test(arguments: [300, 120])
  func separatedBlobsAreTheClusters(sampleSize: Int) throws {
    let blobs = Blobs(rows: 300, clusters: 3)
    let start = NeighborhoodGraphStart(clusters: 3, sampleSize: sampleSize)
    let labels = try #require(start.labels(of: blobs.tensor, seed: Seed(1)))
    #expect(Set(labels) == [0, 1, 2])
    #expect(blobs.accuracy(labels) == 1)
  }

  /// Two bars side by side, five times as long as they are wide.
  ///
  /// k-means cuts them across, the graph follows them.
  @Test func longClustersStayWhole() throws {
    var generator = SplitMix64(seed: 9)
    var bars: [Float] = []
    for bar in 0..<2 {
      for _ in 0..<100 {
        bars.append(Float(4 * generator.nextUniform()))
        bars.append(Float(1.5 * Double(bar) + 0.8 * generator.nextUniform()))
      }
    }
    let labels = [Int](repeating: 0, count: 100) + [Int](repeating: 1, count: 100)
    let codes = Tensor(bars, shape: [200, 2])
    let found = try #require(NeighborhoodGraphStart(clusters: 2).labels(of: codes, seed: Seed(1)))
    #expect(Scores(predicted: found, labels: labels).acc == 1)
    let centroids = KMeans(clusters: 2).cluster(codes, seed: Seed(1)).centroids
    let cut = NearestCentroids(of: codes, among: centroids).labels
    #expect((Scores(predicted: cut, labels: labels).acc ?? 1) < 0.7)
  }

  /// Two round clusters, one eight times as large as the other.
  ///
  /// Modularity cuts the large one in two; the cut of the graph tells that k-means did better.
  @Test func theStartThatCutsLessIsTaken() throws {
    var generator = SplitMix64(seed: 4)
    var points: [Float] = []
    for (size, center) in [(800, 0.0), (100, 9.0), (100, 14.0)] {
      for _ in 0..<size {
        points.append(Float(center + generator.nextGaussian()))
        points.append(Float(generator.nextGaussian()))
      }
    }
    let classes = [Int](repeating: 0, count: 800) + [Int](repeating: 1, count: 200)
    let codes = Tensor(points, shape: [1000, 2])
    let start = NeighborhoodGraphStart(clusters: 2)
    let alone = try #require(start.labels(of: codes, seed: Seed(1)))
    #expect((Scores(predicted: alone, labels: classes).acc ?? 1) < 0.9)
    #expect(start.labels(of: codes, unlessBetter: classes, seed: Seed(1)) == nil)
    let worse = (0..<1000).map { $0 % 2 }
    #expect(start.labels(of: codes, unlessBetter: worse, seed: Seed(1)) == alone)
  }

  @Test func everyClusterHasAMember() throws {
    let codes = Generator(seed: 83).normal(shape: [400, 2])
    for clusters in [2, 9, 30] {
      let labels = try #require(
        NeighborhoodGraphStart(clusters: clusters).labels(of: codes, seed: Seed(1)))
      #expect(Set(labels) == Set(0..<clusters))
    }
  }

  @Test func theSeedDecides() {
    let codes = Generator(seed: 84).normal(shape: [300, 3])
    func labels(_ seed: UInt64) -> [Int]? {
      NeighborhoodGraphStart(clusters: 5).labels(of: codes, seed: Seed(seed))
    }
    #expect(labels(1) == labels(1))
    #expect(labels(1) != labels(2))
  }

  @Test func tooFewCodesGiveNoGraph() {
    let codes = Generator(seed: 85).normal(shape: [30, 3])
    #expect(NeighborhoodGraphStart(clusters: 3).labels(of: codes, seed: Seed(1)) != nil)
    #expect(NeighborhoodGraphStart(clusters: 16).labels(of: codes, seed: Seed(1)) == nil)
    let few = codes.slice(0..<20)
    #expect(NeighborhoodGraphStart(clusters: 3).labels(of: few, seed: Seed(1)) == nil)
  }

  @Test func meansAreThoseOfTheLabels() {
    let codes = Tensor([1, 2, 3, 4, 5, 6, 9, 0] as [Float], shape: [4, 2])
    let means = NeighborhoodGraphStart.means(of: codes, [1, 0, 1, 1], clusters: 2)
    #expect(means.scalars(as: Float.self) == [3, 4, 5, 8.0 / 3])
  }
}
