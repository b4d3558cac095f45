// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

/// `Golden/training.json`: whole steps of training by PyTorch.
struct TrainingGolden: Decodable {
  /// Weight and bias of each layer.
  typealias Network = [[GoldenTensor]]

  struct PretrainingCase: Decodable {
    let loss: Pretraining.Loss
    let layerwiseIterations: Int
    let losses: [Double]
    let encoder, decoder: Network
  }

  struct SelfTrainingCase: Decodable {
    struct Report: Decodable { let clustering, reconstruction: Double }
    let name: String
    let alpha, rate, gamma, reconstruction: Double
    let momentum: Double?
    let forgets, frozen: Bool
    let startIterations: Int?
    let reports: [Report]
    let centroids: GoldenTensor
    let encoder, decoder: Network
  }

  let x, centroids: GoldenTensor
  let labels: [Int]
  let seed: UInt64
  let encoder, decoder: Network
  let pretraining: [PretrainingCase]
  let selfTraining: [SelfTrainingCase]

  static func load() throws -> TrainingGolden { try GoldenFile.load("training") }

  /// The network to begin with, 6-5-2-5-6.
  func autoencoder(_ compute: Compute) -> Autoencoder {
    func layers(_ network: Network) -> [Linear] {
      network.enumerated().map { index, layer in
        Linear(
          weight: layer[0].tensor, bias: layer[1].tensor,
          activation: index == network.count - 1 ? .identity : .relu, compute: compute)
      }
    }
    return Autoencoder(encoder: layers(encoder), decoder: layers(decoder))
  }

  func context(_ compute: Compute) -> FitContext {
    FitContext(
      data: x.tensor, seed: Seed(seed), compute: compute, pretrained: autoencoder(compute))
  }
}

/// Expects the weights and biases of a network.
func expect(
  _ network: Autoencoder, equals wanted: (encoder: TrainingGolden.Network, TrainingGolden.Network),
  _ what: String, at location: SourceLocation = #_sourceLocation
) {
  for (part, layers, wanted) in [
    ("encoder", network.encoder, wanted.encoder), ("decoder", network.decoder, wanted.1),
  ] {
    #expect(layers.count == wanted.count, sourceLocation: location)
    for (index, (layer, wanted)) in zip(layers, wanted).enumerated() {
      let name = "\(what): \(part) \(index)"
      expect(layer.weight, equals: wanted[0], within: 2e-5, "\(name) weight", at: location)
      expect(layer.bias, equals: wanted[1], within: 2e-5, "\(name) bias", at: location)
    }
  }
}
