// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct ConvolutionTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let x, weight, bias, c, y: GoldenTensor
      let gradients: [GoldenTensor]
    }
    let conv2d, convTranspose2d: Case
  }

  @Test func conv2DMatchesPyTorch() throws {
    let given = try golden("layers", as: Golden.self).conv2d
    try check(
      Conv2D(weight: given.weight.tensor, bias: given.bias.tensor, stride: 2, padding: 1), given)
  }

  @Test func convTranspose2DMatchesPyTorch() throws {
    let given = try golden("layers", as: Golden.self).convTranspose2d
    try check(
      ConvTranspose2D(
        weight: given.weight.tensor, bias: given.bias.tensor, stride: 2, padding: 1,
        outputPadding: 1), given)
  }

  private func check(_ layer: some Layer, _ given: Golden.Case) throws {
    let x = given.x.tensor.requiringGradient()
    let y = layer(x)
    try #require(y.shape == given.y.shape)
    expect(y, equals: given.y, within: 5e-6, "output")
    #expect(layer.parameters.map(\.name) == ["weight", "bias"])
    let inputs = [x] + layer.parameters.map(\.value)
    let found = gradients(of: (y * given.c.tensor).sum(), by: inputs)
    for (index, name) in ["x", "weight", "bias"].enumerated() {
      expect(found[index], equals: given.gradients[index], within: 5e-6, "d/d\(name)")
    }
  }
}
