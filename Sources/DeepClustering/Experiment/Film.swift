// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// The codes of some samples at some steps of a fit, which the report shows as a film.
///
/// The samples are spread evenly over the rows. When there are too many frames, every second goes and
/// from then on every second step is left out, so a fit of any length has between half of
/// ``mostFrames`` and all of them.
struct Film {
  static let mostSamples = 2_000
  static let mostFrames = 40
  /// Wider codes are projected to so many random directions, which keep distances nearly.
  static let mostColumns = 50
  /// t-SNE from the layout of one frame to that of another.
  private static let following: TSNE = {
    var following = TSNE()
    (following.earlyExaggeration, following.earlySteps, following.steps) = (4, 30, 90)
    return following
  }()

  /// The rows that are shown.
  let samples: [Int]
  private let data: Tensor
  private var frames: [(step: Int, codes: Tensor)] = []
  private var interval = 1

  /// A film without frames, of the rows of some data (n × D).
  init(of data: Tensor) {
    let count = min(data.shape[0], Self.mostSamples)
    samples = (0..<count).map { $0 * data.shape[0] / count }
    self.data = data
  }

  private var inputs: Tensor {
    data.rows(at: Tensor(samples.map { Int64($0) }, shape: [samples.count], on: data.device))
  }

  /// Keeps what `codes` makes of the samples, unless this step is left out or it makes nothing.
  mutating func add(_ step: Int, isLast: Bool = false, codes: (Tensor) -> Tensor?) {
    guard step.isMultiple(of: interval) || isLast, frames.last?.step != step,
      let found = codes(inputs)
    else { return }
    frames.append((step, Self.narrow(found.detached().to(.cpu))))
    guard frames.count > Self.mostFrames, !isLast else { return }
    interval *= 2
    frames.removeAll { !$0.step.isMultiple(of: interval) }
  }

  private static func narrow(_ codes: Tensor) -> Tensor {
    guard codes.shape[1] > mostColumns else { return codes }
    let directions = Generator(seed: 0).normal(shape: [codes.shape[1], mostColumns])
    return codes.matmul(directions) / Double(mostColumns).squareRoot()
  }

  /// Whether there are two frames, without which nothing is written.
  var hasMotion: Bool { frames.count > 1 }

  // MARK: Files

  /// Writes `steps.npy` (frames), `samples.npy` (samples), `positions.npy` (frames × samples × 2), the
  /// codes of every frame in the plane of the last one's two principal directions, and for codes of
  /// more than two dimensions `layouts.npy` (frames × samples × 2), each frame by t-SNE.
  ///
  /// Nothing is written where there are no two frames, no layouts where t-SNE has too few samples.
  ///
  /// - Parameters:
  ///   - folder: Where to.
  ///   - isLaidOut: Whether there are layouts, which may take longer than a short fit.
  /// - Throws: ``InputError`` for a folder that cannot be written.
  func write(to folder: URL, isLaidOut: Bool = true) throws(InputError) {
    guard hasMotion, let last = frames.last?.codes else { return }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(.inputOutput, "\(folder.path) cannot be made: \(error.localizedDescription)")
    }
    let plane = PrincipalComponents(of: last.scalars(), columns: last.shape[1], count: 2)
    try NPY.write(
      frames.flatMap { plane.project($0.codes.scalars()) },
      shape: [frames.count, samples.count, 2],
      to: folder.appendingPathComponent("positions.npy"))
    try NPY.write(
      frames.map(\.step), shape: [frames.count], to: folder.appendingPathComponent("steps.npy"))
    try NPY.write(
      samples, shape: [samples.count], to: folder.appendingPathComponent("samples.npy"))
    let tsne = TSNE()
    if isLaidOut, last.shape[1] > 2, samples.count >= tsne.fewestRows {
      try NPY.write(
        layouts(tsne), shape: [frames.count, samples.count, 2],
        to: folder.appendingPathComponent("layouts.npy"))
    }
  }

  /// The last frame is laid out on its own; each one before it goes on from the places of the one
  /// after it, so that samples move no more than their codes do.
  private func layouts(_ tsne: TSNE) -> [Float] {
    var places: [[Float]] = []
    for frame in frames.reversed() {
      let tsne = places.isEmpty ? tsne : Self.following
      var state = tsne.begin(frame.codes, seed: Seed(0), from: places.last)
      for _ in 0..<tsne.plannedSteps { tsne.advance(&state) }
      places.append(state.positions)
    }
    return places.reversed().flatMap { $0 }
  }

  /// Puts the frames into an archive.
  func store(in archive: inout Archive) {
    archive.set("film.interval", interval)
    archive.set("film.steps", frames.map(\.step))
    for (index, frame) in frames.enumerated() {
      archive.set("film.\(index)", tensor: frame.codes)
    }
  }

  /// Takes the frames of an archive.
  mutating func restore(from archive: Archive) throws(InputError) {
    interval = try archive.value("film.interval")
    frames = []
    for (index, step) in try archive.value("film.steps", as: [Int].self).enumerated() {
      frames.append((step, try archive.tensor("film.\(index)")))
    }
  }
}
