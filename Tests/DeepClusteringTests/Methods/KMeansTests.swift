// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct KMeansTests {
  /// Overlapping clusters, so that different starts end in different places.
  private let overlapping = Blobs(rows: 2_000, clusters: 8, columns: 8, deviation: 0.45)

  private func fit(_ method: KMeans, _ data: Tensor, seed: UInt64 = 1, weights: [Float]? = nil)
    -> (model: CentroidModel, cost: Double, reason: String)
  {
    var context = FitContext(data: data, seed: Seed(seed))
    context.weights = weights
    var state = method.begin(context)
    while true {
      let report = method.advance(&state, context)
      guard let reason = report.stopReason else { continue }
      let model = method.finish(state, context)
      return (model, state.progress.bestCost ?? .nan, reason)
    }
  }

  private func method(_ clusters: Int, _ change: (inout KMeans) -> Void = { _ in }) -> KMeans {
    var method = KMeans(clusters: clusters)
    change(&method)
    return method
  }

  @Test func oneClusterIsTheMean() {
    let data = Tensor([1, 2, 3, 6, 8, 1] as [Float], shape: [3, 2])
    let (model, cost, _) = fit(method(1), data)
    #expect(model.centroids.scalars(as: Float.self) == [4, 3])
    // (9 + 1) + (1 + 9) + (16 + 4)
    #expect(abs(cost - 40) < 1e-5)
    #expect(model.assignments == [0, 0, 0])
    #expect(model.certainty == [1, 1, 1])
  }

  @Test func asManyClustersAsPointsCostNothing() {
    let blobs = Blobs(rows: 40)
    let (model, cost, _) = fit(method(40) { $0.restarts = 2 }, blobs.tensor)
    #expect(cost < 1e-9)
    #expect(Set(model.assignments) == Set(0..<40))
  }

  @Test func moreClustersThanDistinctPointsEnd() {
    let data = Tensor(column: [1, 1, 1, 1, 4, 4, 4, 4])
    let (model, cost, _) = fit(method(3), data)
    #expect(cost == 0)
    #expect(model.assignments == bruteNearest(data, model.centroids))
    #expect(Set(model.assignments.prefix(4)).count == 1 && Set(model.assignments).count == 2)
    #expect(model.centroids.scalars(as: Float.self).allSatisfy { $0 == 1 || $0 == 4 })
  }

  @Test(arguments: [KMeans.Start.plusPlus, .random], [0, 256])
  func labelsBelongToTheFinalCentroids(start: KMeans.Start, batchSize: Int) {
    let data = overlapping.tensor
    // One iteration: the centroids have moved since the labels they were made of.
    let method = method(8) {
      ($0.start, $0.batchSize, $0.restarts, $0.maximumIterations) = (start, batchSize, 1, 1)
    }
    let (model, _, reason) = fit(method, data)
    #expect(reason == "the limit of 1 iterations was reached")
    #expect(model.assignments == bruteNearest(data, model.centroids))
    #expect(model.assignments(for: data) == model.assignments)
  }

  @Test func certaintyComparesTheTwoNearest() {
    let model = CentroidModel(
      network: nil, centroids: Tensor(column: [0, 10, 40]), degreesOfFreedom: nil,
      embedding: Tensor(column: [0, 2, 5, 30]))
    #expect(model.assignments == [0, 0, 0, 2])
    // 1 − 0/10, 1 − 2/8, 1 − 5/5, 1 − 10/20
    for (value, wanted) in zip(model.certainty, [1, 0.75, 0, 0.5] as [Float]) {
      #expect(abs(value - wanted) < 1e-6)
    }
  }

  @Test(arguments: [0, 4])
  func samplesWithoutWeightDoNotCount(batchSize: Int) {
    let data = Tensor(column: [0, 1, 10, 11, 1_000, 0, 1, 10, 11, 1_000])
    let weights: [Float] = [1, 1, 2, 2, 0, 1, 1, 2, 2, 0]
    let method = method(2) { $0.batchSize = batchSize }
    let (model, cost, _) = fit(method, data, weights: weights)
    let found = model.centroids.scalars(as: Float.self).sorted()
    #expect(abs(found[0] - 0.5) < 0.1 && abs(found[1] - 10.5) < 0.1)
    // Every point is half a unit away: 4 · 0.25 · 1 + 4 · 0.25 · 2.
    #expect(abs(cost - 3) < 0.1)
  }

  @Test func miniBatchesComeCloseToLloyd() {
    let data = overlapping.tensor
    let exact = fit(method(8), data).cost
    let batches = method(8) { ($0.batchSize, $0.restarts, $0.maximumIterations) = (256, 3, 30) }
    let cost = fit(batches, data).cost
    #expect(cost < exact * 1.03)
    #expect(cost > exact * 0.999)
  }

  @Test func moreStartsAreNeverWorse() {
    let data = Blobs(rows: 300, clusters: 15, columns: 15).tensor
    let costs = [1, 2, 4, 8].map { count in
      fit(method(15) { ($0.restarts, $0.start) = (count, .random) }, data, seed: 3).cost
    }
    for (fewer, more) in zip(costs, costs.dropFirst()) { #expect(more <= fewer) }
    #expect(costs[3] < costs[0] * 0.9)
  }

  /// One assignment of each start: greedy k-means++ hits nearly every blob, random points do not.
  @Test func plusPlusStartsAreBetterThanRandomOnes() {
    let data = Blobs(rows: 600, clusters: 15, columns: 15, deviation: 0.05).tensor
    func cost(_ start: KMeans.Start) -> Double {
      (0..<10).map { seed -> Double in
        let method = method(15) {
          ($0.start, $0.restarts, $0.maximumIterations) = (start, 1, 1)
        }
        return fit(method, data, seed: UInt64(seed)).cost
      }.reduce(0, +)
    }
    #expect(cost(.plusPlus) < 0.3 * cost(.random))
  }

  @Test(arguments: [0, 256])
  func theSeedDecides(batchSize: Int) {
    let method = method(8) { ($0.batchSize, $0.restarts, $0.maximumIterations) = (batchSize, 1, 5) }
    let data = overlapping.tensor
    let first = fit(method, data, seed: 1).model.centroids.bits
    #expect(fit(method, data, seed: 1).model.centroids.bits == first)
    #expect(fit(method, data, seed: 2).model.centroids.bits != first)
  }

  /// The last step reports the start that is kept, whichever it was.
  @Test func theEndTellsOfTheBestStart() {
    let data = Blobs(rows: 300, clusters: 15, columns: 15).tensor
    let method = method(15) { ($0.restarts, $0.start) = (4, .random) }
    var reasons = Set<String>()
    for seed in 1...6 {
      let context = FitContext(data: data, seed: Seed(UInt64(seed)))
      var state = method.begin(context)
      var reports = [method.advance(&state, context)]
      while reports.last?.stopReason == nil { reports.append(method.advance(&state, context)) }
      let last = reports[reports.count - 1]
      reasons.insert(last.stopReason ?? "")
      #expect(abs(last.loss - (state.progress.bestCost ?? 0)) < 1e-4 * last.loss)
      #expect(method.assignments(state) == method.finish(state, context).assignments)
      #expect(Set(reports.compactMap { $0.measures["attempt"] }) == [1, 2, 3, 4])
    }
    #expect(reasons == ["the centroids came to rest", "no other start had a lower cost"])
  }

  @Test func aStateOfOtherDataIsRefused() throws {
    let rows = Blobs(rows: 60).tensor
    let context = FitContext(data: rows, seed: Seed(1))
    let method = KMeans(clusters: 3)
    var (state, archive) = (method.begin(context), Archive())
    _ = method.advance(&state, context)
    method.store(state, in: &archive)
    #expect(try method.restore(from: archive, context).labels == state.labels)
    #expect(refusal { try KMeans(clusters: 5).restore(from: archive, context) }?.kind == .data)
    let few = FitContext(data: rows.slice(0..<50), seed: Seed(1))
    #expect(refusal { try method.restore(from: archive, few) }?.kind == .data)
  }

  @Test func itComesToRest() {
    let (model, _, reason) = fit(method(3), Blobs(rows: 90).tensor)
    #expect(reason == "the centroids came to rest")
    #expect(Blobs(rows: 90).accuracy(model.assignments) == 1)
  }
}
