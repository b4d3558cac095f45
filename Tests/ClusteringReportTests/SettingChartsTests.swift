// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation
import Testing

@testable import ClusteringReport

@Suite struct SettingChartsTests {
  /// Results with an accuracy for each of some lines.
  private func charts(
    _ yaml: String, data: String = "[digits]", _ acc: (Experiment.PlannedRun) -> Double?
  ) throws -> [Chart] {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("grid-\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(("title: T\ndata: \(data)\nseeds: [1, 2]\n" + yaml).utf8).write(to: url)
    let experiment = try Experiment(contentsOf: url)
    let plan = try experiment.plan()
    let records = try plan.map { planned -> RunRecord? in
      guard let own = acc(planned) else { return nil }
      let score = own + 0.05 * Double(planned.configuration.seed)
      let json = """
        {"format": 1, "data": {"name": "digits"}, "method": {"name": "\(planned.entry.method)"},
        "clusters": \(planned.clusters ?? 0), "scores": {"acc": \(score)}}
        """
      return try JSONDecoder().decode(RunRecord.self, from: Data(json.utf8))
    }
    return SettingCharts(experiment, ExperimentResults(experiment, plan, records)).charts
  }

  @Test func aListOfKIsACurveOverK() throws {
    let charts = try charts("clusters: [4, 2, 8]\nmethods:\n  - {method: kmeans}\n") {
      Double($0.clusters ?? 0) / 10
    }
    #expect(charts.map(\.name) == ["digits-kmeans"])
    let text = try #require(charts.first).file()
    // By rising K, the mean of two seeds: 0.275, 0.475, 0.875.
    #expect(charts[0].summary.contains("K 2 to 8: ACC goes from 0.275 to 0.875"))
    #expect(text.contains(">K</text>") && !text.contains("log scale"))
    // A mean with its spread for each K, below the axis' end: 0.875 ± 0.025.
    #expect(text.matches(of: /stroke-dasharray:none/).count == 3)
  }

  /// K = 8 is planned and not finished: the curve has the others.
  @Test func aLineWithoutRunsIsNoPoint() throws {
    func names(_ clusters: String) throws -> [String] {
      try charts("clusters: \(clusters)\nmethods:\n  - {method: kmeans}\n") {
        $0.clusters == 8 ? nil : 0.5
      }.map(\.summary)
    }
    let found = try names("[2, 4, 6, 8]")
    #expect(found.count == 1 && found[0].contains("K 2 to 6"))
    #expect(try names("[2, 4, 8]").isEmpty)
  }

  @Test func aSweptSettingIsACurveWithALogarithmicAxis() throws {
    let charts = try charts(
      """
      clusters: 10
      methods:
        - {method: dec, sweep: {updateInterval: [10, 100, 1000]}}
        - {method: dec, name: two, sweep: {updateInterval: [10, 100], latent: [5, 10]}}
        - {method: dec, name: few, sweep: {latent: [5, 10]}}

      """
    ) { _ in 0.5 }
    #expect(charts.map(\.name) == ["digits-dec-updateInterval"])
    #expect(charts.first?.file().contains("updateInterval (log scale)") == true)
  }

  /// Each K of a list has a curve of its own over the sweep, and each value of the sweep one over K.
  @Test func aListOfKAndASweepAreKeptApart() throws {
    let charts = try charts(
      """
      clusters: [2, 4, 8]
      methods:
        - {method: dec, sweep: {latent: [2, 5, 10]}}

      """
    ) { Double($0.clusters ?? 0) / 10 }
    #expect(charts.count == 6)
    #expect(charts.map(\.name).filter { $0.hasSuffix("-latent") }.count == 3)
    #expect(charts.map(\.name).contains("digits-dec-latent=5"))
    let flat = charts.first { $0.name == "digits-dec-K-=-4-latent" }
    #expect(flat?.summary.contains("ACC goes from 0.475 to 0.475") == true)
  }

  /// A part of the data is another data set, whose figures are its own.
  @Test func aPartOfTheDataIsApart() throws {
    let charts = try charts(
      "clusters: [2, 4, 8]\nmethods:\n  - {method: kmeans}\n", data: "[digits, digits@50%]"
    ) {
      $0.data == "digits" ? 0.5 : 0.7
    }
    #expect(charts.map { $0.summary.contains("from 0.575") } == [true, false])
    #expect(charts.map(\.name) == ["digits-kmeans", "digits@50%-kmeans"])
  }

  /// The axis reaches to the ends of the deviations.
  @Test func deviationsStayWithinTheAxis() throws {
    let charts = try charts("clusters: [2, 4, 8]\nmethods:\n  - {method: kmeans}\n") { planned in
      planned.configuration.seed == 1 ? 0.1 : 1.5
    }
    // 0.875 ± 0.725 ends at 1.6.
    #expect(charts.first?.file().contains(">1.5</text>") == true)
  }
}
