// SPDX-License-Identifier: Apache-2.0
internal import Torch

extension RunConfiguration {
  /// The rows that the fit sees, and those that are kept from it.
  ///
  /// - Throws: `InputError` for a share that cannot be held out, and for values that are no numbers.
  public func parts(of dataset: Dataset) throws(InputError) -> (Dataset, heldOut: Dataset?) {
    guard let heldOut else { return (dataset, nil) }
    // As long as the numbers of the rows are those of the file.
    _ = try dataset.validated(clusters: nil)
    let parts = try dataset.holdingOut(heldOut, seed: seed)
    return (parts.training, parts.heldOut)
  }

  /// Refuses to hold rows out where no model could be asked about them.
  ///
  /// - Parameter method: That of the configuration.
  /// - Throws: `InputError` for a method without a rule for other rows.
  public func refuseHeldOut<M: ClusteringMethod>(for method: M) throws(InputError) {
    guard heldOut != nil, !(M.Outcome.self is any InductiveModel.Type) else { return }
    throw InputError(
      .usage,
      "\(M.card.name) clusters the rows that it is given and tells nothing of others, so none can be "
        + "held out")
  }
}

extension RunRecord.HeldOut {
  /// What a model says of rows that its fit did not see; nil for a model that says nothing.
  ///
  /// - Throws: `InputError` for values that are too large once they are scaled, and for lack of memory.
  init?(
    _ dataset: Dataset, by model: any ClusteringModel, clusters: Int, _ training: PreparedData
  ) throws(InputError) {
    guard let model = model as? any InductiveModel else { return nil }
    let rows = try dataset.scaled(
      by: training.preprocessing, sparse: training.tensor.isCompressed, on: training.tensor.device)
    let scores = dataset.labels.map { labels in
      Scores(
        predicted: model.assignments(for: rows), labels: labels, clusters: clusters)
    }
    self.init(rows: dataset.rows, scores: scores)
    guard let model = model as? any LossModel else { return }
    let losses = (model.loss(of: training.tensor), model.loss(of: rows))
    (trainingLoss, loss) = losses
    if losses.1 > 0 { generalizability = losses.0 / losses.1 }
  }
}
