// SPDX-License-Identifier: Apache-2.0
public import Torch

/// The shape of an autoencoder; the decoder mirrors the encoder.
public struct AutoencoderLayout: Codable, Sendable, Equatable {
  /// What the hidden layers are.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Dense layers of `hidden` units.
    case dense
    /// Convolutions of `filters` filters with steps of two pixels; the data must be images.
    case convolutional
  }

  /// What the hidden layers are.
  public var kind = Kind.dense
  /// Units of the hidden layers of a dense encoder, from the input on.
  public var hidden: [Int]
  /// Filters of the layers of a convolutional encoder, from the input on.
  public var filters = [32, 64, 128]
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

  /// The layers of the encoder, the code's included.
  var depth: Int { (kind == .dense ? hidden.count : filters.count) + 1 }
}

/// A layer of an autoencoder: it takes rows of numbers and gives rows of numbers.
public protocol AutoencoderLayer: Layer {
  /// What the inputs are multiplied by.
  var weight: Tensor { get }
  /// What is added.
  var bias: Tensor { get }
  /// Applied to the outputs.
  var activation: Activation { get }
  /// How the products are computed.
  var compute: Compute { get }
  /// Where the windows of a convolution lie; nil for a dense layer.
  var imageWindows: ImageWindows? { get }
}

extension Linear: AutoencoderLayer {
  /// A dense layer has none.
  public var imageWindows: ImageWindows? { nil }
}

/// An autoencoder: an encoder f to a code, and a decoder g back.
///
/// The code and all that is computed from it are single precision; the other layers multiply in
/// the precision of `compute`.
public struct Autoencoder {
  /// x ↦ z, the layers f.
  public let encoder: [any AutoencoderLayer]
  /// z ↦ x̂, the layers g.
  public let decoder: [any AutoencoderLayer]
  /// Whether codes are scaled to length one.
  var hasUnitCodes = false

  /// The encoder alone: for one that was trained on without its decoder, which no longer fits it.
  var withoutDecoder: Autoencoder {
    var result = Autoencoder(encoder: encoder, decoder: [])
    result.hasUnitCodes = hasUnitCodes
    return result
  }

  /// An autoencoder of given layers.
  public init(encoder: [any AutoencoderLayer], decoder: [any AutoencoderLayer]) {
    self.encoder = encoder
    self.decoder = decoder
  }

  /// An autoencoder of random weights, drawn on the host so that they do not depend on the device.
  ///
  /// A convolutional layout needs a context that knows the shape of the images.
  public init(_ layout: AutoencoderLayout, inputs: Int, context: FitContext) {
    let generator = context.seed.generator("weights")
    if layout.kind == .convolutional {
      self.init(convolutional: layout, context, using: generator)
      return
    }
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
    self.init(
      encoder: stack(sizes, layout.activation, lastInFloat32: true),
      decoder: stack(sizes.reversed(), layout.decoderActivation, lastInFloat32: false))
  }

  /// The same network with weights of its own, since training changes them in place.
  func copy() -> Autoencoder {
    func copies(_ layers: [any AutoencoderLayer]) -> [any AutoencoderLayer] {
      layers.map { layer in
        Self.layer(
          weight: layer.weight.detached().copy(), bias: layer.bias.detached().copy(),
          layer.activation, layer.compute, layer.imageWindows)
      }
    }
    var result = Autoencoder(encoder: copies(encoder), decoder: copies(decoder))
    result.hasUnitCodes = hasUnitCodes
    return result
  }

  /// A dense layer, or a convolution where windows are given.
  static func layer(
    weight: Tensor, bias: Tensor, _ activation: Activation, _ compute: Compute,
    _ windows: ImageWindows?
  ) -> any AutoencoderLayer {
    guard let windows else {
      return Linear(weight: weight, bias: bias, activation: activation, compute: compute)
    }
    return ImageConvolution(
      weight: weight, bias: bias, windows: windows, activation: activation, compute: compute)
  }

  /// The codes z = f(x) of rows x: rows × d.
  public func encode(_ rows: Tensor) -> Tensor {
    let codes = encoder.reduce(rows) { $1($0) }.to(.float32)
    guard hasUnitCodes else { return codes }
    return codes / codes.squared().sum(1, keeping: true).clamped(atLeast: 1e-12).squareRoot()
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

  /// The mean squared error of the reconstructions of codes to rows, in blocks and without gradients.
  func reconstructionError(of codes: Tensor, to rows: Tensor) -> Double {
    let sum = withoutGradients {
      rows.blocks.reduce(0) { sum, block in
        let error = decode(codes.slice(block)).meanSquaredError(to: rows.slice(block))
        return sum + error.item * Double(block.count)
      }
    }
    return sum / Double(rows.shape[0])
  }

  private func inBlocks(_ rows: Tensor, _ body: (Tensor) -> Tensor) -> Tensor {
    let blocks = rows.blocks
    guard blocks.count > 1 else { return body(rows.dense) }
    return Tensor.concatenated(blocks.map { body(rows.slice($0)) })
  }

  /// The columns of the rows that it encodes; nil where the first layer is a convolution.
  var columns: Int? { width(encoder.first) { $0.weight.shape[1] } }
  /// d, the columns of its codes; nil where the last layer of the encoder is a convolution.
  var latent: Int? { width(encoder.last) { $0.weight.shape[0] } }

  private func width(
    _ layer: (any AutoencoderLayer)?, _ dense: (any AutoencoderLayer) -> Int
  ) -> Int? {
    layer.flatMap { $0.imageWindows == nil ? dense($0) : nil }
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
  /// Puts weights, biases, activations, windows and the way to compute into an archive.
  func store(in archive: inout Archive, under prefix: String) {
    archive.set("\(prefix).hasUnitCodes", hasUnitCodes)
    for (part, layers) in [("encoder", encoder), ("decoder", decoder)] {
      archive.set("\(prefix).\(part).activations", layers.map(\.activation))
      archive.set("\(prefix).\(part).compute", layers.map(\.compute))
      archive.set("\(prefix).\(part).windows", layers.map(\.imageWindows))
      for (index, layer) in layers.enumerated() {
        for (name, value) in layer.parameters {
          archive.set("\(prefix).\(part).\(index).\(name)", tensor: value)
        }
      }
    }
  }

  /// An autoencoder from an archive.
  init(from archive: Archive, under prefix: String, on device: Device) throws {
    func layers(_ part: String) throws -> [any AutoencoderLayer] {
      let activations = try archive.value("\(prefix).\(part).activations", as: [Activation].self)
      let compute = try archive.value("\(prefix).\(part).compute", as: [Compute].self)
      let windows = try archive.value("\(prefix).\(part).windows", as: [ImageWindows?].self)
      guard activations.count == compute.count, compute.count == windows.count else {
        throw InputError(.data, "the saved network does not say what each of its layers is")
      }
      return try activations.indices.map { index in
        let weight = try archive.tensor("\(prefix).\(part).\(index).weight", on: device)
        let bias = try archive.tensor("\(prefix).\(part).\(index).bias", on: device)
        guard weight.elementType == .float32, bias.elementType == .float32,
          weight.shape.count == (windows[index] == nil ? 2 : 4), weight.isFinite, bias.isFinite,
          windows[index] != nil || bias.shape == [weight.shape[0]]
        else {
          throw InputError(
            .data, "layer \(index + 1) of the saved \(part) is none of finite numbers")
        }
        return Self.layer(
          weight: weight, bias: bias, activations[index], compute[index], windows[index])
      }
    }
    self.init(encoder: try layers("encoder"), decoder: try layers("decoder"))
    let all = encoder + decoder
    guard !encoder.isEmpty,
      zip(all, all.dropFirst()).allSatisfy({ one, next in
        one.imageWindows != nil || next.imageWindows != nil
          || one.weight.shape[0] == next.weight.shape[1]
      })
    else { throw InputError(.data, "the layers of the saved network do not fit each other") }
    hasUnitCodes = try archive.value("\(prefix).hasUnitCodes")
  }
}
