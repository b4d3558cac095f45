// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@Suite struct LossTests {
  /// Against the same sum by single operators, with sizes that fill no vector and no block.
  @Test(arguments: [3, 1_000, 100_003], [ElementType.float32, .bfloat16, .float64])
  func squaredErrorIsTheSumOfSquares(count: Int, type: ElementType) {
    let generator = Generator(seed: 37)
    let x = generator.normal(shape: [count])
    let start = generator.normal(shape: [count]).to(type)
    func result(_ loss: (Tensor) -> Tensor) -> (Double, Tensor) {
      let y = start.copy().requiringGradient()
      let value = loss(y)
      return (value.item, gradients(of: value * 3, by: [y])[0])
    }
    let (value, slope) = result { $0.squaredError(to: x, scale: 0.25) }
    let (wanted, wantedSlope) = result { ($0.to(.float32) - x).squared().sum() * 0.25 }
    #expect(abs(value - wanted) < 1e-5 * wanted)
    #expect(slope.elementType == type)
    let difference = (slope.to(.float32) - wantedSlope.to(.float32)).magnitude().max().item
    #expect(difference < (type == .bfloat16 ? 0.1 : 1e-5))
    #expect(wantedSlope.to(.float32).magnitude().max().item > 1)
  }

  /// Against the closed form in double precision, for logits from one side's underflow to the other's.
  @Test(arguments: [3, 1_000, 70_001], [ElementType.float32, .bfloat16, .float64])
  func crossEntropyIsTheSumOfItsTerms(count: Int, type: ElementType) {
    let generator = Generator(seed: 38)
    let x = generator.uniform(0..<1, shape: [count])
    let logits = generator.normal(deviation: 12, shape: [count]).to(type)
    let y = logits.copy().requiringGradient()
    let loss = y.binaryCrossEntropy(to: x, scale: 0.25)
    let slopes: [Double] = gradients(of: loss * 3, by: [y])[0].scalars()
    let (ys, xs): ([Double], [Double]) = (logits.scalars(), x.scalars())
    var wanted = 0.0
    var worst = 0.0
    for (index, (y, x)) in zip(ys, xs).enumerated() {
      wanted += 0.25 * (max(y, 0) + log1p(exp(-abs(y))) - x * y)
      worst = max(worst, abs(slopes[index] - 0.75 * (1 / (1 + exp(-y)) - x)))
    }
    #expect(abs(loss.item - wanted) < 2e-6 * wanted)
    #expect(worst < (type == .bfloat16 ? 4e-3 : 3e-7))
  }

  /// Each term of a single element: small, middling and far logits, and what is no number.
  @Test func crossEntropyByHand() {
    for value in [-200, -87.5, -86, -20, -1, -1e-3, 0, 1e-6, 0.3, 2, 15, 87.2, 120] as [Float] {
      for target in [0, 0.25, 1] as [Float] {
        let y = Tensor([value] as [Float], shape: [1])
        let found = y.binaryCrossEntropy(to: Tensor([target] as [Float], shape: [1])).item
        let (v, t) = (Double(value), Double(target))
        let wanted = max(v, 0) - t * v + log1p(exp(-abs(v)))
        #expect(abs(found - wanted) <= 5e-7 * wanted + 1e-30, "\(value), \(target)")
      }
    }
    let none = Tensor([.nan] as [Float], shape: [1])
    #expect(none.binaryCrossEntropy(to: Tensor([0] as [Float], shape: [1])).item.isNaN)
  }

  @Test func meanSquaredErrorByHand() {
    let y = Tensor([1, 2, 4] as [Float], shape: [3, 1])
    let x = Tensor([1, 0, 1] as [Float], shape: [3, 1])
    #expect(abs(y.meanSquaredError(to: x).item - 13.0 / 3) < 1e-6)
  }
}
