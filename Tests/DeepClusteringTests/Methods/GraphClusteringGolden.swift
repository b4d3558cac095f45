// SPDX-License-Identifier: Apache-2.0

import Torch

@testable import DeepClustering

/// Labels that scikit-learn gives rings, blobs and noise (`graph_clustering` of scripts/golden.py).
struct GraphClusteringGolden: Decodable {
  struct DensityCase: Decodable {
    let data: String
    let samples: Int
    let radius: Double?
    let size: Int?
    let labels: [Int]
    let strengths: [Float]?
  }
  struct AgglomerativeCase: Decodable {
    let linkage: Linkage
    let clusters: Int
    let labels: [Int]
  }
  struct SpectralCase: Decodable {
    let affinity: Affinity
    let labels: [Int]
  }
  /// Of dense matrices, by SciPy.
  struct SpectrumCase: Decodable {
    let linearity: Double?
    let ridge: Double
    let values: [Double]
    let labels: [Int]

    /// Whether values are these, to a millionth of the last.
    func matches(_ found: [Double]) -> Bool {
      let allowed = 1e-6 * (values.last ?? 0)
      return found.count == values.count
        && zip(found, values).allSatisfy { abs($0 - $1) < allowed }
    }
  }
  /// `doubled` is LDMGI's of the blobs with their first twelve rows once more.
  let sec, ldmgi, doubled: [SpectrumCase]
  let data: [String: GoldenTensor]
  let dbscan, hdbscan: [DensityCase]
  let agglomerative: [AgglomerativeCase]
  let heights: [String: [Double]]
  let spectral: [SpectralCase]

  static func load() throws -> GraphClusteringGolden {
    try GoldenFile.load("graph-clustering", as: GraphClusteringGolden.self)
  }

  func context(_ name: String) throws -> FitContext {
    guard let tensor = data[name]?.tensor else { throw InputError(.missing, name) }
    return FitContext(data: tensor.to(.float32), seed: Seed(1))
  }
}

extension ClusteringMethod {
  /// All steps.
  func fit(_ context: FitContext) throws -> Outcome {
    var state = try begin(context)
    while advance(&state, context).stopReason == nil {}
    return finish(state, context)
  }
}

/// Whether two lists of clusters are the same partition with the same noise.
func samePartition(_ a: [Int], _ b: [Int]) -> Bool {
  zip(a, b).allSatisfy { ($0 < 0) == ($1 < 0) } && Scores(predicted: a, labels: b).ari == 1
}
