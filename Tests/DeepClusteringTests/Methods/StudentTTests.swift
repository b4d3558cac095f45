// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct StudentTTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let alpha, divergence: Double
      let q, p: GoldenTensor
    }
    let z, mu: GoldenTensor
    let cases: [Case]
  }

  @Test func matchesNumPy() throws {
    let given = try GoldenFile.load("student-t", as: Golden.self)
    for example in given.cases {
      let q = StudentT.probabilities(given.z.tensor, given.mu.tensor, example.alpha)
      expect(q, equals: example.q, within: 1e-6, "q, α = \(example.alpha)")
      expect(StudentT.target(q), equals: example.p, within: 2e-6, "p, α = \(example.alpha)")
      let divergence = StudentT.divergence(
        example.p.tensor, given.z.tensor, given.mu.tensor, example.alpha
      ).item
      #expect(abs(divergence - example.divergence) < 1e-6, "α = \(example.alpha)")
    }
  }

  /// Two codes at distance 0 and 1, and 1 and 0, from two centroids: q = (1, ½) / 1.5.
  @Test func twoCentroidsByHand() {
    let z = Tensor(column: [0, 1, 0])
    let q = StudentT.probabilities(z, Tensor(column: [0, 1]))
    let wanted = [2.0 / 3, 1.0 / 3, 1.0 / 3, 2.0 / 3, 2.0 / 3, 1.0 / 3]
    for (value, wanted) in zip(q.scalars(as: Double.self), wanted) {
      #expect(abs(value - wanted) < 1e-6)
    }
    // f = (5/3, 4/3): q²/f = (4/15, 1/12), and 4/15 of 7/20 is 16/21.
    let p: [Double] = StudentT.target(q).scalars()
    #expect(abs(p[0] - 16.0 / 21) < 1e-6 && abs(p[1] - 5.0 / 21) < 1e-6)
    #expect(abs(p[2] - (1.0 / 15) / (1.0 / 15 + 1.0 / 3)) < 1e-6)
  }

  @Test func aTargetOfLabelsIsTheLogarithm() {
    let z = Tensor(column: [0, 1])
    let divergence = StudentT.divergence(oneHot([0, 0], 2), z, Tensor(column: [0, 1])).item
    // −(log ⅔ + log ⅓) / 2
    #expect(abs(divergence - 0.752_039) < 1e-5)
  }

  /// Equations (4) and (5), for L summed over the rows: by autograd in double precision, and in
  /// the closed form that single precision takes.
  @Test(arguments: [1.0, 2.5], [ElementType.float64, .float32])
  func gradientsAreThoseOfThePaper(alpha: Double, type: ElementType) {
    let (n, k, d) = (7, 3, 2)
    let generator = Generator(seed: 81)
    let z = generator.normal(shape: [n, d]).to(.float64)
    let mu = generator.normal(shape: [k, d]).to(.float64)
    let q: [Double] = StudentT.probabilities(z, mu, alpha).scalars()
    // Any fixed p will do; this one is not the target of q.
    let fixed = generator.uniform(0.1..<1, shape: [n, k]).to(.float64)
    let target = fixed / fixed.sum(1, keeping: true)
    let p: [Double] = target.scalars()
    let leaves = [z, mu].map { $0.copy().to(type).requiringGradient() }
    let loss = StudentT.divergence(target.to(type), leaves[0], leaves[1], alpha)
    let found = gradients(of: loss * Double(n), by: leaves).map { $0.scalars(as: Double.self) }

    let (x, m): ([Double], [Double]) = (z.scalars(), mu.scalars())
    var byCode = [Double](repeating: 0, count: n * d)
    var byCentroid = [Double](repeating: 0, count: k * d)
    for i in 0..<n {
      for j in 0..<k {
        let difference = (0..<d).map { x[i * d + $0] - m[j * d + $0] }
        let square = difference.reduce(0) { $0 + $1 * $1 }
        let factor = (alpha + 1) / alpha / (1 + square / alpha) * (p[i * k + j] - q[i * k + j])
        for c in 0..<d {
          byCode[i * d + c] += factor * difference[c]
          byCentroid[j * d + c] -= factor * difference[c]
        }
      }
    }
    #expect((byCode + byCentroid).map(abs).max() ?? 0 > 0.1)
    for (value, wanted) in zip(found[0] + found[1], byCode + byCentroid) {
      #expect(abs(value - wanted) < (type == .float64 ? 1e-12 : 2e-6))
    }
  }

  /// Against autograd, whose target is of the same codes and held.
  @Test(arguments: [1.0, 2.5])
  func lengthsOfTheGradientAreAutogradsOwn(alpha: Double) {
    let generator = Generator(seed: 82)
    let mu = generator.normal(shape: [3, 2]).to(.float64)
    let z = generator.normal(shape: [9, 2]).to(.float64).requiringGradient()
    let target = StudentT.target(StudentT.probabilities(z.detached(), mu, alpha))
    let sum = StudentT.divergence(target, z, mu, alpha) * 9
    let wanted = gradients(of: sum, by: [z])[0].squared().sum(1).squareRoot()
    let found = StudentT.gradientLengths(z.detached(), mu, alpha)
    #expect(wanted.max().item > 0.05)
    #expect((found - wanted).magnitude().max().item < 1e-12)
  }

  /// Codes very far from all centroids: the kernel itself would be 1e-30, log q stays exact.
  @Test func farCodesStayFinite() {
    let logQ = StudentT.logProbabilities(Tensor(column: [1e15]), Tensor(column: [0, 1e14]), 1)
    let values: [Double] = logQ.scalars()
    // d² of 1e30 and 0.81e30: q = (0.81, 1) / 1.81.
    #expect(abs(values[0] - -0.804_09) < 1e-3 && abs(values[1] - -0.593_33) < 1e-3)
  }
}
