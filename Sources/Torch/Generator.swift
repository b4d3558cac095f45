// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// A stream of random tensors, decided by its seed.
///
/// No state of a generator is ever saved: a stream is made afresh for every epoch from the run's
/// seed, the stream's name and the epoch (`Seed`), so a resumed run draws what the first would have.
public final class Generator {
  private let handle: OpaquePointer
  private let device: Device

  /// A stream on a device.
  public init(seed: UInt64, on device: Device = .cpu) {
    guard let handle = ct_generator_new(seed, device.code) else {
      fatalError("Generator: \(String(cString: ct_last_error()))")
    }
    self.handle = handle
    self.device = device
  }

  deinit { ct_generator_free(handle) }

  /// Uniform numbers in a half-open range.
  public func uniform(_ range: Range<Double>, shape: [Int]) -> Tensor {
    withShape(shape) {
      Tensor(ct_uniform(range.lowerBound, range.upperBound, $0, $1, device.code, handle))
    }
  }

  /// Normal numbers.
  public func normal(mean: Double = 0, deviation: Double = 1, shape: [Int]) -> Tensor {
    withShape(shape) { Tensor(ct_normal(mean, deviation, $0, $1, device.code, handle)) }
  }

  /// The numbers 0 to count − 1 in random order, as 64-bit integers.
  public func permutation(_ count: Int) -> Tensor {
    Tensor(ct_permutation(Int64(count), device.code, handle))
  }
}

/// The seed of a run, from which every stream is derived by name and number.
public struct Seed: Sendable, Hashable, Codable {
  /// The number that the user gave.
  public let value: UInt64

  /// The seed of a run.
  public init(_ value: UInt64) { self.value = value }

  /// The seed of a stream: decided by the run's seed, the stream's name and a number.
  ///
  /// FNV-1a over the three, then SplitMix64's finaliser, so that near seeds give unlike streams.
  public func stream(_ name: String, _ number: Int = 0) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for shift in stride(from: 0, to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: value >> shift)) }
    for byte in name.utf8 { mix(byte) }
    for shift in stride(from: 0, to: 64, by: 8) {
      mix(UInt8(truncatingIfNeeded: UInt64(bitPattern: Int64(number)) >> shift))
    }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }

  /// A generator of such a stream.
  public func generator(_ name: String, _ number: Int = 0, on device: Device = .cpu) -> Generator {
    Generator(seed: stream(name, number), on: device)
  }
}
