// SPDX-License-Identifier: Apache-2.0
internal import Torch

extension Autoencoder {
  /// The convolutional autoencoder of DCEC and DEC-DA, with random weights.
  ///
  /// Convolutions of stride 2 with windows of 5 pixels, of 3 in the last (32@5, 64@5, 128@3), a
  /// dense layer to the code, and the transposes of all of them back. Sources: Guo, Liu, Zhu, Yin:
  /// Deep clustering with convolutional autoencoders, ICONIP 2017; Guo, Zhu, Liu, Yin: Deep
  /// embedded clustering with data augmentation, ACML 2018. As there, the last convolution is
  /// padded only where each layer halves height and width exactly (28 → 14 → 7 → 3). Where the
  /// authors' framework pads the two edges unequally, here both get the same.
  init(
    convolutional layout: AutoencoderLayout, _ context: FitContext, using generator: Generator
  ) {
    guard let shape = context.imageShape else {
      preconditionFailure("a convolutional autoencoder needs the shape of the images")
    }
    let windows = Self.windows(over: shape, filters: layout.filters)
    let compute = context.compute
    func images(_ windows: ImageWindows, _ activation: Activation) -> any AutoencoderLayer {
      ImageConvolution(
        windows, activation: activation, weights: layout.weights, compute: compute,
        using: generator, on: context.device)
    }
    func dense(
      _ inputs: Int, _ outputs: Int, _ activation: Activation, _ compute: Compute
    ) -> any AutoencoderLayer {
      Linear(
        inputs, outputs, activation: activation, weights: layout.weights, compute: compute,
        using: generator, on: context.device)
    }
    let features = (windows.last?.output ?? shape).values
    self.init(
      encoder: windows.map { images($0, layout.activation) }
        + [dense(features, layout.latent, .identity, compute.inFloat32)],
      decoder: [
        dense(
          layout.latent, features, windows.isEmpty ? .identity : layout.decoderActivation, compute)
      ]
        + windows.indices.reversed().map {
          images(windows[$0].transposed, $0 == 0 ? .identity : layout.decoderActivation)
        })
  }

  /// The windows of the encoder's convolutions.
  private static func windows(over shape: ImageShape, filters: [Int]) -> [ImageWindows] {
    let halves = [shape.height, shape.width].allSatisfy { $0.isMultiple(of: 1 << filters.count) }
    var windows: [ImageWindows] = []
    for (index, count) in filters.enumerated() {
      let last = index == filters.count - 1
      let (size, input) = (last ? 3 : 5, windows.last?.output ?? shape)
      // A window that is larger than the image is padded after all.
      let padded = !last || halves || min(input.height, input.width) < size
      windows.append(
        ImageWindows(
          over: input, filters: count, size: size, stride: 2, padding: padded ? size / 2 : 0))
    }
    return windows
  }
}
