// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch
internal import Yams

/// A grid of runs: methods × data × seeds, described by a YAML file.
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
    /// Another precision than the experiment's.
    public var precision: Precision?
    /// Another scaling than the experiment's.
    public var preprocessing: Preprocessing?
    /// Other seeds than the experiment's.
    public var seeds: [UInt64]?
    /// Only these of the experiment's data.
    public var data: [String]?

    /// The name in tables and folders.
    public var title: String { name ?? method }
  }

  /// A figure that somebody published, to stand beside ours.
  public struct Published: Codable, Sendable {
    /// The line's name.
    public var name: String
    /// The data set.
    public var data: String
    /// Accuracy.
    public var acc: Double?
    /// Normalised mutual information.
    public var nmi: Double?
    /// Where it was read.
    public var source: String
  }

  /// What the experiment shows.
  public var title: String
  /// Catalog names or paths.
  public var data: [String]
  /// K.
  public var clusters: Int
  /// The lines of the table.
  public var methods: [Entry]
  /// The seeds.
  public var seeds: [UInt64]
  /// The scaling; `auto` where it is missing.
  public var preprocessing: Preprocessing?
  /// The precision; single where it is missing.
  public var precision: Precision?
  /// Figures of others.
  public var published: [Published]?

  /// The experiment of a file.
  public init(contentsOf url: URL) throws(InputError) {
    do {
      self = try YAMLDecoder().decode(
        Experiment.self, from: String(contentsOf: url, encoding: .utf8))
    } catch let error as DecodingError {
      throw InputError(.usage, "\(url.relativePath): \(error.sentence)")
    } catch let error as YamlError {
      throw InputError(.usage, "\(url.relativePath) is not YAML: \(error)")
    } catch {
      throw InputError(
        .missing, "\(url.relativePath) cannot be read: \(error.localizedDescription)")
    }
  }

  /// One run of the grid.
  public struct PlannedRun: Sendable {
    /// The line that it belongs to.
    public let entry: Entry
    /// All that decides the run.
    public let configuration: RunConfiguration
    /// Its folder's name.
    public let folderName: String
  }

  /// All runs, seed by seed, so that methods of one seed share their pretraining.
  public func plan() -> [PlannedRun] {
    data.flatMap { data in
      let entries = methods.filter { $0.data?.contains(data) ?? true }
      let all = Set(entries.flatMap { $0.seeds ?? seeds }).sorted()
      return all.flatMap { seed in
        entries.filter { ($0.seeds ?? seeds).contains(seed) }.map { entry in
          var configuration = RunConfiguration(data: data)
          configuration.method = entry.method
          configuration.profile = entry.profile
          configuration.clusters = clusters
          configuration.hyperparameters = entry.hyperparameters ?? [:]
          configuration.preprocessing =
            entry.preprocessing ?? preprocessing ?? .automatic
          configuration.precision = entry.precision ?? precision ?? .float32
          configuration.seed = seed
          let name = URL(fileURLWithPath: data).deletingPathExtension().lastPathComponent
          return PlannedRun(
            entry: entry, configuration: configuration,
            folderName: "\(name)-\(entry.title)-\(seed)")
        }
      }
    }
  }
}
