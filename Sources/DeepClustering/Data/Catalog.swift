// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// The data sets that are known by name, and the folders that they are found in.
///
/// A file is looked for in `$DEEPCLUST_DATA`, then in the cache folder, and is fetched into the
/// cache folder when it is in neither. Whatever is used has the checksum of the original.
public struct Catalog: Sendable {
  /// The folder that the user named in `DEEPCLUST_DATA`; nil without one.
  public let dataFolder: URL?
  /// The folder that fetched files are kept in, `deepclust/data` below the user's cache folder.
  public let cacheFolder: URL

  /// A catalog that looks where the environment says.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func folder(_ variable: String) -> URL? {
      environment[variable].flatMap {
        $0.isEmpty ? nil : URL(fileURLWithPath: $0, isDirectory: true)
      }
    }
    dataFolder = folder("DEEPCLUST_DATA")
    let home = folder("HOME") ?? FileManager.default.homeDirectoryForCurrentUser
    // By the specification of XDG paths that are not absolute are ignored.
    let isGiven = environment["XDG_CACHE_HOME"]?.hasPrefix("/") == true
    let cache =
      (isGiven ? folder("XDG_CACHE_HOME") : nil) ?? home.appendingPathComponent(".cache")
    cacheFolder = cache.appendingPathComponent("deepclust/data", isDirectory: true)
  }

  /// The entry of a name; nil when there is none.
  public static func entry(named name: String) -> CatalogEntry? {
    entries.first { $0.name == name }
  }

  /// Where the files of an entry are, in its order; nil unless all are here.
  public func location(of entry: CatalogEntry) -> [URL]? {
    let found = entry.files.compactMap { location(of: $0, in: entry) }
    return found.count == entry.files.count ? found : nil
  }

  /// Makes sure that the files of an entry are here, and says where.
  ///
  /// - Parameters:
  ///   - entry: which data set.
  ///   - progress: is told, in short sentences, what is being fetched.
  /// - Returns: the files, in the order of the entry.
  /// - Throws: ``InputError`` when they can be had nowhere; it says where to put them by hand.
  public func fetch(
    _ entry: CatalogEntry, progress: @escaping (String) -> Void = { _ in }
  ) throws(InputError) -> [URL] {
    if let found = location(of: entry) { return found }
    let missing = entry.files.filter { location(of: $0, in: entry) == nil }
    let target = cacheFolder.appendingPathComponent(entry.folder, isDirectory: true)
    var reasons: [String] = []
    for place in entry.places {
      do throws(InputError) {
        try CatalogFetch(files: missing, target: target, progress: progress).run(place)
        break
      } catch {
        reasons.append(error.description)
      }
    }
    if let found = location(of: entry) { return found }
    let names = missing.map(\.name).joined(separator: ", ")
    let why =
      reasons.isEmpty ? "it is published nowhere as a file" : reasons.joined(separator: "; ")
    let folders = [dataFolder?.appendingPathComponent(entry.folder), target].compactMap { $0?.path }
    throw InputError(
      .unavailable,
      "the data set \(entry.name) is not here and cannot be fetched (\(why)); put \(names) into "
        + "\(folders.joined(separator: " or ")) by hand")
  }

  /// Reads an entry, fetching it first where that is needed.
  ///
  /// - Parameters:
  ///   - entry: which data set.
  ///   - seed: what synthetic data are drawn with.
  ///   - progress: is told, in short sentences, what is being fetched.
  /// - Returns: the rows in their published order, with their classes.
  /// - Throws: ``InputError`` when files are missing, damaged, or not the original ones.
  public func load(
    _ entry: CatalogEntry, seed: UInt64 = 1, progress: @escaping (String) -> Void = { _ in }
  ) throws(InputError) -> Dataset {
    if case .drawn(let draw) = entry.layout { return draw(seed) }
    let urls = try fetch(entry, progress: progress)
    let (table, labels) = try CatalogRead(entry: entry, urls: urls).run()
    try labels.refuseOtherCount(than: table.rows, in: entry.name, labels: entry.name)
    var dataset = Dataset(
      name: entry.name, table: table.table, rows: table.rows, columns: table.columns,
      labels: labels.indices, classNames: entry.names(of: labels), imageShape: entry.imageShape)
    if let file = entry.words, let url = location(of: file, in: entry) {
      _ = try file.unpackVerified(FileBytes.read(url.path), from: url.path)
      dataset.vocabulary = try Vocabulary.read(url.path)
    }
    return dataset
  }

  private func location(of file: CatalogFile, in entry: CatalogEntry) -> URL? {
    [dataFolder, cacheFolder].compactMap { folder in
      folder?.appendingPathComponent(entry.folder).appendingPathComponent(file.name)
    }.first { FileManager.default.fileExists(atPath: $0.path) }
  }
}

extension CatalogEntry {
  /// What the classes of labels are called: ``classNames`` at the numbers that the labels are.
  func names(of labels: ClassLabels) -> [String] {
    labels.names.map { written in
      guard let classNames, let number = Int(written), classNames.indices.contains(number)
      else { return written }
      return classNames[number]
    }
  }
}

extension CatalogFile {
  /// Refuses bytes that are not those of this file, and unpacks them when they are gzip.
  func unpackVerified(_ bytes: [UInt8], from path: String) throws(InputError) -> [UInt8] {
    let found = SHA256.hexadecimal(of: bytes)
    let isPacked = GZip.isCompressed(bytes)
    if found == sha256 { return isPacked ? try GZip.unpack(bytes, name: path) : bytes }
    if isPacked, let unpackedSHA256 {
      let unpacked = try GZip.unpack(bytes, name: path)
      if SHA256.hexadecimal(of: unpacked) == unpackedSHA256 { return unpacked }
    }
    throw InputError(
      .unavailable,
      "\(path) is not the original \(name): its SHA-256 is \(found), and \(sha256) was expected; "
        + "remove it to have it fetched again")
  }
}

/// Turns the files of an entry into rows and classes.
private struct CatalogRead {
  let entry: CatalogEntry
  let urls: [URL]

  func run() throws(InputError) -> (NumberTable, ClassLabels) {
    switch entry.layout {
    case .idx:
      let images = [try idx(0), try idx(2)]
      let labels = try idx(1).integers() + idx(3).integers()
      return (try NumberTable(images), ClassLabels(labels))
    case .table:
      let text = try DelimitedText.parse(
        try bytes(0), name: urls[0].path, labelColumn: "last")
      return (table(text.values, text), ClassLabels(text.labels ?? []))
    case .zipCode:
      let train = try DelimitedText.parse(try bytes(0), name: urls[0].path, labelColumn: "1")
      let test = try DelimitedText.parse(try bytes(1), name: urls[1].path, labelColumn: "1")
      var whole = train
      whole.rows += test.rows
      let values = (train.values + test.values).map { ($0 + 1) / 2 }
      return (table(values, whole), ClassLabels((train.labels ?? []) + (test.labels ?? [])))
    case .arrays:
      let features = try bytes(0)
      let labels = try NPY.parse(try bytes(1), name: urls[1].path)
      let table =
        NPZ.matches(features)
        ? try ArrayChoice(NPZ(features, name: urls[0].path)).contents(nil).table
        : try NumberTable(NPY.parse(features, name: urls[0].path))
      return (table, try ClassLabels(array: labels))
    case .drawn:
      preconditionFailure("Data drawn from a seed have no files.")
    }
  }

  private func bytes(_ index: Int) throws(InputError) -> [UInt8] {
    let path = urls[index].path
    return try entry.files[index].unpackVerified(FileBytes.read(path), from: path)
  }

  private func idx(_ index: Int) throws(InputError) -> NPYArray {
    try IDX.parse(bytes(index), name: urls[index].path)
  }

  private func table(_ values: [Float], _ text: DelimitedText) -> NumberTable {
    NumberTable(values: values, rows: text.rows, columns: text.columns)
  }
}
