// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct RunningCentroidsTests {
  /// Three batches given at once, against the rule that goes code by code, in double precision.
  @Test func equalsTheSequentialRule() {
    let (clusters, d) = (4, 3)
    let generator = Generator(seed: 91)
    let start = generator.normal(shape: [clusters, d])
    var running = RunningCentroids(start, count: 100)
    var means: [Double] = start.scalars()
    var counts = [Double](repeating: 100, count: clusters)
    var random = SplitMix64(seed: 92)
    for size in [64, 1, 23] {
      let codes = generator.normal(mean: 2, shape: [size, d])
      // Cluster 3 never gets a code, and stays.
      let labels = (0..<size).map { _ in Int64.random(in: 0..<3, using: &random) }
      running.add(codes, labels: Tensor(labels, shape: [size]))
      let h: [Double] = codes.scalars()
      for (row, label) in labels.enumerated() {
        let k = Int(label)
        counts[k] += 1
        for c in 0..<d {
          means[k * d + c] = (1 - 1 / counts[k]) * means[k * d + c] + h[row * d + c] / counts[k]
        }
      }
    }
    for (value, wanted) in zip(running.means.scalars(as: Double.self), means) {
      #expect(abs(value - wanted) < 1e-6)
    }
    #expect(running.counts.scalars(as: Double.self) == counts)
    #expect(counts.reduce(0, +) == 488 && counts[3] == 100)
    #expect(Array(running.means.bits.suffix(d)) == Array(start.bits.suffix(d)))
  }

  /// Counts that single precision cannot hold go on growing, and the centroid goes on moving.
  @Test func largeCountsAreExact() {
    var running = RunningCentroids(Tensor(column: [0]), count: 16_777_216)
    let zero = Tensor([Int64(0)], shape: [1])
    for _ in 0..<3 { running.add(Tensor(column: [1]), labels: zero) }
    #expect(running.counts.item == 16_777_219)
    #expect(abs(running.means.item * 16_777_219 - 3) < 1e-5)
  }
}
