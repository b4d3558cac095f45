// SPDX-License-Identifier: Apache-2.0

import Foundation

extension Dataset {
  /// Reads a data set by its catalog name or from a path.
  ///
  /// A path is read by what the file holds, not by what it is called: `.npy`, `.npz` (dense, or
  /// sparse as SciPy saves it), CSV and other delimited text, IDX, all but `.npz` also as gzip, a
  /// folder with the four IDX files that MNIST and its relatives consist of, a folder of PNG and
  /// JPEG files, or texts in a folder or a tar archive. SVMlight's text, MATLAB 5 and HDF5 files are
  /// read too, and `usps.h5:train/data` is one array of such a file. A catalog name wins over a file
  /// of the same name; write `./mnist` for the file.
  ///
  /// A name or path with `@10%` behind it is the part that ``subsampled(retention:seed:)`` keeps at a
  /// retention of 0.1 and seed 1, with `@10%:7` at seed 7; with `@1000` behind it is
  /// the part that ``sampled(rows:seed:)`` draws.
  ///
  /// Images are read in the order of their paths, turned as their camera says, with eight bits a
  /// channel. They become grey when all files are stored in grey, and are stretched to one size.
  /// When they all lie in sub-folders, two at least, those are the classes. So it is with texts, which
  /// become tf-idf as scikit-learn's `TfidfVectorizer` defines it.
  ///
  /// The folder of a finished run stands for its codes, with the classes of its data.
  ///
  /// - Parameters:
  ///   - nameOrPath: a name of ``Catalog``, or a file or folder.
  ///   - labels: a file with the classes, one for each row (see ``ClassLabels/read(_:column:names:)``).
  ///   - labelColumn: the column of a delimited text that holds the classes: its name in the header
  ///     line, its number counted from 1 (from the end when negative), or `last`.
  ///   - ignoreColumns: columns of a delimited text that are no features, by their names in the
  ///     header line; they may hold anything.
  ///   - features: the names of the columns that a model was fitted to
  ///     (``FittedPreprocessing/columnNames``): of a delimited text with a header line these are
  ///     read, in this order; others are left out, and ``notes`` say which. Other data are read as
  ///     they are.
  ///   - imageSize: what the images of a folder are resized to; by default the size that they have
  ///     in common, or 64 × 64.
  ///   - imageChannels: 1 to read the images of a folder in grey, 3 in colour.
  ///   - text: how texts become numbers.
  ///   - seed: what synthetic data are drawn with.
  ///   - progress: is told, in short sentences, what is being fetched.
  /// - Returns: the rows as they are in the file; nothing is scaled.
  /// - Throws: ``InputError`` for whatever is missing, damaged or does not fit.
  public static func load(
    _ nameOrPath: String, labels: String? = nil, labelColumn: String? = nil,
    ignoreColumns: [String] = [], features: [String]? = nil, imageSize: ImageSize? = nil,
    imageChannels: Int? = nil, text: TextReading = TextReading(), seed: UInt64 = 1,
    progress: @escaping (String) -> Void = { _ in }
  ) throws(InputError) -> Dataset {
    if labels != nil && labelColumn != nil {
      throw InputError(.usage, "give the labels by a file or by a column, not by both")
    }
    if let subset = try Subset(of: nameOrPath) {
      let whole = try load(
        subset.whole, labels: labels, labelColumn: labelColumn, ignoreColumns: ignoreColumns,
        features: features, imageSize: imageSize, imageChannels: imageChannels, text: text,
        seed: seed, progress: progress)
      var part = try subset.of(whole)
      (part.name, part.source) = (nameOrPath, nameOrPath)
      return part
    }
    var dataset: Dataset
    if let entry = Catalog.entry(named: nameOrPath) {
      if labelColumn != nil {
        throw InputError(.usage, "the data set \(entry.name) has its labels; drop --label-column")
      }
      if !ignoreColumns.isEmpty {
        throw InputError(
          .usage,
          "the data set \(entry.name) has no names over its columns; drop --ignore-columns")
      }
      dataset = try Catalog().load(entry, seed: seed, progress: progress)
    } else {
      let columns = (label: labelColumn, ignored: ignoreColumns, features: features)
      dataset = try read(nameOrPath, columns, imageSize, imageChannels, text)
    }
    guard let labels else { return dataset }
    let read = try ClassLabels.read(labels)
    try read.refuseOtherCount(than: dataset.rows, in: dataset.source, labels: labels)
    dataset.labels = read.indices
    dataset.classNames = read.names
    return dataset
  }

  /// What is said of the columns of a delimited text.
  private typealias Columns = (label: String?, ignored: [String], features: [String]?)

  private static func read(
    _ path: String, _ columns: Columns, _ imageSize: ImageSize?, _ imageChannels: Int?,
    _ text: TextReading
  ) throws(InputError) -> Dataset {
    let place = ArrayPath(path)
    let path = place.file
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw missing(path)
    }
    if isFolder.boolValue {
      try refuseColumns(columns, in: path)
      let run = RunFolder(URL(fileURLWithPath: path))
      if run.isRun { return try run.codes() }
      let idx = IDXFolder(path)
      if idx.isMeant { return try idx.read(name: stem(of: path)) }
      let tree = try FileTree(path)
      let (images, texts) = (ImageFolder(tree), TextCollection(tree))
      let foreign = images.foreign
      // A few texts beside such images say what these are.
      if images.files.isEmpty, let first = foreign.first,
        (1..<foreign.count + 1).contains(texts.files.count)
      {
        throw InputError(
          .data,
          "the folder \(path) has \(FileTree.counted(foreign.count)) such as \(first), and of images "
            + "only PNG and JPEG are read: convert them")
      }
      if images.files.isEmpty && !texts.files.isEmpty {
        return try texts.read(name: stem(of: path), text)
      }
      return try images.read(name: stem(of: path), size: imageSize, channels: imageChannels)
    }
    let bytes = try FileBytes.readUnpacked(path)
    if TarArchive.matches(bytes) {
      try refuseColumns(columns, in: path)
      return try TextCollection(TarArchive(bytes, name: path)).read(name: stem(of: path), text)
    }
    var dataset = try parse(bytes, place, columns)
    if let array = place.array { dataset.source += ":\(array)" }
    return dataset
  }

  private static func parse(
    _ bytes: [UInt8], _ place: ArrayPath, _ columns: Columns
  ) throws(InputError) -> Dataset {
    let path = place.file
    let table: NumberTable
    var labels: ClassLabels?
    var columnNames: [String]?
    var notes: [String] = []
    let arrays = try ArrayFiles.open(bytes, name: path)
    if arrays == nil, let array = place.array {
      throw InputError(
        .usage,
        "\(path) is no .npz, .mat or .h5 file, so there is no \(array) in it to choose; give \(path) alone"
      )
    }
    if let arrays {
      let contents = try ArrayChoice(arrays).contents(place.array)
      (table, labels, notes) = (contents.table, contents.labels, contents.notes)
    } else if bytes.isEmpty {
      throw InputError(.data, "\(path) is empty: it has no bytes")
    } else if NPY.matches(bytes) {
      table = try NumberTable(NPY.parse(bytes, name: path))
    } else if IDX.matches(bytes) {
      table = try NumberTable(IDX.parse(bytes, name: path))
    } else {
      try refuseUnreadable(bytes, path: path)
      if SVMLight.matches(bytes, path: path) {
        try refuseColumns(columns, in: path)
        let contents = try SVMLight.parse(bytes, name: path)
        return dataset(path, contents.table, contents.labels, contents.notes)
      }
      let text = try DelimitedText.parse(
        bytes, name: path, labelColumn: columns.label, ignoreColumns: columns.ignored,
        features: columns.features)
      table = NumberTable(values: text.values, rows: text.rows, columns: text.columns)
      (labels, notes) = (text.labels.map { ClassLabels($0) }, text.notes)
      columnNames = text.columnNames
    }
    if arrays != nil || NPY.matches(bytes) || IDX.matches(bytes) {
      try refuseColumns(columns, in: path)
    }
    try labels?.refuseOtherCount(than: table.rows, in: path, labels: path)
    var read = dataset(path, table, labels, notes)
    read.columnNames = columnNames
    return read
  }

  private static func dataset(
    _ path: String, _ table: NumberTable, _ labels: ClassLabels?, _ notes: [String]
  ) -> Dataset {
    var dataset = Dataset(
      name: stem(of: path), table: table.table, rows: table.rows, columns: table.columns,
      labels: labels?.indices, classNames: labels?.names, imageShape: table.imageShape,
      source: path)
    dataset.notes = notes
    return dataset
  }

  private static func refuseColumns(_ columns: Columns, in path: String) throws(InputError) {
    guard columns.label == nil else {
      throw InputError(
        .usage, "\(path) is not a text table, so it has no label column; give --labels FILE")
    }
    guard columns.ignored.isEmpty else {
      throw InputError(
        .usage, "\(path) is not a text table, so it has no named columns; drop --ignore-columns")
    }
  }

  /// Text has no zero bytes, and a file named after a binary format should be one.
  private static func refuseUnreadable(_ bytes: [UInt8], path: String) throws(InputError) {
    let ending = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    let format = [
      ".npy": "an NPY file", ".npz": "an NPZ file", "-ubyte": "an IDX file", ".idx": "an IDX file",
      ".mat": "a MATLAB 5 file", ".h5": "an HDF5 file", ".hdf5": "an HDF5 file",
      ".tar": "a tar archive", ".tgz": "a tar archive",
    ].first { ending.hasSuffix($0.key) }
    if let format {
      throw InputError(
        .data,
        "\(path) is not \(format.value): it does not start as one; fetch or write it again")
    }
    try ForeignFormat.refuse(bytes, name: path)
    guard bytes.prefix(4096).contains(0) else { return }
    throw InputError(
      .data,
      "\(path) is of a format that is not read; NPY, NPZ, CSV, TSV, SVMlight, MATLAB 5, HDF5 and IDX "
        + "are, and folders of PNG and JPEG files or of texts")
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
    var isFolder: ObjCBool = false
    // A point in the name of a folder is no ending.
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      return url.lastPathComponent
    }
    return url.deletingPathExtension().lastPathComponent
  }
}
