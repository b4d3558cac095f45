// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct DifferentiableKMeansTests {
  /// Two passes over ten samples in batches of four, by PyTorch, the second at half the rate.
  @Test func matchesPyTorch() throws {
    let given = try TrainingGolden.load()
    let example = try JointTrainingGolden.load().differentiableKMeans
    let context = given.context(.plain)
    var method = DifferentiableKMeans(clusters: 3)
    (method.batchSize, method.optimizer) = (4, .adam(0.05))
    (method.alphaSchedule.first, method.alphaSchedule.count) = (0.25, 2)
    method.alphaSchedule.epochsEach = 1
    let first = context.data.rows(at: Tensor([Int64(0), 3, 8], shape: [3]))
    var state = method.state(LloydProblem(context.data), first)
    for (step, wanted) in example.reports.enumerated() {
      let report = method.advance(&state, context)
      let name = Comment(rawValue: "step \(step)")
      #expect(abs(report.loss - wanted.clustering) < 1e-4, name)
      #expect(abs((report.measures["cost"] ?? 0) - wanted.cost) < 1e-3, name)
      #expect(method.assignments(state) == wanted.assignments, name)
      #expect((report.changed == nil) == (step == 0), name)
      #expect((report.stopReason == nil) == (step == 0), name)
    }
    expect(state.centroids, equals: example.centers, within: 2e-5, "centroids")
  }

  @Test func startsFromSamples() throws {
    let context = FitContext(data: Blobs(rows: 60).tensor, seed: Seed(2))
    let rows = Set(
      (0..<60).map { context.data.slice($0..<($0 + 1)).bits })
    for name in ["default", "random-start"] {
      let method = try #require(DifferentiableKMeans.profile(name, clusters: 5))
      let centroids = method.begin(context).centroids
      let chosen = (0..<5).map { centroids.slice($0..<($0 + 1)).detached().bits }
      #expect(Set(chosen).count == 5 && rows.isSuperset(of: chosen), "\(name)")
      let other = method.begin(FitContext(data: context.data, seed: Seed(3))).centroids
      #expect(other.bits != centroids.bits, "\(name)")
    }
  }

  /// The log of a run has accuracy and cost after every pass, for the curves.
  @Test func aRunMeasuresEveryPass() throws {
    let (folder, blobs) = (try DataFolder(), Blobs(rows: 60))
    var configuration = try blobs.configuration("differentiable-k-means", in: folder)
    configuration.hyperparameters = ["epochsEach": .integer(1), "count": .integer(6)]
    let run = try Run(configuration, folder: folder.url.appendingPathComponent("run"))
    try run.execute()
    let log = try String(contentsOf: run.folder.file("metrics.jsonl"), encoding: .utf8)
    let lines = log.split(separator: "\n")
    #expect(lines.count == 6)
    #expect(lines.allSatisfy { $0.contains("\"acc\":") && $0.contains("\"cost\":") })
  }
}
