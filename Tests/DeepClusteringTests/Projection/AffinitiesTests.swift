// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct AffinitiesTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let perplexity: Double
      let count: Int
      let squares, probabilities: [Float]
    }
    let cases: [Case]
  }

  /// scikit-learn stops at an entropy within 1e-5 of the wanted one; ours is nearer.
  @Test func perplexitiesAreScikitLearns() throws {
    for given in try GoldenFile.load("affinities", as: Golden.self).cases {
      let found = Affinities.conditional(
        given.squares, count: given.count, perplexity: given.perplexity)
      for (ours, theirs) in zip(found, given.probabilities) { #expect(abs(ours - theirs) < 2e-5) }
      for row in 0..<(found.count / given.count) {
        let weights = found[(row * given.count)..<((row + 1) * given.count)].map(Double.init)
        let entropy = -weights.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }
        #expect(abs(exp(entropy) - given.perplexity) < 1e-4)
      }
    }
  }

  /// p_ij = p_ji, all add to one, and each is the mean of the two conditional ones over n.
  @Test func theJointProbabilitiesAreSymmetric() {
    let rows = Generator(seed: 21).normal(shape: [60, 4])
    let found = NearestNeighbors(of: rows, among: rows, count: 12, excludingSelf: true)
    let affinities = Affinities(found, perplexity: 4)
    let conditional = Affinities.conditional(found.squaredDistances, count: 12, perplexity: 4)
    var wanted = [[Float]](repeating: [Float](repeating: 0, count: 60), count: 60)
    for (edge, other) in found.indices.enumerated() {
      wanted[edge / 12][Int(other)] += conditional[edge] / 120
      wanted[Int(other)][edge / 12] += conditional[edge] / 120
    }
    for node in 0..<60 {
      let range = Int(affinities.starts[node])..<Int(affinities.starts[node + 1])
      #expect(Array(affinities.neighbors[range]) == affinities.neighbors[range].sorted())
      for edge in range {
        let value = wanted[node][Int(affinities.neighbors[edge])]
        #expect(abs(affinities.values[edge] - value) < 1e-8)
        wanted[node][Int(affinities.neighbors[edge])] = 0
      }
    }
    #expect(wanted.joined().allSatisfy { $0 == 0 }, "edges are missing")
    #expect(abs(affinities.values.reduce(0, +) - 1) < 1e-5)
  }
}
