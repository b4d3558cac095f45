// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// How K was chosen, where `--clusters auto` asked for it: the rule's answer, a chart, the table.
struct ClusterCountCard {
  var run: RunFolder

  func html() -> Markup {
    guard let study = run.record.clusterCountStudy else { return .empty }
    let figure = chart().map {
      Section.figure($0, note: "<p class=\"note\">The triangle is at the K that was taken.</p>")
    }
    return """
      <div class="grid-2 later"><div class="card"><h3>How K was chosen</h3><p class="note">On \
      \(NumberText.grouped(study.rows)) samples, without labels: \(study.reason).</p>\
      <p class="note">The prediction strength decides, unless the silhouette of a finer cut is much higher. \
      The other measures are for comparison.</p>\(methodReason())\(table(study))</div>
      \(figure ?? .empty)</div>
      """
  }

  /// What decides, and how alike the layouts were cut, over K; nil for fewer than two.
  func chart() -> Chart? {
    guard let study = run.record.clusterCountStudy, study.table.count > 1 else { return nil }
    let measures: [(String, (ClusterCountStudy.Row) -> Double)] = [
      ("prediction strength", \.predictionStrength), ("silhouette", \.silhouette),
      ("stability (ARI)", \.stability),
    ]
    let series = measures.map { name, value in
      LineChart.Series(name: name, values: study.table.map(value))
    }
    let lowest = series.flatMap(\.values).compactMap { $0 }.min() ?? 0
    return LineChart(
      name: "clusters-tried", title: "Numbers of clusters that were tried", xTitle: "K",
      yTitle: "measure", steps: study.table.map { Double($0.clusters) },
      stepNames: study.table.map {
        "K = \($0.clusters)" + ($0.clusters == study.clusters ? ", chosen" : "")
      },
      series: series, scale: .fixed(min(lowest, 0), 1), text: { NumberText.fixed($0, 3) },
      marks: study.table.indices.filter { study.table[$0].clusters == study.clusters }.map {
        LineChart.Mark(place: $0, isRise: false)
      }, namesLastValues: false
    ).chart()
  }

  private func table(_ study: ClusterCountStudy) -> Markup {
    let body = study.table.map { row -> Markup in
      let values = [
        row.stability, row.predictionStrength, row.silhouette, row.bic, row.generalizability,
      ]
      let cells = values.map { value -> Markup in
        "<td class=\"number\">\(NumberText.fixed(value, 3))</td>"
      }
      let number = "\(row.clusters)" + (row.clusters == study.clusters ? " (chosen)" : "")
      return "<tr><th scope=\"row\">\(number)</th>\(cells.joined())</tr>\n"
    }
    return """
      <details><summary>As a table</summary><div class="scroller"><table><thead><tr><th>K</th>\
      <th class="number">Stability (ARI)</th><th class="number">Prediction strength</th>\
      <th class="number">Silhouette</th><th class="number">BIC per sample</th>\
      <th class="number">Generalizability</th></tr></thead><tbody>
      \(body.joined())</tbody></table></div></details>
      """
  }

  private func methodReason() -> Markup {
    guard let reason = run.record.methodReason else { return .empty }
    let sentence: String = reason.prefix(1).uppercased() + reason.dropFirst()
    return "<p class=\"note\">\(sentence).</p>"
  }
}
