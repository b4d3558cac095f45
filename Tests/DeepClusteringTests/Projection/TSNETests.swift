// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct TSNETests {
  /// The sums over all pairs that the grid stands for, in double precision.
  private func exact(_ points: [Float]) -> (forces: [Double], normalizer: Double) {
    let n = points.count / 2
    let places = points.map(Double.init)
    var (forces, normalizer) = ([Double](repeating: 0, count: 2 * n), 0.0)
    for i in 0..<n {
      for j in 0..<n where j != i {
        let (dx, dy) = (places[2 * i] - places[2 * j], places[2 * i + 1] - places[2 * j + 1])
        let near = 1 / (1 + dx * dx + dy * dy)
        normalizer += near
        forces[2 * i] += dx * near * near
        forces[2 * i + 1] += dy * near * near
      }
    }
    return (forces, normalizer)
  }

  /// The grid's forces are those of all pairs.
  ///
  /// From a point cloud as small as the start to one as wide as a finished layout, on one grid after
  /// the other, larger and smaller: within a hundredth of the root mean square. Where all points are
  /// nearly at one place, the forces cancel, and what single precision leaves is a share of the sum.
  @Test(arguments: [1e-4, 1, 12, 60, 5])
  func theGridGivesTheForces(deviation: Double) {
    let repulsion = Repulsion()
    let points: [Float] = (Generator(seed: 7).normal(deviation: deviation, shape: [600, 2]) + 3)
      .scalars()
    _ = repulsion.forces(points.map { 2 * $0 })
    let found = repulsion.forces(points)
    let wanted = exact(points)
    #expect(abs(found.normalizer / wanted.normalizer - 1) < 5e-3, "\(found.normalizer)")
    let scale = (wanted.forces.reduce(0) { $0 + $1 * $1 } / 1200).squareRoot()
    let error = zip(found.forces, wanted.forces).reduce(0.0) { sum, pair in
      sum + (Double(pair.0) - pair.1) * (Double(pair.0) - pair.1)
    }
    let noise = deviation < 1e-2 ? 1e-5 * 600 : 0
    #expect(
      (error / 1200).squareRoot() < 1e-2 * scale + noise, "\((error / 1200).squareRoot() / scale)")
  }

  /// The gradient is the slope of the divergence, by central differences of the exact formula.
  @Test func theGradientIsTheSlopeOfTheDivergence() {
    let rows = Generator(seed: 8).normal(shape: [120, 5])
    let found = NearestNeighbors(of: rows, among: rows, count: 30, excludingSelf: true)
    let affinities = Affinities(found, perplexity: 10)
    let points: [Float] = Generator(seed: 9).normal(deviation: 2, shape: [120, 2]).scalars()
    func divergence(_ points: [Float]) -> Double {
      var sum = 0.0
      let normalizer = exact(points).normalizer
      for i in 0..<120 {
        for edge in Int(affinities.starts[i])..<Int(affinities.starts[i + 1]) {
          let (j, p) = (Int(affinities.neighbors[edge]), Double(affinities.values[edge]))
          let dx = Double(points[2 * i]) - Double(points[2 * j])
          let dy = Double(points[2 * i + 1]) - Double(points[2 * j + 1])
          if p > 0 { sum += p * log(p * (1 + dx * dx + dy * dy) * normalizer) }
        }
      }
      return sum
    }
    let gradient = TSNE.gradient(at: points, affinities, Repulsion(), exaggeration: 1)
    let largest = gradient.reduce(Float(0)) { max($0, abs($1)) }
    for coordinate in stride(from: 0, to: 240, by: 7) {
      var (above, below) = (points, points)
      above[coordinate] += 0x1p-7
      below[coordinate] -= 0x1p-7
      let slope = (divergence(above) - divergence(below)) / 0x1p-6
      #expect(
        abs(Double(gradient[coordinate]) - slope) < 5e-3 * Double(largest),
        "coordinate \(coordinate): \(gradient[coordinate]), \(slope)")
    }
  }

  /// Three groups come apart, and the divergence says what a separate sum says.
  @Test func groupsComeApart() {
    let blobs = Blobs(rows: 300)
    var tsne = TSNE()
    tsne.steps = 250
    let layout = tsne.fit(blobs.tensor, seed: Seed(1))
    #expect(layout.positions.shape == [300, 2])
    #expect(layout.divergence > 0 && layout.divergence < 1.5, "\(layout.divergence)")
    let near = NearestNeighbors(
      of: layout.positions, among: layout.positions, count: 10, excludingSelf: true)
    let own = near.indices.enumerated().count { blobs.labels[$0 / 10] == blobs.labels[Int($1)] }
    #expect(Double(own) / 3000 > 0.99)
  }

  /// The same bits from the same seed on one thread, two and three.
  @Test func isDecidedByItsSeed() {
    let rows = Generator(seed: 95).normal(shape: [1500, 6])
    var tsne = TSNE()
    (tsne.perplexity, tsne.earlySteps, tsne.steps) = (10, 60, 30)
    let threads = Threads.count
    defer { Threads.use(threads) }
    let layouts = [1, 2, 3].map { count -> [Float] in
      Threads.use(count)
      return tsne.fit(rows, seed: Seed(3)).positions.scalars()
    }
    #expect(layouts[0] == layouts[1] && layouts[0] == layouts[2])
    #expect(tsne.fit(rows, seed: Seed(4)).positions.scalars() != layouts[0])
  }
}
