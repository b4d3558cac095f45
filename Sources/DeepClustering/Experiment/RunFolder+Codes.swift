// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension RunFolder {
  /// Whether the folder holds a run, finished or not.
  var isRun: Bool {
    ["config.yaml", "run.json"].allSatisfy {
      FileManager.default.fileExists(atPath: file($0).path)
    }
  }

  /// The codes of a finished run as data of their own, with the classes of the rows.
  ///
  /// So one method clusters what another has learned, and the baselines of a paper are run on the
  /// codes of its autoencoder.
  ///
  /// - Throws: `InputError` for a run that is not finished, or whose method has no codes of its own.
  func codes() throws(InputError) -> Dataset {
    guard let record = try record(), record.status == .finished else {
      throw InputError(.data, "the run in \(url.path) is not finished, so it has no codes yet")
    }
    let embedding = file("embedding.npy")
    guard FileManager.default.fileExists(atPath: embedding.path) else {
      throw InputError(
        .data,
        "\(url.path) has no embedding.npy: \(record.method.name) clusters the data themselves, so "
          + "take those")
    }
    let table = try NumberTable(NPY.parse(FileBytes.read(embedding.path), name: embedding.path))
    var data = Dataset(
      name: url.lastPathComponent, table: table.table, rows: table.rows, columns: table.columns,
      source: url.path)
    let labels = file("labels.npy")
    guard FileManager.default.fileExists(atPath: labels.path) else { return data }
    let classes = try NPY.parse(FileBytes.read(labels.path), name: labels.path).integers()
    let names = record.data.classNames ?? []
    guard classes.count == data.rows, classes.allSatisfy(names.indices.contains) else {
      throw InputError(
        .data,
        "\(labels.path) does not fit: it needs one of \(names.count) classes for each of "
          + "\(data.rows) rows")
    }
    (data.labels, data.classNames) = (classes, names)
    return data
  }
}
