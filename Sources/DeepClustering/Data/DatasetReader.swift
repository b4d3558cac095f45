// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Dataset {
  /// Reads a data set by its catalog name or from a path.
  ///
  /// A path is read by what the file holds, not by what it is called: `.npy`, `.npz` (dense, or
  /// sparse as SciPy saves it), CSV and other delimited text, IDX, all but `.npz` also as gzip, a
  /// folder with the four IDX files that MNIST and its relatives consist of, or a folder of PNG and
  /// JPEG files. A catalog name wins over a file of the same name; write `./mnist` for the file.
  ///
  /// A name or path with `@10%` behind it is the part that ``subsampled(retention:seed:)`` keeps at a
  /// retention of 0.1 and seed 1, with `@10%:7` at seed 7; with `@1000` behind it is
  /// the part that ``sampled(rows:seed:)`` draws.
  ///
  /// Images are read in the order of their paths, turned as their camera says, with eight bits a
  /// channel. They become grey when all files are stored in grey, and are stretched to one size.
  /// When they all lie in sub-folders, two at least, those are the classes.
  ///
  /// The folder of a finished run stands for its codes, with the classes of its data.
  ///
  /// - Parameters:
  ///   - nameOrPath: a name of ``Catalog``, or a file or folder.
  ///   - labels: a file with the classes, one for each row (see ``ClassLabels/read(_:column:)``).
  ///   - labelColumn: the column of a delimited text that holds the classes: its name in the header
  ///     line, its number counted from 1 (from the end when negative), or `last`.
  ///   - imageSize: what the images of a folder are resized to; by default the size that they have
  ///     in common, or 64 × 64.
  ///   - imageChannels: 1 to read the images of a folder in grey, 3 in colour.
  ///   - seed: what synthetic data are drawn with.
  ///   - progress: is told, in short sentences, what is being fetched.
  /// - Returns: the rows as they are in the file; nothing is scaled.
  /// - Throws: ``InputError`` for whatever is missing, damaged or does not fit.
  public static func load(
    _ nameOrPath: String, labels: String? = nil, labelColumn: String? = nil,
    imageSize: ImageSize? = nil, imageChannels: Int? = nil, seed: UInt64 = 1,
    progress: @escaping (String) -> Void = { _ in }
  ) throws(InputError) -> Dataset {
    if labels != nil && labelColumn != nil {
      throw InputError(.usage, "give the labels by a file or by a column, not by both")
    }
    if let subset = try Subset(of: nameOrPath) {
      let whole = try load(
        subset.whole, labels: labels, labelColumn: labelColumn, imageSize: imageSize,
        imageChannels: imageChannels, seed: seed, progress: progress)
      var part = try subset.of(whole)
      (part.name, part.source) = (nameOrPath, nameOrPath)
      return part
    }
    var dataset: Dataset
    if let entry = Catalog.entry(named: nameOrPath) {
      if labelColumn != nil {
        throw InputError(.usage, "the data set \(entry.name) has its labels; drop --label-column")
      }
      dataset = try Catalog().load(entry, seed: seed, progress: progress)
    } else {
      dataset = try read(nameOrPath, labelColumn: labelColumn, imageSize, imageChannels)
    }
    guard let labels else { return dataset }
    let read = try ClassLabels.read(labels)
    try read.refuseOtherCount(than: dataset.rows, in: dataset.source, labels: labels)
    dataset.labels = read.indices
    dataset.classNames = read.names
    return dataset
  }

  private static func read(
    _ path: String, labelColumn: String?, _ imageSize: ImageSize?, _ imageChannels: Int?
  ) throws(InputError) -> Dataset {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw missing(path)
    }
    if isFolder.boolValue {
      try refuseLabelColumn(labelColumn, in: path)
      let run = RunFolder(URL(fileURLWithPath: path))
      if run.isRun { return try run.codes() }
      let idx = IDXFolder(path)
      if idx.isMeant { return try idx.read(name: stem(of: path)) }
      return try ImageFolder(path).read(
        name: stem(of: path), size: imageSize, channels: imageChannels)
    }
    return try parse(try FileBytes.readUnpacked(path), path: path, labelColumn: labelColumn)
  }

  private static func parse(
    _ bytes: [UInt8], path: String, labelColumn: String?
  ) throws(InputError) -> Dataset {
    let table: NumberTable
    var labels: ClassLabels?
    if bytes.isEmpty {
      throw InputError(.data, "\(path) is empty: it has no bytes")
    } else if NPY.matches(bytes) {
      table = try NumberTable(NPY.parse(bytes, name: path))
    } else if NPZ.matches(bytes) {
      let contents = try NPZ.parse(bytes, name: path)
      (table, labels) = (contents.table, contents.labels)
    } else if IDX.matches(bytes) {
      table = try NumberTable(IDX.parse(bytes, name: path))
    } else {
      try refuseUnreadable(bytes, path: path)
      let text = try DelimitedText.parse(bytes, name: path, labelColumn: labelColumn)
      table = NumberTable(values: text.values, rows: text.rows, columns: text.columns)
      labels = text.labels.map { ClassLabels($0) }
    }
    if NPY.matches(bytes) || NPZ.matches(bytes) || IDX.matches(bytes) {
      try refuseLabelColumn(labelColumn, in: path)
    }
    try labels?.refuseOtherCount(than: table.rows, in: path, labels: path)
    return Dataset(
      name: stem(of: path), values: table.values, rows: table.rows, columns: table.columns,
      labels: labels?.indices, classNames: labels?.names, imageShape: table.imageShape,
      source: path)
  }

  private static func refuseLabelColumn(_ column: String?, in path: String) throws(InputError) {
    guard column != nil else { return }
    throw InputError(
      .usage, "\(path) is not a text table, so it has no label column; give --labels FILE")
  }

  /// Text has no zero bytes, and a file named after a binary format should be one.
  private static func refuseUnreadable(_ bytes: [UInt8], path: String) throws(InputError) {
    let ending = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    let format = [
      ".npy": "an NPY file", ".npz": "an NPZ file", "-ubyte": "an IDX file", ".idx": "an IDX file",
    ].first { ending.hasSuffix($0.key) }
    if let format {
      throw InputError(
        .data,
        "\(path) is not \(format.value): it does not start as one; fetch or write it again")
    }
    guard bytes.prefix(4096).contains(0) else { return }
    throw InputError(
      .data,
      "\(path) is of a format that is not read; NPY, NPZ, CSV, TSV and IDX are, and folders of PNG "
        + "and JPEG files")
  }

  private static func missing(_ path: String) -> InputError {
    let isPath = path.contains("/") || path.contains(".")
    let near = NearNames.of(path, among: Catalog.entries.map(\.name))
    guard isPath && near.isEmpty else {
      let hint =
        near.isEmpty
        ? "the names are \(Catalog.entries.map(\.name).joined(separator: ", "))"
        : "did you mean \(near.joined(separator: " or "))?"
      return InputError(
        .usage, "there is no data set and no file called '\(path)'; \(hint)")
    }
    return InputError(.missing, "there is no file \(path)")
  }

  /// A file's name without its folder and endings.
  private static func stem(of path: String) -> String {
    var url = URL(fileURLWithPath: path)
    if url.pathExtension == "gz" { url.deletePathExtension() }
    return url.deletingPathExtension().lastPathComponent
  }
}

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
      name: name, values: table.values, rows: table.rows, columns: table.columns,
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
