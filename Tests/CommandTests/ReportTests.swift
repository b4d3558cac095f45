// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deepclust report` and `deepclust compare`.
@Suite struct ReportTests {
  @Test func writesFigures() throws {
    let place = try FittedRun.shared().place
    let outcome = try place.run(["report", "run", "--figures", "figures"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("run/report.html\n"))
    #expect(outcome.output.contains(" figures in figures\n"))
    for name in [
      "confusion.svg", "silhouettes.svg", "clustering-loss.svg", "map-clusters-points.png",
    ] {
      #expect(place.has("figures/\(name)"), "\(name)")
    }
  }

  @Test func comparesRuns() throws {
    let fitted = try FittedRun.shared().place
    let place = try Workplace()
    try SmallData.write(to: place)
    let other = try place.run([
      "fit", "small.npy", "--labels", "labels.npy", "--method", "kmeans", "-k", "3", "--output",
      "other", "--quiet",
    ])
    #expect(other.status == 0, "\(other.error)")
    let outcome = try place.run(["compare", fitted.file("run").path, "other", "--output", "c.html"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output == "c.html\n")
    let page = try String(contentsOf: place.file("c.html"), encoding: .utf8)
    // The same data, so there is an agreement; the methods differ.
    #expect(page.contains("<section id=\"agreement\""))
    #expect(page.contains("<th scope=\"row\">method</th><td>dec</td><td>kmeans</td>"))
  }

  @Test func refusesWhatCannotBeCompared() throws {
    let place = try Workplace()
    let one = try place.run(["compare", "run"])
    #expect(one.status == 64)
    #expect(one.complaints == ["deepclust: a comparison needs two run folders at least"])
    let data = try place.run(["compare", "a", "b", "--output", "run/labels.npy"])
    #expect(data.status == 64 && data.error.contains("--output is a .html file"))
    let missing = try place.run(["compare", "a", "b"])
    #expect(missing.status == 66)
    #expect(missing.error.contains("is no run folder"))
    #expect(!place.has("compare.html"))
  }

  /// What a fit on images keeps for the report.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["DEEPCLUST_DATA"] != nil,
      "DEEPCLUST_DATA is not set"))
  func keepsPicturesAndMeasuresOfClusters() throws {
    let data = try #require(ProcessInfo.processInfo.environment["DEEPCLUST_DATA"])
    let place = try Workplace()
    let outcome = try place.run(
      ["fit", "digits", "--method", "kmeans", "--output", "run", "--quiet"], data: data)
    #expect(outcome.status == 0, "\(outcome.error)")
    let shown = try NumPyFile(place.file("run/pictures/samples.npy"))
    #expect(shown.descriptor == "|u1" && shown.shape == [1797, 8, 8, 1])
    let samples = try NumPyFile(place.file("run/pictures/samples_index.npy")).values(as: Int.self)
    #expect(samples == Array(0..<1797))
    // Ten of each tenth by certainty: never less certain than those before.
    let deciles = try NumPyFile(place.file("run/pictures/deciles_index.npy"))
    #expect(deciles.shape == [10, 10])
    let certainty = try NumPyFile(place.file("run/certainty.npy")).values(as: Float.self)
    let sure = try deciles.values(as: Int.self).map { certainty[$0] }
    #expect(sure == sure.sorted() && sure[0] < sure[99] && Set(sure).count > 90)
    let ranks = sure.map { one in certainty.count { $0 < one } }
    #expect(ranks[..<10].allSatisfy { $0 < 180 } && ranks[90...].allSatisfy { $0 >= 1617 })
    let pictures = try NumPyFile(place.file("run/pictures/deciles.npy"))
    #expect(pictures.shape == [10, 10, 8, 8, 1])
    let text = try String(contentsOf: place.file("run/run.json"), encoding: .utf8)
    let record = try #require(try object(text) as? [String: Any])
    let silhouettes = try #require(record["clusterSilhouettes"] as? [Double])
    #expect(silhouettes.count == 10 && silhouettes.allSatisfy { (-1...1).contains($0) })
    let nearest = try #require(record["nearestClusters"] as? [[[String: Double]]])
    #expect(nearest.count == 10 && nearest.allSatisfy { $0.count == 5 })
  }
}
