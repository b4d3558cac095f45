// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Samples in blocks, and the sums over them that a mixture of Gaussians is estimated from.
struct MixtureSamples {
  let features: QuadraticFeatures
  let center: [Double]
  let blocks: [Tensor]
  let device: Device

  init(_ points: Tensor, products: Bool) {
    features = QuadraticFeatures(dimensions: points.shape[1], products: products)
    center = points.to(.float64).mean(0).scalars()
    blocks = features.blocks(of: points, around: center)
    device = points.device
  }

  var count: Int { blocks.reduce(0) { $0 + $1.shape[1] } }

  /// What one pass over the samples finds with a mixture.
  struct Expectation {
    /// Σ_i log Σ_k exp(log-joint).
    var logLikelihood = 0.0
    /// −Σ r log r over samples and components.
    var entropy = 0.0
    /// The most probable component of each sample.
    var labels: [Int] = []
    /// The features weighted by the responsibilities: K × features.
    var sums: [Double] = []
  }

  /// The responsibilities r of the components, as sums.
  func expectation(of components: GaussianComponents, entropy: Bool = false) -> Expectation {
    withoutGradients {
      let coefficients = components.shifted(by: center).coefficients(features)
        .to(.float64, on: device)
      var (result, sums): (Expectation, Tensor?) = (Expectation(), nil)
      for block in blocks {
        let features = features(block)
        let joint = coefficients.matmul(features)  // K × samples
        let largest = joint.max(0, keeping: true)
        let weights = (joint - largest).exp()
        let mass = weights.sum(0, keeping: true)
        let level = mass.log() + largest
        result.logLikelihood += level.sum().item
        result.labels += joint.argmax(0).scalars(as: Int64.self).map(Int.init)
        let responsibilities = weights / mass
        if entropy { result.entropy -= (responsibilities * (joint - level)).sum().item }
        let part = responsibilities.matmul(features.transposed())
        sums = sums.map { $0 + part } ?? part
      }
      result.sums = sums?.scalars() ?? []
      return result
    }
  }

  /// The sums of the clusters of a partition: K × features.
  func sums(of labels: [Int], clusters: Int) -> [Double] {
    withoutGradients {
      var (sums, low): (Tensor?, Int) = (nil, 0)
      for block in blocks {
        let high = low + block.shape[1]
        let responsibilities = oneHot(Array(labels[low..<high]), clusters).to(.float64, on: device)
        let part = responsibilities.transposed().matmul(features(block).transposed())
        sums = sums.map { $0 + part } ?? part
        low = high
      }
      return sums?.scalars() ?? []
    }
  }

  /// Sizes, means (in the samples' own coordinates) and covariances (d × d, or without products of
  /// coordinates the diagonals alone) of each component.
  struct Moments {
    var sizes: [Double] = []
    var means: [[Double]] = []
    var covariances: [[Double]] = []
  }

  /// The moments of weighted sums, K × features.
  func moments(_ sums: [Double]) -> Moments {
    let (d, width) = (features.dimensions, features.count)
    var result = Moments()
    for start in stride(from: 0, to: sums.count, by: width) {
      // As much as nothing, so that a component without samples divides by no zero.
      let size = sums[start] + 1e-15
      let row = sums[start..<(start + width)].map { $0 / size }
      let mean = Array(row[1...d])
      let values = features.pairs.enumerated().map { index, pair in
        row[1 + d + index] - mean[pair.0] * mean[pair.1]
      }
      result.sizes.append(size)
      result.means.append(zip(mean, center).map { $0 + $1 })
      result.covariances.append(features.hasProducts ? features.matrix(values) : values)
    }
    return result
  }
}
