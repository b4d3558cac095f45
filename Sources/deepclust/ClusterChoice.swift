// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import DeepClustering
import Foundation
import Torch

extension ClusterChoice: ExpressibleByArgument {
  /// The choice of an argument.
  public init?(argument: String) { self.init(argument) }
}

/// Finds K, and a method where none was named, before a run begins.
struct RunChooser {
  /// What was chosen, and why.
  struct Choice {
    let study: ClusterCountStudy
    /// Nil where a method was named.
    let methodReason: String?
    /// How long it took.
    let seconds: Double
  }

  var quiet: Bool
  /// The numbers of clusters to try; nil for the usual ones.
  var range: ClusterRange?

  /// Makes the study, and sets the configuration's K.
  ///
  /// - Parameters:
  ///   - configuration: What was asked for.
  ///   - folder: The run's, which must not hold a run already.
  ///   - choosingMethod: Whether the method is chosen too.
  ///   - dataset: The data, where they were read already.
  /// - Returns: The study, and why the method was chosen.
  /// - Throws: `InputError` for what a run would refuse, and for too few rows; `Run.Interrupted` when
  ///   the user asked to stop.
  func choose(
    _ configuration: inout RunConfiguration, folder: URL, choosingMethod: Bool,
    dataset: Dataset? = nil
  ) throws -> Choice {
    if let reason = configuration.device.unavailableReason() {
      throw InputError(.unavailable, reason)
    }
    try RunFolder(folder).refuseUnmakeable()
    if let threads = configuration.threads { Threads.use(threads) }
    let start = ContinuousClock.now
    let dataset =
      try dataset
      ?? Dataset.load(
        configuration.data, labels: configuration.labels, labelColumn: configuration.labelColumn,
        ignoreColumns: configuration.ignoreColumns ?? [], imageSize: configuration.imageSize,
        text: TextReading(
          maxFeatures: configuration.maxFeatures, vocabulary: configuration.vocabulary),
        progress: say)
    let methodReason = choosingMethod ? chooseMethod(&configuration, dataset) : nil
    // Its mistakes are told before the study, not after it.
    try configuration.refuseHeldOut(for: configuration.makeMethod())
    var warnings: [String] = []
    let data = try PreparedData(
      configuration.parts(of: dataset).0, preprocessing: configuration.preprocessing, clusters: nil,
      device: .cpu,
      warnings: &warnings)
    var count = ClusterCount()
    if let range {
      count.range = range.numbers
      count.mostClusters = range.numbers.upperBound
    }
    let study = try count.study(data.tensor, seed: Seed(configuration.seed)) { line in
      say(line)
      guard Interruption.requested else { return }
      tell("stopped before the run began: the same command begins anew")
      throw Run.Interrupted()
    }
    configuration.clusters = study.clusters
    say("K = \(study.clusters): \(study.reason)")
    if let edge = study.edge { say(edge) }
    return Choice(
      study: study, methodReason: methodReason, seconds: (ContinuousClock.now - start) / .seconds(1)
    )
  }

  /// Images and wide rows need a representation first; a table of few columns is one already.
  ///
  /// - Returns: Why, in a sentence.
  private func chooseMethod(
    _ configuration: inout RunConfiguration, _ dataset: Dataset
  ) -> String {
    let isWide = dataset.imageShape != nil || dataset.columns >= 50
    configuration.method = isWide ? "n2d" : "gaussian-mixture"
    let kind = dataset.imageShape != nil ? "images" : "\(dataset.columns) columns"
    let reason =
      "no method was named; for \(kind) it is \(configuration.method): "
      + (isWide
        ? "an autoencoder, a UMAP layout of its codes, and a mixture in it"
        : "so few columns are clustered as they are")
    say(reason)
    return reason
  }

  private func say(_ line: String) {
    if !quiet { tell("• \(line)") }
  }
}
