// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Learns an autoencoder by reconstruction: greedily layer by layer, end to end, or both.
///
/// The stacked denoising autoencoder of DEC (Xie et al., ICML 2016, §3.2) is the profile `paper`.
/// A step is one pass over the samples, in batches of a fresh random order.
public struct Pretraining: Learner, Equatable {
  /// What the reconstruction is compared by.
  public enum Loss: String, Codable, Sendable, CaseIterable {
    /// ‖x − x̂‖² / D, averaged over the batch.
    case mean
    /// ½‖x − x̂‖² / D, averaged over the batch.
    case halfMean = "half-mean"
    /// ½‖x − x̂‖², averaged over the batch.
    case halfSum = "half-sum"
  }

  /// The shape of the network.
  public var layout = AutoencoderLayout()
  /// Batches that each layer is trained for on its own, before the whole; 0 for none.
  public var layerwiseIterations = 0
  /// Share of units dropped before and after a layer while it is trained on its own.
  public var dropout = 0.2
  /// Passes over the samples that the whole network is trained for.
  public var epochs = 40
  /// Batches that the whole network is trained for at least: few samples need more passes.
  public var minimumIterations = 5_000
  /// Share of the inputs set to zero while the whole network is trained (denoising).
  public var corruption = 0.0
  /// How images are changed before they are seen; the reconstruction is of the changed ones.
  public var augmentation = ImageAugmentation.none
  /// Samples of a batch.
  public var batchSize = 256
  /// What the reconstruction is compared by.
  public var loss = Loss.mean
  /// The rule of the steps; it starts afresh in each phase.
  public var optimizer = OptimizerSettings.adam(1e-3)
  /// How the rate falls within a phase, counted in batches.
  public var schedule = StepSchedule(every: 0, factor: 0.1)

  /// The end-to-end profile that most users want.
  public init() {}

  /// DEC's own: layers of N(0, 0.01²), 50,000 batches each with dropout, then 100,000 for all;
  /// SGD of rate 0.1 and momentum 0.9, divided by ten every 20,000.
  ///
  /// The loss is divided by D: with ½‖x − x̂‖² that rate kills the first layer of MNIST within its
  /// first pass, since the largest eigenvalue of the data's second moments, 331 at a mean square of one,
  /// times the rate is far over what a momentum of 0.9 allows (3.8).
  public static var paper: Pretraining {
    var result = Pretraining()
    result.layout.weights = .smallNormal
    result.layerwiseIterations = 50_000
    (result.epochs, result.minimumIterations) = (0, 100_000)
    result.loss = .halfMean
    result.optimizer = .sgd(0.1, momentum: 0.9)
    result.schedule = StepSchedule(every: 20_000, factor: 0.1)
    return result
  }

  /// Doubts about the settings, one sentence each.
  public var warnings: [String] {
    guard layout.activation.saturates, layout.hidden.count > 1 else { return [] }
    return [
      """
      the encoder's \(layout.activation.rawValue) layers saturate: deep encoders of that kind often \
      collapse to a constant code; relu is safer
      """
    ]
  }

  /// Whether the settings make sense for images only.
  var needsImages: Bool { layout.kind == .convolutional || !augmentation.isNone }

  /// The network, where it stands and what the optimiser remembers.
  public struct State {
    /// The network so far.
    public internal(set) var autoencoder: Autoencoder
    var optimizer: Optimizer
    var progress = Progress()
  }

  struct Progress: Codable {
    /// The layer that is trained on its own; the number of layers when all are.
    var phase = 0
    /// Batches of this phase so far.
    var iteration = 0
    var steps = 0
    /// Multiplies the learning rate; falls each time that the training diverges and begins anew.
    var rateFactor = 1.0
  }

  // MARK: The fit

  /// Draws the weights.
  public func begin(_ context: FitContext) -> State {
    let autoencoder = Autoencoder(layout, inputs: context.columns, context: context)
    var progress = Progress()
    if layerwiseIterations == 0 { progress.phase = autoencoder.encoder.count }
    return State(
      autoencoder: autoencoder,
      optimizer: Optimizer(optimizer, for: trained(autoencoder, progress.phase)),
      progress: progress)
  }

  /// One pass over the samples, or what is left of the phase.
  ///
  /// Training that diverges begins anew with a quarter of the learning rate, and its steps count from
  /// 1 again: the rate that suits images in unit range is too large for some tables.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    var report = pass(&state, context)
    while !report.loss.isFinite && state.progress.rateFactor > 1e-3 {
      let rateFactor = state.progress.rateFactor / 4
      state = begin(context)
      state.progress.rateFactor = rateFactor
      report = pass(&state, context)
      report.warning =
        "the pretraining diverged and began anew with the learning rate \(optimizer.learningRate * rateFactor)"
    }
    return report
  }

  private func pass(_ state: inout State, _ context: FitContext) -> StepReport {
    let layerCount = state.autoencoder.encoder.count
    let order = context.seed.generator("pretraining batches", state.progress.steps)
      .permutation(context.rows).to(context.device)
    let noise = context.seed.generator(
      "pretraining noise", state.progress.steps, on: context.device)
    let changes = context.seed.generator("pretraining augmentation", state.progress.steps)
    let parameters = trained(state.autoencoder, state.progress.phase)
    let planned = plannedIterations(state.progress.phase, layerCount, context)
    var total = Tensor(repeating: 0, shape: [], on: context.device)
    var batches = 0.0
    for low in stride(from: 0, to: context.rows, by: batchSize) {
      if state.progress.iteration == planned { break }
      let index = order.slice(low..<min(low + batchSize, context.rows))
      let x = augmentation(
        context.data.rows(at: index), context.imageShape, using: changes)
      let loss =
        state.progress.phase < layerCount
        ? layerLoss(state.autoencoder, state.progress.phase, x, noise)
        : wholeLoss(state.autoencoder, x, noise)
      state.optimizer.step(
        parameters, gradients: gradients(of: loss, by: parameters),
        rateFactor: state.progress.rateFactor * schedule.rateFactor(at: state.progress.iteration))
      state.progress.iteration += 1
      total = total + loss.detached()
      batches += 1
    }
    state.progress.steps += 1
    let mean = total.item / max(batches, 1)
    var report = StepReport(loss: mean, losses: ["reconstruction": mean])
    guard state.progress.iteration >= planned else {
      if !mean.isFinite { report.stopReason = diverged }
      return report
    }
    if state.progress.phase == layerCount || !mean.isFinite {
      report.stopReason = mean.isFinite ? "all planned passes were made" : diverged
    } else {
      state.progress.phase += 1
      state.progress.iteration = 0
      state.optimizer = Optimizer(
        optimizer, for: trained(state.autoencoder, state.progress.phase))
    }
    return report
  }

  private var diverged: String {
    "the loss is not a number any more: try a smaller learning rate"
  }

  /// The loss of one layer and its counterpart: h → dropout → f_i → dropout → g_i → h.
  ///
  /// The layers below are frozen; the data themselves are not dropped, as in DEC's code.
  private func layerLoss(
    _ network: Autoencoder, _ layer: Int, _ x: Tensor, _ noise: Generator
  ) -> Tensor {
    let drop = Dropout(dropout)
    let h = withoutGradients { network.encoder[..<layer].reduce(x) { $1($0) } }
    let input = layer == 0 ? h : drop(h, .training(noise))
    var code = network.encoder[layer](input)
    if layer < network.encoder.count - 1 { code = drop(code, .training(noise)) }
    return reconstructionLoss(h, network.decoder[network.decoder.count - 1 - layer](code))
  }

  private func wholeLoss(_ network: Autoencoder, _ x: Tensor, _ noise: Generator) -> Tensor {
    let input = Dropout(corruption)(x, .training(noise))
    // Dropped inputs are not enlarged: a picture with holes keeps its brightness.
    let seen = corruption > 0 ? input * (1 - corruption) : x
    return reconstructionLoss(x, network.decode(network.encode(seen)))
  }

  private func reconstructionLoss(_ x: Tensor, _ y: Tensor) -> Tensor {
    switch loss {
    case .mean: y.meanSquaredError(to: x)
    case .halfMean: y.squaredError(to: x, scale: 0.5 / Double(x.count))
    case .halfSum: y.squaredError(to: x, scale: 0.5 / Double(x.shape[0]))
    }
  }

  private func trained(_ network: Autoencoder, _ phase: Int) -> [Tensor] {
    guard phase < network.encoder.count else { return network.parameters }
    return [network.encoder[phase], network.decoder[network.decoder.count - 1 - phase]]
      .flatMap { $0.parameters.map(\.value) }
  }

  private func plannedIterations(_ phase: Int, _ layers: Int, _ context: FitContext) -> Int {
    if phase < layers { return layerwiseIterations }
    return max(minimumIterations, epochs * passLength(context))
  }

  private func passLength(_ context: FitContext) -> Int {
    (context.rows + batchSize - 1) / batchSize
  }

  /// The network of a state.
  public func finish(_ state: State, _ context: FitContext) -> Autoencoder { state.autoencoder }

  /// The passes of all phases.
  public func plannedSteps(_ context: FitContext) -> Int {
    let layers = layout.depth
    return (0...layers).reduce(0) { steps, phase in
      let planned = plannedIterations(phase, layers, context)
      return steps + (planned + passLength(context) - 1) / passLength(context)
    }
  }

  /// The passes so far.
  public func stepsTaken(_ state: State) -> Int { state.progress.steps }

  // MARK: Saving

  /// Puts the network and the optimiser into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.autoencoder.store(in: &archive, under: "network")
    state.optimizer.store(in: &archive, under: "optimizer")
    archive.set("progress", state.progress)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    State(
      autoencoder: try Autoencoder(from: archive, under: "network", on: context.device),
      optimizer: try Optimizer(optimizer, from: archive, under: "optimizer", on: context.device),
      progress: try archive.value("progress"))
  }
}

extension Optimizer {
  /// Puts what the optimiser remembers into an archive.
  func store(in archive: inout Archive, under prefix: String) {
    archive.set("\(prefix).steps", steps)
    archive.set("\(prefix).count", first.count)
    for (index, tensor) in first.enumerated() {
      archive.set("\(prefix).first.\(index)", tensor: tensor)
    }
    for (index, tensor) in second.enumerated() {
      archive.set("\(prefix).second.\(index)", tensor: tensor)
    }
  }

  /// An optimiser that remembers what an archive says.
  init(
    _ settings: OptimizerSettings, from archive: Archive, under prefix: String, on device: Device
  ) throws {
    let count = try archive.value("\(prefix).count", as: Int.self)
    func tensors(_ name: String) throws -> [Tensor] {
      try (0..<count).map { try archive.tensor("\(prefix).\(name).\($0)", on: device) }
    }
    self.init(
      settings, steps: try archive.value("\(prefix).steps"), first: try tensors("first"),
      second: settings.kind == .sgd ? [] : try tensors("second"))
  }
}
