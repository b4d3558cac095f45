// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// The curves of a run: losses of each stage, label changes, the method's own figures, scores over
/// the steps.
struct TrainingSection {
  var run: RunFolder

  /// The curves, those of each stage in turn.
  var charts: [Chart] {
    run.metrics.stages.flatMap { stage in
      [loss(stage), clusterCount(stage), changes(stage)].compactMap { $0 } + measures(stage)
        + [scores(stage)].compactMap { $0 }
    }
  }

  func section() -> Section? {
    let charts = charts
    guard !charts.isEmpty else { return nil }
    let tables = Dictionary(
      uniqueKeysWithValues: run.metrics.stages.enumerated().map {
        ("clusters-\($0.offset)", ChangesOfClusters(stage: $0.element).table())
      })
    return Section(
      id: "training", heading: "Training", label: "Training",
      lead: "How the run went. Move over a curve, or focus it and use the arrow keys, to read its "
        + "values.",
      content: """
        <div class="\(charts.count == 3 || charts.count > 4 ? "grid-3" : "grid-2 charts")">\
        \(charts.map { Section.figure($0, note: tables[$0.name] ?? .empty) }.joined())</div>
        """)
  }

  private func loss(_ stage: MetricsLog.Stage) -> Chart? {
    let entries = stage.entries
    let terms = stage.lossNames
    // Of a method without iterations each step measures something else, which makes no curve.
    let values =
      terms.isEmpty
      ? [entries.map(\.loss)] : terms.map { term in entries.map { $0.losses?[term] ?? nil } }
    guard values.contains(where: Self.isCurve) else { return nil }
    var series: [LineChart.Series] = []
    let total = LineChart.Series(
      name: terms.count > 1 ? "total" : "loss", values: entries.map(\.loss))
    if terms.count > 1 {
      series = terms.map { term in
        LineChart.Series(
          name: Self.shortName(ofLoss: term), values: entries.map { $0.losses?[term] ?? nil })
      }
      series.insert(total, at: 0)
    } else {
      series = [total]
    }
    return chart(
      stage, "loss", "\(Self.title(stage.name)) loss", yTitle: "Loss", series: series)
  }

  private func changes(_ stage: MetricsLog.Stage) -> Chart? {
    guard stage.entries.contains(where: { $0.changed != nil }) else { return nil }
    return chart(
      stage, "changed", "Samples that changed cluster", yTitle: "Share of all samples",
      series: [.init(name: "changed", values: stage.entries.map(\.changed))], scale: .logarithmic,
      text: NumberText.percent, tickText: { NumberText.compact($0 * 100) + "%" })
  }

  /// A curve for each other figure: they need not have a scale in common.
  private func measures(_ stage: MetricsLog.Stage) -> [Chart] {
    stage.measureNames.enumerated().map { index, name in
      chart(
        stage, "measure-\(index)", Self.title(name), yTitle: Self.title(name),
        series: [.init(name: name, values: stage.entries.map { $0.measures?[name] ?? nil })])
    }
  }

  /// K over the steps where the method finds it, with its splits, merges and drops.
  private func clusterCount(_ stage: MetricsLog.Stage) -> Chart? {
    let counts = stage.entries.map { $0.measures?["clusters"] ?? nil }
    guard counts.contains(where: { $0 != nil }) else { return nil }
    let marks = stage.entries.indices.compactMap { place -> LineChart.Mark? in
      guard let first = ChangesOfClusters.of(stage.entries[place]).first else { return nil }
      return LineChart.Mark(place: place, isRise: first.kind == "split")
    }
    return chart(
      stage, "clusters", "Clusters found, with splits and merges", yTitle: "Clusters",
      series: [.init(name: "K", values: counts)],
      scale: .fixed(0, max((counts.compactMap { $0 }.max() ?? 1) * 1.1, 2)), marks: marks)
  }

  private func scores(_ stage: MetricsLog.Stage) -> Chart? {
    let entries = stage.entries
    let all: [(String, [Double?])] = [
      ("ACC", entries.map { $0.scores?.acc }), ("NMI", entries.map { $0.scores?.nmi }),
      ("ARI", entries.map { $0.scores?.ari }),
    ]
    let series = all.filter { Self.isCurve($0.1) }
      .map { LineChart.Series(name: $0.0, values: $0.1) }
    guard !series.isEmpty else { return nil }
    let lowest = series.flatMap(\.values).compactMap { $0 }.min() ?? 0
    // From zero unless all is high, where the differences matter; below zero ARI can go.
    let start = lowest < 0 ? -1.0 : lowest > 0.5 ? 0.5 : 0
    return chart(
      stage, "scores", "Scores over the steps", yTitle: "Score", series: series,
      scale: .fixed(start, 1), text: { NumberText.fixed($0, 4) })
  }

  private func chart(
    _ stage: MetricsLog.Stage, _ kind: String, _ title: String, yTitle: String,
    series: [LineChart.Series], scale: LineChart.Scale = .automatic,
    text: @escaping (Double) -> String = NumberText.compact,
    tickText: ((Double) -> String)? = nil, marks: [LineChart.Mark] = []
  ) -> Chart {
    let number = run.metrics.stages.firstIndex(of: stage) ?? 0
    let attempts = stage.attempts
    let names = zip(stage.entries, attempts).map { entry, attempt in
      "Step \(NumberText.grouped(entry.step))"
        + (entry.seconds.map { " · \(NumberText.duration($0))" } ?? "")
        + (attempt > 0 ? " · attempt \(attempt)" : "")
        + (kind == "clusters" ? ChangesOfClusters.inWords(entry) : "")
    }
    let pieces = stage.pieces
    let broken = series.map { one in
      var one = one
      one.pieces = pieces
      return one
    }
    return LineChart(
      name: "\(kind)-\(number)", title: title, xTitle: "Step", yTitle: yTitle,
      steps: stage.entries.map { Double($0.step) }, stepNames: names, series: broken, scale: scale,
      text: text, tickText: tickText, marks: marks
    ).chart()
  }

  /// Whether values are of two steps at least.
  private static func isCurve(_ values: [Double?]) -> Bool { values.count { $0 != nil } > 1 }

  private static func title(_ stage: String) -> String {
    stage.prefix(1).uppercased() + stage.dropFirst()
  }

  private static func shortName(ofLoss term: String) -> String {
    switch term {
    case "reconstruction": "L_R"
    case "clustering": "L_C"
    default: Chart.shortened(term, to: 24)
    }
  }
}
