// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ClusteringReport

@Suite struct ChartTests {
  /// Whether a drawing is well-formed XML.
  private func isWellFormed(_ chart: Chart) -> Bool {
    var depth: [Substring] = []
    var rest = Substring(chart.file())
    while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
      let tag = rest[rest.index(after: open)..<close]
      rest = rest[rest.index(after: close)...]
      if tag.hasSuffix("/") || tag.hasPrefix("?") { continue }
      if tag.hasPrefix("/") {
        guard depth.popLast() == tag.dropFirst() else { return false }
      } else {
        depth.append(tag.prefix { !$0.isWhitespace })
      }
    }
    return depth.isEmpty
  }

  private func line(_ values: [Double?], scale: LineChart.Scale = .automatic) -> LineChart {
    LineChart(
      name: "loss", title: "Loss", xTitle: "Step", yTitle: "Loss",
      steps: (1...values.count).map(Double.init),
      stepNames: (1...values.count).map { "Step \($0)" },
      series: [.init(name: "loss", values: values)],
      scale: scale)
  }

  @Test func lossesOfManyMagnitudesGetALogarithmicAxis() {
    #expect(line([10, 1, 0.1]).chart().svg().text.contains("Loss (log scale)"))
    #expect(!line([10, 9, 8]).chart().svg().text.contains("log scale"))
    #expect(!line([10, 0, -1]).chart().svg().text.contains("log scale"))
  }

  @Test func aLongCurveIsThinnedButKeepsItsSpike() throws {
    var values = [Double?](repeating: 1, count: 20_000)
    values[12_345] = 9
    let text = line(values).chart().svg().text
    #expect(text.contains("Step 12346"))
    #expect(text.utf8.count < 60_000)
  }

  /// Starts of k-means follow each other, and no line leads from the end of one to the next.
  @Test func eachAttemptHasACurveOfItsOwn() {
    var chart = line([9, 3, 2, 8, 1, 7])
    #expect(chart.chart().svg().text.matches(of: /<polyline/).count == 1)
    chart.series[0].pieces = [1, 1, 1, 2, 2, 3]
    let text = chart.chart().svg().text
    #expect(text.matches(of: /<polyline/).count == 2)
    let points = text.matches(of: /points="([^"]+)"/).map {
      $0.output.1.split(separator: " ").count
    }
    #expect(points == [3, 2])
  }

  /// Of many attempts none is lost when the curve is thinned, and those of one point are dots.
  @Test func thinnedAttemptsKeepTheirCurves() {
    var chart = line((0..<3_000).map { Double($0 % 30) })
    chart.series[0].pieces = (0..<3_000).map { $0 / 30 }
    #expect(chart.chart().svg().text.matches(of: /<polyline/).count == 100)
    chart = line([3, 1, 2])
    chart.series[0].pieces = [0, 1, 2]
    let text = chart.chart().svg().text
    #expect(text.matches(of: /r="1.5"/).count == 3 && !text.contains("<polyline"))
  }

  @Test func gapsAndSinglePointsAreDrawn() {
    #expect(isWellFormed(line([nil, 1, nil, 2]).chart()))
    let one = line([3]).chart().svg().text
    #expect(one.contains("<circle"))
    #expect(!one.contains("<polyline"))
  }

  @Test func filesCarryTheirStyleAndNothingOfThePage() {
    let chart = line([1, 2]).chart()
    let file = chart.file()
    #expect(file.contains("<style>.chart{font-family:"))
    #expect(file.contains("xmlns=\"http://www.w3.org/2000/svg\""))
    for part in ["var(", "rgba(", "data-plot", "data-tip", "tabindex"] {
      #expect(!file.contains(part), "\(part)")
    }
    #expect(!chart.svg().text.contains("<style>"))
    #expect(chart.svg().text.contains("data-plot"))
    #expect(isWellFormed(chart))
  }

  @Test func longNamesLoseTheirMiddle() {
    #expect(Chart.shortened("talk.politics.guns", to: 18) == "talk.politics.guns")
    #expect(Chart.shortened("talk.politics.mideast", to: 18) == "talk.poli….mideast")
    #expect(Chart.shortened("talk.politics.misc", to: 9) == "talk…misc")
  }

  @Test func namesInALegendStandApart() throws {
    let chart = LineChart(
      name: "s", title: "S", xTitle: "K", yTitle: "S", steps: [1, 2], stepNames: ["1", "2"],
      series: ["ACC", "NMI"].map { LineChart.Series(name: $0, values: [0, 1]) },
      namesLastValues: false)
    let body = chart.chart().body.text
    let text = try #require(body.firstMatch(of: /x="([0-9.]+)" y="33">ACC/))
    let line = try #require(body.firstMatch(of: /l1" x1="([0-9.]+)" x2/))
    let (start, next) = (Double(text.output.1) ?? 0, Double(line.output.1) ?? 0)
    // "ACC" in 12-unit Helvetica is 25.3 wide.
    #expect(next - start - 25.3 > 10)
  }

  @Test func barsBelowZeroGoToTheOtherSide() {
    let chart = BarChart(
      name: "s", title: "S", xTitle: "Silhouette",
      bars: [
        .init(label: "a", value: 0.5, text: "0.5", tip: ""),
        .init(label: "b", value: -0.25, text: "−0.25", tip: ""),
      ])
    let rectangles = chart.chart().svg().text.matches(
      of: /class="bar plain" x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)"/
    ).map { (Double($0.output.1) ?? 0, Double($0.output.2) ?? 0) }
    #expect(rectangles.count == 2)
    // Both meet at zero; the second is half as long.
    #expect(abs(rectangles[1].0 + rectangles[1].1 - rectangles[0].0) < 0.02)
    #expect(abs(rectangles[0].1 - 2 * rectangles[1].1) < 0.03)
  }

  @Test func curvesBeyondTheEndOfTheFirstAreKept() {
    var chart = line([1, 1] + [Double?](repeating: nil, count: 998))
    chart.series.append(
      .init(name: "other", values: (0..<1000).map { $0 == 900 ? 7 : 2 }, color: 5))
    let text = chart.chart().svg().text
    #expect(text.contains("Step 901"))
    #expect(text.contains(Palette.color(5).hex))
  }

  @Test func theConfusionHasCountsSharesAndTheMatch() {
    let map = HeatMap(
      name: "confusion", title: "T", rowTitle: "Cluster", columnTitle: "Class",
      rows: [
        .init(label: "0 · b", name: "Cluster 0", counts: [1, 3], match: 1),
        .init(label: "1", name: "Cluster 1", counts: [4, 0], match: nil),
      ], columns: ["a", "b"])
    let text = map.chart().svg().text
    #expect(
      text.contains(
        "Cluster 0, class b (matched)\n3 samples\n75.0% of the cluster\n100.0% of the class"))
    #expect(
      text.contains("Cluster 0, class a\n1 sample\n25.0% of the cluster\n20.0% of the class"))
    #expect(text.components(separatedBy: "class=\"match\"").count == 2)
    // Three of the four cells hold samples and are shaded.
    #expect(text.components(separatedBy: "class=\"cell\"").count == 4)
    #expect(isWellFormed(map.chart()))
  }

  @Test func certaintiesAreCountedInTwentyParts() {
    let chart = Histogram(
      name: "certainty", title: "C", xTitle: "Certainty", values: [0, 0.05, 0.99, 1, 1],
      isWrong: [true, false, false, true, false])
    let counts = chart.counts()
    #expect(counts.count == 20)
    #expect(counts.map(\.all) == [1, 1] + [Int](repeating: 0, count: 17) + [3])
    #expect(counts[0].wrong == 1 && counts[1].wrong == 0 && counts[19].wrong == 1)
    #expect(chart.chart().svg().text.contains("1 (33.3%) in the wrong cluster"))
    #expect(isWellFormed(chart.chart()))
  }

  @Test func positionsKeepTheirProportions() {
    // x spans 4, y spans 2: y uses half of the range.
    let projection: [Float] = [0, 0, 4, 2, 2, 1, 99, 99]
    let grid = PlaneGrid(of: projection, [0, 1, 2])
    #expect(grid.positions(projection, [0, 1, 2]) == [0, 0, 65535, 32768, 32768, 16384])
    #expect(grid.extent.x == 65535 && grid.extent.y == 32767)
    let same = PlaneGrid(of: [3, 3, 3, 3], [0, 1])
    #expect(same.positions([3, 3, 3, 3], [0, 1]) == [0, 0, 0, 0] && same.extent.x == 1)
  }
}

@Suite struct MarkupTests {
  @Test func interpolatedTextIsEscapedAndMarkupIsNot() {
    let bold: Markup = "<b>\("a<b & \"c\" 'd'")</b>"
    #expect(bold.text == "<b>a&lt;b &amp; &quot;c&quot; &#39;d&#39;</b>")
    #expect(("<p>\(bold)\(3)\(0.5)</p>" as Markup).text == "<p>\(bold.text)30.5</p>")
  }

  @Test func scriptLiteralsCannotEndTheScript() {
    #expect(ScriptText.literal("</script>\n\"\\") == "\"\\u003c/script\\u003e\\u000a\\\"\\\\\"")
  }
}

@Suite struct GroupNamesTests {
  @Test func clustersFollowTheirClassesAndShareTheirColours() throws {
    let run = try TemporaryRun()
    let names = GroupNames(try RunFolder(run.folder))
    // Cluster 1 is class a, cluster 0 class b; cluster 2 has none and begins with class a.
    #expect(names.clustersByClass == [1, 2, 0])
    #expect((0..<3).map(names.shortName) == ["0 · b", "1 · a", "2"])
    #expect((0..<3).map(names.color) == [1, 0, 2])
  }

  /// A one-to-one matching pairs cluster 2 with what is left, of which it holds nothing.
  @Test func aClusterIsNotNamedByAClassItHoldsNothingOf() throws {
    let changes: [String: Any?] = [
      "contingency": [[0, 4], [3, 0], [2, 0]], "matching": [-1, 0, 1],
    ]
    let run = try TemporaryRun(TemporaryRun.record(changes))
    let folder = try RunFolder(run.folder)
    let names = GroupNames(folder)
    #expect((0..<3).map(names.match) == [nil, 0, nil])
    #expect(names.shortName(ofCluster: 2) == "2")
    let confusion = try #require(ClusterCharts(run: folder, names: names).confusion())
    #expect(confusion.body.text.components(separatedBy: "class=\"match\"").count == 2)
  }

  @Test func withoutAMatchingClustersHaveTheFirstColours() throws {
    let changes: [String: Any?] = ["matching": nil, "contingency": nil]
    let run = try TemporaryRun(TemporaryRun.record(changes))
    let names = GroupNames(try RunFolder(run.folder))
    #expect((0..<3).map(names.color) == [0, 1, 2])
    #expect(names.clustersByClass == [0, 1, 2])
  }
}
