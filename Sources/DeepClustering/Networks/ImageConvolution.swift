// SPDX-License-Identifier: Apache-2.0
public import Torch

/// The windows of a convolution over images: where they lie, and what size of image they give.
public struct ImageWindows: Codable, Sendable, Equatable {
  /// The image before the layer.
  public let input: ImageShape
  /// The image after the layer.
  public let output: ImageShape
  /// The width and height of a window, in pixels.
  public let size: Int
  /// The step between windows, in pixels.
  public let stride: Int
  /// Zeros added at each edge of the larger image.
  public let padding: Int
  /// Whether the layer is the transpose of a convolution, which enlarges.
  public let enlarges: Bool

  /// The windows of a convolution over images of a shape.
  public init(over input: ImageShape, filters: Int, size: Int, stride: Int, padding: Int) {
    func extent(_ length: Int) -> Int { (length + 2 * padding - size) / stride + 1 }
    precondition(
      min(input.height, input.width) + 2 * padding >= size,
      "a window of \(size) pixels does not fit into \(input.height) × \(input.width)")
    self.init(
      input,
      ImageShape(
        height: extent(input.height), width: extent(input.width), channels: filters),
      size: size, stride: stride, padding: padding, enlarges: false)
  }

  private init(
    _ input: ImageShape, _ output: ImageShape, size: Int, stride: Int, padding: Int,
    enlarges: Bool
  ) {
    (self.input, self.output) = (input, output)
    (self.size, self.stride, self.padding, self.enlarges) = (size, stride, padding, enlarges)
  }

  /// The windows of the transpose, which leads back from the output's shape to the input's.
  public var transposed: ImageWindows {
    ImageWindows(
      output, input, size: size, stride: stride, padding: padding, enlarges: !enlarges)
  }

  /// The numbers that an output is the sum of, on average.
  var fanIn: Int {
    let all = input.channels * size * size
    return enlarges ? max(all / (stride * stride), 1) : all
  }

  /// What a transposed convolution has to add at the lower and right edge, 0 or more.
  ///
  /// Height and width can need different amounts; the layer then takes away what is too much.
  var outputPadding: Int {
    func rest(_ small: Int, _ large: Int) -> Int {
      large - ((small - 1) * stride - 2 * padding + size)
    }
    return max(rest(input.height, output.height), rest(input.width, output.width))
  }
}

/// A convolution over rows that are images, or the transpose of one, with its activation.
///
/// Rows hold pixels row by row, channels last, before and after: rows × (height · width ·
/// channels). The weights and their gradients are single precision whatever the precision of the
/// computation.
public struct ImageConvolution: AutoencoderLayer {
  /// Filters × channels × size × size; channels × filters × size × size for one that enlarges.
  public let weight: Tensor
  /// One for each output channel.
  public let bias: Tensor
  /// Where the windows lie.
  public let windows: ImageWindows
  /// Applied to the outputs.
  public let activation: Activation
  /// How the products are computed; the path makes no difference to convolutions.
  public let compute: Compute
  private let layer: any Layer

  /// A layer of given weights.
  public init(
    weight: Tensor, bias: Tensor, windows: ImageWindows, activation: Activation,
    compute: Compute
  ) {
    (self.weight, self.bias, self.windows) = (weight, bias, windows)
    (self.activation, self.compute) = (activation, compute)
    let (stride, padding) = (windows.stride, windows.padding)
    layer =
      windows.enlarges
      ? ConvTranspose2D(
        weight: weight, bias: bias, stride: stride, padding: padding,
        outputPadding: windows.outputPadding, precision: compute.precision)
      : Conv2D(
        weight: weight, bias: bias, stride: stride, padding: padding,
        precision: compute.precision)
  }

  /// A layer of random weights and biases of zero.
  public init(
    _ windows: ImageWindows, activation: Activation, weights: WeightDistribution,
    compute: Compute, using generator: Generator, on device: Device
  ) {
    let (inputs, outputs) = (windows.input.channels, windows.output.channels)
    let channels = windows.enlarges ? [inputs, outputs] : [outputs, inputs]
    let values = weights.sample(
      channels + [windows.size, windows.size], outputs: windows.transposed.fanIn,
      inputs: windows.fanIn, using: generator)
    self.init(
      weight: values.to(device),
      bias: Tensor(repeating: 0, shape: [outputs], on: device),
      windows: windows, activation: activation, compute: compute)
  }

  /// Output images for rows of input images, in the precision of `compute`.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    let (from, to) = (windows.input, windows.output)
    let images = input.images(height: from.height, width: from.width, channels: from.channels)
    var result = layer(images, mode)
    // Where height and width leave different remainders one of them has a pixel too many.
    if result.shape[2] > to.height { result = result.slice(0..<to.height, of: 2) }
    if result.shape[3] > to.width { result = result.slice(0..<to.width, of: 3) }
    return activation(result, mode).imageRows()
  }

  /// Where the windows lie.
  public var imageWindows: ImageWindows? { windows }
  /// The weight and the bias.
  public var parameters: [NamedTensor] { [("weight", weight), ("bias", bias)] }
}
