// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct FilmTests {
  /// Of 5,000 rows of one number, its row.
  private let data = Tensor((0..<5_000).map { Float($0) }, shape: [5_000, 1])

  @Test func samplesAreSpreadOverTheRows() {
    let film = Film(of: data)
    #expect(film.samples.count == Film.mostSamples)
    #expect(film.samples.prefix(4) == [0, 2, 5, 7] && film.samples.last == 4_997)
    #expect(Film(of: data.slice(0..<3)).samples == [0, 1, 2])
  }

  /// 1,000 steps leave between 20 and 41 frames at equal distances, and the last.
  @Test func longFitsAreThinned() throws {
    var film = Film(of: data.slice(0..<3))
    for step in 0..<1_000 { film.add(step) { $0 * Double(step) } }
    film.add(1_000, isLast: true) { $0 * 1_000 }
    let (steps, positions) = try written(film)
    #expect((21...41).contains(steps.count))
    let interval = steps[1]
    #expect(steps.dropLast() == (0..<steps.count - 1).map { $0 * interval }[...])
    #expect(steps.last == 1_000)
    // The rows 0, 1, 2 times the step, about the last frame's mean of 1,000 along the first direction.
    for (frame, step) in steps.enumerated() {
      let found = (0..<3).map { positions[frame * 6 + 2 * $0] }
      for row in 0..<3 {
        #expect(abs(Double(found[row]) - (Double(row * step) - 1_000)) < 1e-2, "step \(step)")
      }
    }
  }

  /// Distances are nearly what they were.
  @Test func wideCodesAreNarrowed() throws {
    let wide = Generator(seed: 4).normal(shape: [60, 400])
    var film = Film(of: wide)
    for step in 0..<2 { film.add(step) { $0 * Double(step + 1) } }
    var archive = Archive()
    film.store(in: &archive)
    let kept = try archive.tensor("film.0")
    #expect(kept.shape == [60, Film.mostColumns])
    let ratios = (1..<60).map { row -> Double in
      func distance(_ table: Tensor) -> Double {
        (table.slice(row..<(row + 1)) - table.slice(0..<1)).squared().sum().item.squareRoot()
      }
      return distance(kept) / distance(wide)
    }
    #expect(ratios.allSatisfy { (0.6...1.4).contains($0) })
  }

  @Test func aFilmGoesOnFromAnArchive() throws {
    var (whole, first) = (Film(of: data.slice(0..<3)), Film(of: data.slice(0..<3)))
    for step in 0..<100 { whole.add(step) { $0 + Double(step) } }
    for step in 0..<60 { first.add(step) { $0 + Double(step) } }
    var archive = Archive()
    first.store(in: &archive)
    var second = Film(of: data.slice(0..<3))
    try second.restore(from: archive)
    for step in 60..<100 { second.add(step) { $0 + Double(step) } }
    let (one, other) = (try written(whole), try written(second))
    #expect(one.steps == other.steps && one.positions == other.positions)
  }

  /// Two clusters that part: t-SNE's layouts keep them apart at the end, and samples whose codes stay
  /// stay too.
  @Test func layoutsFollowTheCodes() throws {
    let rows = Generator(seed: 3).normal(shape: [120, 5])
    let side = Tensor((0..<120).map { Float($0 % 2) }, shape: [120, 1])
    var film = Film(of: .concatenated([rows, side], along: 1))
    for (step, gap) in [0.0, 30, 30].enumerated() {
      film.add(step) { $0.slice(0..<5, of: 1) + $0.slice(5..<6, of: 1) * gap }
    }
    let folder = try DataFolder()
    try film.write(to: folder.url.appendingPathComponent("film"))
    let file = try NPY.read(folder.url.appendingPathComponent("film/layouts.npy"))
    #expect(file.shape == [3, 120, 2])
    let places = file.floats()
    func place(_ frame: Int, _ row: Int) -> SIMD2<Float> {
      SIMD2(places[(frame * 120 + row) * 2], places[(frame * 120 + row) * 2 + 1])
    }
    func distance(_ one: SIMD2<Float>, _ other: SIMD2<Float>) -> Float {
      ((one - other) * (one - other)).sum().squareRoot()
    }
    /// How many rows have a neighbour of the other cluster nearest.
    func strangers(_ frame: Int) -> Int {
      (0..<120).count { row in
        let nearest = (0..<120).filter { $0 != row }
          .min {
            distance(place(frame, $0), place(frame, row))
              < distance(place(frame, $1), place(frame, row))
          }
        return nearest! % 2 != row % 2
      }
    }
    #expect(strangers(2) == 0 && strangers(1) == 0 && strangers(0) > 20)
    let spread = (0..<120).map { distance(place(2, $0), place(2, 0)) }.max() ?? 0
    let moved = (0..<120).map { distance(place(2, $0), place(1, $0)) }.reduce(0, +) / 120
    #expect(moved < 0.1 * spread)
    // Two dimensions need no layout, and a hundred samples are too few for one.
    var flat = Film(of: rows)
    for step in 0..<2 { flat.add(step) { $0.slice(0..<2, of: 1) } }
    var few = Film(of: rows.slice(0..<50))
    for step in 0..<2 { few.add(step) { $0 } }
    for (name, film) in [("flat", flat), ("few", few)] {
      try film.write(to: folder.url.appendingPathComponent(name))
      #expect(FileManager.default.fileExists(atPath: folder.path("\(name)/positions.npy")))
      #expect(!FileManager.default.fileExists(atPath: folder.path("\(name)/layouts.npy")))
    }
  }

  /// An encoder that gives one code to all ends in a film too: the fit must not be lost by its picture.
  @Test func collapsedCodesHaveALayout() throws {
    var film = Film(of: Generator(seed: 4).normal(shape: [120, 5]))
    for step in 0..<3 { film.add(step) { $0 * (step == 0 ? 1.0 : 0.0) } }
    let folder = try DataFolder()
    try film.write(to: folder.url.appendingPathComponent("film"))
    let file = try NPY.read(folder.url.appendingPathComponent("film/layouts.npy"))
    #expect(file.shape == [3, 120, 2] && file.floats().allSatisfy(\.isFinite))
  }

  /// Methods that move nothing leave no folder.
  @Test func noFilmOfWhatStaysInPlace() throws {
    let folder = try DataFolder()
    var film = Film(of: data)
    for step in 0..<5 { film.add(step) { _ in nil } }
    try film.write(to: folder.url.appendingPathComponent("film"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("film")))
  }

  private func written(_ film: Film) throws -> (steps: [Int], positions: [Float]) {
    let folder = try DataFolder()
    try film.write(to: folder.url.appendingPathComponent("film"))
    let steps = try NPY.read(folder.url.appendingPathComponent("film/steps.npy")).integers()
    let positions = try NPY.read(folder.url.appendingPathComponent("film/positions.npy"))
    #expect(positions.shape == [steps.count, film.samples.count, 2])
    return (steps, positions.floats())
  }
}
