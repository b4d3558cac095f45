// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// A dense layer with its activation: activation(x·Wᵀ + b).
///
/// ReLU is part of the product; the weights are single precision whatever the precision of the
/// computation. The weights' gradients have its type: ``Optimizer`` takes either.
public struct Linear: Layer {
  /// outputs × inputs.
  public let weight: Tensor
  /// One for each output.
  public let bias: Tensor
  /// Applied to the outputs.
  public let activation: Activation
  /// How the product is computed.
  public let compute: Compute

  /// A layer of given weights.
  public init(
    weight: Tensor, bias: Tensor, activation: Activation = .identity, compute: Compute = .plain
  ) {
    self.weight = weight.requiringGradient()
    self.bias = bias.requiringGradient()
    self.activation = activation
    self.compute = compute
  }

  /// A layer of random weights and biases of zero.
  public init(
    _ inputs: Int, _ outputs: Int, activation: Activation = .identity,
    weights: WeightDistribution = .fanInUniform, compute: Compute = .plain,
    using generator: Generator, on device: Device = .cpu
  ) {
    self.init(
      weight: weights.sample(outputs: outputs, inputs: inputs, using: generator).to(device),
      bias: Tensor(repeating: 0, shape: [outputs], on: device),
      activation: activation, compute: compute)
  }

  /// Outputs for rows of inputs, in the precision of `compute`.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    let product = Tensor(
      ct_linear(
        input.handle, weight.handle, bias.handle, activation == .relu,
        compute.precision.elementType.code, compute.path == .fused ? .fused : .plain))
    return activation == .relu ? product : activation(product, mode)
  }

  /// The weight and the bias.
  public var parameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
}

/// How first weights are drawn.
public enum WeightDistribution: String, Codable, Sendable, CaseIterable {
  /// Uniform in ±√(1 / inputs).
  case fanInUniform = "fan-in-uniform"
  /// Uniform in ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010).
  case glorotUniform = "glorot-uniform"
  /// Normal with a deviation of 0.01, as in the DEC paper.
  case smallNormal = "normal-0.01"

  /// First weights of a layer with so many inputs to each output and outputs of each input.
  ///
  /// - Returns: Numbers of the shape given, or outputs × inputs.
  public func sample(
    _ shape: [Int]? = nil, outputs: Int, inputs: Int, using generator: Generator
  ) -> Tensor {
    let shape = shape ?? [outputs, inputs]
    switch self {
    case .fanInUniform:
      let bound = (1 / Double(inputs)).squareRoot()
      return generator.uniform(-bound..<bound, shape: shape)
    case .glorotUniform:
      let bound = (6 / Double(inputs + outputs)).squareRoot()
      return generator.uniform(-bound..<bound, shape: shape)
    case .smallNormal:
      return generator.normal(deviation: 0.01, shape: shape)
    }
  }
}
