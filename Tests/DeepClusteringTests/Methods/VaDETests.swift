// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct VaDETests {
  /// Two passes over ten samples in batches of four, with rates that fall to their floor: Bernoulli
  /// with weight 1, Gaussian with weight 5.
  @Test(arguments: 0..<2, [Compute.Path.plain, .fused])
  func matchesPyTorch(number: Int, path: Compute.Path) throws {
    let given = try VaDEGolden.load()
    let example = given.cases[number]
    var method = VaDE(clusters: 3)
    (method.epochs, method.batchSize) = (2, 4)
    method.reconstructionWeight = example.weight
    method.optimizer.learningRate = 0.01
    method.mixtureOptimizer.learningRate = 0.02
    (method.schedule, method.lowestRate) = (StepSchedule(every: 1, factor: 0.5), 0.008)
    let network = given.network(Compute(path: path))
    let mixture = given.firstMixture.trained()
    var state = VaDE.State(
      network: network, mixture: mixture, likelihood: example.likelihood,
      optimizer: Optimizer(method.optimizer, for: network.parameters),
      mixtureOptimizer: Optimizer(method.mixtureOptimizer, for: mixture.parameters),
      assignments: [Int](repeating: -1, count: 10))
    let context = FitContext(data: example.x.tensor, seed: Seed(given.seed))
    for (step, wanted) in example.reports.enumerated() {
      let report = method.advance(&state, context)
      let (r, c) = (wanted.reconstruction, wanted.clustering)
      #expect(abs((report.losses["reconstruction"] ?? 0) - r) < 2e-5, "step \(step)")
      #expect(abs((report.losses["clustering"] ?? 0) - c) < 2e-5, "step \(step)")
      #expect(abs(report.loss - (example.weight * r + c)) < 1e-4, "step \(step)")
      #expect((report.stopReason == nil) == (step == 0))
      #expect((report.changed == 1) == (step == 0))
    }
    let name = example.likelihood.rawValue
    expect(state.network.autoencoder, equals: (example.encoder, example.decoder), name)
    expect(state.network.logVariance.weight, equals: example.head[0], within: 2e-5, "\(name) head")
    expect(state.network.logVariance.bias, equals: example.head[1], within: 2e-5, "\(name) head")
    for (index, wanted) in example.mixture.enumerated() {
      expect(
        state.mixture.parameters[index], equals: wanted, within: 2e-5, "\(name) mixture \(index)")
    }
  }

  /// While the start's labels are held they are q(c|x), whose divergence is −log π of each; afterwards
  /// q(c|x) follows from the codes, and labels make no difference.
  @Test func aGraphStartsLabelsAreHeldAtFirst() throws {
    let given = try VaDEGolden.load()
    let example = given.cases[1]
    var method = VaDE(clusters: 3)
    (method.batchSize, method.startEpochs) = (10, 1)
    let context = FitContext(data: example.x.tensor, seed: Seed(given.seed))
    func state(_ labels: [Int]?, steps: Int) -> VaDE.State {
      let (network, mixture) = (given.network(.plain), given.firstMixture.trained())
      return VaDE.State(
        network: network, mixture: mixture, likelihood: .gaussian,
        optimizer: Optimizer(method.optimizer, for: network.parameters),
        mixtureOptimizer: Optimizer(method.mixtureOptimizer, for: mixture.parameters),
        steps: steps, assignments: [Int](repeating: 0, count: 10), startLabels: labels)
    }
    let labels = (0..<10).map { $0 % 3 }
    let weights: [Double] = given.firstMixture.logWeights.scalars()
    let (mean, logVariance) = given.network(.plain).posterior(context.data)
    let terms = withoutGradients {
      EvidenceLowerBound.crossEntropy(
        mean, logVariance, oneHot(labels, 3).to(.float64), given.firstMixture)
        - EvidenceLowerBound.entropy(logVariance)
    }
    let wanted = terms.mean().item - labels.map { weights[$0] }.reduce(0, +) / 10
    var held = state(labels, steps: 0)
    let found = try #require(method.advance(&held, context).losses["clustering"])
    #expect(abs(found - wanted) < 1e-4)
    var (free, late) = (state(nil, steps: 1), state(labels, steps: 1))
    let unheld = method.advance(&free, context)
    #expect(method.advance(&late, context) == unheld)
    #expect(abs((unheld.losses["clustering"] ?? wanted) - wanted) > 1e-2)
  }

  /// The first mixture has the shares, means and variances of the codes' clusters, and the first
  /// posterior the codes as its means, a tenth of these variances, and logits for a decoder.
  @Test func beginsAtTheMixtureOfTheCodes() throws {
    let given = try VaDEGolden.load()
    let blobs = Blobs(rows: 90, clusters: 2, columns: 6, deviation: 0.05)
    // Twice as many of the first cluster; from 0 to 1.
    let index = blobs.labels.indices.filter { $0 % 4 != 3 }.map { Int64($0) }
    let data = blobs.tensor.rows(at: Tensor(index, shape: [index.count])).magnitude() * 0.5
    var context = FitContext(data: data, seed: Seed(3))
    let pretrained = given.network(.plain).autoencoder
    context.pretrained = pretrained
    var method = VaDE(clusters: 2)
    method.start = .gaussianMixture
    let state = try method.begin(context)
    #expect(state.likelihood == .bernoulli)
    let codes = pretrained.embedding(of: data)
    var learner = GaussianMixture(clusters: 2)
    (learner.covariance, learner.restarts) = (.diagonal, 10)
    let mixture = learner.fit(codes, seed: context.seed).mixture
    #expect(zip(state.mixture.parameters, mixture.parameters).allSatisfy { $0.bits == $1.bits })
    let weights = mixture.logits.softmax(0)
    #expect(abs(weights.max().item - 2.0 / 3) < 0.05)
    let (mean, logVariance) = state.network.posterior(data)
    #expect(mean.bits == codes.bits)
    let within = (mixture.logVariances.exp() * weights.reshaped([2, 1])).sum(0)
    #expect((logVariance.exp() / within - 0.1).magnitude().max().item < 1e-6)
    let output = state.network.autoencoder.decode(codes)
    let stretched = (pretrained.decode(codes) - 0.5) * 8
    #expect((output - stretched).magnitude().max().item < 1e-5)
    // The pretrained network serves other fits too, and this one's steps must not reach it.
    for parameter in state.network.parameters { parameter.assign(parameter.detached() * 0) }
    #expect(pretrained.embedding(of: data).bits == codes.bits)
  }

  /// The last layer of a convolutional decoder stays a convolution when it comes to answer in logits.
  @Test func aConvolutionalDecoderAnswersInLogits() throws {
    var layout = AutoencoderLayout(latent: 2)
    (layout.kind, layout.filters) = (.convolutional, [2, 3])
    let data = Tensor(repeating: 0.5, shape: [3, 64])
    let context = FitContext(
      data: data, seed: Seed(3), imageShape: ImageShape(height: 8, width: 8))
    let network = Autoencoder(layout, inputs: 64, context: context)
    let codes = network.embedding(of: data)
    let stretched = (network.reconstruction(of: codes) - 0.5) * 8
    let found = network.withLogits().reconstruction(of: codes)
    #expect(found.shape == [3, 64])
    #expect((found - stretched).magnitude().max().item < 1e-5)
  }

  @Test func bernoulliIsRefusedForOtherData() throws {
    let given = try VaDEGolden.load()
    var context = FitContext(data: given.cases[1].x.tensor, seed: Seed(3))
    context.pretrained = given.network(.plain).autoencoder
    var method = VaDE(clusters: 2)
    method.likelihood = .bernoulli
    #expect(throws: InputError.self) { try method.begin(context) }
  }

  /// Through a decoder that changes nothing, the samples have the components' means and variances.
  @Test func drawsFromTheComponents() {
    func same() -> Linear {
      Linear(
        weight: Tensor([1, 0, 0, 1] as [Float], shape: [2, 2]),
        bias: Tensor(repeating: 0, shape: [2]))
    }
    let means = Tensor([5, -1, 0, 3] as [Float], shape: [2, 2])
    let variances = Tensor([4, 0.25, 1, 0.01] as [Float], shape: [2, 2])
    let model = LatentMixtureModel(
      network: Autoencoder(encoder: [same()], decoder: [same()]),
      mixture: DiagonalMixture(
        logits: Tensor(repeating: 0, shape: [2]), means: means, logVariances: variances.log()),
      likelihood: .gaussian, data: means)
    let drawn = model.samples(ofEachCluster: 20_000, using: Generator(seed: 1))
    #expect(drawn.shape == [2, 20_000, 2])
    let mean = drawn.mean(1)
    #expect(((mean - means) / variances.squareRoot()).magnitude().max().item < 0.03)
    let spread = (drawn - mean.reshaped([2, 1, 2])).squared().mean(1)
    #expect((spread / variances - 1).magnitude().max().item < 0.05)
    #expect(model.assignments == [0, 1])
    #expect(
      model.samples(ofEachCluster: 3, using: Generator(seed: 1)).bits
        != model.samples(ofEachCluster: 3, using: Generator(seed: 2)).bits)
  }

  @Test func thePaperProfileHasThePapersRates() throws {
    let method = try #require(VaDE.profile("paper", clusters: 10))
    #expect(method.optimizer.learningRate == 0.002 && method.optimizer.epsilon == 1e-4)
    #expect(method.mixtureOptimizer == method.optimizer)
    #expect(method.batchSize == 100 && method.epochs == 3000 && method.lowestRate == 2e-4)
    #expect(method.schedule == StepSchedule(every: 10, factor: 0.9))
    #expect(method.start == .gaussianMixture && method.pretraining == .paper)
  }
}
