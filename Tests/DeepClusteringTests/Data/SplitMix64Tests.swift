// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct SplitMix64Tests {
  /// The first numbers of the reference implementation for the seed 1234567.
  @Test func matchesTheReference() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect(
      (0..<5).map { _ in generator.next() } == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test func goesOnFromWhereItWasSaved() throws {
    var generator = SplitMix64(seed: 5)
    _ = generator.nextGaussian()
    var saved = try JSONDecoder().decode(
      SplitMix64.self, from: JSONEncoder().encode(generator))
    // The second number of the Box–Muller pair is part of the state.
    for _ in 0..<4 { #expect(saved.nextGaussian() == generator.nextGaussian()) }
    #expect(saved == generator)
  }

  @Test func drawsTheRightMoments() {
    var generator = SplitMix64(seed: 6)
    let normal = (0..<20_000).map { _ in generator.nextGaussian() }
    let uniform = (0..<20_000).map { _ in generator.nextUniform() }
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(uniform.reduce(0, +) / 20_000 - 0.5) < 0.01)
    #expect(abs(normal.reduce(0, +) / 20_000) < 0.03)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / 20_000 - 1) < 0.05)
    #expect(abs(normal.reduce(0) { $0 + $1 * $1 * $1 * $1 } / 20_000 - 3) < 0.3)
  }
}
