// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// The curves of runs, one chart a figure with a line a run.
struct ComparisonCurves {
  var runs: [RunFolder]

  private typealias Entry = MetricsLog.Entry

  /// For each stage, in the order in which stages are met: loss, changes, scores, clusters.
  var charts: [Chart] {
    var stages: [String] = []
    for run in runs {
      for stage in run.metrics.stages where !stages.contains(stage.name) {
        stages.append(stage.name)
      }
    }
    return stages.enumerated().flatMap { number, stage -> [Chart] in
      let title: String = stage.prefix(1).uppercased() + stage.dropFirst()
      // Methods have losses of their own, but pretraining has one.
      let isOneLoss = stage == "pretraining" || Set(runs.map(\.record.method.name)).count == 1
      let all: [Chart?] = [
        isOneLoss
          ? chart("loss-\(number)", "\(title) loss", "Loss", stage, { $0.loss }, scale: .automatic)
          : nil,
        chart(
          "changed-\(number)", "Samples that changed cluster", "Share of all samples", stage,
          { $0.changed }, scale: .logarithmic, text: NumberText.percent,
          tickText: { NumberText.compact($0 * 100) + "%" }),
        chart(
          "clusters-\(number)", "Clusters", "K", stage, { $0.measures?["clusters"] ?? nil },
          scale: .automatic),
        score("acc-\(number)", "ACC", stage) { $0.acc },
        score("nmi-\(number)", "NMI", stage) { $0.nmi },
        score("ari-\(number)", "ARI", stage) { $0.ari },
      ]
      return all.compactMap { $0 }
    }
  }

  private func score(
    _ id: String, _ name: String, _ stage: String, _ value: (MetricsLog.Scores) -> Double?
  ) -> Chart? {
    chart(
      id, "\(name) over the steps", name, stage, { entry in entry.scores.flatMap { value($0) } },
      scale: nil, text: { NumberText.fixed($0, 4) })
  }

  /// Nil when no run has such values; a `scale` of nil is that of scores.
  private func chart(
    _ id: String, _ title: String, _ yTitle: String, _ stage: String,
    _ value: (Entry) -> Double?, scale: LineChart.Scale?,
    text: @escaping (Double) -> String = NumberText.compact,
    tickText: ((Double) -> String)? = nil
  ) -> Chart? {
    let stages = runs.map { run in run.metrics.stages.first { $0.name == stage } }
    let values = stages.map { stage -> [Int: Double] in
      Dictionary(
        (stage?.entries ?? []).compactMap { entry in value(entry).map { (entry.step, $0) } }
      ) {
        $1
      }
    }
    let pieces = stages.map { stage -> [Int: Int] in
      Dictionary(zip((stage?.entries ?? []).map(\.step), stage?.pieces ?? [])) { $1 }
    }
    let steps = Set(values.flatMap(\.keys)).sorted()
    guard !steps.isEmpty else { return nil }
    let series = runs.indices.filter { !values[$0].isEmpty }.map { index in
      LineChart.Series(
        name: Chart.shortened(runs[index].name, to: 26), values: steps.map { values[index][$0] },
        pieces: steps.map { pieces[index][$0] ?? 0 }, color: index)
    }
    let lowest = values.flatMap(\.values).min() ?? 0
    return LineChart(
      name: id, title: title, xTitle: "Step", yTitle: yTitle, steps: steps.map(Double.init),
      stepNames: steps.map { "Step \(NumberText.grouped($0))" }, series: series,
      scale: scale ?? .fixed(lowest < 0 ? -1 : lowest > 0.5 ? 0.5 : 0, 1), text: text,
      tickText: tickText
    ).chart()
  }
}
