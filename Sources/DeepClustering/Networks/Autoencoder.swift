// SPDX-License-Identifier: Apache-2.0
public import Torch

/// The shape of a dense autoencoder; the decoder mirrors the encoder.
public struct AutoencoderLayout: Codable, Sendable, Equatable {
  /// Units of the encoder's hidden layers, from the input on.
  public var hidden: [Int]
  /// Units of the code, the latent dimension d.
  public var latent: Int
  /// Between the encoder's layers; the code itself is linear.
  public var activation: Activation
  /// Between the decoder's layers; the reconstruction itself is linear.
  public var decoderActivation: Activation
  /// How the first weights are drawn.
  public var weights: WeightDistribution

  /// DEC's layout unless said otherwise: d-500-500-2000-10, ReLU.
  public init(
    hidden: [Int] = [500, 500, 2000], latent: Int = 10, activation: Activation = .relu,
    decoderActivation: Activation = .relu, weights: WeightDistribution = .fanInUniform
  ) {
    self.hidden = hidden
    self.latent = latent
    self.activation = activation
    self.decoderActivation = decoderActivation
    self.weights = weights
  }
}

/// A dense autoencoder: an encoder f to a code, and a decoder g back.
///
/// The code and all that is computed from it are single precision; the other layers multiply in
/// the precision of `compute`.
public struct Autoencoder {
  /// x ↦ z, the layers f.
  public let encoder: [Linear]
  /// z ↦ x̂, the layers g.
  public let decoder: [Linear]

  /// An autoencoder of given layers.
  public init(encoder: [Linear], decoder: [Linear]) {
    self.encoder = encoder
    self.decoder = decoder
  }

  /// An autoencoder of random weights, drawn on the host so that they do not depend on the device.
  public init(_ layout: AutoencoderLayout, inputs: Int, context: FitContext) {
    let generator = context.seed.generator("weights")
    let sizes = [inputs] + layout.hidden + [layout.latent]
    func stack(_ sizes: [Int], _ activation: Activation, lastInFloat32: Bool) -> [Linear] {
      (0..<(sizes.count - 1)).map { index in
        let last = index == sizes.count - 2
        return Linear(
          sizes[index], sizes[index + 1], activation: last ? .identity : activation,
          weights: layout.weights,
          compute: last && lastInFloat32 ? context.compute.inFloat32 : context.compute,
          using: generator, on: context.device)
      }
    }
    encoder = stack(sizes, layout.activation, lastInFloat32: true)
    decoder = stack(sizes.reversed(), layout.decoderActivation, lastInFloat32: false)
  }

  /// The same network with weights of its own, since training changes them in place.
  func copy() -> Autoencoder {
    func copies(_ layers: [Linear]) -> [Linear] {
      layers.map { layer in
        Linear(
          weight: layer.weight.detached().copy(), bias: layer.bias.detached().copy(),
          activation: layer.activation, compute: layer.compute)
      }
    }
    return Autoencoder(encoder: copies(encoder), decoder: copies(decoder))
  }

  /// The codes z = f(x) of rows x: rows × d.
  public func encode(_ rows: Tensor) -> Tensor {
    encoder.reduce(rows) { $1($0) }.to(.float32)
  }

  /// The reconstructions x̂ = g(z) of codes z.
  public func decode(_ codes: Tensor) -> Tensor {
    decoder.reduce(codes) { $1($0) }.to(.float32)
  }

  /// The codes of any number of rows, in blocks and without gradients.
  public func embedding(of rows: Tensor) -> Tensor {
    withoutGradients { inBlocks(rows, encode) }
  }

  /// The reconstructions of any number of codes, in blocks and without gradients.
  public func reconstruction(of codes: Tensor) -> Tensor {
    withoutGradients { inBlocks(codes, decode) }
  }

  private func inBlocks(_ rows: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    let (count, block) = (rows.shape[0], 2048)
    guard count > block else { return body(rows) }
    return Tensor.concatenated(
      stride(from: 0, to: count, by: block).map {
        body(rows.slice($0..<Swift.min($0 + block, count)))
      })
  }

  /// The encoder's weights and biases.
  public var encoderParameters: [Tensor] { encoder.flatMap { $0.parameters.map(\.value) } }
  /// All weights and biases, the encoder's first.
  public var parameters: [Tensor] {
    encoderParameters + decoder.flatMap { $0.parameters.map(\.value) }
  }
}

// MARK: - Saving

extension Autoencoder {
  /// Puts weights, biases, activations and the way to compute into an archive.
  func store(in archive: inout Archive, under prefix: String) {
    for (part, layers) in [("encoder", encoder), ("decoder", decoder)] {
      archive.set("\(prefix).\(part).activations", layers.map(\.activation))
      archive.set("\(prefix).\(part).compute", layers.map(\.compute))
      for (index, layer) in layers.enumerated() {
        for (name, value) in layer.parameters {
          archive.set("\(prefix).\(part).\(index).\(name)", tensor: value)
        }
      }
    }
  }

  /// An autoencoder from an archive.
  init(from archive: Archive, under prefix: String, on device: Device) throws {
    func layers(_ part: String) throws -> [Linear] {
      let activations = try archive.value("\(prefix).\(part).activations", as: [Activation].self)
      let compute = try archive.value("\(prefix).\(part).compute", as: [Compute].self)
      return try zip(activations, compute).enumerated().map { index, layer in
        Linear(
          weight: try archive.tensor("\(prefix).\(part).\(index).weight", on: device),
          bias: try archive.tensor("\(prefix).\(part).\(index).bias", on: device),
          activation: layer.0, compute: layer.1)
      }
    }
    self.init(encoder: try layers("encoder"), decoder: try layers("decoder"))
  }
}
