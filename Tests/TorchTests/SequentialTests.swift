// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct SequentialTests {
  /// Adds a number, so that the order and choice of layers show in the output.
  private struct Digit: Layer {
    let digit: Double
    init(_ digit: Double) { self.digit = digit }
    func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor { input * 10 + digit }
  }

  private func number(_ layers: Sequential) -> Double {
    layers(Tensor(repeating: 0, shape: [])).item
  }

  @Test(arguments: [(true, 1257.0), (false, 1357.0)])
  func takesOneSideOfAnIf(flag: Bool, wanted: Double) {
    let layers = Sequential {
      Digit(1)
      if flag {
        Digit(2)
      } else {
        Digit(3)
      }
      Digit(5)
      Digit(7)
    }
    #expect(number(layers) == wanted)
  }

  @Test(arguments: [(true, 123.0), (false, 3.0)])
  func takesAnIfWithoutElse(flag: Bool, wanted: Double) {
    let layers = Sequential {
      if flag {
        Digit(1)
        Digit(2)
      }
      Digit(3)
    }
    #expect(number(layers) == wanted)
  }

  @Test func takesAFor() {
    let layers = Sequential {
      Digit(9)
      for digit in 1...3 where digit != 2 {
        Digit(Double(digit))
        if digit == 3 { Digit(4) }
      }
    }
    #expect(number(layers) == 9134)
    #expect(number(Sequential([Digit(1), Digit(2)])) == 12)
    #expect(number(Sequential { for digit in [Double]() { Digit(digit) } }) == 0)
  }

  @Test func namesParametersByTheLayer() {
    let generator = Generator(seed: 51)
    let layers = Sequential {
      Linear(2, 3, using: generator)
      Activation.relu
      BatchNorm(3)
    }
    #expect(layers.parameters.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias"])
    #expect(layers.buffers.map(\.name) == ["2.mean", "2.variance"])
    #expect(layers.parameters[0].value.shape == [3, 2])
  }

  @Test func handsTheModeOn() {
    let layers = Sequential { Dropout(0.5) }
    let ones = Tensor(repeating: 1, shape: [100])
    #expect(layers(ones, .training(Generator(seed: 52))).min().item == 0)
    #expect(layers(ones).min().item == 1)
  }
}
