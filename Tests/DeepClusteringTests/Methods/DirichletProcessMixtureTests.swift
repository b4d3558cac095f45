// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct DirichletProcessMixtureTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let iterations: Int
      let concentration: Double
      let lowerBounds, weights: [Double]
      let means, covariances, probabilities: GoldenTensor
      let labels: [Int]
    }
    let x: GoldenTensor
    let labels: [Int]
    let cases: [Case]
    let digamma: [[Double]]
  }

  /// The lower bound after each iteration, and all that is learned, from the same partition.
  @Test func matchesScikitLearn() throws {
    let given = try GoldenFile.load("dirichlet-process-mixture", as: Golden.self)
    let context = FitContext(data: given.x.tensor, seed: Seed(1))
    for example in given.cases {
      var learner = DirichletProcessMixture(clusters: 5)
      (learner.maximumIterations, learner.tolerance) = (1_000, 0)
      (learner.concentration, learner.sticksBySize) = (example.concentration, false)
      var state = try learner.begin(context)
      state.posterior = learner.posterior(
        state, state.samples.sums(of: given.labels, clusters: 5))
      for wanted in example.lowerBounds {
        let found = -learner.advance(&state, context).loss * 80
        #expect(abs(found - wanted) < 1e-6, "\(example.iterations) iterations")
      }
      let components = try #require(state.posterior ?? state.best).components
      for (found, wanted) in zip(components.weights, example.weights) {
        #expect(abs(found - wanted) < 1e-8)
      }
      expect(
        Tensor(components.means, shape: [5, 2]), equals: example.means, within: 1e-6, "means")
      expect(
        Tensor(components.covariances, shape: [5, 2, 2]), equals: example.covariances,
        within: 1e-6, "covariances")
      expect(
        components.probabilities(of: given.x.tensor), equals: example.probabilities,
        within: 1e-6, "probabilities")
      let model = learner.finish(state, context)
      #expect(Scores(predicted: model.assignments, labels: example.labels).ari == 1)
      #expect(Set(model.assignments) == Set(0..<model.components.count))
      #expect(model.measures["lower bound"].map { $0 < 0 } == true)
    }
  }

  /// The numbers of the clusters that a start gives: with sticks in their order the bound hangs on them.
  @Test func numberingDoesNotMatter() throws {
    let given = try GoldenFile.load("dirichlet-process-mixture", as: Golden.self)
    let context = FitContext(data: given.x.tensor, seed: Seed(1))
    func bound(_ numbers: [Int], bySize: Bool) throws -> Double {
      var learner = DirichletProcessMixture(clusters: 5)
      (learner.maximumIterations, learner.tolerance, learner.sticksBySize) = (1_000, 0, bySize)
      var state = try learner.begin(context)
      state.posterior = learner.posterior(
        state, state.samples.sums(of: given.labels.map { numbers[$0] }, clusters: 5))
      return -(0..<30).map { _ in learner.advance(&state, context).loss }[29]
    }
    let orders = [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]]
    let sorted = try orders.map { try bound($0, bySize: true) }
    let numbered = try orders.map { try bound($0, bySize: false) }
    #expect(sorted.allSatisfy { abs($0 - sorted[0]) < 1e-9 })
    #expect((numbered.max() ?? 0) - (numbered.min() ?? 0) > 1e-4)
    #expect(zip(sorted, numbered).allSatisfy { $0 > $1 - 1e-9 })
  }

  @Test func digammaMatchesSciPy() throws {
    let given = try GoldenFile.load("dirichlet-process-mixture", as: Golden.self)
    for pair in given.digamma { #expect(abs(digamma(pair[0]) - pair[1]) < 1e-12 * 11) }
  }

  /// Three groups and room for six: the rest stays empty, and K is found.
  @Test func findsTheNumberOfGroups() throws {
    let blobs = Blobs(rows: 300, columns: 3)
    let data = try Dataset(values: blobs.values, columns: blobs.columns)
    var learner = DirichletProcessMixture(clusters: 6)
    (learner.maximumIterations, learner.tolerance) = (1_000, 1e-7)
    let fitted = try learner.fit(data)
    #expect(Set(fitted.assignments) == Set(0..<3))
    #expect(blobs.accuracy(fitted.assignments) == 1)
    #expect(fitted.warnings.isEmpty)
    // No room for more: there could be any number.
    learner.clusters = 3
    let full = try learner.fit(data)
    #expect(Set(full.assignments) == Set(0..<3))
    #expect(full.warnings.contains { $0.hasPrefix("all 3 components are in use") })
  }

  /// Fifteen clusters must not meet the bound where nobody set one.
  @Test func thirtyComponentsAreUsual() throws {
    var configuration = RunConfiguration(data: "fifteen-gaussians")
    configuration.method = "dirichlet-process-mixture"
    #expect(try configuration.makeMethod().clusters == 30)
    configuration.clusters = 7
    #expect(try configuration.makeMethod().clusters == 7)
  }
}
