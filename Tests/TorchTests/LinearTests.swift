// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct LinearTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let activation: Activation
      let y: GoldenTensor
      let gradients: [GoldenTensor]
    }
    struct Linear: Decodable {
      let x, weight, bias, c: GoldenTensor
      let cases: [Case]
      let bfloat16: Case

      func layer(_ activation: Activation, _ compute: Compute) -> Torch.Linear {
        Torch.Linear(
          weight: weight.tensor, bias: bias.tensor, activation: activation, compute: compute)
      }
    }
    let linear: Linear
  }

  @Test(arguments: [Compute.Path.plain, .fused], Activation.allCases)
  func matchesPyTorch(path: Compute.Path, activation: Activation) throws {
    let given = try golden("layers", as: Golden.self).linear
    let example = try #require(given.cases.first { $0.activation == activation })
    let layer = given.layer(activation, Compute(path: path))
    check(layer, given, example, within: 2e-6)
  }

  /// The reference rounds operands and results to bfloat16 (8 bits) and sums exactly.
  @Test(arguments: [Compute.Path.plain, .fused])
  func matchesPyTorchInMixedPrecision(path: Compute.Path) throws {
    let given = try golden("layers", as: Golden.self).linear
    let layer = given.layer(.relu, Compute(.bfloat16, path: path))
    #expect(layer(given.x.tensor).elementType == .bfloat16)
    check(layer, given, given.bfloat16, within: 1.0 / 256, weightType: .bfloat16)
    // The operands are not exact in 8 bits, so a product in single precision is another number.
    let exact = given.layer(.relu, .plain)(given.x.tensor)
    #expect((layer(given.x.tensor).to(.float32) - exact).magnitude().max().item > 1e-3)
  }

  private func check(
    _ layer: Linear, _ given: Golden.Linear, _ example: Golden.Case, within tolerance: Double,
    weightType: ElementType = .float32
  ) {
    let x = given.x.tensor.requiringGradient()
    let y = layer(x)
    expect(y, equals: example.y, within: tolerance, "output")
    let loss = (y.to(.float32) * given.c.tensor).sum()
    let found = gradients(of: loss, by: [x, layer.weight, layer.bias])
    for (index, name) in ["x", "weight", "bias"].enumerated() {
      #expect(found[index].elementType == (name == "weight" ? weightType : .float32))
      expect(found[index], equals: example.gradients[index], within: tolerance, "d/d\(name)")
    }
  }

  /// Central differences of the fused layer's own outputs.
  @Test(arguments: [Activation.relu, .tanh])
  func fusedGradientsAreSlopes(activation: Activation) {
    let generator = Generator(seed: 31)
    let x = generator.normal(shape: [4, 6])
    let weight = generator.normal(shape: [3, 6])
    let bias = generator.normal(shape: [3])
    let c = generator.normal(shape: [4, 3])
    func loss(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
      let layer = Linear(
        weight: weight, bias: bias, activation: activation, compute: Compute(path: .fused))
      return (layer(x) * c).sum()
    }
    let leaves = [x, weight, bias].map { $0.copy().requiringGradient() }
    let found = gradients(of: loss(leaves[0], leaves[1], leaves[2]), by: leaves)
    let step: Float = 1.0 / 128
    for (index, leaf) in [x, weight, bias].enumerated() {
      let slopes: [Float] = found[index].scalars()
      let start: [Float] = leaf.scalars()
      for entry in start.indices {
        let ends = [step, -step].map { change -> Double in
          var moved = start
          moved[entry] += change
          var inputs = [x, weight, bias]
          inputs[index] = Tensor(moved, shape: leaf.shape)
          return loss(inputs[0].copy(), inputs[1].copy(), inputs[2].copy()).item
        }
        let slope = (ends[0] - ends[1]) / Double(2 * step)
        #expect(abs(slope - Double(slopes[entry])) < 2e-3, "input \(index), entry \(entry)")
      }
    }
  }

  /// Whole tiles of 16 and what is left of them, on one thread and on several.
  @Test(arguments: Precision.allCases, [true, false])
  func fusedGradientsAreThePlainOnes(precision: Precision, relu: Bool) {
    let generator = Generator(seed: 34)
    for (rows, inputs, outputs) in [(37, 5, 3), (64, 48, 83), (257, 40, 160)] {
      let x = generator.normal(shape: [rows, inputs])
      let weight = generator.normal(shape: [outputs, inputs])
      let bias = generator.normal(shape: [outputs])
      let c = generator.normal(shape: [rows, outputs])
      func found(_ path: Compute.Path) -> [Tensor] {
        let leaves = [x, weight, bias].map { $0.copy().requiringGradient() }
        let layer = Linear(
          weight: leaves[1], bias: leaves[2], activation: relu ? .relu : .identity,
          compute: Compute(precision, path: path))
        return gradients(of: (layer(leaves[0]).to(.float32) * c).sum(), by: leaves)
      }
      for (fused, plain) in zip(found(.fused), found(.plain)) {
        let difference = (fused.to(.float32) - plain.to(.float32)).magnitude().max().item
        let scale = plain.to(.float32).magnitude().max().item
        #expect(difference < scale * (precision == .float32 ? 1e-5 : 1.0 / 128), "\(rows) rows")
      }
    }
  }

  /// Few numbers of the input, of the output's gradient, or of both are not zero; whole lines and
  /// panels of columns, and what is left of them.
  @Test(arguments: Precision.allCases, [(0.1, 0.0), (1, -1), (0.1, -0.3)])
  func productsWithoutZerosAreThePlainOnes(precision: Precision, given: (Double, Double)) {
    let (share, bias) = given
    let generator = Generator(seed: 36)
    for (rows, inputs, outputs, activation) in [
      (70, 64, 64, Activation.relu), (257, 83, 160, .relu), (65, 301, 99, .identity),
    ] {
      let kept = generator.uniform(0..<1, shape: [rows, inputs]).scalars(as: Float.self)
      let x = zip(generator.normal(shape: [rows, inputs]).scalars(as: Float.self), kept).map {
        $1 < Float(share) ? $0 : 0
      }
      let weight = generator.normal(deviation: 0.1, shape: [outputs, inputs])
      let biases = generator.normal(deviation: 0.1, shape: [outputs]) + bias
      let c = generator.normal(shape: [rows, outputs])
      func found(_ path: Compute.Path) -> [Tensor] {
        let leaves = [Tensor(x, shape: [rows, inputs]), weight, biases].map {
          $0.copy().requiringGradient()
        }
        let layer = Linear(
          weight: leaves[1], bias: leaves[2], activation: activation,
          compute: Compute(precision, path: path))
        let y = layer(leaves[0])
        return [y.detached()] + gradients(of: (y.to(.float32) * c).sum(), by: leaves)
      }
      for (fused, plain) in zip(found(.fused), found(.plain)) {
        let difference = (fused.to(.float32) - plain.to(.float32)).magnitude().max().item
        let scale = plain.to(.float32).magnitude().max().item
        #expect(difference < scale * (precision == .float32 ? 1e-5 : 1.0 / 64), "\(rows) rows")
      }
    }
  }

  /// What is no number stays none, also beside zeros.
  @Test func productsWithoutZerosKeepNaN() {
    var x = [Float](repeating: 0, count: 64 * 64)
    x[65] = .nan
    let layer = Linear(64, 64, compute: Compute(path: .fused), using: Generator(seed: 37))
    let y: [Float] = layer(Tensor(x, shape: [64, 64])).scalars()
    #expect(y[64..<128].allSatisfy(\.isNaN) && !y[..<64].contains { $0.isNaN })
  }

  /// The threads share the work, not the sums.
  @Test(arguments: Precision.allCases)
  func productsWithoutZerosDoNotDependOnTheThreads(precision: Precision) {
    let generator = Generator(seed: 38)
    let x = generator.uniform(-8..<1, shape: [300, 400])
    let sparse = (x + x.magnitude()) * 0.5  // an eighth is above zero
    let layer = Linear(
      400, 300, activation: .relu, compute: Compute(precision, path: .fused), using: generator)
    let threads = Threads.count
    defer { Threads.use(threads) }
    let found = [1, 2, 3].map { count -> [[Float]] in
      Threads.use(count)
      let y = layer(sparse)
      let slopes = gradients(of: y.to(.float32).squared().sum(), by: [layer.weight])
      return ([y] + slopes).map { $0.to(.float32).scalars() }
    }
    #expect(found[0] == found[1] && found[0] == found[2])
  }

  /// The bfloat16 copy of the weights follows them, whoever changes them.
  @Test(arguments: [OptimizerSettings.sgd(0.1, momentum: 0.9), .adam(0.1)])
  func mixedPrecisionSeesEveryChangeOfTheWeights(settings: OptimizerSettings) {
    let generator = Generator(seed: 35)
    let x = generator.normal(shape: [8, 6])
    let layer = Linear(
      6, 4, activation: .relu, compute: Compute(.bfloat16, path: .fused), using: generator)
    let parameters = layer.parameters.map(\.value)
    var optimizer = Optimizer(settings, for: parameters)
    func isCurrent() -> Bool {
      let same = Linear(
        weight: layer.weight.detached().copy(), bias: layer.bias.detached().copy(),
        activation: .relu, compute: layer.compute)
      return layer(x).scalars(as: Float.self) == same(x).scalars(as: Float.self)
    }
    let first: [Float] = layer(x).scalars()
    for _ in 0..<3 {
      let loss = layer(x).to(.float32).squared().sum()
      optimizer.step(parameters, gradients: gradients(of: loss, by: parameters))
      #expect(isCurrent())
    }
    #expect(layer(x).scalars(as: Float.self) != first)
    withoutGradients { layer.weight.assign(Tensor(repeating: 0.5, shape: [4, 6])) }
    #expect(isCurrent())
  }

  @Test func fusedTakesViewsAndSingleRows() {
    let generator = Generator(seed: 32)
    let weight = generator.normal(shape: [3, 6])
    let bias = generator.normal(shape: [3])
    let wide = generator.normal(shape: [6, 5])
    func outputs(_ path: Compute.Path, _ x: Tensor) -> Tensor {
      Linear(
        weight: weight.copy(), bias: bias.copy(), activation: .relu, compute: Compute(path: path))(
          x)
    }
    for x in [
      wide.transposed(), wide.transposed().slice(2..<3), generator.normal(shape: [2, 4, 6]),
    ] {
      let difference = outputs(.fused, x) - outputs(.plain, x)
      #expect(outputs(.plain, x).sum().item > 0.1)
      #expect(difference.magnitude().max().item < 1e-5, "shape \(x.shape)")
    }
    #expect(outputs(.fused, wide.transposed().slice(0..<0)).shape == [0, 3])
  }

  @Test(arguments: WeightDistribution.allCases)
  func drawsWeightsOfTheirDistribution(distribution: WeightDistribution) {
    let layer = Linear(200, 100, weights: distribution, using: Generator(seed: 33))
    #expect(layer.weight.shape == [100, 200])
    #expect(layer.bias.magnitude().max().item == 0)
    let deviation = layer.weight.squared().mean().item.squareRoot()
    let largest = layer.weight.magnitude().max().item
    // The deviation of a uniform distribution in ±b is b/√3.
    let (wanted, bound) =
      switch distribution {
      case .fanInUniform: ((1.0 / 600).squareRoot(), (1.0 / 200).squareRoot())
      case .glorotUniform: ((6.0 / 900).squareRoot(), (6.0 / 300).squareRoot())
      case .smallNormal: (0.01, 0.06)
      }
    #expect(abs(deviation / wanted - 1) < 0.02)
    #expect(abs(layer.weight.mean().item) < wanted / 20)
    #expect(largest <= bound && largest > bound * (distribution == .smallNormal ? 0.5 : 0.99))
  }
}
