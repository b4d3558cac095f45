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
  @Option(
    help:
      "The column of that file, by name, by number from 1 (from the end when negative), or last.")
  var labelColumn: String?
  @Flag(help: "Print one JSON object.") var json = false

  func run() throws {
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: predicted, isDirectory: &isFolder)
    let file = isFolder.boolValue ? predicted + "/assignments.npy" : predicted
    if isFolder.boolValue && !FileManager.default.fileExists(atPath: file) {
      _ = try RunFolder(URL(fileURLWithPath: predicted)).finishedRecord()
    }
    // assignments.csv has the classes beside the clusters.
    let found = try ClassLabels.read(file, names: ["cluster", "prediction", "label"])
    let classes = try ClassLabels.read(labels, column: labelColumn)
    var members = classes.indices
    if isFolder.boolValue, found.indices.count < members.count,
      let part = try rows(of: predicted, in: members), part.count == found.indices.count
    {
      members = part
    } else {
      try classes.refuseOtherCount(than: found.indices.count, in: file, labels: labels)
    }
    guard !members.isEmpty else { throw InputError(.data, "\(file) has no samples to compare") }
    guard ContingencyTable.fits(Set(found.indices).count, classes.names.count) else {
      throw InputError(
        .data,
        "\(Set(found.indices).count) clusters and \(classes.names.count) different labels are too many "
          + "to tabulate: are these classes?")
    }
    try compare(found.indices, members, names: classes.names)
  }

  /// The classes of the rows that a run on a part of the data had; nil where it had all.
  private func rows(of run: String, in classes: [Int]) throws -> [Int]? {
    let file = run + "/rows.npy"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    let rows = try NPY.read(URL(fileURLWithPath: file)).integers()
    return rows.allSatisfy { classes.indices.contains($0) } ? rows.map { classes[$0] } : nil
  }

  private func compare(_ found: [Int], _ classes: [Int], names: [String]) throws {
    let table = ContingencyTable(predicted: found, labels: classes)
    let matching = ClassMatching(table, names: names)
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
