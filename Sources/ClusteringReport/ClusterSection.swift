// SPDX-License-Identifier: Apache-2.0

import DeepClustering
/// Sizes, confusion, scores of the classes, certainty.
struct ClusterSection {
  var run: RunFolder
  var names: GroupNames

  func section() -> Section? {
    let charts = [confusion(), sizes(), classScores(), certainty()].compactMap { $0 }
    guard !charts.isEmpty else { return nil }
    let hasLabels = run.record.contingency != nil
    return Section(
      id: "clusters", heading: hasLabels ? "Clusters and classes" : "Clusters",
      label: hasLabels ? "Classes" : "Clusters",
      lead: hasLabels
        ? "Which class went into which cluster. The match pairs each cluster with at most one class "
          + "so that as many samples as possible agree."
        : "How large the clusters are and how sure the method is of them.",
      content: hasLabels
        ? "<div class=\"grid-2 grid-wide\">\(arranged(charts))</div>"
        : "<div class=\"grid-2 charts\">\(charts.joined())</div>")
  }

  /// The wide confusion above the certainty, beside a column of the others; or all in columns.
  private func arranged(_ charts: [Markup]) -> Markup {
    guard charts.count > 1 else { return charts.joined() }
    return """
      <div class="stack">\(charts[0])\(charts.dropFirst().last ?? .empty)</div><div class="stack">\
      \(charts.dropFirst().dropLast().joined())</div>
      """
  }

  private func confusion() -> Markup? {
    guard let contingency = run.record.contingency, names.classCount > 0 else { return nil }
    let rows = names.clustersByClass.map { cluster in
      HeatMap.Row(
        label: names.shortName(ofCluster: cluster), name: "Cluster \(cluster)",
        counts: contingency[cluster], match: names.match(ofCluster: cluster))
    }
    let map = HeatMap(
      name: "confusion", title: "Confusion of clusters and classes", rowTitle: "Cluster",
      columnTitle: "Class", rows: rows, columns: (0..<names.classCount).map(names.className))
    return Section.figure(
      map.chart(), isWide: true,
      note: """
        <p class="note">Samples of each class in each cluster; a cell is shaded by its share of the \
        cluster, a frame marks the matched class.</p>
        """)
  }

  private func sizes() -> Markup? {
    guard let sizes = run.record.clusterSizes else { return nil }
    let total = max(sizes.reduce(0, +), 1)
    let bars = names.clustersByClass.map { cluster -> BarChart.Bar in
      let size = sizes[cluster]
      var tip =
        "Cluster \(names.shortName(ofCluster: cluster))\n"
        + "\(NumberText.grouped(size)) samples, "
        + NumberText.percent(Double(size) / Double(total))
      var solid: Double?
      if let counts = run.record.contingency?[cluster] {
        let right = names.match(ofCluster: cluster).map { counts[$0] } ?? 0
        solid = Double(right)
        tip += "\n\(NumberText.grouped(right)) of the matched class"
      }
      return BarChart.Bar(
        label: names.shortName(ofCluster: cluster), value: Double(size), solid: solid,
        fill: .palette(names.color(ofCluster: cluster)), text: NumberText.grouped(size), tip: tip)
    }
    let chart = BarChart(
      name: "sizes", title: "Cluster sizes", xTitle: "Samples", bars: bars)
    let note: Markup =
      run.record.contingency == nil
      ? .empty : "<p class=\"note\">Solid: samples of the matched class. Pale: all others.</p>"
    return Section.figure(chart.chart(), note: note)
  }

  private func classScores() -> Markup? {
    guard let scores = run.record.classScores, !scores.isEmpty else { return nil }
    let bars = scores.map { score in
      BarChart.Bar(
        label: score.name, value: min(max(score.f1, 0), 1), text: NumberText.fixed(score.f1, 3),
        tip: "Class \(score.name), \(NumberText.grouped(score.support)) samples\n"
          + "F1 \(NumberText.fixed(score.f1, 4))\nPrecision \(NumberText.fixed(score.precision, 4))\n"
          + "Recall \(NumberText.fixed(score.recall, 4))",
        diamond: score.precision, circle: score.recall)
    }
    let legend: Markup = """
      \(BarChart.diamond(16, 10))<text class="muted" x="26" y="14">precision</text>\
      \(BarChart.circle(102, 10))<text class="muted" x="111" y="14">recall</text>
      """
    let chart = BarChart(
      name: "f1", title: "F1 of each class", xTitle: "F1 after matching", bars: bars, end: 1,
      legend: legend)
    return Section.figure(chart.chart(), note: table())
  }

  private func certainty() -> Markup? {
    guard let certainty = run.certainty, !certainty.isEmpty else { return nil }
    var isWrong: [Bool]?
    if let labels = run.labels, let assignments = run.assignments, run.record.matching != nil {
      isWrong = zip(assignments, labels).map { names.match(ofCluster: $0) != $1 }
    }
    let chart = Histogram(
      name: "certainty", title: "Certainty of the assignments", xTitle: "Certainty",
      values: certainty, isWrong: isWrong)
    return Section.figure(chart.chart())
  }

  private func table() -> Markup {
    guard let scores = run.record.classScores, !scores.isEmpty else { return .empty }
    let rows = scores.map { score -> Markup in
      """
      <tr><th scope="row">\(score.name)</th><td class="number">\(NumberText.fixed(score.precision, 4))\
      </td><td class="number">\(NumberText.fixed(score.recall, 4))</td><td class="number">\
      \(NumberText.fixed(score.f1, 4))</td><td class="number">\(NumberText.grouped(score.support))\
      </td></tr>

      """
    }
    return """
      <details><summary>As a table</summary><div class="scroller">
      <table><thead><tr><th>Class</th><th class="number">Precision</th><th class="number">Recall</th>\
      <th class="number">F1</th><th class="number">Samples</th></tr></thead><tbody>
      \(rows.joined())</tbody></table></div></details>
      """
  }
}
