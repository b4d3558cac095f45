// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// Batch normalisation over all dimensions but the second (Ioffe and Szegedy 2015).
public struct BatchNorm: Layer {
  /// One factor for each channel.
  public let weight: Tensor
  /// One offset for each channel.
  public let bias: Tensor
  /// The running mean of each channel.
  public let mean: Tensor
  /// The running variance of each channel.
  public let variance: Tensor
  /// How much of a batch's statistics enters the running ones.
  public let momentum: Double
  /// Added to the variance.
  public let epsilon: Double

  /// A layer that starts as the identity of standardised input.
  public init(
    _ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, on device: Device = .cpu
  ) {
    weight = Tensor(repeating: 1, shape: [channels], on: device).requiringGradient()
    bias = Tensor(repeating: 0, shape: [channels], on: device).requiringGradient()
    mean = Tensor(repeating: 0, shape: [channels], on: device)
    variance = Tensor(repeating: 1, shape: [channels], on: device)
    self.momentum = momentum
    self.epsilon = epsilon
  }

  /// The normalised input: by the batch's statistics in training, by the running ones otherwise.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    let training = if case .training = mode { true } else { false }
    return Tensor(
      ct_batch_norm(
        input.handle, weight.handle, bias.handle, mean.handle, variance.handle, training, momentum,
        epsilon))
  }

  /// The weight and the bias.
  public var parameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
  /// The running statistics.
  public var buffers: [NamedTensor] { [("mean", mean), ("variance", variance)] }
}
