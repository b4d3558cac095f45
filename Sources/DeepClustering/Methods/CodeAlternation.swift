// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The codes of an autoencoder that is trained in turn with their clusters: the joint form of DeepDPM.
///
/// While the clusters c and their mean codes μ are held, an epoch of the network minimises
/// L = λ/B Σ_i ‖x_i − g(z_i)‖² + 1/(2B) Σ_i ‖z_i − μ_c(i)‖² / s over the batches, z = f(x). s is the
/// mean squared distance of the codes from their mean when the clusters were found, so that λ means
/// the same for codes of any size.
struct CodeAlternation {
  /// Clusters that the network is pulled to.
  struct Held {
    /// The cluster of every sample.
    let labels: [Int]
    /// K × latent.
    let means: Tensor
    /// s.
    let spread: Double
  }

  let autoencoder: Autoencoder
  private var optimizer: Optimizer
  /// Times that the clusters have been found before.
  private(set) var round = 0
  /// Epochs of the network, of all rounds.
  private(set) var epochs = 0
  /// Nil while clusters are looked for.
  private(set) var held: Held?

  init(_ settings: OptimizerSettings, _ context: FitContext) {
    // The network of the context may serve other fits too.
    guard let autoencoder = context.pretrained?.copy() else {
      preconditionFailure("codes come from a pretrained autoencoder")
    }
    self.autoencoder = autoencoder
    optimizer = Optimizer(settings, for: autoencoder.parameters)
  }

  /// The codes of the samples, n × latent.
  func codes(_ context: FitContext) -> Tensor { autoencoder.embedding(of: context.data) }

  /// Holds clusters for the epochs of the network that follow.
  mutating func hold(_ labels: [Int], _ context: FitContext) {
    let codes = codes(context)
    let spread = (codes - codes.mean(0, keeping: true)).squared().sum(1).mean().item
    let k = 1 + (labels.max() ?? 0)
    held = Held(
      labels: labels, means: NeighborhoodGraphStart.means(of: codes, labels, clusters: k),
      spread: max(spread, Double(Float.leastNormalMagnitude)))
  }

  /// Looks for clusters again.
  mutating func release() {
    held = nil
    round += 1
  }

  /// One epoch of the network.
  mutating func train(
    batch: Int, reconstructionWeight: Double, _ context: FitContext
  ) -> StepReport {
    guard let held else { preconditionFailure("no clusters are held") }
    let order = context.seed.generator("alternation batches", epochs).permutation(context.rows)
    let parameters = autoencoder.parameters
    var (clustering, reconstruction, batches) = (0.0, 0.0, 0.0)
    for low in stride(from: 0, to: context.rows, by: batch) {
      let index = order.slice(low..<min(low + batch, context.rows))
      let own = index.scalars(as: Int64.self).map { Int64(held.labels[Int($0)]) }
      let x = context.data.rows(at: index.to(context.device))
      let z = autoencoder.encode(x)
      let means = held.means.rows(at: Tensor(own, shape: [own.count]).to(context.device))
      let distance = (z - means).squared().mean() * (Double(z.shape[1]) / (2 * held.spread))
      let error = (autoencoder.decode(z) - x).squared().mean() * Double(context.columns)
      optimizer.step(
        parameters,
        gradients: gradients(of: error * reconstructionWeight + distance, by: parameters))
      clustering += distance.detached().item
      reconstruction += error.detached().item
      batches += 1
    }
    epochs += 1
    (clustering, reconstruction) = (clustering / batches, reconstruction / batches)
    return StepReport(
      loss: reconstructionWeight * reconstruction + clustering,
      losses: ["reconstruction": reconstruction, "clustering": clustering])
  }
}

// MARK: - Saving

extension CodeAlternation {
  /// Puts network, optimiser and held clusters into an archive.
  func store(in archive: inout Archive) {
    autoencoder.store(in: &archive, under: "alternation network")
    optimizer.store(in: &archive, under: "alternation optimizer")
    archive.set("alternation round", round)
    archive.set("alternation epochs", epochs)
    archive.set("held labels", held?.labels)
    guard let held else { return }
    archive.set("held means", tensor: held.means)
    archive.set("held spread", held.spread)
  }

  /// What an archive holds.
  init(_ settings: OptimizerSettings, from archive: Archive, _ context: FitContext) throws {
    autoencoder = try Autoencoder(
      from: archive, under: "alternation network", on: context.device)
    optimizer = try Optimizer(
      settings, from: archive, under: "alternation optimizer", on: context.device)
    (round, epochs) = (
      try archive.value("alternation round"), try archive.value("alternation epochs")
    )
    held = try archive.value("held labels", as: [Int]?.self).map { labels in
      Held(
        labels: labels, means: try archive.tensor("held means", on: context.device),
        spread: try archive.value("held spread"))
    }
  }
}
