// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation
import Testing

@testable import ClusteringReport

@Suite struct ComparisonReportTests {
  private func html(_ runs: [TemporaryRun], _ agreement: [[Agreement?]]? = nil) throws -> String {
    let none = [[Agreement?]](
      repeating: [Agreement?](repeating: nil, count: runs.count), count: runs.count)
    return try ComparisonReport(folders: runs.map(\.folder), agreement: agreement ?? none).html()
  }

  @Test func theBestOfEachScoreIsBold() throws {
    let other: [String: Any?] = ["scores": ["acc": 0.9, "nmi": 0.4, "ari": 0.5], "seed": 8]
    let page = try html([TemporaryRun(), TemporaryRun(TemporaryRun.record(other))])
    #expect(page.contains("<td class=\"number\"><strong>0.9000</strong></td>"))
    #expect(page.contains("<td class=\"number\">0.7778</td>"))
    #expect(page.contains("<td class=\"number\"><strong>0.6123</strong></td>"))
    // Both have the same ARI, so both are best.
    #expect(!page.contains("<td class=\"number\">0.5000</td>"))
    #expect(page.contains("<td class=\"number\">0.4000</td>"))
  }

  @Test func runsOfDifferentDataAreNotRanked() throws {
    var data = try #require(TemporaryRun.record["data"] as? [String: Any])
    data["digest"] = "another"
    let page = try html([TemporaryRun(), TemporaryRun(TemporaryRun.record(["data": data]))])
    #expect(!page.contains("<strong>0."))
    #expect(page.contains("cannot be ranked"))
    #expect(!page.contains("<section id=\"agreement\""))
  }

  @Test func onlySettingsThatDifferAreShown() throws {
    var method = try #require(TemporaryRun.record["method"] as? [String: Any])
    method["hyperparameters"] = ["pretraining": ["epochs": 20], "gamma": 0.5]
    let runs = [
      try TemporaryRun(), try TemporaryRun(TemporaryRun.record(["method": method, "seed": 9])),
    ]
    let folders = try runs.map { try ClusteringReport.RunFolder($0.folder) }
    #expect(
      ComparisonSettings(runs: folders).differing == [
        .init(name: "seed", values: ["7", "9"]),
        .init(name: "gamma", values: [nil, "0.5"], isOfSomeMethods: true),
        .init(name: "layers", values: ["500,2000", nil], isOfSomeMethods: true),
        .init(name: "pretraining.epochs", values: ["150", "20"]),
      ])
    #expect(try html(runs).contains("2 settings that only some of these methods have"))
    #expect(try html([runs[0], runs[0]]).contains("None: the runs were asked for the same."))
  }

  @Test func curvesOfAllRunsAreInOneChart() throws {
    let page = try html([TemporaryRun(), TemporaryRun()])
    let loss = try #require(page.range(of: "id=\"loss-0\"")).upperBound
    let chart = page[loss...].prefix { $0 != "\n" }
    #expect(chart.components(separatedBy: "<polyline").count == 3)
    #expect(chart.contains(Palette.color(0).hex) && chart.contains(Palette.color(1).hex))
    #expect(page.contains("id=\"acc-1\"") && page.contains("id=\"changed-1\""))
  }

  @Test func runsOfVeryUnlikeLengthAreDrawnOverTheirShare() throws {
    func run(_ steps: [Int]) throws -> TemporaryRun {
      let lines = steps.map {
        #"{"stage":"clustering","step":\#($0),"of":800,"changed":0.1}"# + "\n"
      }
      return try TemporaryRun(metrics: lines.joined())
    }
    let unlike = try html([run([1, 2, 4]), run([100, 200, 800])])
    #expect(unlike.contains("Percent of its steps"))
    #expect(unlike.contains("50% of the steps") && unlike.contains("12.5% of the steps"))
    let alike = try html([run([1, 2, 4]), run([1, 8, 16])])
    #expect(alike.contains("Step 16") && !alike.contains("of the steps"))
  }

  @Test func agreementIsShownForBothScores() throws {
    let same = Agreement([0, 1], [0, 1])
    let pair = Agreement([0, 0, 1, 1], [0, 1, 1, 1])
    let page = try html([TemporaryRun(), TemporaryRun()], [[same, pair], [pair, same]])
    #expect(page.contains("Adjusted Rand index"))
    let value = try #require(pair)
    #expect(page.contains(">\(NumberText.fixed(value.nmi, 3))</td>"))
    #expect(page.contains(">\(NumberText.fixed(value.ari, 3))</td>"))
  }

  @Test func foldersOfOneNameAreToldApart() throws {
    // All temporary runs are called "toy run".
    let runs = [try TemporaryRun(), try TemporaryRun()]
    let page = try html(runs)
    for run in runs {
      let parent = run.folder.deletingLastPathComponent().lastPathComponent
      #expect(page.contains("\(parent)/toy run"))
    }
  }
}
