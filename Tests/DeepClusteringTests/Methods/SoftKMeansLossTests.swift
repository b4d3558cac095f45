// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct SoftKMeansLossTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let alpha, loss: Double
      let gradients: [GoldenTensor]
    }
    let z, r: GoldenTensor
    let cases: [Case]
  }

  @Test func matchesPyTorchsAutograd() throws {
    let given = try GoldenFile.load("soft-k-means", as: Golden.self)
    #expect(given.cases.count == 4)
    for example in given.cases {
      let leaves = [given.z, given.r].map { $0.tensor.requiringGradient() }
      let loss = leaves[0].softKMeansLoss(to: leaves[1], alpha: example.alpha)
      #expect(loss.shape.isEmpty && abs(loss.item - example.loss) < 1e-6 * example.loss)
      // A factor behind the loss must reach the gradients.
      let found = gradients(of: loss * 3, by: leaves)
      for (gradient, wanted) in zip(found, example.gradients) {
        expect(gradient / 3, equals: wanted, within: 2e-5, "α = \(example.alpha)")
      }
    }
  }

  /// Only what is learned has a gradient: the rows are data here.
  @Test func rowsCanBeData() throws {
    let given = try GoldenFile.load("soft-k-means", as: Golden.self)
    for example in given.cases {
      let centers = given.r.tensor.requiringGradient()
      let loss = given.z.tensor.softKMeansLoss(to: centers, alpha: example.alpha)
      let found = gradients(of: loss, by: [centers])
      expect(found[0], equals: example.gradients[1], within: 2e-5, "α = \(example.alpha)")
    }
  }

  /// Rows 0 and 1 and centres 0 and 1: the weight of the far centre is 1/(1 + e^α).
  @Test func twoCentersByHand() {
    let rows = Tensor(column: [0, 1])
    let loss = rows.softKMeansLoss(to: Tensor(column: [0, 1]), alpha: 2)
    #expect(abs(loss.item - 0.119_203) < 1e-6)
  }

  /// With a large α it is the cost of k-means, also where squares are too large for their products
  /// to be subtracted: all rows are near 4096, and 1 apart.
  @Test func aLargeAlphaGivesTheCostOfKMeans() {
    let rows = Tensor(column: [4096, 4097, 4098, 4099])
    let loss = rows.softKMeansLoss(to: Tensor(column: [4096.5, 4098.5]), alpha: 1e4)
    #expect(abs(loss.item - 0.25) < 1e-6)
  }

  /// Where the rows lie from the origin decides nothing; these numbers are exact at both places.
  @Test func gradientsDoNotDependOnTheOrigin() {
    func found(_ offset: Float) -> [Tensor] {
      let rows = Tensor(column: [0, 0.5, 3, 4.25].map { $0 + offset }).requiringGradient()
      let centers = Tensor(column: [0.125, 3.5].map { $0 + offset }).requiringGradient()
      return gradients(of: rows.softKMeansLoss(to: centers, alpha: 0.5), by: [rows, centers])
    }
    for (far, near) in zip(found(524_288), found(0)) {
      #expect(
        zip(far.scalars(as: Float.self), near.scalars(as: Float.self)).allSatisfy {
          abs($0 - $1) < 1e-6
        })
    }
  }
}
