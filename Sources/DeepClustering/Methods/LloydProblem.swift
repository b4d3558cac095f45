// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Foundation
internal import Torch

/// Points to be clustered by k-means: the Swift side of the kernels in `CTKMeans.h`.
///
/// The arithmetic runs on the processor; points on another device are copied to it once.
final class LloydProblem {
  /// n, the number of points.
  let count: Int
  /// d, the dimensions.
  let dimensions: Int
  private let points: Tensor
  private let weights: Tensor?
  private let handle: OpaquePointer

  /// Points (n × d, single precision) with weights (n, at least zero), or all of weight one.
  ///
  /// The origin and the unit that the kernels count in are the points', or, where the points are only
  /// to be compared with given centroids (K × d), those of these: then no point hangs on another.
  init(_ points: Tensor, weights: [Float]? = nil, comparedWith centroids: [Float]? = nil) {
    let shape = points.shape
    precondition(shape.count == 2 && shape[0] > 0 && shape[1] > 0, "no points of shape \(shape)")
    precondition(weights.map { $0.count == shape[0] } ?? true, "one weight for each point")
    (count, dimensions) = (shape[0], shape[1])
    let contiguous = points.to(.float32, on: .cpu).detached()
    let kept = contiguous.isContiguous ? contiguous : contiguous.copy()
    let keptWeights = weights.map { Tensor($0, shape: [$0.count]) }
    (self.points, self.weights) = (kept, keptWeights)
    let made = kept.withFloats { values -> OpaquePointer? in
      guard let base = values.baseAddress else { return nil }
      let weightBase = keptWeights?.withFloats { UnsafePointer($0.baseAddress) } ?? nil
      let (n, d, threads) = (Int64(shape[0]), Int64(shape[1]), Int32(Threads.count))
      guard let centroids else { return ct_kmeans_new(base, n, d, weightBase, nil, 0, threads) }
      return ct_kmeans_new(
        base, n, d, weightBase, centroids, Int64(centroids.count) / d, threads)
    }
    guard let made else { fatalError("k-means: out of memory for points of shape \(shape)") }
    handle = made
  }

  deinit { ct_kmeans_free(handle) }

  /// One iteration of Lloyd from `centroids` (K × d), which it overwrites with the new means.
  func step(_ centroids: inout [Float], labels: inout [Int32]) -> Step {
    let k = clusterCount(centroids)
    var sizes = [Double](repeating: 0, count: k)
    var step = CTKMeansStep()
    let succeeded = centroids.withUnsafeMutableBufferPointer { buffer -> Bool in
      guard let base = buffer.baseAddress else { return false }
      return ct_kmeans_step(handle, base, Int32(k), &labels, base, &sizes, &step)
    }
    precondition(succeeded, "k-means: out of memory")
    return Step(
      cost: step.cost, movement: step.movement, changed: Int(step.changed) + Int(step.refilled))
  }

  /// What an iteration did.
  struct Step {
    /// The weighted sum of the squared distances to the centroids before it.
    var cost: Double
    /// The sum of the squared distances that the centroids moved.
    var movement: Double
    /// Points whose label changed, those included that an empty cluster took over.
    var changed: Int
  }

  /// The nearest and second nearest of K centroids for every point, with squared distances.
  func assign(_ centroids: [Float]) -> Assignment {
    let k = clusterCount(centroids)
    var result = Assignment(
      labels: [Int32](repeating: 0, count: count), nearest: [Float](repeating: 0, count: count),
      second: [Float](repeating: 0, count: count), cost: 0)
    let succeeded = ct_kmeans_assign(
      handle, centroids, Int32(k), &result.labels, &result.nearest, &result.second, &result.cost)
    precondition(succeeded, "k-means: out of memory")
    return result
  }

  /// What `assign` finds.
  struct Assignment {
    /// The nearest centroid.
    var labels: [Int32]
    /// The squared distance to it.
    var nearest: [Float]
    /// The squared distance to the second nearest; infinite when K = 1.
    var second: [Float]
    /// The weighted sum of the squared distances to the nearest.
    var cost: Double
  }

  /// Some points, on the processor: rows × d.
  func points(at index: Tensor) -> Tensor { points.rows(at: index) }

  /// A point's coordinates.
  func point(_ index: Int) -> [Float] {
    points.withFloats { Array($0[(index * dimensions)..<((index + 1) * dimensions)]) }
  }

  /// Greedy k-means++ (Arthur and Vassilvitskii 2007): each centre is the best of 2 + ⌊ln K⌋ points
  /// drawn in proportion to their squared distance from the centres so far.
  func plusPlusCenters(_ k: Int, using generator: inout some RandomNumberGenerator) -> [Float] {
    let trials = 2 + Int(log(Double(k)))
    var centers = point(draw(1, distances: nil, using: &generator)[0])
    centers.reserveCapacity(k * dimensions)
    var distances = [Float](repeating: 0, count: count)
    _ = reduce(centers, current: nil, into: &distances, candidates: 1)
    var reduced = [Float](repeating: 0, count: trials * count)
    while centers.count < k * dimensions {
      let candidates = draw(trials, distances: distances, using: &generator).flatMap(point)
      let potentials = reduce(candidates, current: distances, into: &reduced, candidates: trials)
      let best = potentials.indices.min { potentials[$0] < potentials[$1] } ?? 0
      centers += candidates[(best * dimensions)..<((best + 1) * dimensions)]
      distances.replaceSubrange(
        0..<count, with: reduced[(best * count)..<((best + 1) * count)])
    }
    return centers
  }

  /// K different points, drawn uniformly.
  func randomCenters(_ k: Int, using generator: inout some RandomNumberGenerator) -> [Float] {
    var chosen = Set<Int>()
    var centers: [Float] = []
    while chosen.count < k {
      let index = Int.random(in: 0..<count, using: &generator)
      if chosen.insert(index).inserted { centers += point(index) }
    }
    return centers
  }

  private func draw(
    _ trials: Int, distances: [Float]?, using generator: inout some RandomNumberGenerator
  ) -> [Int] {
    let uniforms = (0..<trials).map { _ in Double.random(in: 0..<1, using: &generator) }
    var chosen = [Int64](repeating: 0, count: trials)
    let succeeded =
      if let distances {
        ct_kmeans_draw(handle, distances, uniforms, Int32(trials), &chosen)
      } else {
        ct_kmeans_draw(handle, nil, uniforms, Int32(trials), &chosen)
      }
    precondition(succeeded, "k-means: out of memory")
    // -1: every point coincides with a centre already, so one is as good as another.
    return chosen.map { $0 < 0 ? Int.random(in: 0..<count, using: &generator) : Int($0) }
  }

  private func reduce(
    _ candidates: [Float], current: [Float]?, into reduced: inout [Float], candidates count: Int
  ) -> [Double] {
    var potentials = [Double](repeating: 0, count: count)
    let succeeded =
      if let current {
        ct_kmeans_candidates(handle, candidates, Int32(count), current, &reduced, &potentials)
      } else {
        ct_kmeans_candidates(handle, candidates, Int32(count), nil, &reduced, &potentials)
      }
    precondition(succeeded, "k-means: out of memory")
    return potentials
  }

  private func clusterCount(_ centroids: [Float]) -> Int {
    precondition(
      !centroids.isEmpty && centroids.count.isMultiple(of: dimensions),
      "\(centroids.count) numbers are not centroids of \(dimensions) dimensions")
    return centroids.count / dimensions
  }
}

/// The nearest of K centroids for every row of an embedding.
struct NearestCentroids {
  /// The index of the nearest centroid; the lowest of equal ones.
  let labels: [Int]
  private let found: LloydProblem.Assignment

  /// Compares rows (n × d) with centroids (K × d).
  init(of embedding: Tensor, among centroids: Tensor) {
    let centroids: [Float] = centroids.scalars()
    found = LloydProblem(embedding, comparedWith: centroids).assign(centroids)
    labels = found.labels.map(Int.init)
  }

  /// The squared distances to the nearest centroids, added up.
  var cost: Double { found.cost }

  /// 1 − d₁/d₂ from the distances to the nearest and the second nearest centroid; 0 where float32 has
  /// none for a row, or both are 0.
  func margins() -> [Float] {
    zip(found.nearest, found.second).map { nearest, second in
      second > 0 && nearest.isFinite ? 1 - (nearest / second).squareRoot() : 0
    }
  }
}
