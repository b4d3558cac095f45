// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct BatchNormTests {
  private struct Golden: Decodable {
    struct Step: Decodable {
      let training: Bool
      let x, c, y, mean, variance: GoldenTensor
      let gradients: [GoldenTensor]
    }
    struct Batches: Decodable {
      let weight, bias: GoldenTensor
      let steps: [Step]
    }
    let batchNorm: Batches
  }

  /// Two batches in training, which move the running statistics, and one in inference.
  @Test func matchesPyTorch() throws {
    let given = try golden("layers", as: Golden.self).batchNorm
    #expect(given.steps.map(\.training) == [true, true, false])
    let layer = BatchNorm(3)
    withoutGradients {
      layer.weight.assign(given.weight.tensor)
      layer.bias.assign(given.bias.tensor)
    }
    for (number, step) in given.steps.enumerated() {
      let x = step.x.tensor.requiringGradient()
      let y = layer(x, step.training ? .training(Generator(seed: 0)) : .inference)
      expect(y, equals: step.y, within: 1e-5, "output \(number)")
      expect(layer.mean, equals: step.mean, "mean \(number)")
      expect(layer.variance, equals: step.variance, "variance \(number)")
      let found = gradients(of: (y * step.c.tensor).sum(), by: [x, layer.weight, layer.bias])
      for (index, name) in ["x", "weight", "bias"].enumerated() {
        expect(found[index], equals: step.gradients[index], within: 1e-5, "d/d\(name) \(number)")
      }
    }
    #expect(layer.buffers.map(\.name) == ["mean", "variance"])
  }
}
