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
  /// Of the products and of the output; the weights and their gradients are single precision.
  public let precision: Precision

  /// A layer of given weights.
  public init(
    weight: Tensor, bias: Tensor, stride: Int = 1, padding: Int = 0,
    precision: Precision = .float32
  ) {
    self.weight = weight.requiringGradient()
    self.bias = bias.requiringGradient()
    self.stride = stride
    self.padding = padding
    self.precision = precision
  }

  /// The convolved images.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    // An optimised program frees an array after its last use, which may be before the call.
    withHandles([input, weight, bias].map { $0.to(precision.elementType) }) {
      Tensor(ct_conv2d($0[0], $0[1], $0[2], Int64(stride), Int64(padding)))
    }
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
  /// Of the products and of the output; the weights and their gradients are single precision.
  public let precision: Precision

  /// A layer of given weights.
  public init(
    weight: Tensor, bias: Tensor, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    precision: Precision = .float32
  ) {
    self.weight = weight.requiringGradient()
    self.bias = bias.requiringGradient()
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.precision = precision
  }

  /// The enlarged images.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    withHandles([input, weight, bias].map { $0.to(precision.elementType) }) {
      Tensor(
        ct_conv_transpose2d(
          $0[0], $0[1], $0[2], Int64(stride), Int64(padding), Int64(outputPadding)))
    }
  }

  /// The weight and the bias.
  public var parameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
}
