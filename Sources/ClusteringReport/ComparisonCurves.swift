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
    let ends = stages.compactMap { $0?.entries.last?.step }
    let isShare = Self.areTooUnlike(ends)
    let places = stages.map { stage -> [Double] in
      let steps = (stage?.entries ?? []).map { Double($0.step) }
      // Per mille, so that runs meet under the pointer.
      return isShare ? steps.map { ($0 / steps[steps.count - 1] * 1000).rounded() / 10 } : steps
    }
    let values = zip(stages, places).map { stage, places -> [Double: Double] in
      Dictionary(
        zip(places, stage?.entries ?? []).compactMap { place, entry in
          value(entry).map { (place, $0) }
        }
      ) { $1 }
    }
    let pieces = zip(stages, places).map { stage, places -> [Double: Int] in
      Dictionary(zip(places, stage?.pieces ?? [])) { $1 }
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
      name: id, title: title, xTitle: isShare ? "Percent of its steps" : "Step", yTitle: yTitle,
      steps: steps,
      stepNames: steps.map {
        isShare ? "\(NumberText.compact($0))% of the steps" : "Step \(NumberText.grouped(Int($0)))"
      }, series: series,
      scale: scale ?? .fixed(lowest < 0 ? -1 : lowest > 0.5 ? 0.5 : 0, 1), text: text,
      tickText: tickText
    ).chart()
  }

  /// Whether the shortest of runs would be a dot beside the longest: methods count steps of their own.
  static func areTooUnlike(_ ends: [Int]) -> Bool {
    guard let shortest = ends.min(), let longest = ends.max(), shortest > 0 else { return false }
    return longest > 4 * shortest
  }
}
