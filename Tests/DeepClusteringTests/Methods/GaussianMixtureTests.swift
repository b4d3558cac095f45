// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct GaussianMixtureTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let covariance: GaussianMixture.Covariance
      let weights, logLikelihoods: [Double]
      let bic, aic: Double
      let means, covariances, logDensities, probabilities: GoldenTensor
    }
    let x: GoldenTensor
    let labels: [Int]
    let cases: [Case]
  }

  /// Seven iterations from a partition, with each kind of covariances.
  @Test func matchesScikitLearn() throws {
    let given = try GoldenFile.load("gaussian-mixture", as: Golden.self)
    #expect(given.cases.map(\.covariance) == GaussianMixture.Covariance.allCases)
    for example in given.cases {
      var learner = GaussianMixture(clusters: 3)
      learner.covariance = example.covariance
      (learner.maximumIterations, learner.tolerance) = (7, 0)
      let fit = learner.fit(given.x.tensor, from: given.labels)
      let name = example.covariance.rawValue
      #expect(fit.logLikelihoods.count == 7 && !fit.converged)
      for (found, wanted) in zip(fit.logLikelihoods, example.logLikelihoods) {
        #expect(abs(found - wanted) < 1e-9, "\(name)")
      }
      let components = fit.components
      for (found, wanted) in zip(components.weights, example.weights) {
        #expect(abs(found - wanted) < 1e-9, "\(name)")
      }
      expect(
        Tensor(components.means, shape: [3, 2]), equals: example.means, within: 1e-6,
        "\(name) means")
      expect(
        Tensor((0..<3).flatMap(components.covariance), shape: [3, 2, 2]),
        equals: example.covariances, within: 1e-6, "\(name) covariances")
      let diagonals: [GaussianMixture.Covariance] = [.diagonal, .spherical]
      #expect(components.isDiagonal == diagonals.contains(example.covariance))
      expect(
        components.logLikelihoods(of: given.x.tensor), equals: example.logDensities, within: 2e-6,
        "\(name) densities")
      expect(
        components.probabilities(of: given.x.tensor), equals: example.probabilities,
        within: 1e-6, "\(name) probabilities")
      let criteria = learner.criteria(of: components, given.x.tensor)
      #expect(abs(criteria.bic - example.bic) < 1e-5, "\(name)")
      #expect(abs(criteria.aic - example.aic) < 1e-5, "\(name)")
      guard example.covariance == .diagonal || example.covariance == .spherical else { continue }
      expect(
        fit.mixture.logLikelihoods(of: given.x.tensor), equals: example.logDensities, within: 2e-6,
        "\(name) diagonal densities")
    }
  }

  /// Variances of many columns: as their full matrices say, without making them.
  @Test func diagonalsAreTheirMatrices() throws {
    let blobs = Blobs(rows: 60, clusters: 2, columns: 5)
    var learner = GaussianMixture(clusters: 2)
    learner.covariance = .diagonal
    let diagonal = learner.fit(blobs.tensor, seed: Seed(1)).components
    #expect(diagonal.covariances.count == 10)
    let full = GaussianComponents(
      weights: diagonal.weights, means: diagonal.means,
      covariances: (0..<2).flatMap(diagonal.covariance))
    #expect(!full.isDiagonal && full.variances(1) == diagonal.variances(1))
    let difference = diagonal.logJoint(blobs.tensor) - full.logJoint(blobs.tensor)
    #expect(difference.magnitude().max().item < 1e-9)
  }

  /// A matrix that rounding has made indefinite: the factor has no infinite inverse.
  @Test func pivotsThatRoundingAteAreRaised() {
    let factor = Cholesky([1, 1, 1, 1, 1, 1, 1, 1, 1], size: 3)
    #expect(factor.logDeterminant.isFinite && factor.inverse.allSatisfy(\.isFinite))
  }

  /// One component: its density is that of a normal distribution, far from it too.
  @Test func oneComponentByHand() {
    let mixture = DiagonalMixture(
      logits: Tensor([3 as Float], shape: [1]), means: Tensor([1, 2] as [Float], shape: [1, 2]),
      logVariances: Tensor([0, Float(log(4.0))], shape: [1, 2]))
    let found: [Double] = mixture.logLikelihoods(
      of: Tensor([1, 2, 2, 6, 1001, 2] as [Float], shape: [3, 2])
    ).scalars()
    let peak = -log(2 * Double.pi) - 0.5 * log(4)
    for (found, wanted) in zip(found, [peak, peak - 0.5 - 2, peak - 500_000]) {
      #expect(abs(found - wanted) < 1e-6)
    }
    #expect(mixture.probabilities(of: Tensor([9, 9] as [Float], shape: [1, 2])).item == 1)
  }

  /// With enough iterations it comes to rest, and no iteration loses likelihood.
  @Test func theLikelihoodRisesToRest() throws {
    let given = try GoldenFile.load("gaussian-mixture", as: Golden.self)
    var learner = GaussianMixture(clusters: 3)
    learner.covariance = .diagonal
    (learner.maximumIterations, learner.tolerance) = (500, 1e-7)
    let fit = learner.fit(given.x.tensor, from: given.labels)
    #expect(fit.converged && fit.logLikelihoods.count > 7 && fit.logLikelihoods.count < 500)
    for (before, after) in zip(fit.logLikelihoods, fit.logLikelihoods.dropFirst()) {
      #expect(after > before - 1e-9)
    }
  }

  /// Of several starts the best is taken, and the seed decides all of them.
  @Test func findsTheGroupsFromSeveralStarts() {
    let blobs = Blobs(rows: 300)
    var learner = GaussianMixture(clusters: 3)
    (learner.restarts, learner.covariance) = (4, .diagonal)
    let fit = learner.fit(blobs.tensor, seed: Seed(2))
    #expect(blobs.accuracy(fit.mixture.probabilities(of: blobs.tensor).labels) == 1)
    #expect(learner.fit(blobs.tensor, seed: Seed(2)).mixture.means.bits == fit.mixture.means.bits)
    let heights = (0..<4).map { restart -> Double in
      var kMeans = KMeans(clusters: 3)
      kMeans.restarts = 1
      let start = kMeans.cluster(
        blobs.tensor, seed: Seed(Seed(2).stream("mixture start", restart)))
      let labels = NearestCentroids(of: blobs.tensor, among: start.centroids).labels
      return learner.fit(blobs.tensor, from: labels).logLikelihoods.last ?? 0
    }
    #expect(fit.logLikelihoods.last == heights.max())
  }

  /// k-means parts a broad group and joins narrow ones, and iterations alone do not undo that.
  @Test(arguments: [GaussianMixture.Covariance.full, .diagonal])
  func movesLeaveALocalMaximum(covariance: GaussianMixture.Covariance) throws {
    var generator = SplitMix64(seed: 3)
    let truth = (0..<600).map { $0 < 400 ? 0 : 1 + $0 % 4 }
    let values = truth.flatMap { label -> [Float] in
      let (width, x) = label == 0 ? (3.0, 0.0) : (0.1, 20 + 0.8 * Double(label))
      return [x + width * generator.nextGaussian(), width * generator.nextGaussian()].map {
        Float($0)
      }
    }
    let points = Tensor(values, shape: [600, 2])
    var learner = GaussianMixture(clusters: 5)
    (learner.covariance, learner.restarts, learner.moves) = (covariance, 1, 0)
    let highest = try #require(learner.fit(points, from: truth).logLikelihoods.last)
    var stuck = 0
    for seed: UInt64 in 1...5 {
      let context = FitContext(data: points, seed: Seed(seed))
      let alone = try highestLikelihood(learner, context)
      if alone < highest - 0.1 { stuck += 1 }
      var moving = learner
      moving.moves = 30
      #expect(try highestLikelihood(moving, context) > highest - 0.01)
    }
    #expect(stuck > 0)
  }

  /// Three groups, in one of which a third of the samples are copies, or nearly: a component of them
  /// alone would have the highest likelihood there is, on any scale.
  @Test(arguments: [0, 1e-3], [1, 0.01])
  func movesSeekNoCopies(noise: Double, scale: Double) throws {
    let (points, truth) = groupsWithCopies(3, noise: noise, scale: scale)
    let found = try assignments(GaussianMixture(clusters: 3), points)
    #expect(Set(zip(truth, found).map { [$0, $1] }).count == 3)
  }

  /// A start that joins two groups and cuts a third needs a move, and none is lost to copies.
  @Test func movesArePossibleBesideCopies() throws {
    let (points, truth) = groupsWithCopies(8, noise: 0, scale: 1)
    var learner = GaussianMixture(clusters: 8)
    learner.restarts = 1
    let joined = truth.enumerated().map { $1 == 7 ? 6 : $1 == 5 && $0 % 16 < 8 ? 7 : $1 }
    let offered = MixtureMoves(of: joined, points, by: learner, seed: Seed(1)).moves
    #expect(offered.first?.split == 6)
    #expect(!offered.contains { $0.split == 0 })
    for seed: UInt64 in 1...3 {
      let found = try assignments(learner, points, Seed(seed))
      #expect(Set(zip(truth, found).map { [$0, $1] }).count == 8)
    }
  }

  /// Groups of 200 samples; of the first every third is a copy, far from its mean.
  private func groupsWithCopies(_ groups: Int, noise: Double, scale: Double) -> (Tensor, [Int]) {
    var generator = SplitMix64(seed: 4)
    let truth = (0..<(200 * groups)).map { $0 % groups }
    let values = truth.enumerated().flatMap { sample, label -> [Float] in
      let isCopy = label == 0 && sample / groups % 3 == 0
      let width = isCopy ? noise : 1
      let x = 12 * Double(label) - (isCopy ? 2 : 0) + width * generator.nextGaussian()
      return [Float(scale * x), Float(scale * width * generator.nextGaussian())]
    }
    return (Tensor(values, shape: [truth.count, 2]), truth)
  }

  private func assignments(
    _ learner: GaussianMixture, _ points: Tensor, _ seed: Seed = Seed(1)
  ) throws -> [Int] {
    let context = FitContext(data: points, seed: seed)
    var state = try learner.begin(context)
    while learner.advance(&state, context).stopReason == nil {}
    return try #require(learner.assignments(state))
  }

  private func highestLikelihood(_ learner: GaussianMixture, _ context: FitContext) throws -> Double
  {
    var state = try learner.begin(context)
    var reports: [StepReport] = []
    repeat {
      reports.append(learner.advance(&state, context))
    } while reports.last?.stopReason == nil
    #expect(reports.count <= learner.plannedSteps(context))
    // What is told at the end is of the mixture that is kept.
    #expect(reports.last?.loss == state.progress.best.map { -$0 })
    return try #require(state.progress.best)
  }

  /// What a move is said to gain is the difference of the likelihoods of two partitions.
  @Test func movesAreWorthWhatTheyGain() {
    let points = Generator(seed: 8).normal(shape: [120, 3])
    let labels = (0..<120).map { $0 % 4 }
    var learner = GaussianMixture(clusters: 4)
    learner.regularization = 1e-3
    let found = MixtureMoves(of: labels, points, by: learner, seed: Seed(1))
    #expect(found.moves.count == 6 * 2)
    let before = likelihood(points, labels)
    for (index, move) in found.moves.enumerated() {
      let after = found.labels(after: index)
      #expect(abs(likelihood(points, after) - before - move.gain) < 1e-4)
      #expect(index == 0 || move.gain <= found.moves[index - 1].gain)
      let (kept, freed) = move.merged
      for (old, new) in zip(labels, after) {
        switch old {
        case kept, freed: #expect(new == kept)
        case move.split: #expect(new == move.split || new == freed)
        default: #expect(new == old)
        }
      }
      #expect(Set(after).count == 4)
    }
  }

  /// Σ_k n_k·(log n_k/n − ½ log |Σ_k|) of points in three columns.
  private func likelihood(_ points: Tensor, _ labels: [Int]) -> Double {
    let exact = points.to(.float64)
    return (0..<4).reduce(0) { sum, label in
      let members = labels.indices.filter { labels[$0] == label }
      let own = exact.rows(at: Tensor(members.map(Int64.init), shape: [members.count]))
      let centered = own - own.mean(0, keeping: true)
      let n = Double(members.count)
      let c: [Double] = (centered.transposed().matmul(centered) / n).scalars()
      let (a, b, d) = (c[0] + 1e-3, c[4] + 1e-3, c[8] + 1e-3)
      let determinant =
        a * b * d + 2 * c[1] * c[2] * c[5] - a * c[5] * c[5] - b * c[2] * c[2] - d * c[1] * c[1]
      return sum + n * (log(n / Double(labels.count)) - 0.5 * log(determinant))
    }
  }

  /// A component of one point keeps the least variance there is; one without points is harmless.
  @Test func smallComponentsStayFinite() {
    let points = Tensor(column: [0, 1, 2, 50])
    var learner = GaussianMixture(clusters: 3)
    learner.covariance = .diagonal
    let mixture = learner.moments(of: points, labels: [0, 0, 0, 1])
    let variances: [Double] = mixture.logVariances.exp().scalars()
    #expect(abs(variances[0] - 2.0 / 3) < 1e-5 && abs(variances[1] - 1e-6) < 1e-9)
    let labels = mixture.probabilities(of: points).labels
    #expect(labels == [0, 0, 0, 1])
    #expect(mixture.logLikelihoods(of: points).scalars(as: Double.self).allSatisfy { $0.isFinite })
  }
}
