// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct GeneratorTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      let seed, name, stream: String
      let number: Int
      let permutation: [Int64]
    }
    let cases: [Case]
  }

  /// FNV-1a and SplitMix64 by `scripts/golden.py`, and PyTorch's generator with these seeds: a
  /// stream that changed would change every published result.
  @Test func streamsAreFixed() throws {
    let cases = try golden("streams", as: Golden.self).cases
    for example in cases {
      let seed = Seed(try #require(UInt64(example.seed)))
      #expect(String(seed.stream(example.name, example.number)) == example.stream)
      let order = seed.generator(example.name, example.number).permutation(9)
      #expect(order.scalars(as: Int64.self) == example.permutation)
    }
    #expect(Set(cases.map(\.stream)).count == cases.count)
  }

  @Test func streamsDifferByNameAndNumber() {
    let values = ["a", "b", "ab", ""].flatMap { name in
      (0..<50).flatMap { number in (0..<3).map { Seed($0).stream(name, number) } }
    }
    #expect(Set(values).count == 600)
  }

  @Test func theSameSeedDrawsTheSame() {
    func draws(_ generator: Generator) -> [[Float]] {
      [
        generator.uniform(-1..<2, shape: [40]).scalars(),
        generator.normal(mean: 3, deviation: 2, shape: [5, 8]).scalars(),
        generator.permutation(30).scalars(),
      ]
    }
    let first = draws(Generator(seed: 61))
    #expect(draws(Generator(seed: 61)) == first)
    #expect(zip(draws(Generator(seed: 62)), first).allSatisfy { $0 != $1 })
    #expect(first[2].sorted() == (0..<30).map { Float($0) })
  }

  @Test func drawsTheRightMoments() {
    let generator = Generator(seed: 63)
    let uniform = generator.uniform(-1..<2, shape: [20_000])
    #expect(uniform.min().item >= -1 && uniform.max().item < 2)
    #expect(abs(uniform.mean().item - 0.5) < 0.03)
    let normal = generator.normal(mean: 3, deviation: 2, shape: [20_000])
    #expect(abs(normal.mean().item - 3) < 0.07)
    #expect(abs((normal - 3).squared().mean().item - 4) < 0.2)
  }
}
