// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct ClusterGANTests {
  private struct Golden: Decodable {
    struct Networks: Decodable { let encoder, generator, critic: TrainingGolden.Network }
    let seed: UInt64
    let x: GoldenTensor
    let first, last: Networks
    let reports: [[String: Double]]
    let labels: [Int]

  }

  private static let image = ImageShape(height: 6, width: 5, channels: 2)
  private static let windows = ImageWindows(
    over: image, filters: 3, size: 4, stride: 2, padding: 1)

  /// Layers of given weights, those of four dimensions convolutions.
  private func layers(
    _ network: TrainingGolden.Network, _ activation: Activation, _ last: Activation = .identity,
    _ compute: Compute = .plain
  ) -> [any AutoencoderLayer] {
    network.enumerated().map { index, layer in
      let isImage = layer[0].shape.count == 4
      return Autoencoder.layer(
        weight: layer[0].tensor, bias: layer[1].tensor,
        index == network.count - 1 ? last : activation, compute,
        isImage ? (index == 0 ? Self.windows : Self.windows.transposed) : nil)
    }
  }

  /// Four steps of the critic and two of the generator, in two passes over eight samples.
  @Test(arguments: ["cluster-gan", "cluster-gan-images"], [Compute.Path.plain, .fused])
  func matchesPyTorch(name: String, path: Compute.Path) throws {
    let given: Golden = try GoldenFile.load(name)
    let isImages = name.hasSuffix("images")
    var method = ClusterGAN(clusters: 3)
    (method.latent, method.batchSize, method.criticSteps, method.generatorSteps) = (2, 4, 2, 2)
    method.usesGraph = false
    (method.codeWeight, method.clusteringWeight, method.penaltyWeight) = (3, 2, 5)
    method.optimizer.learningRate = 0.01
    method.criticOptimizer.learningRate = 0.02
    let compute = Compute(path: path)
    let network = Autoencoder(
      encoder: layers(given.first.encoder, .steepLeakyRelu, .identity, compute),
      decoder: layers(given.first.generator, .relu, .sigmoid, compute))
    let critic = Critic(layers(given.first.critic, .steepLeakyRelu))
    var state = ClusterGAN.State(
      network: network, critic: critic,
      optimizer: Optimizer(method.optimizer, for: network.parameters),
      criticOptimizer: Optimizer(method.criticOptimizer, for: critic.parameters),
      assignments: [Int](repeating: -1, count: 8))
    let context = FitContext(
      data: given.x.tensor, seed: Seed(given.seed), imageShape: isImages ? Self.image : nil)
    #expect(method.plannedSteps(context) == 2)
    for (step, wanted) in given.reports.enumerated() {
      let report = method.advance(&state, context)
      #expect(Set(report.losses.keys) == Set(wanted.keys))
      for (name, value) in wanted {
        #expect(abs((report.losses[name] ?? 0) - value) < 2e-5, "\(name), step \(step)")
      }
      #expect((report.stopReason == nil) == (step == 0))
    }
    #expect(state.assignments == given.labels)
    expect(state.network, equals: (given.last.encoder, given.last.generator), "after two passes")
    for (index, wanted) in given.last.critic.joined().enumerated() {
      expect(state.critic.parameters[index], equals: wanted, within: 2e-5, "critic \(index)")
    }
  }

  /// 28 × 28: 14 × 14 × 64, 7 × 7 × 128, 1024, and back; the paper's shapes.
  @Test func theConvolutionalNetworksAreThePapers() throws {
    var method = try #require(ClusterGAN.profile("convolutional", clusters: 10))
    #expect(method.needsImages)
    method.usesGraph = false
    let context = FitContext(
      data: Tensor(repeating: 0.5, shape: [2, 784]), seed: Seed(1),
      imageShape: ImageShape(height: 28, width: 28))
    let state = method.begin(context)
    let shapes = [[64, 1, 4, 4], [128, 64, 4, 4], [1024, 6272]]
    #expect(state.network.encoder.map(\.weight.shape) == shapes + [[40, 1024]])
    #expect(
      state.network.decoder.map(\.weight.shape)
        == [[1024, 40], [6272, 1024], [128, 64, 4, 4], [64, 1, 4, 4]])
    #expect(
      state.critic.parameters.map(\.shape).filter { $0.count > 1 } == shapes + [[1, 1024]])
    #expect(state.network.decode(state.network.encode(context.data)).shape == [2, 784])
    #expect(state.network.decoder.last?.activation == .sigmoid)
    // Restored from an archive, both networks answer as before.
    var archive = Archive()
    method.store(state, in: &archive)
    let restored = try method.restore(from: archive, context)
    let rows = Generator(seed: 2).uniform(0..<1, shape: [2, 784])
    #expect((restored.critic(rows) - state.critic(rows)).magnitude().max().item == 0)
    // One pixel has room for no window, and still passes.
    let pixel = FitContext(
      data: Tensor(repeating: 0.5, shape: [2, 1]), seed: Seed(1),
      imageShape: ImageShape(height: 1, width: 1))
    let small = method.begin(pixel)
    #expect(small.network.decode(small.network.encode(pixel.data)).shape == [2, 1])
  }

  /// The encoder learns the communities of the graph, also where a fit was stopped.
  @Test func theEncoderLearnsTheGraph() throws {
    let generator = Generator(seed: 1)
    let near = generator.normal(shape: [40, 3])
    let context = FitContext(
      data: .concatenated([near, near + 8], along: 0), seed: Seed(1))
    var method = ClusterGAN(clusters: 2)
    (method.hidden, method.latent, method.batchSize) = ([16], 2, 8)
    (method.criticSteps, method.generatorSteps) = (2, 40)
    method.optimizer.learningRate = 0.01
    var state = method.begin(context)
    let first = try #require(state.communities)
    #expect(first == state.assignments)
    #expect(Set(first[..<40]).count == 1 && Set(first[40...]).count == 1 && Set(first).count == 2)
    var losses: [Double] = []
    for _ in 0..<8 {
      losses.append(try #require(method.advance(&state, context).losses["samples"]))
      var archive = Archive()
      method.store(state, in: &archive)
      state = try method.restore(from: archive, context)
    }
    #expect(losses[7] < losses[0] / 2)
    #expect(zip(state.assignments, first).count { $0 == $1 } >= 76)
    let random = try #require(ClusterGAN.profile("random-start", clusters: 2))
    var without = random.begin(context)
    #expect(without.communities == nil && without.assignments.allSatisfy { $0 == -1 })
    #expect(random.advance(&without, context).losses["samples"] == nil)
    // Three rows have no graph of twenty neighbours: there k-means tells them apart.
    let few = FitContext(
      data: near.rows(at: Tensor([0, 1, 2] as [Int64], shape: [3])), seed: Seed(1))
    #expect(Set(try #require(method.begin(few).communities)) == [0, 1])
  }

  /// A linear critic has one slope w everywhere: the penalty is (‖w‖ − 1)², its derivative
  /// 2 (‖w‖ − 1) w / ‖w‖.
  @Test func thePenaltyOfALinearCriticByHand() {
    let critic = Critic([
      Linear(weight: Tensor([3, 4] as [Float], shape: [1, 2]), bias: Tensor(column: [1]))
    ])
    let penalty = critic.penalty(at: Tensor([7, 8, 9, -1, 0, 0] as [Float], shape: [3, 2]))
    #expect(abs(penalty.item - 16) < 1e-5)
    let slopes = gradients(of: penalty, by: critic.parameters)
    let weight: [Double] = slopes[0].scalars()
    #expect(abs(weight[0] - 8 * 0.6) < 1e-5 && abs(weight[1] - 8 * 0.8) < 1e-5)
    #expect(slopes[1].item == 0)
  }

  /// The derivative of a deep critic's penalty against differences of the penalty itself.
  @Test func thePenaltysDerivativeMatchesDifferences() throws {
    let context = FitContext(data: Tensor(repeating: 0, shape: [1, 4]), seed: Seed(5))
    let critic = Critic(inputs: 4, hidden: [6, 5], context: context)
    let rows = Generator(seed: 3).normal(shape: [7, 4])
    let slopes = gradients(of: critic.penalty(at: rows), by: critic.parameters)
    for (parameter, slope) in zip(critic.parameters, slopes) where parameter.shape.count == 2 {
      let direction = Generator(seed: 4).normal(shape: parameter.shape)
      let kept = parameter.detached().copy()
      func penalty(_ step: Double) -> Double {
        parameter.assign(kept + direction * step)
        return critic.penalty(at: rows).item
      }
      let difference = (penalty(1e-3) - penalty(-1e-3)) / 2e-3
      parameter.assign(kept)
      let product = (slope * direction).sum().item
      #expect(abs(product - difference) < 2e-3 * (1 + abs(difference)))
    }
  }

  @Test func theGeneratorsRangeFollowsFromTheData() {
    func output(_ data: Tensor) -> Activation? {
      ClusterGAN.profile("random-start", clusters: 2)?
        .begin(FitContext(data: data, seed: Seed(1))).network.decoder.last?.activation
    }
    #expect(output(Tensor(column: [0, 0.5, 1])) == .sigmoid)
    #expect(output(Tensor(column: [0, 0.5, 1.1])) == .identity)
    #expect(output(Tensor(column: [-0.1, 0.5, 1])) == .identity)
  }

  /// The latent variables of one cluster differ in their normal part only, by σ.
  @Test func drawsFromTheLatentVariables() {
    func same(_ shape: [Int]) -> Linear {
      let count = shape[0]
      let values = (0..<(count * count)).map { Float($0 % (count + 1) == 0 ? 1 : 0) }
      return Linear(
        weight: Tensor(values, shape: shape), bias: Tensor(repeating: 0, shape: [count]))
    }
    let model = DiscreteLatentModel(
      network: Autoencoder(encoder: [same([5, 5])], decoder: [same([5, 5])]), clusters: 3,
      deviation: 0.25, data: Tensor([9, 9, 0, 0, 1, 9, 9, 3, 1, 2] as [Float], shape: [2, 5]))
    #expect(model.assignments == [2, 0])
    #expect(abs(Double(model.certainty[0]) - 1 / (1 + 2 * exp(-1))) < 1e-6)
    #expect(
      model.centroids.scalars(as: Int64.self) == [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])
    let drawn = model.samples(ofEachCluster: 5_000, using: Generator(seed: 1))
    #expect(drawn.shape == [3, 5_000, 5])
    let mean = drawn.mean(1)
    #expect((mean - model.centroids).magnitude().max().item < 0.02)
    let spread: [Double] = (drawn - mean.reshaped([3, 1, 5])).squared().mean(1).squareRoot()
      .scalars()
    for (index, value) in spread.enumerated() {
      #expect(abs(value - (index % 5 < 2 ? 0.25 : 0)) < 0.01)
    }
  }
}
