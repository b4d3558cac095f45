// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// An autoencoder whose encoder tells a Gaussian for each sample: q(z|x) = N(μ̃, diag σ̃²).
///
/// Both heads stand on the encoder's hidden layers. The last layer of `autoencoder` is the head of
/// the means, so that as an autoencoder it encodes by the mean.
struct VariationalAutoencoder {
  /// The hidden layers with the head of the means, and the decoder.
  let autoencoder: Autoencoder
  /// The head of log σ̃².
  let logVariance: Linear

  /// A network from its parts.
  init(autoencoder: Autoencoder, logVariance: Linear) {
    self.autoencoder = autoencoder
    self.logVariance = logVariance
  }

  /// A pretrained autoencoder with a new head, which says `logVariances` (d) of every sample.
  init(_ pretrained: Autoencoder, logVariances: Tensor) {
    guard let head = pretrained.encoder.last else {
      preconditionFailure("an encoder has at least one layer")
    }
    self.init(
      autoencoder: pretrained.copy(),
      logVariance: Linear(
        weight: Tensor(repeating: 0, shape: head.weight.shape, on: head.weight.device),
        bias: logVariances.detached().copy(), compute: head.compute))
  }

  /// μ̃ and log σ̃² of rows x: rows × d each.
  func posterior(_ rows: Tensor) -> (mean: Tensor, logVariance: Tensor) {
    let hidden = autoencoder.encoder.dropLast().reduce(rows) { $1($0) }
    let mean = autoencoder.encoder.last.map { $0(hidden) } ?? hidden
    return (mean.to(.float32), logVariance(hidden).to(.float32))
  }

  /// All weights and biases.
  var parameters: [Tensor] {
    autoencoder.parameters + logVariance.parameters.map(\.value)
  }

  /// Puts the network into an archive.
  func store(in archive: inout Archive, under prefix: String) {
    autoencoder.store(in: &archive, under: prefix)
    archive.set("\(prefix).logVariance.compute", logVariance.compute)
    for (name, value) in logVariance.parameters {
      archive.set("\(prefix).logVariance.\(name)", tensor: value)
    }
  }

  /// The network of an archive.
  init(from archive: Archive, under prefix: String, on device: Device) throws {
    self.init(
      autoencoder: try Autoencoder(from: archive, under: prefix, on: device),
      logVariance: Linear(
        weight: try archive.tensor("\(prefix).logVariance.weight", on: device),
        bias: try archive.tensor("\(prefix).logVariance.bias", on: device),
        compute: try archive.value("\(prefix).logVariance.compute")))
  }
}

extension Autoencoder {
  /// The same network with a decoder that answers in logits.
  ///
  /// A decoder that was trained to give values from 0 to 1 is stretched: 0 becomes −4 and 1
  /// becomes 4, the logits of 0.018 and 0.982.
  func withLogits() -> Autoencoder {
    guard let last = decoder.last else { return self }
    let stretched = Self.layer(
      weight: (last.weight.detached() * 8).detached(),
      bias: ((last.bias.detached() - 0.5) * 8).detached(),
      last.activation, last.compute, last.imageWindows)
    return Autoencoder(encoder: encoder, decoder: decoder.dropLast() + [stretched])
  }
}
