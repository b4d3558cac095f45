// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ClusterNetworkTests {
  struct Golden: Decodable {
    let dimensions, hidden, clusters, batch: Int
    let top, parts, topGradient, partsGradient, topAfter, partsAfter: [Double]
    let centers, targets, losses: [Double]
    let order: [Int64]
    let rows: GoldenTensor
  }

  private func network(_ golden: Golden) -> ClusterNetwork {
    var network = ClusterNetwork(
      dimensions: golden.dimensions, hidden: golden.hidden, clusters: golden.clusters,
      seed: Seed(1))
    network.top = ClusterNetwork.Learned(golden.top.map(Float.init))
    network.parts = ClusterNetwork.Learned(golden.parts.map(Float.init))
    return network
  }

  private func train(
    _ network: inout ClusterNetwork, _ golden: Golden, batch: Int
  ) -> (clusters: Double, parts: Double) {
    network.train(
      golden.rows.tensor, targets: golden.targets.map(Float.init),
      centers: golden.centers.map(Float.init), order: golden.order, batch: batch,
      rates: (5e-4, 5e-3))
  }

  private func expectClose(
    _ found: [Float], _ wanted: [Double], _ tolerance: Double, _ what: String
  ) {
    #expect(found.count == wanted.count)
    let worst = zip(found, wanted).map { abs(Double($0) - $1) }.max() ?? .infinity
    #expect(worst < tolerance, "\(what): off by \(worst)")
  }

  /// After the first step from zero Adam's mean is a tenth of the gradient.
  ///
  /// The parts of PyTorch are one dense product under a mask of blocks.
  @Test func savedExtentsAreThoseOfTheWeights() throws {
    struct Extents: Encodable {
      var dimensions = 4
      var hidden = 8
      var clusters = 3
      var topSteps = 0
      var partSteps = 0
    }
    var archive = Archive()
    ClusterNetwork(dimensions: 4, hidden: 8, clusters: 3, seed: Seed(1))
      .store(in: &archive, withMoments: false)
    #expect(try ClusterNetwork(from: archive).clusters == 3)
    for extents in [Extents(dimensions: -1), Extents(hidden: .max), Extents(clusters: 1 << 40)] {
      archive.set("network.extents", extents)
      #expect(refusal { try ClusterNetwork(from: archive) }?.kind == .data)
    }
  }

  @Test func gradientsAreThoseOfPyTorch() throws {
    let golden: Golden = try GoldenFile.load("deep-dpm")
    var network = network(golden)
    _ = train(&network, golden, batch: golden.order.count)
    expectClose(network.top.mean.map { $0 * 10 }, golden.topGradient, 2e-6, "clusters")
    expectClose(network.parts.mean.map { $0 * 10 }, golden.partsGradient, 2e-5, "parts")
    #expect(golden.topGradient.contains { abs($0) > 1e-2 })
    #expect(golden.partsGradient.contains { abs($0) > 1e-1 })
  }

  @Test func anEpochIsThatOfPyTorch() throws {
    let golden: Golden = try GoldenFile.load("deep-dpm")
    var network = network(golden)
    let losses = train(&network, golden, batch: golden.batch)
    #expect(abs(losses.clusters - golden.losses[0]) < 1e-5)
    #expect(abs(losses.parts - golden.losses[1]) < 1e-4)
    // A step of Adam is about as long as the rate, whatever the gradient.
    expectClose(network.top.weights, golden.topAfter, 5e-6, "clusters")
    expectClose(network.parts.weights, golden.partsAfter, 5e-5, "parts")
    #expect(network.top.steps == 2 && network.parts.steps == 2)
  }

  @Test func outputsAreTheSameOnAnyNumberOfThreadsAndAddToOne() throws {
    let blobs = Blobs(rows: 5000)
    let network = ClusterNetwork(dimensions: 8, hidden: 50, clusters: 4, seed: Seed(2))
    let found = network(blobs.tensor, withParts: true)
    let part = network(blobs.tensor.slice(4000..<4100).copy(), withParts: true)
    #expect(Array(found.probabilities[16_000..<16_400]) == part.probabilities)
    #expect(Array(found.labels[4000..<4100]) == part.labels)
    #expect(Array(found.shares[8000..<8200]) == part.shares)
    for row in 0..<5000 {
      let sum = found.probabilities[(row * 4)..<(row * 4 + 4)].reduce(0, +)
      #expect(abs(sum - 1) < 1e-5)
    }
  }

  @Test func unitsThatFillUpStayZero() {
    let blobs = Blobs(rows: 200)
    var network = ClusterNetwork(dimensions: 8, hidden: 10, clusters: 3, seed: Seed(2))
    let targets = blobs.labels.flatMap { label in (0..<3).map { Float($0 == label ? 1 : 0) } }
    let losses = (0..<40).map { _ in
      network.train(
        blobs.tensor, targets: targets, centers: nil, order: (0..<200).map(Int64.init), batch: 32,
        rates: (1e-2, 0)
      ).clusters
    }
    #expect(losses[39] < losses[0] / 20)
    for row in 0..<(9 + 3) {
      #expect(network.top.weights[(row * 16 + 10)..<(row * 16 + 16)].allSatisfy { $0 == 0 })
    }
  }

  @Test func aTwinHasTheSameWeightsAndAMergeKeepsTheChosenOnes() {
    let before = ClusterNetwork(dimensions: 2, hidden: 16, clusters: 3, seed: Seed(4))
    var network = before
    var generator = SplitMix64(seed: 5)
    network.split(1, using: &generator)
    #expect(network.clusters == 4)
    let rows = Blobs(rows: 50, clusters: 2, columns: 2).tensor
    let found = network(rows, withParts: false)
    for row in 0..<50 {
      #expect(found.probabilities[row * 4 + 1] == found.probabilities[row * 4 + 3])
    }
    network.merge(1, 3, keeping: 3, using: &generator)
    #expect(network.clusters == 3 && network.top.weights == before.top.weights)
    #expect(network.parts.weights != before.parts.weights)
    network.merge(0, 2, keeping: 2, using: &generator)
    // Rows 0 to 2 are the hidden layer; then one row a cluster.
    #expect(network.top.weights[48..<64] == before.top.weights[80..<96])
  }
}
