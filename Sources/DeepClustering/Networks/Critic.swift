// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// A network that gives each sample a number: the critic of a Wasserstein GAN.
///
/// Its layers go through libtorch's own kernels in single precision, whatever the fit computes with:
/// the gradient penalty differentiates twice, and the fused layers have no second derivative.
struct Critic {
  private let layers: [any AutoencoderLayer]

  /// A critic of given layers, computed by `Compute.plain`.
  init(_ layers: [any AutoencoderLayer]) {
    precondition(layers.allSatisfy { $0.compute == .plain }, "a critic needs second derivatives")
    self.layers = layers
  }

  /// A critic of random weights, drawn on the host.
  init(inputs: Int, hidden: [Int], context: FitContext) {
    let generator = context.seed.generator("critic weights")
    let sizes = [inputs] + hidden + [1]
    self.init(
      (0..<(sizes.count - 1)).map { index in
        Linear(
          sizes[index], sizes[index + 1],
          activation: index == sizes.count - 2 ? .identity : .steepLeakyRelu, using: generator,
          on: context.device)
      })
  }

  /// A critic of images of random weights: convolutions, then dense layers.
  init(filters: [Int], hidden: [Int], context: FitContext) {
    self.init(
      ImageStack(filters: filters, hidden: hidden, outputs: 1, context).layers(
        .steepLeakyRelu, compute: .plain, using: context.seed.generator("critic weights"),
        on: context.device))
  }

  /// D(x) of rows x: rows × 1.
  func callAsFunction(_ rows: Tensor) -> Tensor { layers.reduce(rows) { $1($0) } }

  /// E (‖∇D(x̂)‖ − 1)² over rows x̂ (Gulrajani et al., Improved training of Wasserstein GANs,
  /// NIPS 2017), to be differentiated by the critic's parameters.
  func penalty(at rows: Tensor) -> Tensor {
    let rows = rows.detached().requiringGradient()
    let slope = gradients(of: self(rows).sum(), by: [rows], differentiable: true)[0]
    // The root has no derivative at zero.
    let norms = (slope.squared().sum(1) + 1e-12).squareRoot()
    return (norms - 1).squared().mean()
  }

  /// All weights and biases.
  var parameters: [Tensor] { layers.flatMap { $0.parameters.map(\.value) } }

  /// Puts the critic into an archive.
  func store(in archive: inout Archive, under prefix: String) {
    archive.set("\(prefix).activations", layers.map(\.activation))
    archive.set("\(prefix).windows", layers.map(\.imageWindows))
    for (index, layer) in layers.enumerated() {
      for (name, value) in layer.parameters {
        archive.set("\(prefix).\(index).\(name)", tensor: value)
      }
    }
  }

  /// The critic of an archive.
  init(from archive: Archive, under prefix: String, on device: Device) throws {
    let activations = try archive.value("\(prefix).activations", as: [Activation].self)
    let windows = try archive.value("\(prefix).windows", as: [ImageWindows?].self)
    self.init(
      try zip(activations, windows).enumerated().map { index, layer in
        Autoencoder.layer(
          weight: try archive.tensor("\(prefix).\(index).weight", on: device),
          bias: try archive.tensor("\(prefix).\(index).bias", on: device), layer.0, .plain,
          layer.1)
      })
  }
}
