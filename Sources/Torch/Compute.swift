// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Foundation

/// The precision of the large products; weights and optimisers stay single precision.
public enum Precision: String, Codable, Sendable, CaseIterable {
  /// Single precision throughout.
  case float32
  /// Mixed precision: the hidden layers multiply in bfloat16.
  case bfloat16

  /// The type of the elements that are multiplied.
  public var elementType: ElementType { self == .float32 ? .float32 : .bfloat16 }
}

/// How dense layers are computed: in which precision, and by which of two paths on the CPU.
///
/// It is a value that travels with the layers and is saved with a run, not a switch of the process:
/// a resumed run must take the path it began with to end with the same bits.
public struct Compute: Hashable, Sendable, Codable {
  /// Which kernels multiply.
  public enum Path: String, Hashable, Sendable, Codable {
    /// libtorch's own choice: MKL on the CPU, cuBLAS on a GPU.
    case plain
    /// oneDNN with bias and ReLU fused, and products that skip the zeros where most numbers of an
    /// input or gradient are; CPU only, elsewhere the same as `plain`.
    case fused
  }

  /// The precision of the products.
  public var precision: Precision
  /// The kernels of the products.
  public var path: Path

  /// A way to compute.
  public init(_ precision: Precision = .float32, path: Path) {
    self.precision = precision
    self.path = path
  }

  /// Single precision through libtorch's own kernels.
  public static let plain = Compute(path: .plain)

  /// The same path in single precision.
  public var inFloat32: Compute { Compute(.float32, path: path) }

  /// The faster path on this machine, found by timing a layer of DEC's size on both.
  ///
  /// libtorch's own has to be 10 % faster to be taken: where the two are equal the choice should
  /// not change from one start to the next. Nor should it when the machine is busy: one thread is
  /// timed, by the processor time that it gets.
  public static func measured(_ precision: Precision, on device: Device) -> Compute {
    guard device == .cpu else { return Compute(precision, path: .plain) }
    return Threads.withOne { fastest(precision) }
  }

  private static func fastest(_ precision: Precision) -> Compute {
    let fused = TimedStep(Compute(precision, path: .fused))
    let plain = TimedStep(Compute(precision, path: .plain))
    var (best, bestPlain) = (Double.infinity, Double.infinity)
    // In turn, so that disturbances meet both. The first rounds also pay for kernels and memory;
    // a lead as large as it is where oneDNN wins at all needs no further ones.
    for round in 1...20 {
      best = min(best, fused.seconds())
      bestPlain = min(bestPlain, plain.seconds())
      if round >= 4 && best < 0.7 * bestPlain { break }
    }
    return Compute(precision, path: bestPlain < 0.9 * best ? .plain : .fused)
  }

  /// A layer of DEC's size, forward and back.
  private struct TimedStep {
    let layer: Linear
    let input: Tensor

    init(_ compute: Compute) {
      let generator = Generator(seed: 0)
      layer = Linear(500, 1000, activation: .relu, compute: compute, using: generator)
      input = generator.uniform(0..<1, shape: [256, 500])
    }

    /// Seconds of processor time for one step.
    func seconds() -> Double {
      let start = threadSeconds()
      _ = gradients(of: layer(input).sum().to(.float32), by: layer.parameters.map(\.value))
      return threadSeconds() - start
    }
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
  }
}

/// The threads that libtorch computes with on the CPU.
public enum Threads {
  /// How many the thread at hand uses.
  public static var count: Int { Int(ct_threads()) }

  /// Sets how many are used by the thread at hand, and by every fit and prediction that any thread
  /// begins from now on.
  public static func use(_ count: Int) {
    precondition(count > 0, "the number of threads must be positive, not \(count)")
    ct_set_threads(Int32(count))
  }

  /// Lets the thread at hand use as many as ``use(_:)`` was told last, by whichever thread.
  public static func adopt() { ct_adopt_threads() }

  /// The result of a computation for which the thread at hand uses so many; others keep their number.
  public static func with<Result>(
    _ count: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    precondition(count > 0, "the number of threads must be positive, not \(count)")
    let before = ct_swap_threads(CTThreads(count: Int32(count), mkl: Int32(count)))
    defer { _ = ct_swap_threads(before) }
    return try body()
  }

  /// The result of a computation with one thread, the same bits on any machine of its kind.
  public static func withOne<Result>(_ body: () throws -> Result) rethrows -> Result {
    try with(1, body)
  }
}

/// The memory of the processor.
public enum Memory {
  /// Lets the process keep the blocks that training frees and takes again in every step.
  ///
  /// Without it they go back to the system each time, which costs a fifth of a step. It concerns
  /// the whole process, so a program calls it once, at its start, if it wants it.
  public static func reuseFreed() { ct_reuse_freed_memory() }
}

/// The version of libtorch.
public var libtorchVersion: String { String(cString: ct_version()) }

/// Whether this processor multiplies bfloat16 in hardware (AVX-512 BF16); elsewhere mixed
/// precision on the CPU is slower than single.
public var hasFastBFloat16: Bool { ct_fast_bfloat16() }
