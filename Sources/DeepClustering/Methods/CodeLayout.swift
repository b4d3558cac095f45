// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The codes of a pretrained autoencoder on their way to a layout by UMAP: the first part of N2D and
/// of DeepDPM.
struct CodeLayout {
  let autoencoder: Autoencoder
  var state: UMAP.State

  /// Embeds the samples and begins the layout.
  ///
  /// - Throws: ``InputError`` for so few samples that none has neighbours, or too many dimensions.
  init(_ layout: UMAP, _ context: FitContext) throws(InputError) {
    guard (1...64).contains(layout.components) else {
      throw InputError(
        .usage, "layout.components is \(layout.components), but it must be from 1 to 64")
    }
    guard context.rows > 3 else {
      throw InputError(
        .data, "a layout needs at least 4 samples, and there are \(context.rows) of them")
    }
    let codes: Tensor
    (autoencoder, codes) = Self.codes(context)
    state = layout.begin(codes, seed: context.seed)
  }

  private static func codes(_ context: FitContext) -> (Autoencoder, Tensor) {
    guard let autoencoder = context.pretrained else {
      preconditionFailure("a layout of codes begins from a pretrained autoencoder")
    }
    return (autoencoder, autoencoder.embedding(of: context.data))
  }

  /// One epoch; the loss is the mean of the squared distances that samples moved.
  mutating func advance(_ layout: UMAP, _ seed: Seed) -> StepReport {
    let before = state.positions
    layout.advance(&state, seed: seed)
    let moved = zip(before, state.positions).reduce(0.0) {
      $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1))
    }
    let mean = moved / Double(state.data.shape[0])
    var report = StepReport(loss: mean, losses: ["movement": mean])
    if let recall = state.neighborRecall, state.epoch == 1 {
      let share = (recall * 1000).rounded() / 10
      report.warning = "the search of neighbours is approximate: it found \(share) % of them"
    }
    return report
  }

  /// Begins another layout of the same codes.
  mutating func beginAgain(_ layout: UMAP, _ seed: Seed) {
    state = layout.beginAgain(state, seed: seed)
  }

  /// The places so far: n × components.
  func positions(_ layout: UMAP) -> Tensor { layout.finish(state).positions }

  /// Puts the places into an archive; codes and graph follow from the network.
  func store(_ layout: UMAP, in archive: inout Archive) {
    archive.set("epoch", state.epoch)
    let shape = [state.positions.count / layout.components, layout.components]
    archive.set("positions", tensor: Tensor(state.positions, shape: shape))
  }

  /// The layout of an archive.
  init(_ layout: UMAP, from archive: Archive, _ context: FitContext) throws(InputError) {
    let codes: Tensor
    (autoencoder, codes) = Self.codes(context)
    let positions: [Float] = try archive.tensor("positions").scalars()
    state = layout.resume(codes, positions: positions, epoch: try archive.value("epoch"))
  }
}
