// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// How alike samples are: the weights of a graph whose pieces and bottlenecks are clusters.
public enum Affinity: String, Codable, Sendable, CaseIterable {
  /// 1 for neighbours of each other, ½ when only one of them is the other's neighbour.
  case connectivity
  /// exp(−γ·d²).
  case radialBasis = "radial-basis"
  /// exp(−d²/σ_iσ_j), σ being the distance to the seventh neighbour (Zelnik-Manor and Perona,
  /// Self-tuning spectral clustering, NIPS 2004).
  case selfTuning = "self-tuning"
}

extension NeighborGraph {
  /// The neighbour whose distance is a sample's own scale.
  static let scaleNeighbor = 7

  /// The graph of the k nearest neighbours of rows (n × d).
  init(_ affinity: Affinity, neighbors: Int, gamma: Double, of rows: Tensor) {
    let k = min(neighbors, rows.shape[0] - 1)
    let found = NearestNeighbors(of: rows, among: rows, count: k, excludingSelf: true)
    guard affinity != .connectivity else {
      let halves = [Float](repeating: 0.5, count: found.indices.count)
      self.init(found, weights: halves) { $0 + $1 }
      return
    }
    let scales = affinity == .selfTuning ? Self.scales(of: rows) : nil
    let weights = found.indices.indices.map { place in
      Self.weight(
        found.squaredDistances[place], gamma, scales, place / k, Int(found.indices[place]))
    }
    self.init(found, weights: weights) { max($0, $1) }
  }

  /// The graph of all pairs of rows (n × d), n² weights.
  init(complete affinity: Affinity, gamma: Double, of rows: Tensor) {
    precondition(affinity != .connectivity, "all pairs are connected")
    let n = rows.shape[0]
    let scales = affinity == .selfTuning ? Self.scales(of: rows) : nil
    let distances = pairwiseSquaredDistances(rows)
    var (neighbors, weights): ([Int32], [Float]) = ([], [])
    neighbors.reserveCapacity(n * (n - 1))
    weights.reserveCapacity(n * (n - 1))
    for i in 0..<n {
      for j in 0..<n where j != i {
        let (low, high) = (min(i, j), max(i, j))
        neighbors.append(Int32(j))
        weights.append(Self.weight(distances[high * (high - 1) / 2 + low], gamma, scales, i, j))
      }
    }
    self.init(
      starts: (0...n).map { $0 * (n - 1) }, neighbors: neighbors, weights: weights)
  }

  private static func weight(
    _ squared: Float, _ gamma: Double, _ scales: [Float]?, _ i: Int, _ j: Int
  ) -> Float {
    guard let scales else { return exp(-Float(gamma) * squared) }
    // Twins of which many coincide have no scale: they are as near as can be.
    return squared == 0 ? 1 : exp(-squared / max(scales[i] * scales[j], .leastNormalMagnitude))
  }

  private static func scales(of rows: Tensor) -> [Float] {
    let k = min(scaleNeighbor, rows.shape[0] - 1)
    let found = NearestNeighbors(of: rows, among: rows, count: k, excludingSelf: true)
    return (0..<rows.shape[0]).map { found.squaredDistances[$0 * k + k - 1].squareRoot() }
  }
}
