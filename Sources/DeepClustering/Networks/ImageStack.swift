// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Layers from images to numbers, or from numbers to images: convolutions with windows of four
/// pixels in steps of two, then dense layers, as in the networks of adversarial methods.
struct ImageStack {
  /// The windows of the convolutions, from the images on.
  let windows: [ImageWindows]
  /// The sizes of what the dense layers take and give, from the last image on.
  let sizes: [Int]

  /// A stack over the images of a context, which must know their shape.
  init(filters: [Int], hidden: [Int], outputs: Int, _ context: FitContext) {
    guard let shape = context.imageShape else {
      preconditionFailure("convolutions need the shape of the images")
    }
    windows = filters.reduce(into: []) { windows, count in
      let input = windows.last?.output ?? shape
      // An image of one pixel has room for no window until it is padded by two.
      let padding = min(input.height, input.width) > 1 ? 1 : 2
      windows.append(
        ImageWindows(over: input, filters: count, size: 4, stride: 2, padding: padding))
    }
    sizes = [(windows.last?.output ?? shape).values] + hidden + [outputs]
  }

  /// The layers of random weights; the last is linear.
  func layers(
    _ activation: Activation, compute: Compute, using generator: Generator, on device: Device
  ) -> [any AutoencoderLayer] {
    let images = windows.map { windows -> any AutoencoderLayer in
      ImageConvolution(
        windows, activation: activation, weights: .fanInUniform, compute: compute,
        using: generator, on: device)
    }
    return images
      + (1..<sizes.count).map { index in
        let last = index == sizes.count - 1
        return Linear(
          sizes[index - 1], sizes[index], activation: last ? .identity : activation,
          compute: last ? compute.inFloat32 : compute, using: generator, on: device)
      }
  }

  /// The layers back, from numbers to images; the last is linear.
  func mirrored(
    _ activation: Activation, compute: Compute, using generator: Generator, on device: Device
  ) -> [any AutoencoderLayer] {
    let dense = (1..<sizes.count).reversed().map { index -> any AutoencoderLayer in
      let last = index == 1 && windows.isEmpty
      return Linear(
        sizes[index], sizes[index - 1], activation: last ? .identity : activation,
        compute: compute, using: generator, on: device)
    }
    return dense
      + windows.indices.reversed().map { index in
        ImageConvolution(
          windows[index].transposed, activation: index == 0 ? .identity : activation,
          weights: .fanInUniform, compute: compute, using: generator, on: device)
      }
  }
}
