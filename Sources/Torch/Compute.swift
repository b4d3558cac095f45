// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// The precision of the large products; weights, gradients and optimisers stay single precision.
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
    /// oneDNN with bias and ReLU fused; CPU only, elsewhere the same as `plain`.
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
  /// oneDNN has to be 10 % faster to be taken: where the two are equal the choice should not
  /// change from one start to the next.
  public static func measured(_ precision: Precision, on device: Device) -> Compute {
    guard device == .cpu else { return Compute(precision, path: .plain) }
    let fused = fastestStep(Compute(precision, path: .fused))
    let plain = fastestStep(Compute(precision, path: .plain))
    return Compute(precision, path: fused * 10 < plain * 9 ? .fused : .plain)
  }

  private static func fastestStep(_ compute: Compute) -> Duration {
    let generator = Generator(seed: 0)
    let layer = Linear(500, 1000, activation: .relu, compute: compute, using: generator)
    let input = generator.uniform(0..<1, shape: [256, 500])
    let clock = ContinuousClock()
    let times = (0..<5).map { _ in
      clock.measure {
        _ = gradients(of: layer(input).sum().to(.float32), by: layer.parameters.map(\.value))
      }
    }
    return times.min() ?? .zero
  }
}

/// The threads that libtorch computes with on the CPU.
public enum Threads {
  /// How many are used.
  public static var count: Int { Int(ct_threads()) }

  /// Sets how many are used, for the whole process; call it once, at the start.
  public static func use(_ count: Int) {
    precondition(count > 0, "the number of threads must be positive, not \(count)")
    ct_set_threads(Int32(count))
  }
}

/// The version of libtorch.
public var libtorchVersion: String { String(cString: ct_version()) }

/// Whether this processor multiplies bfloat16 in hardware (AVX-512 BF16); elsewhere mixed
/// precision on the CPU is slower than single.
public var hasFastBFloat16: Bool { ct_fast_bfloat16() }
