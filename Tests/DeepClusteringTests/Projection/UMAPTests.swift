// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct UMAPTests {
  /// From SciPy's curve_fit on the same 300 points, as the reference implementation calls it.
  @Test(arguments: [
    (0.1, 1.0, 1.57694346, 0.89506088), (0.0, 1.0, 1.9328084, 0.79049497),
    (0.5, 1.0, 0.58303002, 1.33416699), (0.25, 2.0, 0.4162735, 0.92185513),
  ])
  func theCurveIsTheReferences(minimum: Double, spread: Double, a: Double, b: Double) {
    let curve = LayoutCurve(minimumDistance: minimum, spread: spread)
    #expect(abs(curve.a - a) < 1e-4 && abs(curve.b - b) < 1e-4, "\(curve)")
  }

  /// Three groups in ten dimensions come apart, whatever the start, and each stays together.
  @Test(arguments: UMAP.Start.allCases)
  func groupsComeApart(start: UMAP.Start) {
    let blobs = Blobs(rows: 300)
    var umap = UMAP()
    (umap.start, umap.epochs) = (start, 100)
    let layout = umap.fit(blobs.tensor, seed: Seed(1))
    #expect(layout.positions.shape == [300, 2])
    var kMeans = KMeans(clusters: 3)
    kMeans.restarts = 5
    let found = kMeans.cluster(layout.positions, seed: Seed(1))
    let labels = NearestCentroids(of: layout.positions, among: found.centroids).labels
    #expect((Scores(predicted: labels, labels: blobs.labels).acc ?? 0) > 0.99)
    // New rows land among their own.
    let new = layout.positions(of: blobs.tensor.slice(0..<30) + 0.01)
    let places = NearestCentroids(of: new, among: found.centroids).labels
    #expect(places == Array(labels.prefix(30)))
  }

  /// The same bits from the same seed on one thread and on three, stopped and resumed.
  ///
  /// A group has 157 nodes, which is three chunks.
  @Test func isDecidedByItsSeed() {
    let rows = Generator(seed: 95).normal(shape: [2_500, 6])
    var umap = UMAP()
    umap.epochs = 12
    let threads = Threads.count
    defer { Threads.use(threads) }
    Threads.use(1)
    let one: [Float] = umap.fit(rows, seed: Seed(3)).positions.scalars()
    Threads.use(3)
    var state = umap.begin(rows, seed: Seed(3))
    for _ in 0..<5 { umap.advance(&state, seed: Seed(3)) }
    var resumed = umap.resume(rows, positions: state.positions, epoch: state.epoch)
    while resumed.epoch < 12 { umap.advance(&resumed, seed: Seed(3)) }
    #expect(resumed.positions == one)
    #expect(umap.fit(rows, seed: Seed(4)).positions.scalars() != one)
  }

  /// Where a new row comes to lie does not depend on what else is asked.
  @Test func newRowsLieWhereTheyLie() {
    let rows = Generator(seed: 12).normal(shape: [200, 4])
    var umap = UMAP()
    (umap.epochs, umap.neighbors) = (30, 8)
    let layout = umap.fit(rows, seed: Seed(1))
    let new = Generator(seed: 13).normal(shape: [40, 4])
    let all: [Float] = layout.positions(of: new).scalars()
    let some: [Float] = layout.positions(of: new.slice(17..<19)).scalars()
    #expect(Array(all[34..<38]) == some)
  }

  /// The rows of a layout have their places in it, alone as together.
  @Test func oldRowsStayWhereTheyAre() {
    let rows = Generator(seed: 12).normal(shape: [200, 4])
    var umap = UMAP()
    (umap.epochs, umap.neighbors) = (30, 8)
    let layout = umap.fit(rows, seed: Seed(1))
    let places: [Float] = layout.positions.scalars()
    #expect(layout.positions(of: rows).scalars() == places)
    #expect(layout.positions(of: rows.slice(7..<9) * 1.0000001).scalars() == Array(places[14..<18]))
    #expect(layout.positions(of: rows.slice(7..<9) + 0.05).scalars() != Array(places[14..<18]))
  }

  @Test func aSavedLayoutIsChecked() throws {
    var umap = UMAP()
    (umap.epochs, umap.neighbors) = (10, 5)
    let layout = umap.fit(Generator(seed: 12).normal(shape: [40, 4]), seed: Seed(1))
    var archive = Archive()
    layout.store(in: &archive)
    #expect(try UMAPLayout(from: archive, on: .cpu).positions.bits == layout.positions.bits)
    var few = archive
    few.set("layout.positions", tensor: layout.positions.slice(0..<39))
    #expect(refusal { try UMAPLayout(from: few, on: .cpu) }?.kind == .data)
    umap.components = .max
    archive.set("layout.settings", umap)
    #expect(refusal { try UMAPLayout(from: archive, on: .cpu) }?.kind == .data)
  }

  /// A layout is made with two neighbours at least, and new rows find their places in it.
  @Test func fewNeighborsAreTakenAlikeByTheLayoutAndForNewRows() {
    let rows = Generator(seed: 12).normal(shape: [50, 4])
    func places(_ neighbors: Int) -> [Float] {
      var umap = UMAP()
      (umap.epochs, umap.neighbors) = (10, neighbors)
      return umap.fit(rows, seed: Seed(1)).positions(of: rows.slice(3..<6)).scalars()
    }
    #expect(places(0) == places(2) && places(0).allSatisfy(\.isFinite))
  }

  /// Sixty clusters in sixty dimensions: the graph is in pieces, and its start by principal components.
  @Test func manyDimensionsHaveAStart() {
    let rows = Tensor.concatenated(
      (0..<60).map { index in
        Generator(seed: UInt64(index)).normal(shape: [6, 64]) * 0.01 + Double(index)
      })
    var umap = UMAP.forClustering(components: 60)
    umap.neighbors = 5
    #expect(umap.begin(rows, seed: Seed(1)).positions.count == 360 * 60)
  }

  /// All rows alike: one eigenvalue has all vectors, which are found one by one.
  @Test func equalRowsHaveAStart() {
    var umap = UMAP()
    (umap.components, umap.neighbors) = (3, 50)
    let state = umap.begin(Tensor(repeating: 1, shape: [30, 5]), seed: Seed(1))
    #expect(state.positions.count == 90 && state.positions.allSatisfy(\.isFinite))
  }

  /// Both ends of an edge are pulled alike, so pulls alone leave the centre of mass where it is; a node
  /// that jumped over a resting one would take it away.
  @Test func pullsMoveBothEndsAlike() {
    let rows = Generator(seed: 11).normal(shape: [500, 4])
    var umap = UMAP()
    (umap.epochs, umap.negativeSamples, umap.components) = (20, 0, 3)
    var state = umap.begin(rows, seed: Seed(1))
    func center() -> [Double] {
      (0..<3).map { column in
        stride(from: column, to: state.positions.count, by: 3)
          .reduce(0) { $0 + Double(state.positions[$1]) / 500 }
      }
    }
    let before = (center: center(), positions: state.positions)
    while state.epoch < 20 { umap.advance(&state, seed: Seed(1)) }
    #expect(zip(before.center, center()).allSatisfy { abs($0 - $1) < 1e-3 })
    let moved = zip(before.positions, state.positions).map { abs($0 - $1) }.max() ?? 0
    #expect(moved > 1)
  }
}
