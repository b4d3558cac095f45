// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct SpectralClusteringTests {
  @Test func matchesScikitLearn() throws {
    let given = try GraphClusteringGolden.load()
    let context = try given.context("clean")
    for example in given.spectral {
      var method = SpectralClustering(clusters: 5)
      (method.affinity, method.gamma) = (example.affinity, 4)
      method.graph = example.affinity == .connectivity ? .nearestNeighbors : .complete
      let model = try method.fit(context)
      #expect(
        samePartition(model.assignments, example.labels), "\(example.affinity.rawValue)")
      #expect(model.embedding?.shape == [context.rows, 4])
    }
  }

  /// Rings inside each other, which no centroid tells apart, and blobs of unequal density.
  @Test func selfTuningFindsTheShapes() throws {
    let given = try GraphClusteringGolden.load()
    let context = try given.context("clean")
    let method = try #require(SpectralClustering.profile("self-tuning", clusters: 5))
    let truth = [(0, 50), (1, 90), (2, 60), (3, 40), (4, 30)].flatMap {
      [Int](repeating: $0.0, count: $0.1)
    }
    #expect(samePartition(try method.fit(context).assignments, truth))
  }

  /// The eigenvalues of L̃ + μL_g from a dense matrix, for μ from 1e-8 to 1e8, and the clusters.
  @Test func embeddedClusteringMatchesTheDenseMatrix() throws {
    let given = try GraphClusteringGolden.load()
    let context = try given.context("blobs")
    for example in given.sec {
      var method = SpectralEmbeddedClustering(clusters: 4)
      (method.linearity, method.ridge) = (try #require(example.linearity), example.ridge)
      method.restarts = 50
      let found = method.spectrum(context)
      #expect(example.matches(found.values), "μ = \(method.linearity): \(found.values)")
      #expect(found.residual <= method.tolerance)
      let model = try method.fit(context)
      #expect(samePartition(model.assignments, example.labels), "μ = \(method.linearity)")
    }
  }

  /// The eigenvalues of the sum of local Laplacians from a dense matrix, for λ from 1e-8 to 1e8, and
  /// the clusters.
  @Test func localDiscriminantsMatchTheDenseMatrix() throws {
    let given = try GraphClusteringGolden.load()
    let context = try given.context("blobs")
    for example in given.ldmgi {
      var method = LDMGI(clusters: 4)
      method.ridge = example.ridge
      let found = method.spectrum(context)
      #expect(example.matches(found.values), "λ = \(example.ridge): \(found.values)")
      #expect(found.residual <= method.tolerance)
      let model = try method.fit(context)
      #expect(samePartition(model.assignments, example.labels), "λ = \(example.ridge)")
    }
  }

  /// Rows that are there twice tie their cliques by 1/λ: the matrix has eigenvalues up to 1e7.
  @Test func localDiscriminantsPutTwinsTogether() throws {
    let given = try GraphClusteringGolden.load()
    let blobs = try given.context("blobs").data
    let context = FitContext(
      data: Tensor.concatenated([blobs, blobs.slice(0..<12)]), seed: Seed(1))
    for example in given.doubled {
      var method = LDMGI(clusters: 4)
      method.ridge = example.ridge
      let found = method.spectrum(context)
      #expect(example.matches(found.values), "λ = \(example.ridge): \(found.values)")
      #expect(found.residual <= method.tolerance)
      let apart = found.vectors.slice(0..<12, of: 1) - found.vectors.slice(120..<132, of: 1)
      #expect(apart.magnitude().max().item < 1e-3 * example.ridge.squareRoot())
      let model = try method.fit(context)
      #expect(samePartition(model.assignments, example.labels), "λ = \(example.ridge)")
    }
  }

  /// In one column a clique of five has three directions that only λ holds: too much for 500 steps.
  @Test func eigenvectorsThatDoNotSettleAreSaid() {
    let line = (0..<200).map { Float($0) + 0.3 * Float($0 % 3) }
    let context = FitContext(data: Tensor(column: line), seed: Seed(1))
    var method = LDMGI(clusters: 3)
    method.ridge = 1e-8
    let warning = method.eigenvectors(context).report.warning
    #expect(warning?.hasPrefix("the eigenvectors have not settled") == true)
    #expect(warning?.hasSuffix("try a larger ridge") == true)
    method.ridge = 1
    #expect(method.eigenvectors(context).report.warning == nil)
  }

  /// exp(−d²/σ_iσ_j) by hand, σ being the distance to the farthest of a few points.
  @Test func theScaleIsTheSamplesOwn() {
    let rows = Tensor(column: [0, 1, 3, 7])
    let graph = NeighborGraph(complete: .selfTuning, gamma: 0, of: rows)
    #expect(graph.starts == [0, 3, 6, 9, 12] && graph.neighbors.prefix(3) == [1, 2, 3])
    // σ: 7, 6, 4, 7.
    for (found, wanted) in zip(graph.weights, [-1.0 / 42, -9.0 / 28, -1, -1.0 / 42]) {
      #expect(abs(Double(found) - exp(wanted)) < 1e-6)
    }
    let near = NeighborGraph(.connectivity, neighbors: 1, gamma: 0, of: rows)
    // 0 and 1 are each other's nearest; 3's is 1 and 7's is 3.
    #expect(near.neighbors == [1, 0, 2, 1, 3, 2])
    #expect(near.weights == [1, 1, 0.5, 0.5, 0.5, 0.5])
  }

  /// A sample that no weight joins to the others says so, and leaves them their clusters.
  @Test func aSampleAloneSpoilsNothing() throws {
    let blobs = Blobs(rows: 60, clusters: 3, deviation: 0.02)
    let far = Tensor(repeating: 100, shape: [1, 8])
    let data = Tensor.concatenated([blobs.tensor, far])
    let context = FitContext(data: data, seed: Seed(1))
    var method = SpectralClustering(clusters: 3)
    (method.affinity, method.neighbors, method.gamma) = (.radialBasis, 10, 20)
    let labels = try method.fit(context).assignments
    #expect(samePartition(Array(labels.prefix(60)), blobs.labels))
    let warning = method.eigenvectors(context).report.warning
    #expect(warning?.hasPrefix("1 of 61 samples are too far") == true)
    #expect(
      method.eigenvectors(FitContext(data: blobs.tensor, seed: Seed(1))).report.warning == nil)
  }

  /// Two rings of many samples: what is between them and the next eigenvalue grows small with their
  /// number, and nothing but the pieces of the graph tells the rings apart.
  @Test func ringsOfManySamplesAreTold() throws {
    let n = 20_000
    var generator = SplitMix64(seed: 8)
    let truth = (0..<n).map { $0 % 2 }
    let values = truth.flatMap { ring -> [Float] in
      let angle = Double.random(in: 0..<(2 * .pi), using: &generator)
      let radius = Double(ring + 1) + 0.05 * generator.nextGaussian()
      return [Float(radius * cos(angle)), Float(radius * sin(angle))]
    }
    let context = FitContext(data: Tensor(values, shape: [n, 2]), seed: Seed(1))
    let method = SpectralClustering(clusters: 2)
    #expect(samePartition(try method.fit(context).assignments, truth))
    #expect(method.eigenvectors(context).report.warning == nil)
  }

  /// More pieces than clusters: the largest are told apart, and a word is said about it.
  @Test func smallPiecesArePutTogether() throws {
    let sizes = [80, 60, 20, 15]
    let truth = sizes.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    var generator = SplitMix64(seed: 8)
    let values = truth.flatMap { group in
      [Float(100 * group) + Float(generator.nextGaussian()), Float(generator.nextGaussian())]
    }
    let context = FitContext(data: Tensor(values, shape: [175, 2]), seed: Seed(1))
    for method in [SpectralClustering(clusters: 2) as any SpectralMethod, LDMGI(clusters: 2)] {
      let warning = method.eigenvectors(context).report.warning
      #expect(warning?.contains("falls into 4 pieces, more than 2 clusters") == true)
    }
    let labels = try SpectralClustering(clusters: 2).fit(context).assignments
    #expect(labels[0] != labels[80])
    #expect(Set(labels[..<80]).count == 1 && Set(labels[80..<140]).count == 1)
  }

  /// Samples that all are too far from each other end in one cluster, with a word about it.
  @Test func samplesTooFarFromAllEndTogether() throws {
    var method = SpectralClustering(clusters: 3)
    (method.affinity, method.gamma) = (.radialBasis, 1e30)
    let context = FitContext(data: Blobs(rows: 60).tensor, seed: Seed(1))
    #expect(method.eigenvectors(context).report.warning?.hasPrefix("60 of 60 samples") == true)
    #expect(try Set(method.fit(context).assignments).count == 1)
  }

  /// Two samples that only a weight of 1e-35 joins are as much joined as any: w/√(w·w) is 1.
  @Test func smallWeightsAreWeightsToo() {
    let rows = Tensor(column: [0, 9])
    var graph = NeighborGraph(complete: .radialBasis, gamma: 1, of: rows)
    #expect(graph.weights[0] > 0 && graph.weights[0] < 1e-34)
    _ = graph.normalize()
    #expect(graph.weights.allSatisfy { abs($0 - 1) < 1e-5 })
  }

  @Test func mistakesAreNamed() {
    let context = FitContext(data: Tensor(column: [0, 1, 2, 3]), seed: Seed(1))
    #expect(refusal { try SpectralClustering(clusters: 2).begin(context) }?.kind == .usage)
    var method = SpectralClustering(clusters: 1)
    method.graph = .complete
    #expect(
      refusal { try method.begin(context) }?.description.contains("affinity=self-tuning") == true)
  }
}
