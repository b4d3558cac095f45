// SPDX-License-Identifier: Apache-2.0

/// What happened to the clusters of a method that finds K: splits and merges with the logarithms of
/// their Hastings ratios, and clusters that were taken out because they had lost their samples.
struct ChangesOfClusters {
  var stage: MetricsLog.Stage

  struct Change {
    /// `split`, `merge` or `dropped`.
    var kind: String
    /// `3` or `2+5`, in the numbers before the step; how many were dropped.
    var clusters: String
    /// ln H; nil for what was dropped.
    var logRatio: Double?
  }

  /// More would not be read.
  private static let mostRows = 200

  /// The changes of a step: what was dropped, then the most favourable first.
  static func of(_ entry: MetricsLog.Entry) -> [Change] {
    let figures = (entry.measures ?? [:]).compactMap { name, value in
      value.map { (name: name, value: $0) }
    }
    let dropped = figures.filter { $0.name == MetricsLog.dropped }.map {
      Change(kind: $0.name, clusters: NumberText.compact($0.value))
    }
    let others = figures.filter {
      MetricsLog.isChangeOfClusters($0.name) && $0.name != MetricsLog.dropped
    }
    .sorted { ($1.value, $0.name) < ($0.value, $1.name) }
    .map { figure in
      let words = figure.name.split(separator: " ", maxSplits: 1).map(String.init)
      return Change(kind: words[0], clusters: words.last ?? "", logRatio: figure.value)
    }
    return dropped + others
  }

  /// The changes of a step after its name.
  static func inWords(_ entry: MetricsLog.Entry) -> String {
    let changes = of(entry)
    let shown = changes.prefix(4).map { change in
      guard let logRatio = change.logRatio else {
        return " · dropped \(change.clusters) without samples"
      }
      return " · \(change.kind) \(change.clusters) (ln H \(NumberText.compact(logRatio)))"
    }
    return shown.joined() + (changes.count > 4 ? " · …" : "")
  }

  /// All changes, a line each, under their chart; empty where there are none.
  func table() -> Markup {
    let changes = stage.entries.flatMap { entry in
      Self.of(entry).map { (entry: entry, change: $0) }
    }
    guard !changes.isEmpty else { return .empty }
    let rows = changes.prefix(Self.mostRows).map { entry, change -> Markup in
      let count = entry.measures?["clusters"] ?? nil
      let ratio = change.logRatio.map(NumberText.compact) ?? ""
      return """
        <tr><th scope="row">\(NumberText.grouped(entry.step))</th><td>\(change.kind)</td>\
        <td>\(change.clusters)\(change.logRatio == nil ? " without samples" : "")</td>\
        <td class="number">\(ratio)</td>\
        <td class="number">\(count.map(NumberText.compact) ?? "")</td></tr>

        """
    }
    let left = changes.count - rows.count
    let rest: Markup =
      left > 0
      ? "<p class=\"note\">\(NumberText.grouped(left)) more are in metrics.jsonl.</p>" : .empty
    return """
      <details><summary>Each change with its ln H</summary><div class="scroller">
      <table><thead><tr><th>Step</th><th>Change</th><th>Clusters</th><th class="number">ln H</th>\
      <th class="number">K after</th></tr></thead><tbody>
      \(rows.joined())</tbody></table></div>\(rest)</details>
      """
  }
}
