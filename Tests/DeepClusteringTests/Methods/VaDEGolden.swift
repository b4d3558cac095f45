// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import DeepClustering

/// `Golden/vade.json`: the terms of VaDE's bound and whole passes, by torch.distributions.
struct VaDEGolden: Decodable {
  struct Terms: Decodable {
    let mean, logVariance, z, gamma, crossEntropy, entropy, assignmentDivergence: GoldenTensor
  }
  struct Case: Decodable {
    struct Report: Decodable { let reconstruction, clustering: Double }
    let likelihood: DecoderLikelihood
    let weight: Double
    let x: GoldenTensor
    let reports: [Report]
    let encoder, decoder: TrainingGolden.Network
    let head, mixture: [GoldenTensor]
  }

  let seed: UInt64
  let encoder, decoder: TrainingGolden.Network
  let head, mixture: [GoldenTensor]
  let terms: Terms
  let cases: [Case]

  static func load() throws -> VaDEGolden { try GoldenFile.load("vade") }

  var firstMixture: DiagonalMixture {
    DiagonalMixture(
      logits: mixture[0].tensor, means: mixture[1].tensor, logVariances: mixture[2].tensor)
  }

  /// The network to begin with, 6-5-2-5-6.
  func network(_ compute: Compute) -> VariationalAutoencoder {
    func layers(_ network: TrainingGolden.Network) -> [Linear] {
      network.enumerated().map { index, layer in
        Linear(
          weight: layer[0].tensor, bias: layer[1].tensor,
          activation: index == network.count - 1 ? .identity : .relu, compute: compute)
      }
    }
    return VariationalAutoencoder(
      autoencoder: Autoencoder(encoder: layers(encoder), decoder: layers(decoder)),
      logVariance: Linear(weight: head[0].tensor, bias: head[1].tensor, compute: compute))
  }
}
