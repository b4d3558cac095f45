// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

extension Experiment {
  /// One run of the grid.
  public struct PlannedRun: Sendable {
    /// The line that it belongs to.
    public let entry: Entry
    /// The data as the file names them; a small scale takes a part.
    public let data: String
    /// K where it is given; nil where it is found or chosen.
    public let clusters: Int?
    /// Whether K is to be chosen before the run.
    public let choosesClusters: Bool
    /// All that decides the run; without K where that is to be chosen.
    public let configuration: RunConfiguration
    /// What the names of its line's folders and figures begin with.
    public let lineFolderName: String
    /// The name of its line; of a method that finds K with the K that it begins with, where the file
    /// has several of them.
    public let lineName: String

    /// Its folder's name.
    public var folderName: String { "\(lineFolderName)-\(configuration.seed)" }

    /// The files that it reads, of data and of classes; data of the catalog are left out.
    package var files: [String] {
      let whole = (try? Subset.base(of: configuration.data)) ?? configuration.data
      let own = Catalog.entry(named: whole) == nil ? [whole] : []
      return (own + [configuration.labels].compactMap(\.self)).map { ArrayPath($0).file }
    }

    /// Whether two runs belong to one line of the table: they differ in the seed alone.
    public func isSameLine(as other: PlannedRun) -> Bool {
      lineName == other.lineName && data == other.data && clusters == other.clusters
        && choosesClusters == other.choosesClusters
    }

    /// Whether two runs have the same data and seed, as those have that share a pretrained network.
    public func isSameStart(as other: PlannedRun) -> Bool {
      data == other.data && configuration.seed == other.configuration.seed
    }

    /// Whether two runs have the same settings but for the seed.
    fileprivate func hasSameSettings(as other: PlannedRun) -> Bool {
      var own = configuration
      own.seed = other.configuration.seed
      return own == other.configuration
    }
  }

  /// All runs, seed by seed, so that methods of one seed share their pretraining.
  ///
  /// - Parameter scale: How much smaller the grid is; nil for what the file says.
  /// - Returns: The runs in the order in which they are made.
  /// - Throws: `InputError` for settings that no method has, for data whose number of classes is not
  ///   known where K is missing, and for two runs that would be one folder.
  public func plan(_ scale: ExperimentScale? = nil) throws(InputError) -> [PlannedRun] {
    var runs: [PlannedRun] = []
    for data in data {
      let entries = lines.filter { $0.data?.contains(data) ?? true }
      let seeds = entries.map { own in
        let all = own.seeds ?? self.seeds
        return scale.map { Array(all.prefix($0.seeds)) } ?? all
      }
      for seed in Set(seeds.joined()).sorted() {
        for (entry, own) in zip(entries, seeds) where own.contains(seed) {
          for choice in try choices(of: entry) {
            runs.append(try run(entry, data, choice, seed, scale))
          }
        }
      }
    }
    var names = Set<String>()
    if let twice = runs.first(where: { !names.insert($0.folderName).inserted }) {
      throw InputError(
        .usage,
        "two runs would be the folder \(twice.folderName): give the lines different names, and the "
          + "data different file names")
    }
    var firsts: [PlannedRun] = []
    for run in runs {
      guard let first = firsts.first(where: run.isSameLine) else {
        firsts.append(run)
        continue
      }
      guard run.hasSameSettings(as: first) else {
        throw InputError(
          .usage,
          "two lines with different settings are called \(run.lineName) on \(run.data): give them "
            + "different names")
      }
    }
    return runs
  }

  /// What K is for a line; nil where nothing says, and where the experiment's is for the other lines
  /// since the method reads none.
  private func choices(of entry: Entry) throws(InputError) -> [ClusterChoice?] {
    guard let all = entry.clusters.map({ [$0] }) ?? clusters?.all else { return [nil] }
    guard try !MethodCatalog.method(entry.method).takesClusters else { return all }
    if case .number(let number) = entry.clusters {
      throw InputError(
        .usage,
        "\(entry.title) has clusters: \(number), but \(entry.method) finds K by itself and reads none"
      )
    }
    return [nil]
  }

  private func run(
    _ entry: Entry, _ data: String, _ choice: ClusterChoice?, _ seed: UInt64,
    _ scale: ExperimentScale?
  ) throws(InputError) -> PlannedRun {
    var configuration = RunConfiguration(data: scale?.part(of: data) ?? data)
    // Beside a table of one's own, data of the catalog keep their classes and their columns.
    if ownData.isEmpty || ownData.contains(data) {
      (configuration.labels, configuration.labelColumn) = (labels, labelColumn)
      configuration.ignoreColumns = ignoreColumns
    }
    configuration.method = entry.method
    configuration.profile = entry.profile
    if case .number(let number) = choice { configuration.clusters = number }
    configuration.hyperparameters = entry.hyperparameters ?? [:]
    configuration.preprocessing = entry.preprocessing ?? preprocessing ?? .automatic
    configuration.precision = entry.precision ?? precision ?? .float32
    configuration.threads = entry.threads ?? threads
    (configuration.heldOut, configuration.map) = (heldOut, map)
    configuration.seed = seed
    let method = try configuration.makeMethod()
    try configuration.refuseHeldOut(for: method)
    let finds = method.findsClusterCount
    if choice == nil && !finds { configuration.clusters = try Self.classes(of: data) }
    try scale?.limit(&configuration)
    // A hyperparameter may say another K than the experiment does.
    let own = try configuration.makeMethod().clusters
    if let several = clusters?.all, several.count > 1, entry.clusters == nil, !finds,
      configuration.clusters != nil, configuration.clusters != own
    {
      throw InputError(
        .usage,
        "\(entry.title) sets clusters to \(own) as a hyperparameter, and the experiment has "
          + "\(several.count) numbers of clusters: leave one of them out")
    }
    let stem = URL(fileURLWithPath: configuration.data).deletingPathExtension().lastPathComponent
    let isOneOfMany = entry.clusters == nil && clusters.map { $0.all.count > 1 } ?? false
    let isStart = finds && isOneOfMany && choice != nil
    let suffix = isOneOfMany ? choice.map { "-k=\($0.text)" } ?? "" : ""
    let title = String(entry.title.map { $0 == "/" || $0.isWhitespace ? "_" : $0 })
    return PlannedRun(
      entry: entry, data: data, clusters: finds || choice == .automatic ? nil : own,
      choosesClusters: choice == .automatic, configuration: configuration,
      lineFolderName: "\(stem)-\(title)\(suffix)",
      lineName: entry.title + (isStart ? " from \(choice?.text ?? "")" : ""))
  }

  /// The data that the catalog does not know.
  var ownData: [String] {
    data.filter { Catalog.entry(named: (try? Subset.base(of: $0)) ?? $0) == nil }
  }

  /// The number of classes that the catalog has for data or a part of them.
  private static func classes(of data: String) throws(InputError) -> Int {
    let base = try Subset.base(of: data)
    guard let entry = Catalog.entry(named: base) else {
      let near =
        base.contains("/") || base.contains(".")
        ? [] : NearNames.of(base, among: Catalog.entries.map(\.name))
      let question = near.isEmpty ? "" : " (did you mean \(near.joined(separator: " or "))?)"
      throw InputError(
        .usage,
        "clusters is missing, and the catalog does not know how many classes \(data) has"
          + "\(question): give clusters a number, a list of numbers, or auto")
    }
    return entry.classes
  }
}
