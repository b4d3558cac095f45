// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct DropoutTests {
  private let ones = Tensor(repeating: 1, shape: [200, 500])

  @Test func dropsItsShareAndEnlargesTheRest() {
    let values: [Float] = Dropout(0.2)(ones, .training(Generator(seed: 41))).scalars()
    let dropped = values.count { $0 == 0 }
    // Five deviations of a binomial distribution: √(100,000 · 0.2 · 0.8) = 126.
    #expect(abs(dropped - 20_000) < 632)
    #expect(values.allSatisfy { $0 == 0 || $0 == 1.25 })
  }

  @Test func theSameStreamDropsTheSame() {
    func mask(_ generator: Generator) -> [Float] {
      Dropout(0.5)(ones, .training(generator)).scalars()
    }
    let generator = Generator(seed: 42)
    let first = mask(generator)
    #expect(mask(Generator(seed: 42)) == first)
    #expect(mask(Generator(seed: 43)) != first)
    // The stream goes on: the next mask is another.
    #expect(mask(generator) != first)
  }

  @Test func doesNothingInInferenceOrAtRateZero() {
    #expect(Dropout(0.9)(ones).scalars(as: Float.self).allSatisfy { $0 == 1 })
    let kept = Dropout(0)(ones, .training(Generator(seed: 44)))
    #expect(kept.scalars(as: Float.self).allSatisfy { $0 == 1 })
  }

  @Test func gradientsPassWhereTheUnitsWereKept() {
    let x = ones.copy().requiringGradient()
    let y = Dropout(0.25)(x, .training(Generator(seed: 45)))
    let slopes: [Float] = gradients(of: y.sum(), by: [x])[0].scalars()
    #expect(slopes == y.scalars())
  }

  @Test func aRateOfOneTraps() async {
    await #expect(processExitsWith: .failure) { _ = Dropout(1) }
  }
}
