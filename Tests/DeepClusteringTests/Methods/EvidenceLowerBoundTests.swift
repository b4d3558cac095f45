// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct EvidenceLowerBoundTests {
  @Test func theTermsMatchPyTorch() throws {
    let given = try VaDEGolden.load()
    let (terms, mixture) = (given.terms, given.firstMixture)
    let logGamma = mixture.logProbabilities(terms.z.tensor)
    expect(logGamma.exp(), equals: terms.gamma, within: 1e-7, "γ")
    let (mean, logVariance) = (terms.mean.tensor, terms.logVariance.tensor)
    expect(
      EvidenceLowerBound.crossEntropy(mean, logVariance, logGamma.exp(), mixture),
      equals: terms.crossEntropy, within: 1e-7, "−E log p(z|c)")
    expect(
      EvidenceLowerBound.entropy(logVariance), equals: terms.entropy, within: 1e-7, "entropy")
    expect(
      EvidenceLowerBound.assignmentDivergence(logGamma, mixture.logWeights),
      equals: terms.assignmentDivergence, within: 1e-7, "KL(q(c|x) ‖ p(c))")
  }

  /// When q(z|x) is the one component there is, nothing pulls: the terms add to zero.
  @Test func aPosteriorThatIsThePriorCostsNothing() {
    let mean = Tensor([0.5, -2] as [Float], shape: [1, 2])
    let logVariance = Tensor([0.25, -1] as [Float], shape: [1, 2])
    let mixture = DiagonalMixture(
      logits: Tensor([7 as Float], shape: [1]), means: mean, logVariances: logVariance)
    let one = Tensor(repeating: 1, shape: [1, 1], type: .float64)
    let cost =
      EvidenceLowerBound.crossEntropy(mean, logVariance, one, mixture)
      - EvidenceLowerBound.entropy(logVariance)
      + EvidenceLowerBound.assignmentDivergence(one.log(), mixture.logWeights)
    #expect(abs(cost.item) < 1e-12)
  }

  /// A code far from every component has γ without overflow, and a finite divergence.
  @Test func farCodesStayFinite() throws {
    let mixture = try VaDEGolden.load().firstMixture
    let logGamma = mixture.logProbabilities(Tensor([1e4, -1e4] as [Float], shape: [1, 2]))
    #expect(abs(logGamma.exp().sum().item - 1) < 1e-12)
    #expect(EvidenceLowerBound.assignmentDivergence(logGamma, mixture.logWeights).item.isFinite)
  }

  @Test func likelihoodsByHand() {
    let x = Tensor([0, 1, 0.25] as [Float], shape: [1, 3])
    let output = Tensor([0, 2, -200] as [Float], shape: [1, 3])
    let bernoulli = DecoderLikelihood.bernoulli.negativeLogLikelihood(x, output).item
    #expect(abs(bernoulli - (log(2) + log(1 + exp(-2)) + 50)) < 1e-5)
    let gaussian = DecoderLikelihood.gaussian.negativeLogLikelihood(x, output).item
    #expect(abs(gaussian - (0 + 1 + 200.25 * 200.25)) < 1e-2)
    #expect(DecoderLikelihood.bernoulli.mean(output).scalars(as: Double.self)[0] == 0.5)
    #expect(DecoderLikelihood.gaussian.mean(output).scalars(as: Double.self)[1] == 2)
  }

  @Test func theLikelihoodFollowsFromTheData() throws {
    let shares = Tensor([0, 1, 0.5] as [Float], shape: [1, 3])
    let below = Tensor([0, 1, -0.01] as [Float], shape: [1, 3])
    #expect(try DecoderLikelihood.automatic.resolved(for: shares) == .bernoulli)
    #expect(try DecoderLikelihood.automatic.resolved(for: below) == .gaussian)
    #expect(try DecoderLikelihood.automatic.resolved(for: shares * 1.01) == .gaussian)
    #expect(try DecoderLikelihood.gaussian.resolved(for: shares) == .gaussian)
    let error = refusal { try DecoderLikelihood.bernoulli.resolved(for: below) }
    #expect(error?.kind == .data)
    #expect(error?.description.hasPrefix("likelihood=bernoulli needs values from 0 to 1") == true)
  }
}
