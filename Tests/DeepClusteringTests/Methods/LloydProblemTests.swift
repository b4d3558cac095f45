// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct LloydProblemTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let start, centroids: GoldenTensor
      let weighted: Bool
      let iterations: Int
      let labels: [Int]
      let cost: Double
    }
    let points: GoldenTensor
    let weights: [Double]
    let cases: [Case]
  }

  /// 1, 3 and 100 iterations from the same start, with and without weights (zeros among them).
  @Test func matchesScikitLearn() throws {
    let given = try GoldenFile.load("k-means", as: Golden.self)
    #expect(Set(given.cases.map(\.weighted)) == [true, false])
    for example in given.cases {
      let name = "K = \(example.start.shape[0]), \(example.iterations) iterations"
      let problem = LloydProblem(
        given.points.tensor, weights: example.weighted ? given.weights.map { Float($0) } : nil)
      var centroids = example.start.values.map { Float($0) }
      var labels = [Int32](repeating: -1, count: problem.count)
      for _ in 0..<example.iterations
      where problem.step(&centroids, labels: &labels).changed == 0 { break }
      let found = Tensor(centroids, shape: example.start.shape)
      expect(found, equals: example.centroids, within: 1e-5, name)
      let end = problem.assign(centroids)
      #expect(end.labels.map(Int.init) == example.labels, "\(name)")
      #expect(abs(end.cost - example.cost) < 1e-5 * (1 + example.cost), "\(name)")
      guard !example.weighted else { continue }
      let whole = KMeans.lloyd(
        given.points.tensor, from: example.start.tensor, iterations: example.iterations)
      #expect(whole.centroids.bits == found.bits && whole.cost == end.cost, "\(name)")
    }
  }

  /// Small groups of many columns far apart, where products tell no centroid from the next: each point
  /// gets the nearest, and the second is no nearer.
  @Test func pointsFarFromTheOriginGetTheNearestCentroid() {
    let (columns, groups) = (20, 8)
    let centers = Generator(seed: 6).normal(shape: [groups, columns]) * 100
    let group = Tensor((0..<400).map { Int64($0 % groups) }, shape: [400])
    let points = centers.rows(at: group) + Generator(seed: 7).normal(shape: [400, columns]) * 0.1
    let centroids = points.slice(0..<40)
    let found = LloydProblem(points).assign(centroids.scalars())
    #expect(found.labels.map(Int.init) == bruteNearest(points, centroids))
    #expect(zip(found.nearest, found.second).allSatisfy { $0 <= $1 })
  }

  /// 16 is the farthest of all points from its centroid 12, and becomes the third cluster.
  @Test func anEmptyClusterTakesTheFarthestPoint() {
    let problem = LloydProblem(Tensor(column: [0, 1, 10, 11, 16]))
    var centroids: [Float] = [0.5, 12, 1_000]
    var labels: [Int32] = [0, 0, 1, 1, 1]
    let step = problem.step(&centroids, labels: &labels)
    #expect(centroids == [0.5, 10.5, 16])
    #expect(labels == [0, 0, 1, 1, 2])
    #expect(abs(step.cost - 21.5) < 1e-5)
    #expect(step.changed == 1)
  }

  @Test func tiesGoToTheLowestIndex() {
    let problem = LloydProblem(Tensor(column: [0, 1, -1, 5, 100]))
    let found = problem.assign([-1, 1, 1, 9, 1])
    #expect(found.labels == [0, 1, 0, 1, 3])
    #expect(found.nearest == [1, 0, 0, 16, 91 * 91])
    #expect(found.second == [1, 0, 4, 16, 99 * 99])
    // In many dimensions and with many centroids other kernels are used.
    let wide = LloydProblem(Tensor(repeating: 0.5, shape: [70, 100]))
    #expect(wide.assign([Float](repeating: 0.25, count: 40 * 100)).labels.allSatisfy { $0 == 0 })
  }

  /// Exact distances far from the origin, in few and in many dimensions.
  @Test(arguments: [2, 40])
  func nothingCancelsFarFromTheOrigin(columns: Int) {
    let blobs = Blobs(rows: 200, clusters: 2, columns: columns, deviation: 0.2)
    let far = (blobs.tensor * 256).to(.int32).to(.float32) / 256 + 8_192
    let near = far - 8_192
    let centroids = Tensor.concatenated([far.slice(0..<1), far.slice(1..<2)])
    let found = LloydProblem(far).assign(centroids.scalars())
    #expect(found.labels.map(Int.init) == bruteNearest(near, centroids - 8_192))
    let cost = near.squaredDistances(to: centroids - 8_192).min(1).to(.float64).sum().item
    #expect(abs(found.cost - cost) < 1e-4 * cost)
  }

  /// What is found of a row does not hang on the rows beside it, however far out these are.
  @Test(arguments: [2, 40], [1e9, 1e13, 1e25])
  func aFarRowChangesNothingForTheOthers(columns: Int, far: Double) {
    let rows = Blobs(rows: 100, clusters: 2, columns: columns, deviation: 0.2).tensor + 3
    let centroids = rows.slice(0..<2)
    let alone = NearestCentroids(of: rows, among: centroids)
    let outlier = Tensor(repeating: far, shape: [1, columns])
    let beside = NearestCentroids(of: Tensor.concatenated([rows, outlier]), among: centroids)
    #expect(Array(beside.labels.dropLast()) == alone.labels)
    #expect(Array(beside.margins().dropLast()) == alone.margins())
    #expect(beside.labels.allSatisfy { (0..<2).contains($0) })
    #expect(beside.margins().allSatisfy { $0 >= 0 && $0 <= 1 })
  }

  /// One row that is far out becomes a cluster, and the groups of the others are found nevertheless.
  @Test(arguments: [2, 40])
  func aFarRowIsAClusterOfItsOwn(columns: Int) {
    let blobs = Blobs(rows: 100, clusters: 2, columns: columns, deviation: 0.2)
    let outlier = Tensor(repeating: 1e13, shape: [1, columns])
    let rows = Tensor.concatenated([blobs.tensor, outlier])
    let labels = NearestCentroids(
      of: rows, among: KMeans(clusters: 3).cluster(rows, seed: Seed(0)).centroids
    ).labels
    #expect(labels.count { $0 == labels[100] } == 1)
    #expect(blobs.accuracy(Array(labels.dropLast())) == 1)
  }
}
