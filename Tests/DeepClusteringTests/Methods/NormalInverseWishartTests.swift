// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct NormalInverseWishartTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      let rows: GoldenTensor
      let meanStrength, degreesOfFreedom, scale, logLikelihood: Double
      let mean, covariance: [Double]
    }
    let likelihoods: [Case]
  }

  /// SciPy's Student's t of each row given those before it, multiplied.
  @Test func theMarginalLikelihoodIsTheProductOfThePredictions() throws {
    let golden: Golden = try GoldenFile.load("deep-dpm")
    for one in golden.likelihoods {
      let d = one.rows.shape[1]
      let prior = NormalInverseWishart(
        dimensions: d, meanStrength: one.meanStrength, degreesOfFreedom: one.degreesOfFreedom,
        scale: one.scale)
      let moments = Moments.of(one.rows.tensor, around: [Double](repeating: 0, count: d))[0]
      #expect(abs(prior.logMarginalLikelihood(moments) - one.logLikelihood) < 1e-6)
      let mode = prior.mode(moments)
      #expect(zip(mode.mean, one.mean).allSatisfy { abs($0 - $1) < 1e-6 })
      #expect(zip(mode.covariance, one.covariance).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func momentsAreWeightedSumsOfEachGroup() {
    let blobs = Blobs(rows: 300, clusters: 3, columns: 3)
    let group = blobs.labels.map(Int32.init)
    let weights = (0..<600).map { Float($0 % 7) / 8 }
    let origin = [0.25, -0.5, 1]
    let found = Moments.of(
      blobs.tensor, around: origin, group: group, groups: 3, weights: weights, columns: 2)
    for (place, moments) in found.enumerated() {
      var (count, sum, last) = (0.0, 0.0, 0.0)
      for row in 0..<300 where blobs.labels[row] == place / 2 {
        let weight = Double(weights[row * 2 + place % 2])
        let x = (0..<3).map { Double(blobs.values[row * 3 + $0]) - origin[$0] }
        count += weight
        sum += weight * x[1]
        last += weight * x[2] * x[1]
      }
      #expect(abs(moments.count - count) < 1e-9 && abs(moments.sum[1] - sum) < 1e-9)
      // The lower triangle by rows: (2, 1) is the fifth.
      #expect(abs(moments.products[4] - last) < 1e-9)
    }
  }

  private func ratio(_ rows: Tensor, _ halves: [Int32]) -> Double {
    let prior = NormalInverseWishart(
      dimensions: 2, meanStrength: 1e-4, degreesOfFreedom: 4, scale: 0.005)
    let moments = Moments.of(rows, around: [0, 0], group: halves, groups: 2)
    return HastingsRatio(prior: prior, concentration: 10).ofSplit(moments[0], moments[1])
  }

  @Test func twoBlobsAreToldApartAndOneIsNotCut() {
    let two = Blobs(rows: 400, clusters: 2, columns: 2)
    #expect(ratio(two.tensor, two.labels.map(Int32.init)) > 100)
    let one = Blobs(rows: 400, clusters: 1, columns: 2)
    let halves = (0..<400).map { Int32(one.values[2 * $0 + 1] < 0 ? 0 : 1) }
    #expect(ratio(one.tensor, halves) < -10)
  }

  /// Halving divides the variance by four: ln 2 for each row, ζ of which stand against the ln 2 that the
  /// Dirichlet process takes for two equal parts.
  @Test(arguments: [1, 0.5, 0.25]) func aSegmentOfEvenDensityIsWorthWhatItsCutCosts(power: Double) {
    let n = 20_000
    let rows = Tensor((0..<n).map { Float($0) / Float(n) - 0.5 }, shape: [n, 1])
    let halves = (0..<n).map { Int32($0 < n / 2 ? 0 : 1) }
    let moments = Moments.of(rows, around: [0], group: halves, groups: 2)
    let prior = NormalInverseWishart(
      dimensions: 1, meanStrength: 1e-4, degreesOfFreedom: 3, scale: 0.005)
    let ratio = HastingsRatio(prior: prior, concentration: 10, likelihoodPower: power)
      .ofSplit(moments[0], moments[1])
    #expect(abs(ratio / Double(n) - (power - 1) * log(2)) < 0.002)
  }
}
