// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Runs of methods that find the number of clusters, leave noise, or know the training rows only.
@Suite struct PartitionTests {
  /// Three groups and a row far from all of them.
  private func place() throws -> Workplace {
    let place = try Workplace()
    let far = [Float](repeating: 90, count: SmallData.columns)
    try NumPyFile(SmallData.values + far, shape: [SmallData.rows + 1, SmallData.columns]).bytes
      .write(to: place.file("far.npy"))
    try NumPyFile(SmallData.labels + [0]).bytes.write(to: place.file("labels.npy"))
    return place
  }

  @Test(arguments: ["dbscan", "hdbscan"])
  func noiseIsInEveryFileOfTheRun(method: String) throws {
    let place = try place()
    let outcome = try place.run([
      "fit", "far.npy", "--labels", "labels.npy", "--method", method, "--output", "run",
      "--preprocessing", "none", "--json", "--quiet",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let summary = try object(outcome.output)
    #expect(summary["clusters"] as? Int == 3)
    let found = try NumPyFile(place.file("run/assignments.npy")).values(as: Int.self)
    #expect(found.last == -1 && Set(found) == [-1, 0, 1, 2])
    let noise = found.count { $0 == -1 }
    #expect(summary["noise"] as? Int == noise)
    let run = try record(place.file("run"))
    #expect(run["noise"] as? Int == noise && (run["clusterSizes"] as? [Int])?.count == 3)
    #expect((run["contingency"] as? [[Int]])?.count == 3)
    let report = try String(contentsOf: place.file("run/report.html"), encoding: .utf8)
    #expect(report.contains("Noise"))
    let written = try place.run(["report", "run"])
    #expect(written.status == 0, "\(written.error)")

    let predicted = try place.run(["predict", "run", "far.npy"])
    #expect(predicted.status == 64)
    #expect(predicted.complaints.count == 1)
    #expect(predicted.error.contains("assignments.npy"))
  }

  /// A mixture says what it is worth without labels.
  @Test func aMixtureHasItsCriteria() throws {
    let place = try place()
    let outcome = try place.run([
      "fit", "far.npy", "--method", "gaussian-mixture", "-k", "3", "--output", "run", "--json",
      "--set", "covariance=diagonal", "--quiet",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let measures = try #require(try object(outcome.output)["measures"] as? [String: Double])
    #expect(Set(measures.keys) == ["AIC", "BIC", "log-likelihood"])
    #expect(try record(place.file("run"))["measures"] as? [String: Double] == measures)
  }

  @Test func aPartOfTheDataIsWritten() throws {
    let place = try place()
    let outcome = try place.run([
      "data", "subsample", "far.npy", "--labels", "labels.npy", "--retention", "0.2", "--output",
      "part.npz",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output.contains("of 301 rows"))
    let info = try place.run(["data", "info", "part.npz"])
    #expect(info.status == 0 && info.output.contains("2: 100"), "\(info.output)")
  }
}
