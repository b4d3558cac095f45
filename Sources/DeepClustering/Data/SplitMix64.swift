// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A small generator with a 64-bit state, for randomness on the host.
///
/// Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014. The same seed
/// gives the same numbers on every machine.
public struct SplitMix64: RandomNumberGenerator, Codable, Equatable, Sendable {
  private var state: UInt64
  /// The second number of a Box–Muller pair, kept for the next call.
  private var spare: Double?

  /// A generator that starts from a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number drawn uniformly from 0 (included) to 1 (excluded).
  public mutating func nextUniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number drawn from the normal distribution of mean 0 and variance 1 (Box–Muller).
  public mutating func nextGaussian() -> Double {
    if let ready = spare {
      spare = nil
      return ready
    }
    // 1 - u is never 0, so the logarithm is finite.
    let radius = (-2 * log(1 - nextUniform())).squareRoot()
    let angle = 2 * Double.pi * nextUniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }
}
