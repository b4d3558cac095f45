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

  /// Operands rounded to seven bits; the weights and their gradients stay as they are.
  @Test func convolvesInMixedPrecision() throws {
    let given = try golden("layers", as: Golden.self)
    try check(
      Conv2D(
        weight: given.conv2d.weight.tensor, bias: given.conv2d.bias.tensor, stride: 2, padding: 1,
        precision: .bfloat16), given.conv2d, within: 0.1, .bfloat16)
    let back = given.convTranspose2d
    try check(
      ConvTranspose2D(
        weight: back.weight.tensor, bias: back.bias.tensor, stride: 2, padding: 1,
        outputPadding: 1, precision: .bfloat16), back, within: 0.1, .bfloat16)
  }

  private func check(
    _ layer: some Layer, _ given: Golden.Case, within tolerance: Double = 5e-6,
    _ type: ElementType = .float32
  ) throws {
    let x = given.x.tensor.requiringGradient()
    let y = layer(x)
    try #require(y.shape == given.y.shape && y.elementType == type)
    expect(y, equals: given.y, within: tolerance, "output")
    #expect(layer.parameters.map(\.name) == ["weight", "bias"])
    let inputs = [x] + layer.parameters.map(\.value)
    let found = gradients(of: (y * given.c.tensor).sum(), by: inputs)
    for (index, name) in ["x", "weight", "bias"].enumerated() {
      #expect(found[index].elementType == .float32)
      expect(found[index], equals: given.gradients[index], within: tolerance, "d/d\(name)")
    }
  }
}
