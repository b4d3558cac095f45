// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Variational deep embedding (Jiang, Zheng, Tan, Tang, Zhou, IJCAI 2017).
///
/// A variational autoencoder whose prior is a mixture of K Gaussians: c ∼ π, z ∼ N(u_c, diag λ_c),
/// x ∼ p(x|z). Network and mixture are trained together to minimise −ELBO, averaged over the batch
/// with one sample of z for each x, where q(c|x) = γ = p(c|z) of that sample. The bound holds for
/// any q(c|x): the first passes after a graph start take its labels, until the new head of variances
/// and the mixture fit each other.
///
/// It starts from the pretrained autoencoder, whose last layer becomes the head of the means, and a
/// mixture of its codes. Other than in the authors' code the mixture keeps its first weights, π and
/// λ cannot leave their range, and a sample's cluster is the most probable one at its mean code.
public struct VaDE: ClusteringMethod, Equatable {
  /// Where the first mixture comes from.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// Expectation and maximisation on the codes, the best of `restarts`, as in the paper.
    case gaussianMixture = "gaussian-mixture"
    /// The moments of the communities of the codes' neighbourhood graph; or that mixture where its
    /// clusters cut fewer edges of the graph.
    case graph
  }

  /// Name, title and source.
  public static let card = MethodCard(
    name: "vade", title: "Variational deep embedding (VaDE)",
    paper:
      "Jiang, Zheng, Tan, Tang, Zhou: Variational deep embedding: an unsupervised and generative "
      + "approach to clustering",
    venue: "IJCAI 2017",
    profiles: [
      ("practical", "100 passes, start from the neighbourhood graph of the codes"),
      ("gaussian-mixture-start", "the same passes, start from the best of 10 Gaussian mixtures"),
      ("paper", "layer-wise pretraining, Gaussian mixture start, 3000 passes in batches of 100"),
    ])

  /// K.
  public var clusters: Int
  /// How the autoencoder is trained.
  public var network = Pretraining()
  /// Where the first mixture comes from.
  public var start = Start.graph
  /// Starts of the expectation and maximisation, of which the best is taken.
  public var restarts = 10
  /// Passes for which q(c|x) is the labels of a graph start, before it follows from the codes.
  public var startEpochs = 10
  /// What the decoder's output says of the data; the choice that `auto` makes is kept in the model.
  public var likelihood = DecoderLikelihood.automatic
  /// The weight of −log p(x|z); the authors take 5 for one of their data sets, 1 for the others.
  public var reconstructionWeight = 1.0
  /// Passes over the samples, at least one.
  public var epochs = 100
  /// Samples of a batch.
  public var batchSize = 256
  /// The rule of the network's steps.
  public var optimizer = VaDE.adam(1e-3)
  /// The rule of the mixture's steps.
  public var mixtureOptimizer = VaDE.adam(1e-3)
  /// How both rates fall, counted in passes.
  public var schedule = StepSchedule(every: 10, factor: 0.9)
  /// Where they stop falling.
  public var lowestRate = 2e-4

  // Named as in the other methods, so that one setting serves them all.
  private enum CodingKeys: String, CodingKey {
    case clusters, start, restarts, startEpochs, likelihood, reconstructionWeight, epochs, batchSize
    case optimizer, mixtureOptimizer, schedule, lowestRate
    case network = "pretraining"
  }

  /// VaDE in its practical profile.
  public init(clusters: Int) { self.clusters = clusters }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> VaDE? {
    var method = VaDE(clusters: clusters)
    switch name {
    case "practical": break
    case "gaussian-mixture-start": method.start = .gaussianMixture
    case "paper":
      method.network = .paper
      method.start = .gaussianMixture
      (method.epochs, method.batchSize) = (3000, 100)
      (method.optimizer, method.mixtureOptimizer) = (adam(2e-3), adam(2e-3))
    default: return nil
    }
    return method
  }

  private static func adam(_ rate: Double) -> OptimizerSettings {
    var settings = OptimizerSettings.adam(rate)
    settings.epsilon = 1e-4
    return settings
  }

  /// How the autoencoder is trained.
  public var pretraining: Pretraining? { network }

  /// Network, mixture, and where the fit stands.
  public struct State {
    let network: VariationalAutoencoder
    let mixture: DiagonalMixture
    /// Never `automatic`.
    let likelihood: DecoderLikelihood
    var optimizer: Optimizer
    var mixtureOptimizer: Optimizer
    /// Passes so far.
    var steps = 0
    /// The clusters after the last pass.
    var assignments: [Int]
    /// The labels to begin with, while q(c|x) is made of them.
    var startLabels: [Int]?
  }

  // MARK: The fit

  /// Embeds the samples and finds the first mixture.
  ///
  /// The new head of log σ̃² says the same of every sample at first: a tenth of the variance that
  /// the codes have within the components.
  ///
  /// - Throws: ``InputError`` when the data do not suit the likelihood that was asked for.
  public func begin(_ context: FitContext) throws -> State {
    guard let pretrained = context.pretrained else {
      preconditionFailure("vade begins from a pretrained autoencoder")
    }
    let likelihood = try likelihood.resolved(for: context.data)
    let codes = pretrained.embedding(of: context.data)
    let (mixture, labels, isGraph) = firstMixture(codes, context.seed)
    let within = withoutGradients {
      (mixture.logVariances.exp() * mixture.logits.softmax(0).reshaped([clusters, 1])).sum(0)
    }
    let network = VariationalAutoencoder(
      likelihood == .bernoulli ? pretrained.withLogits() : pretrained,
      logVariances: (within * 0.1).log())
    let trained = mixture.trained()
    return State(
      network: network, mixture: trained, likelihood: likelihood,
      optimizer: Optimizer(optimizer, for: network.parameters),
      mixtureOptimizer: Optimizer(mixtureOptimizer, for: trained.parameters), assignments: labels,
      startLabels: isGraph ? labels : nil)
  }

  private func firstMixture(
    _ codes: Tensor, _ seed: Seed
  ) -> (mixture: DiagonalMixture, labels: [Int], isGraph: Bool) {
    var learner = GaussianMixture(clusters: clusters)
    learner.covariance = .diagonal
    learner.restarts = restarts
    let mixture = learner.fit(codes, seed: seed).mixture
    let labels = mixture.probabilities(of: codes).labels
    guard start == .graph else { return (mixture, labels, false) }
    let communities = NeighborhoodGraphStart(clusters: clusters).labels(
      of: codes, unlessBetter: labels, seed: seed)
    guard let communities else { return (mixture, labels, false) }
    return (learner.moments(of: codes, labels: communities), communities, true)
  }

  /// One pass over the samples in batches of a fresh random order.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let order = context.seed.generator("clustering batches", state.steps)
      .permutation(context.rows).to(context.device)
    let noise = context.seed.generator("clustering noise", state.steps, on: context.device)
    let network = state.network.parameters
    let parameters = network + state.mixture.parameters
    let held =
      state.steps < startEpochs
      ? state.startLabels.map { oneHot($0, clusters).to(context.device) } : nil
    var total = (reconstruction: zero(context), clustering: zero(context))
    var batches = 0.0
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, context.rows))
      let (reconstruction, clustering) = terms(
        state, context.data.rows(at: index), held?.rows(at: index), noise)
      let loss = reconstruction * reconstructionWeight + clustering  // −ELBO
      let slopes = gradients(of: loss, by: parameters)
      state.optimizer.step(
        network, gradients: Array(slopes[..<network.count]),
        rateFactor: rateFactor(optimizer, state.steps))
      state.mixtureOptimizer.step(
        state.mixture.parameters, gradients: Array(slopes[network.count...]),
        rateFactor: rateFactor(mixtureOptimizer, state.steps))
      total.reconstruction = total.reconstruction + reconstruction.detached()
      total.clustering = total.clustering + clustering.detached()
      batches += 1
    }
    state.steps += 1
    return report(
      &state, context, reconstruction: total.reconstruction.item / batches,
      clustering: total.clustering.item / batches)
  }

  private func zero(_ context: FitContext) -> Tensor {
    Tensor(repeating: 0, shape: [], on: context.device)
  }

  /// −E log p(x|z) and KL(q(z,c|x) ‖ p(z,c)), averaged over a batch, for q(c|x) as `held` says or
  /// as follows from the codes.
  private func terms(
    _ state: State, _ x: Tensor, _ held: Tensor?, _ noise: Generator
  ) -> (reconstruction: Tensor, clustering: Tensor) {
    let (mean, logVariance) = state.network.posterior(x)
    let z = mean + (logVariance * 0.5).exp() * noise.normal(shape: mean.shape)
    let weights = state.mixture.logWeights
    let gamma: Tensor, divergence: Tensor
    if let held {
      gamma = held.to(.float64)
      divergence = -(gamma * weights).sum(1)
    } else {
      let logGamma = state.mixture.logProbabilities(z)
      gamma = logGamma.exp()
      divergence = EvidenceLowerBound.assignmentDivergence(logGamma, weights)
    }
    let reconstruction = state.likelihood.negativeLogLikelihood(
      x, state.network.autoencoder.decode(z))
    let clustering =
      EvidenceLowerBound.crossEntropy(mean, logVariance, gamma, state.mixture)
      - EvidenceLowerBound.entropy(logVariance) + divergence
    return (reconstruction, clustering.mean().to(.float32))
  }

  private func rateFactor(_ settings: OptimizerSettings, _ pass: Int) -> Double {
    max(schedule.rateFactor(at: pass), min(1, lowestRate / settings.learningRate))
  }

  private func report(
    _ state: inout State, _ context: FitContext, reconstruction: Double, clustering: Double
  ) -> StepReport {
    let codes = state.network.autoencoder.embedding(of: context.data)
    let labels = state.mixture.probabilities(of: codes).labels
    let changed = zip(labels, state.assignments).count { $0 != $1 }
    state.assignments = labels
    var report = StepReport(
      loss: reconstructionWeight * reconstruction + clustering,
      losses: ["reconstruction": reconstruction, "clustering": clustering],
      changed: Double(changed) / Double(context.rows))
    if !report.loss.isFinite {
      report.stopReason = "the loss is not a number any more: try a smaller learning rate"
    } else if state.steps >= epochs {
      report.stopReason = "all planned passes were made"
    }
    return report
  }

  /// The network with the mixture of its codes.
  public func finish(_ state: State, _ context: FitContext) -> LatentMixtureModel {
    LatentMixtureModel(
      network: state.network.autoencoder.copy(), mixture: state.mixture,
      likelihood: state.likelihood, data: context.data)
  }

  /// The most probable clusters after the last pass.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// The means of the codes under the encoder as it is.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    state.network.autoencoder.embedding(of: rows)
  }
  /// The passes.
  public func plannedSteps(_ context: FitContext) -> Int { max(epochs, 1) }
  /// The passes so far.
  public func stepsTaken(_ state: State) -> Int { state.steps }

  // MARK: Saving

  /// Puts network, mixture and optimisers into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.network.store(in: &archive, under: "network")
    state.mixture.store(in: &archive)
    state.optimizer.store(in: &archive, under: "optimizer")
    state.mixtureOptimizer.store(in: &archive, under: "mixtureOptimizer")
    archive.set("likelihood", state.likelihood)
    archive.set("steps", state.steps)
    archive.set("assignments", state.assignments)
    archive.set("startLabels", state.startLabels)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      network: try VariationalAutoencoder(from: archive, under: "network", on: context.device),
      mixture: try DiagonalMixture(from: archive, on: context.device).trained(),
      likelihood: try archive.value("likelihood"),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      mixtureOptimizer: try Optimizer(
        mixtureOptimizer, from: archive, under: "mixtureOptimizer", on: context.device),
      steps: try archive.value("steps"), assignments: try archive.value("assignments"),
      startLabels: try archive.value("startLabels", as: [Int]?.self))
  }
}

extension Tensor {
  /// The column of the largest element of each row.
  var labels: [Int] { argmax(1).scalars(as: Int64.self).map(Int.init) }
}
