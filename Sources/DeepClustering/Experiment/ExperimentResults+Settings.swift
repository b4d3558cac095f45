// SPDX-License-Identifier: Apache-2.0

extension ExperimentResults {
  /// What a line was run with, as the experiment's file has it; nil where that is the usual.
  public struct Settings: Codable, Sendable, Equatable {
    /// The method's name.
    public var method: String
    /// The profile, which decides the hyperparameters that are not below; the method's default
    /// where the file names none.
    public var profile: String?
    /// The hyperparameters that the file sets, by the names that it has for them; on a smaller
    /// scale those that are limited too, by their whole names.
    public var hyperparameters: [String: JSONValue]
    /// The scaling.
    public var preprocessing: Preprocessing?
    /// Where K is found: `auto` where it was chosen before each run, a number where the method
    /// began with it.
    public var clusters: ClusterChoice?
    /// The share of the rows that was kept from the fits.
    public var heldOut: Double?
    /// Threads on the CPU.
    public var threads: Int?
    /// The file of the classes.
    public var labels: String?
    /// The column of the classes.
    public var labelColumn: String?
    /// Columns that are no features.
    public var ignoreColumns: [String]?
  }

  /// Lines of one name with the same settings.
  struct SettingsGroup {
    let name: String
    /// Their data; none where the name has no other settings on other data.
    var data: [String]
    let settings: Settings

    /// All of it: `dkm-a on usps: deep-k-means, profile annealed, clusteringWeight = 0.1`.
    var sentence: String {
      let place = data.isEmpty ? "" : " on \(data.joined(separator: ", "))"
      let facts = settings.facts.compactMap { fact in fact.text.map { "\(fact.name) \($0)" } }
      let all = [settings.method] + facts + settings.changes
      return "\(name)\(place): \(all.joined(separator: ", "))"
    }
  }

  /// The settings of the lines, once for all data and K that share them; none of tables that were
  /// written before they had any.
  var settingsGroups: [SettingsGroup] {
    var groups: [SettingsGroup] = []
    for line in lines {
      guard let settings = line.settings else { continue }
      let own = groups.firstIndex { $0.name == line.name && $0.settings == settings }
      if let own {
        if !groups[own].data.contains(line.data) { groups[own].data.append(line.data) }
      } else {
        groups.append(SettingsGroup(name: line.name, data: [line.data], settings: settings))
      }
    }
    return groups.map { group in
      let isApart = groups.contains { $0.name == group.name && $0.data != group.data }
      return SettingsGroup(
        name: group.name, data: isApart ? group.data : [], settings: group.settings)
    }
  }
}

extension ExperimentResults.Settings {
  /// Of the line of a run.
  init(_ planned: Experiment.PlannedRun) {
    let configuration = planned.configuration
    let type = try? MethodCatalog.method(configuration.method)
    method = configuration.method
    profile = configuration.profile ?? type?.card.profiles.first?.name
    hyperparameters = configuration.hyperparameters
    if configuration.preprocessing != .automatic { preprocessing = configuration.preprocessing }
    // A hyperparameter of that name goes before the K that the file has for all.
    let isStart = planned.clusters == nil && configuration.hyperparameters["clusters"] == nil
    if planned.choosesClusters {
      clusters = .automatic
    } else if isStart, type?.takesClusters == true {
      clusters = configuration.clusters.map(ClusterChoice.number)
    }
    heldOut = configuration.heldOut
    threads = configuration.threads
    (labels, labelColumn) = (configuration.labels, configuration.labelColumn)
    ignoreColumns = configuration.ignoreColumns
  }

  /// All but the method and the hyperparameters, by name, where it is not the usual.
  var facts: [(name: String, text: String?)] {
    [
      ("profile", profile), ("preprocessing", preprocessing?.rawValue), ("K", clusterText),
      ("held out", heldOut.map { "\($0)" }), ("threads", threads.map { "\($0)" }),
      ("classes", labels), ("class column", labelColumn),
      ("columns ignored", ignoreColumns?.joined(separator: ", ")),
    ]
  }

  /// The hyperparameters as `name = value`.
  var changes: [String] {
    hyperparameters.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.yaml)" }
  }

  /// `auto`, or what the method began with.
  var clusterText: String? {
    clusters.map { $0 == .automatic ? $0.text : "from \($0.text)" }
  }
}

extension JSONValue {
  /// The value as a settings file has it: a list stands in brackets.
  fileprivate var yaml: String {
    switch self {
    case .null: "null"
    case .array(let values): "[\(values.map { $0.yaml }.joined(separator: ", "))]"
    default: text
    }
  }
}
