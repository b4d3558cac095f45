// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

/// DBSCAN, HDBSCAN and the tree that both read.
@Suite struct DensityClusteringTests {
  @Test func dbscanMatchesScikitLearn() throws {
    let given = try GraphClusteringGolden.load()
    for example in given.dbscan {
      var method = DBSCAN(clusters: 1)
      (method.radius, method.minimumSamples) = (example.radius ?? 0, example.samples)
      let found = try method.fit(given.context(example.data)).assignments
      // Numbered alike too: clusters in the order of their first core samples.
      #expect(found == example.labels, "\(example.data) \(method.radius) \(example.samples)")
    }
  }

  @Test func hdbscanMatchesScikitLearn() throws {
    let given = try GraphClusteringGolden.load()
    for example in given.hdbscan {
      var method = HDBSCAN(clusters: 1)
      (method.minimumSize, method.minimumSamples) = (example.size ?? 0, example.samples)
      let model = try method.fit(given.context(example.data))
      let name = "\(example.data) \(method.minimumSize) \(example.samples)"
      #expect(samePartition(model.assignments, example.labels), "\(name)")
      for (found, wanted) in zip(model.certainty, example.strengths ?? []) {
        #expect(abs(found - wanted) < 1e-4, "\(name)")
      }
    }
  }

  /// A sample at just the radius is near, wherever the points lie: here all neighbours on a grid of
  /// whole numbers, some of whose points are missing.
  @Test func theRadiusBelongsToTheNeighbourhood() throws {
    let cells = (0..<400).filter { $0 % 7 < 5 && $0 % 11 != 3 }
    func found(_ shift: Int) throws -> [Int] {
      let values = cells.flatMap { [Float($0 / 20 + shift), Float($0 % 20 + shift)] }
      var method = DBSCAN(clusters: 1)
      (method.radius, method.minimumSamples) = (1, 4)
      let points = Tensor(values, shape: [cells.count, 2])
      return try method.fit(FitContext(data: points, seed: Seed(1))).assignments
    }
    let occupied = Set(cells)
    let isCore = cells.map { cell in
      let column = cell % 20
      let near = [
        cell, cell - 20, cell + 20, column > 0 ? cell - 1 : -1, column < 19 ? cell + 1 : -1,
      ]
      return near.count { occupied.contains($0) } >= 4
    }
    #expect(isCore.contains(true) && isCore.contains(false))
    let here = try found(0)
    for (cluster, core) in zip(here, isCore) where core { #expect(cluster >= 0) }
    #expect(try found(-13) == here)
  }

  /// The same distances give the same trees: whole numbers moved by a whole number.
  @Test func distancesDoNotDependOnTheOrigin() throws {
    let noise: [Float] = Generator(seed: 5).normal(shape: [201, 2]).scalars()
    func found(_ shift: Float) throws -> (distances: [Float], lengths: [Float], labels: [Int]) {
      let values = noise.enumerated().map { index, value in
        (value * 4).rounded() + Float(index / 2 % 4 * 14) + shift
      }
      let points = Tensor(values, shape: [201, 2])
      var tree = SpanningTree(over: points, core: [Float](repeating: 0, count: 201))
      tree.grow(by: 201)
      var method = HDBSCAN(clusters: 1)
      (method.minimumSize, method.minimumSamples) = (5, 4)
      let labels = try method.fit(FitContext(data: points, seed: Seed(1))).assignments
      return (pairwiseSquaredDistances(points), tree.lengths, labels)
    }
    let here = try found(0)
    #expect(Set(here.labels).count > 2)
    #expect(here.distances.allSatisfy { $0 == $0.rounded() })
    #expect(here.lengths.allSatisfy { $0 == $0.rounded() })
    for shift in [-21 as Float, 37] {
      let there = try found(shift)
      #expect(there.distances == here.distances && there.lengths == here.lengths)
      #expect(there.labels == here.labels)
    }
  }

  /// Without a radius the least is taken at which the share of samples is core.
  @Test func theDataDecideTheRadius() throws {
    let line = Tensor(column: [0, 1, 2, 3, 4, 50, 51, 52, 53, 54, 90])
    var method = DBSCAN(clusters: 1)
    (method.minimumSamples, method.coreShare) = (3, 0.9)
    let model = try method.fit(FitContext(data: line, seed: Seed(1)))
    #expect(model.assignments == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, -1])
    #expect(model.certainty == [Float](repeating: 1, count: 10) + [0])
    // Half of them are core within 1: the ends of each line are border.
    method.coreShare = 0.5
    let tight = try method.fit(FitContext(data: line, seed: Seed(1)))
    #expect(tight.assignments == model.assignments)
    #expect(tight.certainty == [0.5, 1, 1, 1, 0.5, 0.5, 1, 1, 1, 0.5, 0])
    // The run says which it is.
    let context = FitContext(data: line, seed: Seed(1))
    var state = try method.begin(context)
    var reason: String?
    while reason == nil { reason = method.advance(&state, context).stopReason }
    #expect(reason == "every sample was looked at; the radius found is 1")
  }

  /// The same total length as Kruskal's algorithm finds over all pairs.
  @Test func theSpanningTreeIsMinimal() {
    let blobs = Blobs(rows: 90, deviation: 0.5)
    let distances = pairwiseSquaredDistances(blobs.tensor)
    let core = (0..<90).map { Float($0 % 7) * 0.3 }
    var pairs: [(length: Float, i: Int, j: Int)] = []
    for i in 0..<90 {
      for j in 0..<i {
        pairs.append((max(distances[i * (i - 1) / 2 + j], core[i], core[j]), i, j))
      }
    }
    var (sets, total) = (DisjointSets(90), 0.0)
    for pair in pairs.sorted(by: { $0.length < $1.length })
    where sets.root(of: pair.i) != sets.root(of: pair.j) {
      sets.join(pair.i, pair.j)
      total += Double(pair.length)
    }
    var tree = SpanningTree(over: blobs.tensor, core: core)
    while !tree.isComplete { tree.grow(by: 11) }
    #expect(abs(tree.lengths.reduce(0.0) { $0 + Double($1) } - total) < 1e-4)
    #expect(Set(tree.joined + [0]) == Set(0..<90))
  }

  @Test func distancesOfAllPairsAreExact() {
    let values: [Float] = (0..<75).map { Float(($0 * 37) % 19) }
    let found = pairwiseSquaredDistances(Tensor(values, shape: [25, 3]) + 4000)
    for i in 0..<25 {
      for j in 0..<i {
        let wanted = (0..<3).reduce(Float(0)) {
          $0 + (values[i * 3 + $1] - values[j * 3 + $1]) * (values[i * 3 + $1] - values[j * 3 + $1])
        }
        #expect(abs(found[i * (i - 1) / 2 + j] - wanted) < 1e-2)
      }
    }
  }

  @Test func mistakesAreNamed() throws {
    let context = FitContext(data: Tensor(column: [0, 1, 2]), seed: Seed(1))
    #expect(refusal { try DBSCAN(clusters: 1).begin(context) }?.kind == .usage)
    var method = HDBSCAN(clusters: 1)
    method.minimumSize = 1
    #expect(refusal { try method.begin(context) }?.description.contains("at least 2") == true)
    (method.minimumSize, method.minimumSamples) = (4, 1)
    #expect(
      refusal { try method.begin(context) }?.description.contains("minimumSize is 4") == true)
  }

  /// Squares of such differences are more than single precision has.
  @Test func distancesThatOverflowStillMakeATree() {
    let values = (0..<40).map { (row: Int) -> Float in
      row % 20 == 0 ? 1e20 * Float(row + 1) : Float(row)
    }
    var tree = SpanningTree(
      over: Tensor(column: values), core: [Float](repeating: 0, count: 40))
    while !tree.isComplete { tree.grow(by: 7) }
    #expect(Set(tree.merges.flatMap { [$0.first, $0.second] }) == Set(0..<40))
  }

  /// No two of three groups of forty have a hundred samples: there is no cluster, and the run says so.
  @Test func aRunOfNoiseHasNoCluster() throws {
    let folder = try DataFolder()
    var configuration = try Blobs(rows: 120).configuration("hdbscan", in: folder)
    configuration.hyperparameters = ["minimumSize": .integer(100)]
    let run = try Run(configuration, folder: folder.url.appendingPathComponent("noise"))
    let record = try run.execute()
    #expect(record.clusters == 0 && record.noise == 120 && record.clusterSizes == [])
    #expect(record.contingency == nil && record.scores?.purity != nil)
    let warnings = record.warnings ?? []
    #expect(warnings.contains { $0.hasPrefix("all samples are noise: ask for a smaller") })
  }

  /// A model of a partition is written, and answers with a sentence when it is asked for new rows.
  @Test func aPartitionHasNothingToSayOfNewRows() {
    var archive = Archive()
    PartitionModel(assignments: [0, -1, 1]).store(in: &archive)
    let error = refusal { try AnyModel(from: archive) }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("assignments.npy") == true)
  }
}
