// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// The charts of the clusters; each is nil where the folder lacks its numbers.
struct ClusterCharts {
  var run: RunFolder
  var names: GroupNames

  /// All there are.
  var all: [Chart] {
    [confusion(), sizes(), classScores(), certainty(), gradient(), silhouettes()].compactMap { $0 }
  }

  func confusion() -> Chart? {
    guard let contingency = run.record.contingency, names.classCount > 0 else { return nil }
    var rows = names.clustersByClass.map { cluster in
      HeatMap.Row(
        label: names.shortName(ofCluster: cluster), name: "Cluster \(cluster)",
        counts: contingency[cluster], match: names.match(ofCluster: cluster))
    }
    if let noise = run.noise(classes: names.classCount) {
      rows.append(
        HeatMap.Row(
          label: "none", name: "In no cluster", counts: noise, match: classOfNoise(noise),
          group: "those in none"))
    }
    let map = HeatMap(
      name: "confusion", title: "Confusion of clusters and classes", rowTitle: "Cluster",
      columnTitle: "Class", rows: rows, columns: (0..<names.classCount).map(names.className))
    return map.chart()
  }

  /// The class that the scores match with the samples in no cluster: one that is found by none of the
  /// clusters and yet has a recall.
  private func classOfNoise(_ noise: [Int]) -> Int? {
    let matched = Set((0..<names.clusterCount).compactMap(names.match))
    return run.record.classScores?.indices.first {
      $0 < noise.count && noise[$0] > 0 && !matched.contains($0)
        && (run.record.classScores?[$0].recall ?? 0) > 0
    }
  }

  func sizes() -> Chart? {
    guard let sizes = run.record.clusterSizes else { return nil }
    let noise = run.record.noise ?? 0
    let total = max(sizes.reduce(noise, +), 1)
    var bars = names.clustersByClass.map { cluster -> BarChart.Bar in
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
    if noise > 0 {
      bars.append(
        BarChart.Bar(
          label: "none", value: Double(noise), fill: .none, text: NumberText.grouped(noise),
          tip: "In no cluster\n\(NumberText.grouped(noise)) samples, "
            + NumberText.percent(Double(noise) / Double(total))))
    }
    return BarChart(name: "sizes", title: "Cluster sizes", xTitle: "Samples", bars: bars).chart()
  }

  func classScores() -> Chart? {
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
    return BarChart(
      name: "f1", title: "F1 of each class", xTitle: "F1 after matching", bars: bars, end: 1,
      legend: legend
    ).chart()
  }

  func certainty() -> Chart? {
    guard let certainty = run.certainty, !certainty.isEmpty else { return nil }
    var isWrong: [Bool]?
    if let labels = run.labels, let assignments = run.assignments, run.record.matching != nil {
      isWrong = zip(assignments, labels).map { names.match(ofCluster: $0) != $1 }
    }
    return Histogram(
      name: "certainty", title: "Certainty of the assignments", xTitle: "Certainty",
      values: certainty, isWrong: isWrong
    ).chart()
  }

  func gradient() -> Chart? {
    guard let certainty = run.certainty, let gradients = run.gradients, !gradients.isEmpty
    else { return nil }
    return GradientChart(certainty: certainty, gradients: gradients).chart()
  }

  func silhouettes() -> Chart? {
    guard let silhouettes = run.record.clusterSilhouettes else { return nil }
    let bars = names.clustersByClass.compactMap { cluster -> BarChart.Bar? in
      guard let value = silhouettes[cluster] else { return nil }
      return BarChart.Bar(
        label: names.shortName(ofCluster: cluster), value: value,
        fill: .palette(names.color(ofCluster: cluster)), text: NumberText.fixed(value, 3),
        tip: "Cluster \(names.shortName(ofCluster: cluster))\nMean silhouette "
          + NumberText.fixed(value, 4))
    }
    guard !bars.isEmpty else { return nil }
    return BarChart(
      name: "silhouettes", title: "Silhouette of each cluster", xTitle: "Mean silhouette",
      bars: bars
    ).chart()
  }
}
