// SPDX-License-Identifier: Apache-2.0

import Testing

/// `Golden/metrics.json`: scores of scikit-learn and SciPy.
struct MetricsGolden: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    struct Expected: Decodable {
      let acc, nmi, ami, ari, purity, homogeneity, completeness: Double
      // Absent where several matchings are equally good.
      let precision, recall, f1: [Double]?
      let support: [Int]?
    }

    let name: String
    let predicted: [Int]?
    let labels: [Int]?
    let table: [[Int]]?
    let scores: Expected

    var testDescription: String { name }

    /// The labellings, of a table expanded cell by cell.
    var labelling: (predicted: [Int], labels: [Int]) {
      if let predicted, let labels { return (predicted, labels) }
      var predicted: [Int] = []
      var labels: [Int] = []
      for (cluster, row) in (table ?? []).enumerated() {
        for (category, count) in row.enumerated() {
          predicted += Array(repeating: cluster, count: count)
          labels += Array(repeating: category, count: count)
        }
      }
      return (predicted, labels)
    }
  }

  struct SilhouetteCase: Decodable {
    let values: [Float]
    let columns: Int
    let clusters: [Int]
    let mean: Double
  }

  struct AssignmentCase: Decodable {
    let weights: [[Double]]
    let columnOfRow: [Int]
    let total: Double
  }

  let cases: [Case]
  let silhouettes: [SilhouetteCase]
  let assignments: [AssignmentCase]

  static func load() throws -> MetricsGolden {
    try GoldenFile.load("metrics", as: MetricsGolden.self)
  }
}

/// A generator for tests, the linear congruential one of Knuth's MMIX; its high bits are mixed in.
struct TestGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 32)
  }
}
