// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// A function applied to each element.
public enum Activation: String, Layer, Codable, Sendable, CaseIterable {
  /// max(0, x).
  case relu
  /// 1 / (1 + e^−x); saturates, and makes deep bottlenecks collapse.
  case sigmoid
  /// The hyperbolic tangent.
  case tanh
  /// Scaled exponential linear unit (Klambauer et al. 2017).
  case selu
  /// Continuously differentiable exponential linear unit, α = 1.
  case celu
  /// Exponential linear unit, α = 1.
  case elu
  /// x, or 0.01·x below zero.
  case leakyRelu = "leaky-relu"
  /// x, or 0.2·x below zero, as in the discriminators of adversarial networks.
  case steepLeakyRelu = "steep-leaky-relu"
  /// x.
  case identity

  /// The function of each element.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    switch self {
    case .relu: input.activated(.relu)
    case .sigmoid: input.activated(.sigmoid)
    case .tanh: input.activated(.tanh)
    case .selu: input.activated(.selu)
    case .celu: input.activated(.celu)
    case .elu: input.activated(.elu)
    case .leakyRelu: input.activated(.leakyRelu)
    case .steepLeakyRelu: input.activated(.relu) * 0.8 + input * 0.2
    case .identity: input
    }
  }

  /// Whether the function flattens out on both sides, so that gradients vanish.
  public var saturates: Bool { self == .sigmoid || self == .tanh }
}
