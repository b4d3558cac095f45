// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// Where tensors live and are computed.
public enum Device: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The processor.
  case cpu
  /// The CUDA device of this index.
  case cuda(Int)

  /// The device of a name: `cpu`, `cuda` (the first) or `cuda:N`; nil for any other.
  public init?(_ name: String) {
    switch name {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      guard name.hasPrefix("cuda:"), let index = Int(name.dropFirst(5)), index >= 0 else {
        return nil
      }
      self = .cuda(index)
    }
  }

  /// The name: `cpu` or `cuda:N`.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  init(code: CTDevice) { self = code < 0 ? .cpu : .cuda(Int(code)) }

  var code: CTDevice {
    switch self {
    case .cpu: -1
    case .cuda(let index): CTDevice(index)
    }
  }

  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// Reads a name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let device = Device(name) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "no device is called \(name): use cpu, cuda or cuda:N")
    }
    self = device
  }

  /// Checks that the device can be used; opens CUDA's part of libtorch when it is asked for.
  ///
  /// - Returns: nil when it can, otherwise one sentence that says why not.
  public func unavailableReason() -> String? {
    guard case .cuda(let index) = self else { return nil }
    guard ct_cuda_load() else {
      return """
        CUDA is not available here (\(String(cString: ct_last_error()))): \
        run scripts/libtorch --cuda on a machine with an NVIDIA GPU, or use --device cpu
        """
    }
    let count = Int(ct_cuda_device_count())
    return index < count ? nil : "there is no CUDA device \(index): this machine has \(count)"
  }
}

/// The type of a tensor's elements.
public enum ElementType: String, Sendable, Codable {
  /// True or false.
  case bool
  /// Bytes.
  case uint8
  /// 32-bit integers.
  case int32
  /// 64-bit integers.
  case int64
  /// 16-bit brain floating point: the range of single precision with 8 bits of significand.
  case bfloat16
  /// Single precision.
  case float32
  /// Double precision.
  case float64

  init(_ kind: CTKind) {
    switch kind {
    case .bool: self = .bool
    case .uInt8: self = .uint8
    case .int32: self = .int32
    case .int64: self = .int64
    case .bFloat16: self = .bfloat16
    case .float: self = .float32
    case .double: self = .float64
    @unknown default: preconditionFailure("unknown element type")
    }
  }

  var code: CTKind {
    switch self {
    case .bool: .bool
    case .uint8: .uInt8
    case .int32: .int32
    case .int64: .int64
    case .bfloat16: .bFloat16
    case .float32: .float
    case .float64: .double
    }
  }

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8: 1
    case .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }
}
