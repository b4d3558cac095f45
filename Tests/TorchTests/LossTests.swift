// SPDX-License-Identifier: Apache-2.0

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

  @Test func meanSquaredErrorByHand() {
    let y = Tensor([1, 2, 4] as [Float], shape: [3, 1])
    let x = Tensor([1, 0, 1] as [Float], shape: [3, 1])
    #expect(abs(y.meanSquaredError(to: x).item - 13.0 / 3) < 1e-6)
  }
}
