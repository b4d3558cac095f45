// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder with the four files of MNIST and its relatives, packed or not.
struct IDXFolder {
  let path: String

  init(_ path: String) {
    self.path = path
  }

  /// Whether any of the four files is there: then all of them are expected.
  var isMeant: Bool {
    ["train-images", "train-labels", "t10k-images", "t10k-labels"].contains { stem in
      let dimensions = stem.hasSuffix("images") ? 3 : 1
      return Self.endings(dimensions).contains {
        FileManager.default.fileExists(atPath: "\(path)/\(stem)\($0)")
      }
    }
  }

  /// Reads the training rows, then the test rows.
  func read(name: String) throws(InputError) -> Dataset {
    var images: [NPYArray] = []
    var labels: [Int] = []
    for part in ["train", "t10k"] {
      let array = try file(part, "images", 3)
      let numbers = try file(part, "labels", 1).integers()
      guard numbers.count == array.shape.first else {
        throw InputError(
          .data,
          "\(path) has \(numbers.count) \(part) labels, but \(array.shape.first ?? 0) images")
      }
      images.append(array)
      labels += numbers
    }
    let table = try NumberTable(images)
    let classes = ClassLabels(labels)
    return Dataset(
      name: name, table: table.table, rows: table.rows, columns: table.columns,
      labels: classes.indices, classNames: classes.names, imageShape: table.imageShape,
      source: path)
  }

  private static func endings(_ dimensions: Int) -> [String] {
    ["-", "."].flatMap { middle in
      ["", ".gz"].map { "\(middle)idx\(dimensions)-ubyte\($0)" }
    }
  }

  private func file(
    _ part: String, _ what: String, _ dimensions: Int
  ) throws(InputError) -> NPYArray {
    let stem = "\(path)/\(part)-\(what)"
    for ending in Self.endings(dimensions) {
      guard FileManager.default.fileExists(atPath: stem + ending) else { continue }
      return try IDX.parse(FileBytes.readUnpacked(stem + ending), name: stem + ending)
    }
    throw InputError(
      .missing,
      "the folder \(path) has no \(part)-\(what)-idx\(dimensions)-ubyte(.gz); a folder is read when "
        + "it holds the four IDX files of MNIST")
  }
}
