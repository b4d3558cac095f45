// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// `deepclust predict`: the clusters of new data by a finished run.
struct PredictCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Tells the clusters of new data by a finished run.",
    discussion: """
      Of a folder of images or texts, lines and .csv files name the file of each row.

      Where the run was fitted to a table with a header line and DATA has one, columns are found \
      by their names: they may be in any order, and others are left out with a warning.
      """)

  @Argument(help: ArgumentHelp("The run folder.", valueName: "run")) var folder: String
  @Argument(help: "A catalog name or a path.") var data: String
  @Option(
    parsing: .unconditional, help: "The column of a text table that holds classes, to be left out.")
  var labelColumn: String?
  @Option(help: "Columns of a text table with a header line to be left out: NAME[,NAME…].")
  var ignoreColumns: ColumnNames?
  @Option(help: "The .npy or .csv file to write; otherwise a line for each row is printed.")
  var output: String?
  @Flag(help: "Write or print the probability of each cluster instead.") var probabilities = false
  @Flag(help: "Write or print the embedding instead.") var embedding = false
  @Option(help: "cpu, cuda or cuda:N.") var device = "cpu"

  func run() throws {
    guard !(probabilities && embedding) else {
      throw InputError(.usage, "give --probabilities or --embedding, not both")
    }
    if let output { try checkOutput(output, "--output", endings: "npy", "csv") }
    guard let device = Device(device) else {
      throw InputError(.usage, "there is no device \(device): use cpu, cuda or cuda:N")
    }
    if let reason = device.unavailableReason() { throw InputError(.unavailable, reason) }
    let saved = try SavedModel(folder: URL(fileURLWithPath: folder), on: device)
    // Images become what those of the training were.
    let shape = try RunFolder(URL(fileURLWithPath: folder)).record()?.data.imageShape
    // Texts are counted with the words and the weights of the training.
    let vocabulary = RunFolder(URL(fileURLWithPath: folder)).file("vocabulary.json")
    let hasVocabulary = FileManager.default.fileExists(atPath: vocabulary.path)
    if hasVocabulary { try refuseOtherThanTexts() }
    let dataset = try Dataset.load(
      data, labelColumn: labelColumn, ignoreColumns: ignoreColumns?.names ?? [],
      features: saved.preprocessing.columnNames,
      imageSize: shape.map { ImageSize(height: $0.height, width: $0.width) },
      imageChannels: shape.flatMap { [1, 3].contains($0.channels) ? $0.channels : nil },
      text: TextReading(vocabulary: hasVocabulary ? vocabulary.path : nil),
      progress: tell)
    if dataset.vocabulary?.inverseDocumentFrequencies != nil && !hasVocabulary {
      throw InputError(
        .usage, "\(data) holds texts, and \(folder) was not fitted to a folder or archive of texts")
    }
    guard dataset.rows > 0 else { throw InputError(.data, "\(data) has no rows") }
    let rows = try saved.rows(dataset)
    for note in dataset.notes { tell("warning: \(note)") }
    let table: (values: RowTable.Values, title: String)
    if probabilities {
      guard let found = saved.model.probabilities(for: rows) else {
        throw InputError(.usage, "\(folder) holds a method without probabilities")
      }
      table = (.real(found.scalars(), columns: found.shape[1]), "probability")
    } else if embedding {
      let found = saved.model.embedding(of: rows)
      table = (.real(found.scalars(), columns: found.shape[1]), "embedding")
    } else {
      table = (.whole(saved.model.assignments(for: rows)), "cluster")
    }
    try RowTable(values: table.values, title: table.title, fileNames: dataset.fileNames).put(output)
  }

  /// One text alone, or a table, would be read as numbers.
  private func refuseOtherThanTexts() throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: data, isDirectory: &isFolder),
      !isFolder.boolValue, ![".tar", ".tar.gz", ".tgz"].contains(where: data.hasSuffix)
    else { return }
    throw InputError(
      .usage,
      "\(folder) was fitted to texts, and \(data) is one file: give a folder of text files, be it of "
        + "one, or a tar archive of them")
  }
}
