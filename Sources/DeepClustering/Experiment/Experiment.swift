// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch

/// A grid of runs: methods × data × seeds, and K where it is a list, described by a YAML file.
public struct Experiment: Codable, Sendable {
  /// One line of the table: a method and what differs from its usual settings.
  public struct Entry: Codable, Sendable {
    /// The method's name.
    public var method: String
    /// The line's name; the method's where it is missing.
    public var name: String?
    /// One of the method's profiles.
    public var profile: String?
    /// Changed hyperparameters.
    public var hyperparameters: [String: JSONValue]?
    /// Hyperparameters with the values to try: a line for each combination.
    public var sweep: [String: [JSONValue]]?
    /// Another K than the experiment's.
    public var clusters: ClusterChoice?
    /// Another precision than the experiment's.
    public var precision: Precision?
    /// Another scaling than the experiment's.
    public var preprocessing: Preprocessing?
    /// Another number of threads than the experiment's.
    public var threads: Int?
    /// Other seeds than the experiment's.
    public var seeds: [UInt64]?
    /// Only these of the experiment's data.
    public var data: [String]?
    /// Other figures than the experiment's.
    public var figures: [String]?

    /// The name in tables and folders.
    public var title: String { name ?? method }

    enum CodingKeys: String, CodingKey, CaseIterable {
      case method, name, profile, hyperparameters, sweep, clusters, precision, preprocessing
      case threads, seeds, data, figures
    }
  }

  /// A figure that somebody published, to stand beside ours.
  public struct Published: Codable, Sendable {
    /// The line's name.
    public var name: String
    /// The data set.
    public var data: String
    /// The K of the line that it stands beside, where K is a list; what was found, where K was not
    /// given.
    public var clusters: Int?
    /// Accuracy.
    public var acc: Double?
    /// Normalised mutual information.
    public var nmi: Double?
    /// Adjusted Rand index.
    public var ari: Double?
    /// Where it was read.
    public var source: String

    enum CodingKeys: String, CodingKey, CaseIterable {
      case name, data, clusters, acc, nmi, ari, source
    }
  }

  /// What the experiment shows.
  public var title: String
  /// Catalog names or paths.
  public var data: [String]
  /// A file with the class of each row, of the only data set, or the only one that the catalog does not
  /// know; read for measuring alone.
  public var labels: String?
  /// The column of text tables that holds the classes; beside them data of the catalog keep theirs.
  public var labelColumn: String?
  /// The columns of text tables that are no features, by name; data of the catalog have none.
  public var ignoreColumns: [String]?
  /// K, or several; where it is missing, what a method that finds K begins with, and for the others
  /// the number of classes that the catalog has.
  public var clusters: ClusterChoices?
  /// The lines of the table, before sweeps are spread.
  public var methods: [Entry]
  /// The seeds.
  public var seeds: [UInt64]
  /// The scaling; `auto` where it is missing.
  public var preprocessing: Preprocessing?
  /// The precision; single where it is missing.
  public var precision: Precision?
  /// The share of the rows that is kept from the fits; none where it is missing.
  public var heldOut: Double?
  /// How the maps of the reports place the samples; by principal components where it is missing.
  public var map: EmbeddingMap?
  /// Threads on the CPU; as many as there are cores where it is missing.
  public var threads: Int?
  /// Which figures of the runs' reports stand beside the table, by the names that `report --figures`
  /// gives them: for each line those of its first seed.
  public var figures: [String]?
  /// Figures of others.
  public var published: [Published]?

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case title, data, labels, labelColumn, ignoreColumns, clusters, methods, seeds, preprocessing
    case precision, heldOut, map, threads, figures, published
  }

  /// The experiment of a file; keys and names that mean nothing are refused.
  ///
  /// - Throws: `InputError` for a file that cannot be read, is not YAML, has unknown keys, or names
  ///   data or lines that it does not have.
  public init(contentsOf url: URL) throws(InputError) {
    let file = try YAMLFile(url)
    let values = try file.object()
    try file.refuseUnknown(.object(values), known: CodingKeys.allCases.map(\.rawValue))
    try file.refuseUnknown(
      in: values["methods"], of: "methods", known: Entry.CodingKeys.allCases.map(\.rawValue))
    try file.refuseUnknown(
      in: values["published"], of: "published",
      known: Published.CodingKeys.allCases.map(\.rawValue))
    self = try file.decode(Experiment.self)
    do {
      try check()
    } catch {
      throw InputError(error.kind, "\(url.path): \(error.description)")
    }
  }

  /// The lines of the table: each of `methods`, or one for each combination of its sweep.
  public var lines: [Entry] { methods.flatMap(\.spread) }

  /// Refuses names that lead nowhere, which would silently leave something out.
  private func check() throws(InputError) {
    for entry in methods {
      for (key, values) in entry.sweep ?? [:] where values.isEmpty {
        throw InputError(
          .usage, "\(key) in the sweep of \(entry.title) is an empty list, so it has no line")
      }
    }
    for (key, isEmpty) in [
      ("data", data.isEmpty), ("methods", lines.isEmpty), ("seeds", seeds.isEmpty),
      ("clusters", clusters?.all.isEmpty == true),
    ] where isEmpty {
      throw InputError(.usage, "\(key) is an empty list, so there is nothing to run")
    }
    for seeds in [seeds] + methods.compactMap(\.seeds) {
      var known = Set<UInt64>()
      for seed in seeds where !known.insert(seed).inserted {
        throw InputError(.usage, "seeds has \(seed) twice: runs of one seed are one run")
      }
    }
    if let threads = ([threads] + methods.map(\.threads)).compactMap(\.self).first(where: { $0 < 1 }
    ) {
      throw InputError(.usage, "threads must be at least 1, not \(threads)")
    }
    let labelled = ownData.isEmpty ? data.count : ownData.count
    if labels != nil && labelled > 1 {
      throw InputError(
        .usage, "labels are of one data set, and data has \(labelled): make a file for each")
    }
    if let heldOut, !(heldOut > 0 && heldOut < 1) {
      throw InputError(.usage, "heldOut must be above 0 and below 1, not \(heldOut)")
    }
    for line in lines {
      for name in line.data ?? [] where !data.contains(name) {
        throw InputError(
          .usage,
          "\(line.title) is for \(name), which is not in data; \(NearNames.hint(for: name, among: data))"
        )
      }
    }
    let titles = lines.map(\.title)
    for figure in published ?? [] {
      guard titles.contains(figure.name) else {
        throw InputError(
          .usage,
          "published has a figure of \(figure.name), which is no line; "
            + NearNames.hint(for: figure.name, among: titles))
      }
      for (score, lowest) in [(figure.acc, 0.0), (figure.nmi, 0), (figure.ari, -1)] {
        guard let score, !(lowest...1 ~= score) else { continue }
        throw InputError(
          .usage, "published has \(score) for \(figure.name), but scores are at most 1")
      }
      guard data.contains(figure.data) else {
        throw InputError(
          .usage,
          "published has a figure on \(figure.data), which is not in data; "
            + NearNames.hint(for: figure.data, among: data))
      }
    }
  }
}

extension Experiment.Entry {
  /// A line for each combination of the sweep's values; the line itself without a sweep.
  var spread: [Self] {
    guard let sweep else { return [self] }
    var lines = [self]
    lines[0].sweep = nil
    for (key, values) in sweep.sorted(by: { $0.key < $1.key }) {
      lines = lines.flatMap { line in
        values.map { value in
          var next = line
          next.name = "\(line.title)-\(key)=\(value.text)"
          next.hyperparameters = (line.hyperparameters ?? [:]).merging([key: value]) { $1 }
          return next
        }
      }
    }
    return lines
  }
}

extension YAMLFile {
  /// Refuses keys that mean nothing in the objects of a list.
  fileprivate func refuseUnknown(
    in list: JSONValue?, of key: String, known: [String]
  ) throws(InputError) {
    guard case .array(let values) = list else { return }
    for (number, value) in values.enumerated() {
      try refuseUnknown(value, known: known, place: " in entry \(number + 1) of \(key)")
    }
  }
}
