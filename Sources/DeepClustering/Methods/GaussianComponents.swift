// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// A mixture of K Gaussians with any covariances: p(x) = Σ_k π_k N(x; μ_k, Σ_k), in double precision.
///
/// log π_k N(x; μ_k, Σ_k) is linear in the constant, the coordinates and their products. With these
/// features of a block of samples as a matrix, the densities of all components are one product, and
/// so are the sums that a new estimate needs.
public struct GaussianComponents: Equatable, Sendable, Codable {
  /// π, K numbers that add to one.
  public let weights: [Double]
  /// μ, K × d, row-major.
  public let means: [Double]
  /// Σ, K × d × d, row-major; where all are diagonal the diagonals alone, K × d.
  public let covariances: [Double]

  /// What a variational mixture has in the place of log π_k when it tells responsibilities; nil for
  /// log π_k itself.
  public var logWeights: [Double]?

  /// K.
  public var count: Int { weights.count }
  /// d.
  public var dimensions: Int { means.count / weights.count }
  /// Whether ``covariances`` are diagonals.
  public var isDiagonal: Bool { covariances.count == means.count }

  /// Σ_k, d × d, row-major.
  public func covariance(_ k: Int) -> [Double] {
    let d = dimensions
    guard isDiagonal else { return Array(covariances[(k * d * d)..<((k + 1) * d * d)]) }
    return (0..<(d * d)).map { $0 % (d + 1) == 0 ? covariances[k * d + $0 / (d + 1)] : 0 }
  }

  /// The variances of component k, d numbers: the diagonal of Σ_k.
  func variances(_ k: Int) -> [Double] {
    let d = dimensions
    return (0..<d).map { covariances[isDiagonal ? k * d + $0 : (k * d + $0) * d + $0] }
  }

  /// The probability of each component for rows: rows × K, single precision.
  public func probabilities(of rows: Tensor) -> Tensor {
    LogDensities(self).probabilities(of: rows)
  }

  /// log p(x) of every row, in double precision.
  public func logLikelihoods(of rows: Tensor) -> Tensor {
    withoutGradients {
      var mixture = self
      mixture.logWeights = nil
      let joint = mixture.logJoint(rows)
      let largest = joint.max(1, keeping: true)
      return ((joint - largest).exp().sum(1, keeping: true).log() + largest).reshaped([-1])
    }
  }

  /// log π_k N(x_i; μ_k, Σ_k): rows × K.
  func logJoint(_ rows: Tensor) -> Tensor { LogDensities(self).logJoint(rows) }

  /// The mean of the means.
  var center: [Double] {
    (0..<dimensions).map { column in
      (0..<count).reduce(0) { $0 + means[$1 * dimensions + column] } / Double(count)
    }
  }

  /// The same mixture with another origin.
  func shifted(by center: [Double]) -> GaussianComponents {
    GaussianComponents(
      weights: weights,
      means: means.indices.map { means[$0] - center[$0 % dimensions] }, covariances: covariances,
      logWeights: logWeights)
  }

  /// log π_k, or what stands in its place.
  func logWeight(_ k: Int) -> Double { logWeights?[k] ?? log(weights[k]) }

  /// Σ_k as L·Lᵀ.
  func factor(_ k: Int) -> Cholesky { Cholesky(covariance(k), size: dimensions) }

  /// What log π_k N(x; μ_k, Σ_k) is made of: K × features.
  func coefficients(_ features: QuadraticFeatures) -> Tensor {
    let d = dimensions
    let rows = (0..<count).flatMap { k -> [Double] in
      let mean = Array(means[(k * d)..<((k + 1) * d)])
      let (linear, quadratic, logDeterminant) =
        isDiagonal ? diagonalTerms(k, mean) : terms(k, mean, features)
      let square = zip(mean, linear).reduce(0) { $0 + $1.0 * $1.1 }
      let constant =
        logWeight(k) - 0.5 * (Double(d) * log(2 * Double.pi) + logDeterminant + square)
      return [constant] + linear + quadratic
    }
    return Tensor(rows, shape: [count, features.count])
  }

  private typealias Terms = (linear: [Double], quadratic: [Double], logDeterminant: Double)

  /// Σ_k⁻¹·μ_k, −½ Σ_k⁻¹ by pairs of coordinates, and log |Σ_k|.
  private func terms(_ k: Int, _ mean: [Double], _ features: QuadraticFeatures) -> Terms {
    let (d, factor) = (dimensions, factor(k))
    let inverse = factor.inverse
    return (
      (0..<d).map { i in (0..<d).reduce(0) { $0 + inverse[i * d + $1] * mean[$1] } },
      features.pairs.map { i, j in i == j ? -0.5 * inverse[i * d + i] : -inverse[i * d + j] },
      factor.logDeterminant
    )
  }

  /// The same of variances.
  private func diagonalTerms(_ k: Int, _ mean: [Double]) -> Terms {
    let variances = variances(k)
    return (
      zip(mean, variances).map { $0 / $1 }, variances.map { -0.5 / $0 },
      variances.reduce(0) { $0 + log($1) }
    )
  }
}

extension GaussianComponents {
  /// The mixture of an archive.
  init(from archive: Archive) throws(InputError) {
    self = try archive.value("components")
    let isWhole = count > 0 && means.count > 0 && means.count.isMultiple(of: count)
    let numbers = weights + means + covariances + (logWeights ?? [])
    guard isWhole, isDiagonal || covariances.count == means.count * dimensions,
      logWeights.map({ $0.count == count }) ?? true, numbers.allSatisfy(\.isFinite)
    else { throw InputError(.data, "the saved components are no mixture of Gaussians") }
  }
}

/// The log densities of a mixture's components, ready to be told for any rows.
///
/// Their coefficients need the inverse of each covariance, d³ operations a component.
struct LogDensities {
  private let features: QuadraticFeatures
  private let center: [Double]
  /// K × features, double precision.
  private let coefficients: Tensor

  init(_ components: GaussianComponents) {
    features = QuadraticFeatures(
      dimensions: components.dimensions, products: !components.isDiagonal)
    // Around the mean of the means: what cancels in the products is small then.
    center = components.center
    coefficients = components.shifted(by: center).coefficients(features).to(.float64)
  }

  /// log π_k N(x_i; μ_k, Σ_k): rows × K.
  func logJoint(_ rows: Tensor) -> Tensor {
    let coefficients = self.coefficients.to(.float64, on: rows.device)
    let blocks = features.blocks(of: rows, around: center)
    return Tensor.concatenated(blocks.map { coefficients.matmul(features($0)).transposed() })
  }

  /// The probability of each component for rows: rows × K, single precision.
  func probabilities(of rows: Tensor) -> Tensor {
    withoutGradients { logJoint(rows).softmax(1).to(.float32) }
  }
}

/// 1, the coordinates, and their squares or all their products: features × samples.
struct QuadraticFeatures {
  let dimensions: Int
  /// Which coordinates are multiplied.
  let pairs: [(Int, Int)]

  /// - Parameters:
  ///   - dimensions: d.
  ///   - products: All products, or the squares alone.
  init(dimensions: Int, products: Bool) {
    (self.dimensions, hasProducts) = (dimensions, products)
    pairs = (0..<dimensions).flatMap { i in
      products ? (i..<dimensions).map { (i, $0) } : [(i, i)]
    }
  }

  /// The number of features.
  var count: Int { 1 + dimensions + pairs.count }
  /// Whether there are products of two coordinates.
  let hasProducts: Bool

  /// The symmetric matrix of a value for each pair, of all products: d × d.
  func matrix(_ values: [Double]) -> [Double] {
    let d = dimensions
    var result = [Double](repeating: 0, count: d * d)
    for ((i, j), value) in zip(pairs, values) {
      (result[i * d + j], result[j * d + i]) = (value, value)
    }
    return result
  }

  /// Samples as columns around an origin, in double precision and in blocks of bounded size.
  func blocks(of rows: Tensor, around center: [Double]) -> [Tensor] {
    let origin = Tensor(center, shape: [1, dimensions], on: rows.device)
    let size = max(1_000_000 / count, 256)
    return stride(from: 0, to: rows.shape[0], by: size).map { low in
      let block = rows.slice(low..<min(low + size, rows.shape[0])).to(.float64)
      return (block - origin).transposed().copy()
    }
  }

  /// The features of samples that are columns, dimensions × samples.
  func callAsFunction(_ columns: Tensor) -> Tensor {
    func index(_ numbers: [Int]) -> Tensor {
      Tensor(numbers.map(Int64.init), shape: [numbers.count], on: columns.device)
    }
    let products =
      columns.rows(at: index(pairs.map(\.0))) * columns.rows(at: index(pairs.map(\.1)))
    let ones = Tensor(
      repeating: 1, shape: [1, columns.shape[1]], type: .float64, on: columns.device)
    return Tensor.concatenated([ones, columns, products])
  }
}

/// A positive definite matrix as L·Lᵀ.
struct Cholesky {
  /// L, row-major; zero above the diagonal.
  private let lower: [Double]
  private let size: Int

  /// - Parameters:
  ///   - matrix: size × size, symmetric; a pivot that has lost all digits beside its diagonal element is
  ///     raised to the last of them.
  ///   - size: d.
  init(_ matrix: [Double], size: Int) {
    var l = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      let least = max(matrix[i * size + i] * .ulpOfOne, .leastNormalMagnitude)
      for j in 0...i {
        var sum = matrix[i * size + j]
        for k in 0..<j { sum -= l[i * size + k] * l[j * size + k] }
        l[i * size + j] = i == j ? max(sum, least).squareRoot() : sum / l[j * size + j]
      }
    }
    (lower, self.size) = (l, size)
  }

  /// The logarithm of the determinant.
  var logDeterminant: Double {
    (0..<size).reduce(0) { $0 + 2 * log(lower[$1 * size + $1]) }
  }

  /// L⁻¹, row-major; zero above the diagonal.
  var inverseFactor: [Double] {
    var inner = [Double](repeating: 0, count: size * size)
    for column in 0..<size {
      for i in column..<size {
        var sum = i == column ? 1.0 : 0
        for k in column..<i { sum -= lower[i * size + k] * inner[k * size + column] }
        inner[i * size + column] = sum / lower[i * size + i]
      }
    }
    return inner
  }

  /// The inverse of the matrix: L⁻ᵀ·L⁻¹.
  var inverse: [Double] {
    let inner = inverseFactor
    var result = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0...i {
        let sum = (i..<size).reduce(0.0) { $0 + inner[$1 * size + i] * inner[$1 * size + j] }
        result[i * size + j] = sum
        result[j * size + i] = sum
      }
    }
    return result
  }
}
