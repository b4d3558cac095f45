// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Centroids that move by what they are given, with a memory of how much that was (DCN, §3.2).
///
/// The rule goes sample by sample: c ← c + 1, m ← (1 − 1/c)·m + h/c. Since it is a running mean, n
/// codes of a cluster that are given in any order take it from m to (c·m + Σh)/(c + n), and that
/// is computed for all clusters at once.
struct RunningCentroids {
  /// m, K × d.
  private(set) var means: Tensor
  /// c, K × 1 in double precision, in which a sample more always counts.
  private(set) var counts: Tensor

  /// Centroids that count as the mean of `count` codes each.
  init(_ means: Tensor, count: Double) {
    self.means = means
    counts = Tensor(
      repeating: count, shape: [means.shape[0], 1], type: .float64, on: means.device)
  }

  /// Moves the centroids by a batch whose clusters are known.
  ///
  /// - Parameters:
  ///   - codes: h, n × d.
  ///   - labels: The cluster of each, n 64-bit integers.
  mutating func add(_ codes: Tensor, labels: Tensor) {
    let zeros = Tensor(repeating: 0, shape: means.shape, on: means.device)
    let ones = Tensor(repeating: 1, shape: [codes.shape[0], 1], on: means.device)
    let sizes = zeros.slice(0..<1, of: 1).adding(rows: ones, at: labels)
    counts = counts + sizes.to(.float64)
    // As a step from m, so that a large count does not drown it.
    let step = zeros.adding(rows: codes, at: labels) - means * sizes
    means = means + (step.to(.float64) / counts).to(.float32)
  }

  /// Puts means and counts into an archive.
  func store(in archive: inout Archive) {
    archive.set("centroids", tensor: means)
    archive.set("counts", tensor: counts)
  }

  /// The centroids of an archive.
  init(from archive: Archive, on device: Device) throws {
    means = try archive.tensor("centroids", on: device)
    counts = try archive.tensor("counts", on: device)
  }
}
