// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Synchronization
public import Torch

/// How far a fit is.
public struct FitProgress: Sendable {
  /// `pretraining` or `clustering`.
  public let stage: String
  /// The step that was made, counted from 1.
  public let step: Int
  /// The steps of the stage, if nothing ends it sooner.
  public let planned: Int
  /// What the step has to say: loss, share of changed assignments, why it was the last.
  public let report: StepReport
}

extension ClusteringMethod {
  /// Fits the method to a data set: checks and scales the data, pretrains where the method asks for
  /// it, and advances to the end.
  ///
  /// ```swift
  /// let digits = try Dataset.load("digits")
  /// let fitted = try DEC(clusters: 10).fit(digits)
  /// print(fitted.assignments.prefix(5))
  /// ```
  ///
  /// The labels of the data set, if it has any, are not read. The same seed on the same machine
  /// with the same number of threads gives the same model, as long as the measurement that picks
  /// the kernels for dense layers comes out the same (`Compute.measured`). Nothing is written; a
  /// fit that must survive the end of its process is a ``Run``.
  ///
  /// - Parameters:
  ///   - dataset: n × D.
  ///   - preprocessing: How its values are scaled; the model scales new data alike.
  ///   - seed: From which every random number follows.
  ///   - device: Where to compute.
  ///   - precision: Of the large products; bfloat16 is slow on processors without AVX-512 BF16.
  ///   - progress: Is told of every step. An error that it throws ends the fit and is passed on:
  ///     that is the way to stop early.
  /// - Returns: The model with the scaling of its training data.
  /// - Throws: ``InputError`` for data that cannot be clustered, hyperparameters that nothing can work
  ///   with, a device that is not there, and for training that diverged.
  public func fit(
    _ dataset: Dataset, preprocessing: Preprocessing = .automatic, seed: UInt64 = 1,
    device: Device = .cpu, precision: Precision = .float32,
    progress: (FitProgress) throws -> Void = { _ in }
  ) throws -> FittedModel<Outcome> {
    Threads.adopt()
    try Hyperparameters.check(self)
    if let reason = device.unavailableReason() { throw InputError(.unavailable, reason) }
    var warnings: [String] = []
    let data = try PreparedData(
      dataset, preprocessing: preprocessing, clusters: findsClusterCount ? nil : clusters,
      device: device, sparse: takesSparse(columns: dataset.columns), warnings: &warnings)
    let method = resolved(for: data)
    try method.refuseOtherThanImages(data)
    warnings += method.pretraining?.warnings ?? []
    var context = FitContext(
      data: data.tensor, seed: Seed(seed),
      compute: method.trainsNetwork || needsImages ? .measured(precision, on: device) : .plain,
      imageShape: data.imageShape)
    if let pretraining = method.pretraining {
      let network = try pretraining.learn("pretraining", context, progress, &warnings).outcome
      // The last step can ruin a network whose loss was still a number.
      guard network.embedding(of: data.tensor).squared().sum().item.isFinite else {
        throw pretraining.diverged("pretraining", after: "its last step")
      }
      context.pretrained = network
    }
    let (model, reason) = try method.learn("clustering", context, progress, &warnings)
    warnings += ClusterSizes(model.assignments, of: method).warnings
    return FittedModel(
      model: model, preprocessing: data.preprocessing, columns: dataset.columns, device: device,
      stopReason: reason, warnings: warnings)
  }
}

extension ClusteringMethod {
  /// Fits the method as ``fit(_:preprocessing:seed:device:precision:progress:)`` does, on a thread of its
  /// own: the task waits without holding one of the threads that other tasks need.
  ///
  /// ```swift
  /// let fitted = try await DEC(clusters: 10).fitted(to: digits)
  /// ```
  ///
  /// Parameters and result are the same. A task that is cancelled ends the fit with its next step,
  /// by a `CancellationError`; nothing is asked before the first, which for a graph start or a
  /// method of one step can be the whole time.
  ///
  /// - Throws: ``InputError`` as `fit` does, and what `progress` throws.
  public func fitted(
    to dataset: Dataset, preprocessing: Preprocessing = .automatic, seed: UInt64 = 1,
    device: Device = .cpu, precision: Precision = .float32,
    progress: @escaping @Sendable (FitProgress) throws -> Void = { _ in }
  ) async throws -> FittedModel<Outcome> {
    try Task.checkCancellation()
    let isCancelled = Atomic(false)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
          continuation.resume(
            with: Result {
              try fit(
                dataset, preprocessing: preprocessing, seed: seed, device: device,
                precision: precision
              ) { step in
                guard !isCancelled.load(ordering: .relaxed) else { throw CancellationError() }
                try progress(step)
              }
            })
        }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
  }
}

extension Learner {
  /// Begins, advances to the end and finishes.
  fileprivate func learn(
    _ stage: String, _ context: FitContext, _ progress: (FitProgress) throws -> Void,
    _ warnings: inout [String]
  ) throws -> (outcome: Outcome, stopReason: String) {
    var state = try begin(context)
    let planned = plannedSteps(context)
    while true {
      let report = advance(&state, context)
      try progress(
        FitProgress(stage: stage, step: stepsTaken(state), planned: planned, report: report))
      if let warning = report.warning, !warnings.contains(warning) { warnings.append(warning) }
      guard report.loss.isFinite else {
        throw diverged(stage, after: "step \(stepsTaken(state))")
      }
      if let reason = report.stopReason { return (finish(state, context), reason) }
    }
  }

  fileprivate func diverged(_ stage: String, after step: String) -> InputError {
    // The pretraining on its own does not say that it is one.
    let own = Hyperparameters.values(of: self)
    return Divergence(stage, of: stage == "pretraining" ? .object([stage: own]) : own)
      .error(after: step)
  }
}
