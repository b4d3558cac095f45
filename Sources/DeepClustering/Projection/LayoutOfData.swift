// SPDX-License-Identifier: Apache-2.0
internal import Torch

// What a layout asks of data and settings from outside; `fit` of a tensor traps instead.

extension UMAP {
  /// Lays out a data set.
  ///
  /// ```swift
  /// let layout = try UMAP().fit(Dataset.load("embeddings.npy"))
  /// ```
  ///
  /// - Parameters:
  ///   - dataset: n × D with n > 3.
  ///   - preprocessing: How its values are scaled first. Embeddings have a scale of their own; a table of
  ///     measurements wants ``Preprocessing/standardScore``.
  ///   - seed: From which every random number follows.
  ///   - progress: Called after each epoch with its number and that of all. An error that it throws
  ///     ends the fit and is passed on.
  /// - Returns: The scaled rows and their places.
  /// - Throws: ``InputError`` for too few rows, values that are not finite, and settings that nothing
  ///   can work with.
  public func fit(
    _ dataset: Dataset, preprocessing: Preprocessing = .none, seed: UInt64 = 1,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> UMAPLayout {
    Threads.adopt()
    try check()
    let rows = try dataset.rows(forLayoutOf: 4, preprocessing)
    let planned = plannedEpochs(dataset.rows)
    var state = begin(rows, seed: Seed(seed))
    while state.epoch < planned {
      advance(&state, seed: Seed(seed))
      try progress(state.epoch, planned)
    }
    return finish(state)
  }

  /// Refuses settings that nothing can work with.
  package func check() throws(InputError) {
    try demand((1...64).contains(components), "components", "from 1 to 64", components)
    try demand(neighbors >= 2, "neighbors", "at least 2", neighbors)
    try demand((0..<3).contains(minimumDistance), "minimumDistance", "from 0 to 3", minimumDistance)
    try demand(spread >= minimumDistance, "spread", "minimumDistance at least", spread)
    try demand(spread > 0 && spread.isFinite, "spread", "above 0", spread)
    try demand(epochs >= 0, "epochs", "0 or more", epochs)
    try demand(negativeSamples >= 0, "negativeSamples", "0 or more", negativeSamples)
    try demand(
      learningRate > 0 && learningRate.isFinite, "learningRate", "above 0", learningRate)
    try demand(repulsion >= 0 && repulsion.isFinite, "repulsion", "0 or more", repulsion)
  }
}

extension TSNE {
  /// Lays out a data set in the plane.
  ///
  /// - Parameters:
  ///   - dataset: n × D, n at least `fewestRows`.
  ///   - preprocessing: How its values are scaled first, as in ``UMAP/fit(_:preprocessing:seed:progress:)``.
  ///   - seed: Decides how the start is shaken.
  ///   - progress: Called after each step with its number and that of all. An error that it throws
  ///     ends the fit and is passed on.
  /// - Returns: The places.
  /// - Throws: ``InputError`` for too few rows, values that are not finite, and settings that nothing
  ///   can work with.
  public func fit(
    _ dataset: Dataset, preprocessing: Preprocessing = .none, seed: UInt64 = 1,
    progress: (Int, Int) throws -> Void = { _, _ in }
  ) throws -> TSNELayout {
    Threads.adopt()
    try check()
    var state = begin(
      try dataset.rows(forLayoutOf: fewestRows, preprocessing), seed: Seed(seed))
    while state.step < plannedSteps {
      advance(&state)
      try progress(state.step, plannedSteps)
    }
    return finish(state)
  }

  /// Refuses settings that nothing can work with.
  package func check() throws(InputError) {
    try demand(
      perplexity > 1 && perplexity <= 10_000, "perplexity", "more than 1 and at most 10000",
      perplexity)
    try demand(
      earlyExaggeration > 0 && earlyExaggeration.isFinite, "earlyExaggeration", "above 0",
      earlyExaggeration)
    try demand(earlySteps >= 0, "earlySteps", "0 or more", earlySteps)
    try demand(steps >= 0, "steps", "0 or more", steps)
    try demand((0..<1).contains(momentum), "momentum", "from 0 to less than 1", momentum)
    try demand(
      learningRate >= 0 && learningRate.isFinite, "learningRate", "0 or more", learningRate)
  }
}

private func demand(
  _ holds: Bool, _ name: String, _ demand: String, _ value: some CustomStringConvertible
) throws(InputError) {
  guard holds else { throw InputError(.usage, "\(name) must be \(demand), not \(value)") }
}

extension Dataset {
  /// The scaled rows, where a layout can be made of them.
  fileprivate func rows(
    forLayoutOf fewest: Int, _ preprocessing: Preprocessing
  ) throws(InputError) -> Tensor {
    guard rows >= fewest else {
      throw InputError(
        .data, "\(source) has \(rows) rows: a layout with these settings needs \(fewest) at least")
    }
    if let found = table.first(columns: columns, where: { !$0.isFinite }) {
      throw InputError(
        .data,
        "row \(found.row + 1), column \(found.column + 1) of \(source) is not a finite number")
    }
    return try scaled(by: preprocessing.fitted(to: self))
  }
}
