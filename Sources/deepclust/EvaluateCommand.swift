// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation

/// `deepclust evaluate`: predicted clusters against classes.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Compares clusters with classes.")

  @Argument(help: "A file with a cluster for each sample: .npy, .csv or .txt; or a run folder.")
  var predicted: String
  @Option(help: "A file with the class of each sample.") var labels: String
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: predicted, isDirectory: &isFolder)
    let file = isFolder.boolValue ? predicted + "/assignments.npy" : predicted
    // assignments.csv has the classes beside the clusters.
    let found = try ClassLabels.read(file, names: ["cluster", "prediction", "label"])
    let classes = try ClassLabels.read(labels)
    guard found.indices.count == classes.indices.count else {
      throw InputError(
        .data,
        "\(file) has \(found.indices.count) clusters and \(labels) has \(classes.indices.count) "
          + "classes; there must be one of each for every sample")
    }
    let table = ContingencyTable(predicted: found.indices, labels: classes.indices)
    let matching = ClassMatching(table, names: classes.names)
    let scores = Scores(table, matching)
    if json { return try printJSON(scores) }
    for (name, value) in [
      ("ACC", scores.acc), ("NMI", scores.nmi), ("AMI", scores.ami), ("ARI", scores.ari),
      ("purity", scores.purity), ("ACC ceiling", scores.accCeiling),
    ] {
      guard let value else { continue }
      print(name.padding(toLength: 12, withPad: " ", startingAt: 0) + fixed(value, 4))
    }
    print("\nclass        precision recall  F1      samples")
    for score in matching.classScores {
      print(
        score.name.padding(toLength: max(13, score.name.count + 1), withPad: " ", startingAt: 0)
          + "\(fixed(score.precision, 4))    \(fixed(score.recall, 4))  \(fixed(score.f1, 4))  "
          + "\(score.support)")
    }
  }
}
