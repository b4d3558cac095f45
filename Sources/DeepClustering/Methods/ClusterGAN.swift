// SPDX-License-Identifier: Apache-2.0
public import Torch

/// ClusterGAN (Mukherjee, Asnani, Lin, Kannan, AAAI 2019).
///
/// A generator G makes samples from z = (z_n, z_c), where z_n ∼ N(0, σ²·I) and z_c is one of K
/// one-hot vectors, all equally likely. A critic D tells them from the data (Wasserstein distance
/// with a gradient penalty), and an encoder E finds z again. G and E are trained together by
/// −E D(G(z)) + β_n ‖z_n − E(G(z))_n‖² / d_n + β_c H(z_c, E(G(z))_c), H being the cross-entropy.
///
/// Nothing in this keeps two classes from sharing a z_c, and E sees nothing but what G makes. Ours
/// therefore finds the communities c(x) of the samples' neighbourhood graph, and E learns them too, by
/// β_c H(c(x), E(x)_c): they say which cluster a z_c stands for, so the clusters are in the
/// main those of the graph. The profile `random-start` has nothing of this, as the paper.
///
/// The networks are dense, or convolutional for images as in the paper (profile `convolutional`),
/// and in both cases without batch normalisation, which the paper's generator has. The critic is
/// always computed in single precision. A sample's cluster is the largest of E(x)_c, for all
/// samples; the authors' code runs k-means on E(x) of a part of them. The penalty takes a new point
/// between each pair of samples, theirs one share for a batch.
public struct ClusterGAN: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "cluster-gan", title: "ClusterGAN",
    paper:
      "Mukherjee, Asnani, Lin, Kannan: ClusterGAN: latent space clustering in generative "
      + "adversarial networks",
    venue: "AAAI 2019",
    profiles: [
      (
        "practical",
        "6,000 steps of the generator, faster rates, and the samples' neighbourhood graph"
      ),
      ("random-start", "30,000 steps without the graph"),
      ("convolutional", "the same steps with the paper's convolutional networks for images"),
      ("paper", "the rates and the 500,000 steps of the generator of the authors' code"),
    ])

  /// K.
  public var clusters: Int
  /// Filters of the convolutions before the dense layers; none unless the data are images.
  public var filters: [Int] = []
  /// Units of the hidden layers of encoder and critic, from the data on; the generator mirrors them.
  public var hidden = [512, 512]
  /// d_n, the numbers of z_n.
  public var latent = 30
  /// σ, the deviation of z_n.
  public var deviation = 0.1
  /// β_n, the weight of what the encoder misses of z_n.
  public var codeWeight = 10.0
  /// β_c, the weight of what it misses of z_c.
  public var clusteringWeight = 10.0
  /// The weight of the gradient penalty.
  public var penaltyWeight = 10.0
  /// Steps of the critic for each step of the generator.
  public var criticSteps = 5
  /// Steps of the generator.
  public var generatorSteps = 6_000
  /// Whether the encoder learns the communities of the samples' neighbourhood graph too.
  public var usesGraph = true
  /// Samples of a batch.
  public var batchSize = 64
  /// The rule of the steps of generator and encoder.
  public var optimizer = ClusterGAN.adam(5e-4)
  /// The rule of the steps of the critic.
  public var criticOptimizer = ClusterGAN.adam(5e-4)

  /// ClusterGAN in its practical profile.
  public init(clusters: Int) { self.clusters = clusters }

  /// One of the profiles of the card.
  public static func profile(_ name: String, clusters: Int) -> ClusterGAN? {
    var method = ClusterGAN(clusters: clusters)
    switch name {
    case "practical": break
    case "random-start": (method.generatorSteps, method.usesGraph) = (30_000, false)
    case "convolutional": (method.filters, method.hidden) = ([64, 128], [1024])
    case "paper":
      (method.generatorSteps, method.usesGraph) = (500_000, false)
      (method.optimizer, method.criticOptimizer) = (adam(1e-4), adam(1e-4))
    default: return nil
    }
    return method
  }

  private static func adam(_ rate: Double) -> OptimizerSettings {
    var settings = OptimizerSettings.adam(rate)
    (settings.beta1, settings.beta2) = (0.5, 0.9)
    return settings
  }

  /// With convolutions.
  public var needsImages: Bool { !filters.isEmpty }
  /// It begins from random weights.
  public var pretraining: Pretraining? { nil }

  /// The networks, and where the fit stands.
  public struct State {
    /// E and G, as encoder and decoder.
    let network: Autoencoder
    let critic: Critic
    var optimizer: Optimizer
    var criticOptimizer: Optimizer
    var progress = Progress()
    /// The clusters after the last pass.
    var assignments: [Int]
    /// The communities of the graph; nil without it.
    var communities: [Int]?
  }

  struct Progress: Codable {
    /// Passes so far.
    var steps = 0
    var criticSteps = 0
    var generatorSteps = 0
  }

  // MARK: The fit

  /// Draws the weights, and finds the clusters to begin with.
  public func begin(_ context: FitContext) -> State {
    let drawn = generatorAndEncoder(context)
    let isShare = context.data.min().item >= 0 && context.data.max().item <= 1
    let network = isShare ? drawn.withSigmoidOutput() : drawn
    let critic =
      needsImages
      ? Critic(filters: filters, hidden: hidden, context: context)
      : Critic(inputs: context.columns, hidden: hidden, context: context)
    let communities = usesGraph ? communities(context) : nil
    return State(
      network: network, critic: critic, optimizer: Optimizer(optimizer, for: network.parameters),
      criticOptimizer: Optimizer(criticOptimizer, for: critic.parameters),
      assignments: communities ?? [Int](repeating: -1, count: context.rows),
      communities: communities)
  }

  /// The communities of the samples' graph, or where there are not so many, k-means.
  private func communities(_ context: FitContext) -> [Int] {
    if let labels = NeighborhoodGraphStart(clusters: clusters).labels(
      of: context.data, seed: context.seed)
    {
      return labels
    }
    let centroids = KMeans(clusters: clusters).cluster(context.data, seed: context.seed).centroids
    return NearestCentroids(of: context.data, among: centroids).labels
  }

  private func generatorAndEncoder(_ context: FitContext) -> Autoencoder {
    guard needsImages else {
      let layout = AutoencoderLayout(
        hidden: hidden, latent: latent + clusters, activation: .steepLeakyRelu)
      return Autoencoder(layout, inputs: context.columns, context: context)
    }
    let stack = ImageStack(
      filters: filters, hidden: hidden, outputs: latent + clusters, context)
    let random = context.seed.generator("weights")
    return Autoencoder(
      encoder: stack.layers(
        .steepLeakyRelu, compute: context.compute, using: random, on: context.device),
      decoder: stack.mirrored(.relu, compute: context.compute, using: random, on: context.device))
  }

  /// One pass of the critic over the samples, with the generator's steps in between.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    let step = state.progress.steps
    let order = context.seed.generator("clustering batches", step).permutation(context.rows)
    let random = context.seed.generator("latent variables", step)
    var totals = Totals(on: context.device)
    let communities = state.communities.map { oneHot($0, clusters).to(context.device) }
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      let index = order.slice(low..<min(low + batchSize, context.rows)).to(context.device)
      let x = context.data.rows(at: index)
      trainCritic(&state, x, random, &totals)
      if state.progress.criticSteps.isMultiple(of: criticSteps) {
        let known = communities.map { (x, clusters: $0.rows(at: index)) }
        trainGenerator(&state, known, random, context.device, &totals)
      }
      if state.progress.generatorSteps == generatorSteps { break }
    }
    state.progress.steps += 1
    return report(&state, context, totals)
  }

  /// One step of the critic on a batch of samples x.
  private func trainCritic(
    _ state: inout State, _ x: Tensor, _ random: Generator, _ totals: inout Totals
  ) {
    let z = latentVariables(x.shape[0], random, x.device)
    let made = withoutGradients { state.network.decode(z.all) }
    let distance = state.critic(x).mean() - state.critic(made).mean()
    let share = random.uniform(0..<1, shape: [x.shape[0], 1]).to(x.device)
    let penalty = state.critic.penalty(at: made + (x - made) * share)
    let loss = penalty * penaltyWeight - distance
    state.criticOptimizer.step(
      state.critic.parameters, gradients: gradients(of: loss, by: state.critic.parameters))
    state.progress.criticSteps += 1
    totals.add(["distance": distance, "penalty": penalty])
  }

  /// One step of generator and encoder, with samples whose communities are known.
  private func trainGenerator(
    _ state: inout State, _ known: (x: Tensor, clusters: Tensor)?, _ random: Generator,
    _ device: Device, _ totals: inout Totals
  ) {
    let z = latentVariables(batchSize, random, device)
    let made = state.network.decode(z.all)
    let found = state.network.encode(made)
    let generator = -state.critic(made).mean()
    let codes = (found.slice(0..<latent, of: 1) - z.noise).squared().mean()
    let clustering = crossEntropy(z.cluster, found)
    var loss = generator + codes * codeWeight + clustering * clusteringWeight
    if let known {
      let samples = crossEntropy(known.clusters, state.network.encode(known.x))
      loss = loss + samples * clusteringWeight
      totals.add(["samples": samples])
    }
    state.optimizer.step(
      state.network.parameters, gradients: gradients(of: loss, by: state.network.parameters))
    state.progress.generatorSteps += 1
    totals.add(["generator": generator, "codes": codes, "clustering": clustering])
  }

  /// H(c, E(·)_c), the mean over the rows of c and of codes E(·).
  private func crossEntropy(_ c: Tensor, _ codes: Tensor) -> Tensor {
    let logC = codes.slice(latent..<(latent + clusters), of: 1).logSoftmax(1)
    return -(c * logC).sum(1).mean()
  }

  /// z_n, the one-hot z_c, and both side by side.
  private func latentVariables(
    _ count: Int, _ random: Generator, _ device: Device
  ) -> (noise: Tensor, cluster: Tensor, all: Tensor) {
    let uniform: [Float] = random.uniform(0..<Double(clusters), shape: [count]).scalars()
    // The largest float below K may have been rounded up to K.
    let labels = uniform.map { min(Int($0), clusters - 1) }
    let noise = random.normal(deviation: deviation, shape: [count, latent]).to(device)
    let cluster = oneHot(labels, clusters).to(device)
    return (noise, cluster, .concatenated([noise, cluster], along: 1))
  }

  private func report(
    _ state: inout State, _ context: FitContext, _ totals: Totals
  ) -> StepReport {
    let labels = state.network.embedding(of: context.data)
      .slice(latent..<(latent + clusters), of: 1).labels
    let changed = zip(labels, state.assignments).count { $0 != $1 }
    state.assignments = labels
    let losses = totals.means()
    var report = StepReport(
      loss: (losses["generator"] ?? 0) + codeWeight * (losses["codes"] ?? 0)
        + clusteringWeight * ((losses["clustering"] ?? 0) + (losses["samples"] ?? 0))
        + penaltyWeight * (losses["penalty"] ?? 0),
      losses: losses, changed: Double(changed) / Double(context.rows))
    if !losses.values.allSatisfy(\.isFinite) {
      report.loss = .nan
      report.stopReason = "a loss is not a number any more: try a smaller learning rate"
    } else if state.progress.generatorSteps >= generatorSteps {
      report.stopReason = "all planned steps of the generator were made"
    }
    return report
  }

  /// The encoder and the generator.
  public func finish(_ state: State, _ context: FitContext) -> DiscreteLatentModel {
    DiscreteLatentModel(
      network: state.network.copy(), clusters: clusters, deviation: deviation, data: context.data)
  }

  /// The largest of E(x)_c after the last pass.
  public func assignments(_ state: State) -> [Int]? { state.assignments }
  /// E(x) under the encoder as it is: z_n and the probabilities of the clusters.
  public func codes(_ state: State, of rows: Tensor) -> Tensor? {
    let codes = state.network.embedding(of: rows)
    return .concatenated(
      [
        codes.slice(0..<latent, of: 1), codes.slice(latent..<(latent + clusters), of: 1).softmax(1),
      ],
      along: 1)
  }
  /// The passes.
  public func plannedSteps(_ context: FitContext) -> Int {
    let batches = (context.rows + batchSize - 1) / batchSize
    return (generatorSteps * criticSteps + batches - 1) / batches
  }
  /// The passes so far.
  public func stepsTaken(_ state: State) -> Int { state.progress.steps }

  // MARK: Saving

  /// Puts networks and optimisers into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.network.store(in: &archive, under: "network")
    state.critic.store(in: &archive, under: "critic")
    state.optimizer.store(in: &archive, under: "optimizer")
    state.criticOptimizer.store(in: &archive, under: "criticOptimizer")
    archive.set("progress", state.progress)
    archive.set("assignments", state.assignments)
    archive.set("communities", state.communities)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      network: try Autoencoder(from: archive, under: "network", on: context.device),
      critic: try Critic(from: archive, under: "critic", on: context.device),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      criticOptimizer: try Optimizer(
        criticOptimizer, from: archive, under: "criticOptimizer", on: context.device),
      progress: try archive.value("progress"), assignments: try archive.value("assignments"),
      communities: try archive.value("communities", as: [Int]?.self))
  }
}

/// Sums of the terms of a pass, which are brought to the host once.
private struct Totals {
  private var sums: [String: Tensor] = [:]
  private var counts: [String: Double] = [:]
  private let zero: Tensor

  init(on device: Device) { zero = Tensor(repeating: 0, shape: [], on: device) }

  mutating func add(_ terms: [String: Tensor]) {
    for (name, value) in terms {
      sums[name] = (sums[name] ?? zero) + value.detached()
      counts[name, default: 0] += 1
    }
  }

  /// The mean of each term.
  func means() -> [String: Double] {
    sums.reduce(into: [:]) { $0[$1.key] = $1.value.item / (counts[$1.key] ?? 1) }
  }
}
