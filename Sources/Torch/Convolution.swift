// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// A two-dimensional convolution over images in samples × channels × height × width.
public struct Conv2D: Layer {
  /// Output channels × input channels × size × size.
  public let weight: Tensor
  /// One for each output channel.
  public let bias: Tensor
  /// The step between windows.
  public let stride: Int
  /// Zeros added at each edge.
  public let padding: Int

  /// A layer of given weights.
  public init(weight: Tensor, bias: Tensor, stride: Int = 1, padding: Int = 0) {
    self.weight = weight.requiringGradient()
    self.bias = bias.requiringGradient()
    self.stride = stride
    self.padding = padding
  }

  /// The convolved images.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    Tensor(ct_conv2d(input.handle, weight.handle, bias.handle, Int64(stride), Int64(padding)))
  }

  /// The weight and the bias.
  public var parameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
}

/// The transpose of a convolution, which enlarges images: samples × channels × height × width.
public struct ConvTranspose2D: Layer {
  /// Input channels × output channels × size × size.
  public let weight: Tensor
  /// One for each output channel.
  public let bias: Tensor
  /// The step between windows in the output.
  public let stride: Int
  /// Taken away at each edge of the output.
  public let padding: Int
  /// Added at one edge of the output, to reach an even size.
  public let outputPadding: Int

  /// A layer of given weights.
  public init(
    weight: Tensor, bias: Tensor, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0
  ) {
    self.weight = weight.requiringGradient()
    self.bias = bias.requiringGradient()
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
  }

  /// The enlarged images.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    Tensor(
      ct_conv_transpose2d(
        input.handle, weight.handle, bias.handle, Int64(stride), Int64(padding),
        Int64(outputPadding)))
  }

  /// The weight and the bias.
  public var parameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
}
