// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Foundation
public import Torch

/// Uniform manifold approximation and projection (McInnes, Healy, Melville 2018, arXiv:1802.03426).
///
/// The fuzzy graph of the nearest neighbours is laid out in few dimensions: nodes are pulled along
/// its edges and pushed away from random others. Unlike the reference implementation, which lets
/// threads overwrite each other's points, nodes move group by group, so the same seed gives the same
/// layout on any number of threads, up to the 200,000 rows beyond which neighbours are searched for in cells.
///
/// ```swift
/// let layout = UMAP().fit(rows, seed: Seed(1))
/// let places = layout.positions          // n × 2
/// let others = layout.positions(of: new) // new rows among the old
/// ```
public struct UMAP: Codable, Sendable, Equatable {
  /// Where the layout begins.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// Eigenvectors of the graph; principal components where the graph falls into pieces.
    case spectral
    /// The first principal components of the data.
    case principalComponents = "principal-components"
  }

  /// Dimensions of the layout, at most 64.
  public var components = 2
  /// Neighbours of each sample, itself included, as the paper counts them.
  public var neighbors = 15
  /// How near samples may come in the layout.
  public var minimumDistance = 0.1
  /// The scale of the layout.
  public var spread = 1.0
  /// Epochs; 0 for 500 up to 10,000 samples and 200 beyond.
  public var epochs = 0
  /// Random samples that each drawn edge pushes away from.
  public var negativeSamples = 5
  /// The first step size; it falls to zero linearly.
  public var learningRate = 1.0
  /// γ, the weight of the pushes.
  public var repulsion = 1.0
  /// Where the layout begins.
  public var start = Start.spectral

  /// The usual settings, for a picture.
  public init() {}

  /// The settings for clustering: close-packed, in as many dimensions as there are clusters.
  public static func forClustering(components: Int) -> UMAP {
    var result = UMAP()
    (result.components, result.neighbors, result.minimumDistance) = (components, 20, 0)
    return result
  }

  /// A layout on its way.
  public struct State {
    /// The rows that are laid out, n × D.
    public let data: Tensor
    /// n × components, row-major.
    public internal(set) var positions: [Float]
    /// Epochs so far.
    public internal(set) var epoch = 0
    let fuzzyGraph: NeighborGraph
    let graph: LayoutGraph
    let neighborRecall: Double?
  }

  /// The number of epochs for so many samples.
  public func plannedEpochs(_ rows: Int) -> Int {
    epochs > 0 ? epochs : rows <= 10_000 ? 500 : 200
  }

  /// Lays out rows.
  ///
  /// - Parameters:
  ///   - data: n × D with n > 3, finite.
  ///   - seed: Decides the start and the draws.
  ///   - progress: Called after each epoch with its number and that of all.
  /// - Returns: The rows and their places.
  public func fit(
    _ data: Tensor, seed: Seed, progress: (Int, Int) -> Void = { _, _ in }
  ) -> UMAPLayout {
    var state = begin(data, seed: seed)
    let planned = plannedEpochs(data.shape[0])
    while state.epoch < planned {
      advance(&state, seed: seed)
      progress(state.epoch, planned)
    }
    return finish(state)
  }

  /// Builds the graph and the first layout.
  public func begin(_ data: Tensor, seed: Seed) -> State {
    precondition(data.isFinite, "UMAP of values that are not finite")
    let (graph, recall) = fuzzyGraph(data)
    return begin(data, graph, recall, seed)
  }

  /// The first layout of the same graph by another seed.
  func beginAgain(_ state: State, seed: Seed) -> State {
    begin(state.data, state.fuzzyGraph, state.neighborRecall, seed)
  }

  private func begin(
    _ data: Tensor, _ graph: NeighborGraph, _ recall: Double?, _ seed: Seed
  ) -> State {
    var generator = SplitMix64(seed: seed.stream("layout start"))
    // libtorch's sums have other last bits with other numbers of threads.
    let positions = Threads.withOne { firstPositions(data, graph, seed) }.map {
      $0 + Float(1e-4 * generator.nextGaussian())
    }
    return state(data, positions: scaled(positions), epoch: 0, graph: graph, recall: recall)
  }

  /// A layout that was interrupted: the graph is built again, the rest is given.
  func resume(_ data: Tensor, positions: [Float], epoch: Int) -> State {
    let (graph, recall) = fuzzyGraph(data)
    return state(data, positions: positions, epoch: epoch, graph: graph, recall: recall)
  }

  private func state(
    _ data: Tensor, positions: [Float], epoch: Int, graph: NeighborGraph, recall: Double?
  ) -> State {
    let planned = plannedEpochs(data.shape[0])
    return State(
      data: data, positions: positions, epoch: epoch, fuzzyGraph: graph,
      graph: LayoutGraph(graph, epochs: planned), neighborRecall: recall)
  }

  private func fuzzyGraph(_ data: Tensor) -> (graph: NeighborGraph, recall: Double?) {
    let n = data.shape[0]
    precondition(n > 3, "a layout of \(n) rows")
    precondition((1...64).contains(components), "a layout in \(components) dimensions")
    let found = NearestNeighbors(within: data, count: min(max(neighbors, 2), n) - 1)
    return (NeighborGraph(fuzzy: found), found.recall)
  }

  /// One epoch.
  public func advance(_ state: inout State, seed: Seed) {
    let planned = plannedEpochs(state.data.shape[0])
    let rate = learningRate * (1 - Double(state.epoch) / Double(planned))
    let curve = LayoutCurve(minimumDistance: minimumDistance, spread: spread)
    step(
      state.graph, curve, seed.stream("layout draws"), &state.positions, 0..<state.data.shape[0],
      state.epoch, rate)
    state.epoch += 1
  }

  private func step(
    _ graph: LayoutGraph, _ curve: LayoutCurve, _ random: UInt64, _ positions: inout [Float],
    _ targets: Range<Int>, _ epoch: Int, _ rate: Double, keys: [UInt64]? = nil
  ) {
    graph.starts.withUnsafeBufferPointer { starts in
      graph.neighbors.withUnsafeBufferPointer { neighbors in
        graph.rates.withUnsafeBufferPointer { rates in
          guard let starts = starts.baseAddress, let neighbors = neighbors.baseAddress,
            let rates = rates.baseAddress
          else { return }
          var layout = CTLayout(
            nodes: Int64(graph.starts.count - 1), starts: starts, neighbors: neighbors,
            rates: rates, targets: Int64(targets.count), first: Int64(targets.lowerBound),
            d: Int64(components), a: Float(curve.a), b: Float(curve.b),
            repulsion: Float(repulsion), seed: random, keys: nil)
          let succeeded = withOptional(keys) { keys in
            layout.keys = keys
            return ct_layout_step(
              &layout, &positions, Int64(epoch), Int32(negativeSamples), Float(rate),
              Int32(Threads.count))
          }
          precondition(succeeded, "out of memory for a layout of \(layout.nodes) rows")
        }
      }
    }
  }

  /// The layout as it is.
  public func finish(_ state: State) -> UMAPLayout {
    UMAPLayout(
      settings: self, data: state.data,
      positions: Tensor(state.positions, shape: [state.data.shape[0], components]),
      neighborRecall: state.neighborRecall)
  }

  // MARK: The start

  private func firstPositions(_ data: Tensor, _ graph: NeighborGraph, _ seed: Seed) -> [Float] {
    let n = data.shape[0]
    if start == .spectral && n > 4 * components + 8 && graph.componentCount == 1 {
      let layout = SpectralLayout(
        leading: components, of: graph, seed: seed.stream("layout eigenvectors"))
      if layout.vectors.shape[0] == components {
        return unit(layout.vectors.transposed().copy().scalars())
      }
    }
    return unit(principalCoordinates(data, count: components))
  }

  /// The largest coordinate becomes 10, as in the reference implementation.
  private func unit(_ values: [Float]) -> [Float] {
    let largest = values.reduce(Float(0)) { max($0, abs($1)) }
    return values.map { $0 * 10 / max(largest, .leastNormalMagnitude) }
  }

  /// Each coordinate from 0 to 10.
  private func scaled(_ values: [Float]) -> [Float] {
    var result = values
    for column in 0..<components {
      let entries = stride(from: column, to: values.count, by: components)
      let low = entries.reduce(Float.infinity) { min($0, values[$1]) }
      let high = entries.reduce(-Float.infinity) { max($0, values[$1]) }
      for entry in entries {
        result[entry] = 10 * (values[entry] - low) / max(high - low, .leastNormalMagnitude)
      }
    }
    return result
  }

  // MARK: New rows

  /// Lays new rows out among old ones, which stay where they are; a row that is one of the old ones, but
  /// for rounding, has its place.
  func positions(of rows: Tensor, among layout: UMAPLayout) -> Tensor {
    let (n, m) = (rows.shape[0], layout.data.shape[0])
    guard n > 0 else { return Tensor(repeating: 0, shape: [0, components]) }
    let found = NearestNeighbors(of: rows, among: layout.data, count: min(max(neighbors, 2), m))
    let old: [Float] = layout.positions.scalars()
    let graph = LayoutGraph(joining: found)
    // The new rows come first, the old ones after them.
    var all = graph.weightedMeans(of: old, columns: components, offset: n) + old
    let curve = LayoutCurve(minimumDistance: minimumDistance, spread: spread)
    let planned = max(plannedEpochs(m) / 3, 1)
    // Nothing depends on the other new rows: they push nothing, and draws follow from a row's neighbours.
    let keys = (0..<n).map { row in
      found.indices[(row * found.count)..<((row + 1) * found.count)]
        .reduce(UInt64(0x5eed)) { ($0 &+ UInt64($1)) &* 0x9e37_79b9_7f4a_7c15 }
    }
    for epoch in 0..<planned {
      let rate = learningRate / 4 * (1 - Double(epoch) / Double(planned))
      step(graph, curve, 0x5eed, &all, n..<(n + m), epoch, rate, keys: keys)
    }
    let nearest = (0..<n).map { Int64(found.indices[$0 * found.count]) }
    let others = layout.data.rows(at: Tensor(nearest, shape: [n], on: layout.data.device))
    let distances = (rows - others).squared().sum(1).scalars(as: Float.self)
    for row in 0..<n {
      // A small network computes the codes of few rows a little otherwise than those of many.
      guard distances[row] <= 1e-8 * found.squaredDistances[(row + 1) * found.count - 1] else {
        continue
      }
      for column in 0..<components {
        all[row * components + column] = old[Int(nearest[row]) * components + column]
      }
    }
    return Tensor(Array(all.prefix(n * components)), shape: [n, components])
  }
}

/// Rows and their places: what `UMAP` found.
public struct UMAPLayout {
  /// How it was made.
  public let settings: UMAP
  /// The rows, n × D.
  public let data: Tensor
  /// Their places, n × components.
  public let positions: Tensor
  /// The share of the nearest neighbours that the search found; nil where it was exact.
  ///
  /// Above 200,000 rows the search is approximate, and the share is measured on a sample. A layout
  /// that was read from a file has none.
  public internal(set) var neighborRecall: Double?

  /// The places of new rows, rows × components; the old ones stay where they are.
  public func positions(of rows: Tensor) -> Tensor { settings.positions(of: rows, among: self) }
}

extension UMAPLayout {
  /// Puts settings, rows and places into an archive.
  func store(in archive: inout Archive) {
    archive.set("layout.settings", settings)
    archive.set("layout.data", tensor: data)
    archive.set("layout.positions", tensor: positions)
  }

  /// The layout of an archive.
  init(from archive: Archive, on device: Device) throws(InputError) {
    let settings: UMAP = try archive.value("layout.settings")
    let data = try archive.matrix("layout.data", on: device)
    let positions = try archive.matrix(
      "layout.positions", columns: settings.components, on: device)
    guard positions.shape[0] == data.shape[0], 0...1_000_000 ~= settings.epochs,
      1...1_000_000 ~= settings.neighbors, 0...1_000_000 ~= settings.negativeSamples
    else { throw InputError(.data, "the saved layout's parts do not fit each other") }
    self.init(settings: settings, data: data, positions: positions)
  }
}

/// The edges of a layout and how often each is drawn.
struct LayoutGraph {
  let starts: [Int64]
  let neighbors: [Int32]
  let rates: [Float]

  /// The fuzzy graph without the edges that would never be drawn.
  init(_ graph: NeighborGraph, epochs: Int) {
    let largest = graph.weights.max() ?? 1
    var (starts, neighbors, rates): ([Int64], [Int32], [Float]) = ([0], [], [])
    for node in 0..<graph.count {
      for edge in graph.starts[node]..<graph.starts[node + 1] {
        let rate = graph.weights[edge] / largest
        guard rate * Float(epochs) >= 1 else { continue }
        neighbors.append(graph.neighbors[edge])
        rates.append(rate)
      }
      starts.append(Int64(neighbors.count))
    }
    (self.starts, self.neighbors, self.rates) = (starts, neighbors, rates)
  }

  /// Edges from new rows, which come first, to the old ones that are nearest to them.
  init(joining found: NearestNeighbors) {
    let (k, n) = (found.count, found.indices.count / found.count)
    starts = (0...n).map { Int64($0 * k) }
    neighbors = found.indices.map { $0 + Int32(n) }
    rates = (0..<n).flatMap { row in
      NeighborGraph.weights(
        found.squaredDistances[(row * k)..<((row + 1) * k)].map { $0.squareRoot() })
    }
  }

  func weightedMeans(of old: [Float], columns: Int, offset: Int) -> [Float] {
    (0..<(starts.count - 1)).flatMap { row -> [Float] in
      var (sum, total) = ([Float](repeating: 0, count: columns), Float(0))
      for edge in Int(starts[row])..<Int(starts[row + 1]) {
        let other = (Int(neighbors[edge]) - offset) * columns
        for column in 0..<columns { sum[column] += rates[edge] * old[other + column] }
        total += rates[edge]
      }
      return sum.map { $0 / max(total, .leastNormalMagnitude) }
    }
  }
}

/// The similarity of two places at distance x: 1 / (1 + a·x^2b), fitted to 1 up to the minimum
/// distance and exp(−(x − minimum) / spread) beyond it.
struct LayoutCurve {
  private(set) var a = 1.0
  private(set) var b = 1.0

  /// Gauss–Newton over 300 points up to three spreads, as the reference implementation has it.
  init(minimumDistance: Double, spread: Double) {
    let points = (1..<300).map { Double($0) * 3 * spread / 299 }
    let wanted = points.map { $0 < minimumDistance ? 1 : exp(-($0 - minimumDistance) / spread) }
    var damping = 1e-3
    var error = squaredError(a, b, points, wanted)
    for _ in 0..<200 {
      var (aa, ab, bb, ga, gb) = (0.0, 0.0, 0.0, 0.0, 0.0)
      for (x, y) in zip(points, wanted) {
        let power = pow(x, 2 * b)
        let value = 1 / (1 + a * power)
        let (da, db) = (-power * value * value, -2 * a * power * log(x) * value * value)
        (aa, ab, bb) = (aa + da * da, ab + da * db, bb + db * db)
        (ga, gb) = (ga + da * (value - y), gb + db * (value - y))
      }
      let (p, q) = (aa * (1 + damping), bb * (1 + damping))
      let determinant = p * q - ab * ab
      let (nextA, nextB) = (
        a - (q * ga - ab * gb) / determinant, b - (p * gb - ab * ga) / determinant
      )
      let next = squaredError(nextA, nextB, points, wanted)
      guard next.isFinite, next < error, nextA > 0 else {
        damping *= 4
        continue
      }
      let gain = error - next
      (a, b, error, damping) = (nextA, nextB, next, damping / 4)
      if gain < 1e-14 { break }
    }
  }

  private func squaredError(
    _ a: Double, _ b: Double, _ points: [Double], _ wanted: [Double]
  ) -> Double {
    zip(points, wanted).reduce(0) { sum, point in
      let difference = 1 / (1 + a * pow(point.0, 2 * b)) - point.1
      return sum + difference * difference
    }
  }
}
