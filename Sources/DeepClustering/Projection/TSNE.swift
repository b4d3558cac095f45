// SPDX-License-Identifier: Apache-2.0
internal import CTorch
public import Torch

/// t-SNE: rows in the plane, such that near rows stay near; for pictures.
///
/// van der Maaten and Hinton, Visualizing data using t-SNE, JMLR 9, 2008. The forces between all
/// pairs are interpolated on a grid, in time proportional to the rows (Linderman, Rachh, Hoskins,
/// Steinerberger, Kluger, Fast interpolation-based t-SNE, Nature Methods 16, 2019). The start is
/// that of Kobak and Berens (Nature Communications 10, 2019): the first principal components, small;
/// the step size grows with the rows (Belkina et al., Nature Communications 10, 2019). The same
/// seed gives the same layout on any number of threads, up to the 200,000 rows beyond which neighbours are searched for in cells.
///
/// ```swift
/// let layout = TSNE().fit(rows, seed: Seed(1))
/// let places = layout.positions          // n × 2
/// ```
public struct TSNE: Codable, Sendable, Equatable {
  /// About how many neighbours each row has: the exponential of the entropy of its affinities.
  public var perplexity = 30.0
  /// By how much the affinities are multiplied at first.
  public var earlyExaggeration = 12.0
  /// Steps with multiplied affinities.
  public var earlySteps = 250
  /// Steps after them.
  public var steps = 500
  /// The share of the last move that is made again.
  public var momentum = 0.8
  /// The step size; 0 for n / (4 · exaggeration), at least 50.
  public var learningRate = 0.0

  /// The usual settings.
  public init() {}

  /// The rows that a perplexity needs, at least.
  public var fewestRows: Int { Int((3 * perplexity).rounded(.up)) + 1 }

  /// A layout on its way.
  public struct State {
    /// n × 2, row-major.
    public internal(set) var positions: [Float]
    /// Steps so far.
    public internal(set) var step = 0
    var updates: [Float]
    var gains: [Float]
    let affinities: Affinities
    let repulsion = Repulsion()
    let neighborRecall: Double?
  }

  /// Steps in all.
  public var plannedSteps: Int { earlySteps + steps }

  /// Lays out rows.
  ///
  /// - Parameters:
  ///   - data: n × D, finite, n at least `fewestRows`.
  ///   - seed: Decides how the start is shaken.
  ///   - progress: Called after each step with its number and that of all.
  /// - Returns: The places.
  public func fit(
    _ data: Tensor, seed: Seed, progress: (Int, Int) -> Void = { _, _ in }
  ) -> TSNELayout {
    var state = begin(data, seed: seed)
    while state.step < plannedSteps {
      advance(&state)
      progress(state.step, plannedSteps)
    }
    return finish(state)
  }

  /// Finds the affinities and the first layout.
  ///
  /// - Parameters:
  ///   - data: n × D, finite, n at least `fewestRows`.
  ///   - seed: Decides how the start is shaken.
  ///   - positions: Where to begin instead, n × 2, row-major, for example a layout of similar rows.
  /// - Returns: A layout to advance.
  public func begin(_ data: Tensor, seed: Seed, from positions: [Float]? = nil) -> State {
    let n = data.shape[0]
    precondition(data.isFinite, "t-SNE of values that are not finite")
    precondition(perplexity > 1, "a perplexity of \(perplexity)")
    precondition(n >= fewestRows, "\(n) rows are too few for a perplexity of \(perplexity)")
    let found = NearestNeighbors(within: data, count: fewestRows - 1)
    precondition(positions.map { $0.count == 2 * n } ?? true, "a start of other rows")
    return State(
      positions: positions ?? Threads.withOne { firstPositions(data, seed) },
      updates: [Float](repeating: 0, count: 2 * n), gains: [Float](repeating: 1, count: 2 * n),
      affinities: Affinities(found, perplexity: perplexity), neighborRecall: found.recall)
  }

  /// The principal coordinates, the first of standard deviation 1e-4, shaken by a hundredth of that
  /// so that equal rows are not at one place.
  private func firstPositions(_ data: Tensor, _ seed: Seed) -> [Float] {
    let coordinates = principalCoordinates(data, count: 2)
    let n = Double(data.shape[0])
    let squares = stride(from: 0, to: coordinates.count, by: 2).reduce(0.0) {
      $0 + Double(coordinates[$1]) * Double(coordinates[$1])
    }
    let scale = 1e-4 / max((squares / n).squareRoot(), .leastNormalMagnitude)
    var generator = SplitMix64(seed: seed.stream("layout start"))
    return coordinates.map { Float(Double($0) * scale + 1e-6 * generator.nextGaussian()) }
  }

  /// One step.
  public func advance(_ state: inout State) {
    let exaggeration = state.step < earlySteps ? earlyExaggeration : 1
    let n = state.positions.count / 2
    let rate = learningRate > 0 ? learningRate : max(Double(n) / (4 * exaggeration), 50)
    let gradient = Self.gradient(
      at: state.positions, state.affinities, state.repulsion, exaggeration: exaggeration)
    ct_momentum_step(
      gradient, Int64(n), Float(rate), Float(momentum), 5, &state.updates, &state.gains,
      &state.positions, Int32(Threads.count))
    state.step += 1
  }

  /// The gradient of the Kullback–Leibler divergence: n × 2.
  static func gradient(
    at positions: [Float], _ affinities: Affinities, _ repulsion: Repulsion, exaggeration: Double
  ) -> [Float] {
    let pushes = repulsion.forces(positions)
    var gradient = [Float](repeating: 0, count: positions.count)
    affinities.withEdges {
      ct_attraction($0, positions, &gradient, Int32(Threads.count))
    }
    let (pull, push) = (Float(4 * exaggeration), Float(4 / pushes.normalizer))
    gradient.withUnsafeMutableBufferPointer { gradient in
      pushes.forces.withUnsafeBufferPointer { forces in
        for index in gradient.indices {
          gradient[index] = pull * gradient[index] - push * forces[index]
        }
      }
    }
    return gradient
  }

  /// The layout as it is.
  public func finish(_ state: State) -> TSNELayout {
    let normalizer = state.repulsion.forces(state.positions).normalizer
    let divergence = state.affinities.withEdges {
      ct_tsne_cost($0, state.positions, normalizer)
    }
    return TSNELayout(
      positions: Tensor(state.positions, shape: [state.positions.count / 2, 2]),
      divergence: divergence, neighborRecall: state.neighborRecall)
  }
}

/// What ``TSNE`` found.
public struct TSNELayout {
  /// The places of the rows, n × 2.
  public let positions: Tensor
  /// The Kullback–Leibler divergence of the data's affinities from the layout's, in nats.
  public let divergence: Double
  /// The share of the nearest neighbours that the search found; nil where it was exact.
  ///
  /// Above 200,000 rows the search is approximate, and the share is measured on a sample.
  public let neighborRecall: Double?
}

/// The forces that push all pairs of points in the plane apart, and the grid that they are found on.
final class Repulsion {
  private let handle: OpaquePointer

  init() {
    guard let handle = ct_repulsion_new() else { fatalError("t-SNE: out of memory") }
    self.handle = handle
  }

  deinit { ct_repulsion_free(handle) }

  /// Σ_j (y_i − y_j) / (1 + |y_i − y_j|²)² for every point, n × 2, and Σ_ij 1 / (1 + |y_i − y_j|²).
  func forces(_ points: [Float]) -> (forces: [Float], normalizer: Double) {
    var normalizer = 0.0
    let forces = [Float](unsafeUninitializedCapacity: points.count) { buffer, initialized in
      guard let target = buffer.baseAddress else { return }
      normalizer = ct_repulsion(
        handle, points, Int64(points.count / 2), target, Int32(Threads.count))
      initialized = points.count
    }
    precondition(normalizer > 0, "t-SNE: out of memory for \(points.count / 2) points")
    return (forces, normalizer)
  }
}
