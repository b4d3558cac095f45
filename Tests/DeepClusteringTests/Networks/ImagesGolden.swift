// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import DeepClustering

/// `Golden/images.json`: augmentation by SciPy, whole steps on a convolutional network by PyTorch.
struct ImagesGolden: Decodable {
  struct Case: Decodable {
    let losses: [Double]
    let encoder, decoder: TrainingGolden.Network
    let centroids: GoldenTensor?
    let selected, labels: [Int]?
  }

  struct DeepClusterCase: Decodable {
    let labels, sample: [Int]
    let loss: Double
    let encoder: TrainingGolden.Network
  }

  struct WardCase: Decodable {
    let points: GoldenTensor
    let weights: [Double]
    let labels: [[Int]]
  }

  let ward: WardCase
  let pictures, augmented, x, centroids: GoldenTensor
  let seed: UInt64
  let labels: [Int]
  let encoder, decoder: TrainingGolden.Network
  let pretraining, idec, aspc: Case
  let deepCluster: DeepClusterCase

  static func load() throws -> ImagesGolden { try GoldenFile.load("images") }

  /// Ten images of 10 × 9 pixels with two channels each.
  static let shape = ImageShape(height: 10, width: 9, channels: 2)

  /// 3 filters, then 4 without padding: 10 × 9 × 2, 5 × 5 × 3, 2 × 2 × 4, codes of 2.
  var layout: AutoencoderLayout {
    var layout = AutoencoderLayout(latent: 2)
    (layout.kind, layout.filters) = (.convolutional, [3, 4])
    return layout
  }

  /// The images, and the network to begin with.
  func context(_ compute: Compute) -> FitContext {
    var context = FitContext(
      data: x.tensor, seed: Seed(seed), compute: compute, imageShape: Self.shape)
    let network = Autoencoder(layout, inputs: 180, context: context)
    withoutGradients {
      for (layer, values) in zip(network.encoder + network.decoder, encoder + decoder) {
        layer.weight.assign(values[0].tensor)
        layer.bias.assign(values[1].tensor)
      }
    }
    context.pretrained = network
    return context
  }
}
