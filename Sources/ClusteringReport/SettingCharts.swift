// SPDX-License-Identifier: Apache-2.0

public import DeepClustering
public import Foundation

/// How the scores of an experiment change with a setting: with K where it is a list, and with the
/// value of a hyperparameter that one line sweeps.
///
/// ```swift
/// for (name, drawing) in SettingCharts(experiment, results).files() {
///   try drawing.write(to: folder.appendingPathComponent(name))
/// }
/// ```
public struct SettingCharts: Sendable {
  /// A curve needs so many values.
  private static let fewest = 3

  private let experiment: Experiment
  private let results: ExperimentResults

  /// Charts of an experiment's results.
  public init(_ experiment: Experiment, _ results: ExperimentResults) {
    (self.experiment, self.results) = (experiment, results)
  }

  /// The name and content of each file: a chart as SVG, and as PNG where librsvg is installed; none
  /// where no setting has three values.
  public func files() -> [(name: String, contents: Data)] {
    var taken: [String: Int] = [:]
    return charts.flatMap { chart -> [(name: String, contents: Data)] in
      taken[chart.name, default: 0] += 1
      let number = taken[chart.name] ?? 1
      let name = chart.name + (number > 1 ? "-\(number)" : "")
      let drawing = chart.file()
      let image = SVGRenderer.shared?.image(
        of: drawing, width: Int(3 * chart.width), height: Int(3 * chart.height))
      return [("\(name).svg", Data(drawing.utf8))]
        + (image.map { [("\(name).png", Data($0.encoded()))] } ?? [])
    }
  }

  /// One chart for each data set, line and K over which there is a curve.
  var charts: [Chart] {
    var charts: [Chart?] = []
    for data in experiment.data {
      let part = results.scale.map { "\(data)@\($0.rows)" } ?? data
      let own = results.lines.filter { $0.data == part && !$0.runs.isEmpty }
      for entry in experiment.lines { charts += [overClusters(entry.title, own, data)] }
      for entry in experiment.methods {
        for clusters in Set(own.map(\.clusters)).sorted(by: { $0 ?? 0 < $1 ?? 0 }) {
          charts += [overSweep(entry, own.filter { $0.clusters == clusters }, data)]
        }
      }
    }
    return charts.compactMap { $0 }
  }

  private func overClusters(
    _ title: String, _ lines: [ExperimentResults.Line], _ data: String
  ) -> Chart? {
    let points = lines.filter { $0.name == title }.compactMap { line in
      line.clusters.map { (value: Double($0), line: line) }
    }
    return chart(points, of: "K", title, data)
  }

  private func overSweep(
    _ entry: Experiment.Entry, _ lines: [ExperimentResults.Line], _ data: String
  ) -> Chart? {
    guard let sweep = entry.sweep, sweep.count == 1, let (key, values) = sweep.first else {
      return nil
    }
    let points = values.compactMap { value -> (value: Double, line: ExperimentResults.Line)? in
      guard let number = Double(value.text),
        let line = lines.first(where: { $0.name == "\(entry.title)-\(key)=\(value.text)" })
      else { return nil }
      return (number, line)
    }
    // One of several K has its number in the title.
    let suffix = results.showsClusters ? lines.first?.clusters.map { ", K = \($0)" } : nil
    return chart(points, of: key, entry.title + (suffix ?? ""), data)
  }

  private func chart(
    _ points: [(value: Double, line: ExperimentResults.Line)], of setting: String, _ line: String,
    _ data: String
  ) -> Chart? {
    let points = points.sorted { $0.value < $1.value }
    guard points.count >= Self.fewest, Set(points.map(\.value)).count == points.count else {
      return nil
    }
    // Of the seeds that all have, so that a curve shows the setting and not who has more of them.
    let seeds = points.map { Set($0.line.runs.map(\.seed)) }
      .reduce(Set(points[0].line.runs.map(\.seed))) { $0.intersection($1) }
    let measures: [(String, (ExperimentResults.Run) -> Double?)] = [
      ("ACC", { $0.scores.acc }), ("NMI", { $0.scores.nmi }), ("ARI", { $0.scores.ari }),
      ("G", { $0.heldOut?.generalizability }),
    ]
    let series = measures.compactMap { name, score -> LineChart.Series? in
      let found = points.map { point in
        ScoreSummary(point.line.runs.filter { seeds.contains($0.seed) }.compactMap(score))
      }
      guard found.contains(where: { $0 != nil }) else { return nil }
      return LineChart.Series(
        name: name, values: found.map { $0?.mean }, spreads: found.map { $0?.deviation })
    }
    guard !series.isEmpty else { return nil }
    let title = "\(line), \(data)"
    let stem = URL(fileURLWithPath: data).deletingPathExtension().lastPathComponent
    let values = points.map(\.value)
    let tops = series.flatMap { one in
      zip(one.values, one.spreads).compactMap { value, spread in value.map { $0 + (spread ?? 0) } }
    }
    let highest = tops.max() ?? 1
    let isMultiplied = values[0] > 0 && values[values.count - 1] / values[0] > 20
    return LineChart(
      name: Self.fileName([stem, line, setting == "K" ? nil : setting]),
      title: title, xTitle: setting + (isMultiplied ? " (log scale)" : ""), yTitle: title,
      steps: values, hasLogarithmicSteps: isMultiplied,
      stepNames: values.map { "\(setting) \(NumberText.compact($0))" }, series: series,
      scale: .fixed(0, max(1, highest)), text: { NumberText.fixed($0, 3) },
      namesLastValues: false
    ).chart()
  }

  /// The parts with hyphens between them, of letters and digits alone.
  private static func fileName(_ parts: [String?]) -> String {
    let words = parts.compactMap { $0 }.joined(separator: "-").split {
      !$0.isLetter && !$0.isNumber && !"._=@%".contains($0)
    }
    return words.joined(separator: "-")
  }
}
