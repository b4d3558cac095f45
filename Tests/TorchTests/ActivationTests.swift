// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct ActivationTests {
  private struct Golden: Decodable {
    struct Curve: Decodable {
      let name: Activation
      let y, slope: GoldenTensor
    }
    let activations: [Curve]
  }

  @Test(arguments: Activation.allCases)
  func matchesPyTorch(activation: Activation) throws {
    let curves = try golden("layers", as: Golden.self).activations
    let curve = try #require(curves.first { $0.name == activation })
    let x = Tensor([-20, -3, -1, -0.25, 0, 0.25, 1, 3, 20] as [Float], shape: [9])
      .requiringGradient()
    let y = activation(x)
    expect(y, equals: curve.y, within: 1e-6, "value")
    expect(gradients(of: y.sum(), by: [x])[0], equals: curve.slope, within: 1e-6, "slope")
  }

  @Test func thoseThatFlattenOnBothSidesSaturate() {
    #expect(Activation.allCases.filter(\.saturates) == [.sigmoid, .tanh])
  }
}
