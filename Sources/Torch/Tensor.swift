// SPDX-License-Identifier: Apache-2.0
internal import CTorch
package import Foundation

/// An array of numbers on one device, with a shape.
///
/// A tensor is a handle: copies share the elements, and the memory is freed with the last of them.
/// It is deliberately not `Sendable`, so that the compiler keeps it in one isolation region.
///
/// Misuse by the programmer (shapes that do not fit, an unknown dimension) traps with libtorch's
/// own message. What comes from outside is checked before it becomes a tensor.
public struct Tensor {
  let storage: TensorStorage

  /// Takes the handle of a C function that cannot fail but by misuse.
  package init(_ handle: OpaquePointer?, function: StaticString = #function) {
    guard let handle else {
      fatalError("\(function): \(String(cString: ct_last_error()))")
    }
    storage = TensorStorage(handle)
  }

  /// The C handle, valid while the tensor lives.
  package var handle: OpaquePointer { storage.handle }
}

/// The one owner of a C handle.
final class TensorStorage {
  let handle: OpaquePointer
  init(_ handle: OpaquePointer) { self.handle = handle }
  deinit { ct_free(handle) }
}

/// A Swift type that a tensor can be made of and read back as.
public protocol TensorScalar {
  /// The type of the elements of such a tensor.
  static var elementType: ElementType { get }
}

extension Float: TensorScalar {
  /// Single precision.
  public static var elementType: ElementType { .float32 }
}
extension Double: TensorScalar {
  /// Double precision.
  public static var elementType: ElementType { .float64 }
}
extension Int64: TensorScalar {
  /// 64-bit integers.
  public static var elementType: ElementType { .int64 }
}
extension Int32: TensorScalar {
  /// 32-bit integers.
  public static var elementType: ElementType { .int32 }
}
extension UInt8: TensorScalar {
  /// Bytes.
  public static var elementType: ElementType { .uint8 }
}

/// Calls `body` with the handles of tensors that stay alive meanwhile.
func withHandles<R>(
  _ tensors: [Tensor], _ body: (UnsafePointer<OpaquePointer>) throws -> R
) rethrows -> R {
  try withExtendedLifetime(tensors) {
    try tensors.map(\.handle).withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else {
        preconditionFailure("a list of tensors must not be empty")
      }
      return try body(base)
    }
  }
}

// MARK: - Making

extension Tensor {
  /// A tensor with a copy of the elements, in row-major order.
  ///
  /// - Parameters:
  ///   - scalars: As many elements as the shape has.
  ///   - shape: The extent of each dimension.
  ///   - device: Where the tensor lives.
  public init<Scalar: TensorScalar>(
    _ scalars: [Scalar], shape: [Int], on device: Device = .cpu
  ) {
    precondition(
      scalars.count == shape.reduce(1, *),
      "\(scalars.count) elements do not fill a tensor of shape \(shape)")
    self = scalars.withUnsafeBytes { bytes in
      withShape(shape) { dims, rank in
        // An empty array has no address; no element is read from this one.
        let base = bytes.baseAddress ?? UnsafeRawPointer(dims)
        return Tensor(ct_from_host(base, dims, rank, Scalar.elementType.code, device.code))
      }
    }
  }

  /// A tensor whose elements all have one value.
  public init(
    repeating value: Double, shape: [Int], type: ElementType = .float32, on device: Device = .cpu
  ) {
    self = withShape(shape) { Tensor(ct_full(value, $0, $1, type.code, device.code)) }
  }

  /// A copy with memory of its own.
  public func copy() -> Tensor { Tensor(ct_clone(handle)) }

  /// The same elements as another type or on another device; itself when nothing changes.
  public func to(_ type: ElementType, on device: Device? = nil) -> Tensor {
    Tensor(ct_to(handle, type.code, (device ?? self.device).code))
  }

  /// The same elements on another device; itself when it is there already.
  public func to(_ device: Device) -> Tensor {
    Tensor(ct_to(handle, elementType.code, device.code))
  }

  /// Overwrites the elements with those of another tensor of this shape.
  package func assign(_ other: Tensor) {
    guard ct_copy(handle, other.handle) else {
      fatalError("assign: \(String(cString: ct_last_error()))")
    }
  }
}

func withShape<R>(_ shape: [Int], _ body: (UnsafePointer<Int64>, Int32) -> R) -> R {
  // One element more than needed, so that an empty shape (a scalar) has an address too.
  (shape.map(Int64.init) + [0]).withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { preconditionFailure("not empty") }
    return body(base, Int32(shape.count))
  }
}

// MARK: - Facts and reading

extension Tensor {
  /// The extent of each dimension.
  public var shape: [Int] {
    (0..<ct_rank(handle)).map { Int(ct_size(handle, $0)) }
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The type of the elements.
  public var elementType: ElementType { ElementType(ct_kind(handle)) }

  /// Where the tensor lives.
  public var device: Device { Device(code: ct_device(handle)) }

  /// Whether the elements lie in row-major order in the processor's memory.
  public var isContiguous: Bool { ct_data(handle) != nil }

  /// The tensor itself, or where its elements do not lie in row-major order a copy of which they do.
  public var contiguous: Tensor { isContiguous ? self : copy() }

  /// The elements in row-major order, copied to the host and converted to `Scalar`.
  public func scalars<Scalar: TensorScalar>(as type: Scalar.Type = Scalar.self) -> [Scalar] {
    let source = to(Scalar.elementType)
    let count = source.count
    return [Scalar](unsafeUninitializedCapacity: count) { buffer, filled in
      let bytes = count * MemoryLayout<Scalar>.stride
      guard let base = buffer.baseAddress else { return }
      guard ct_to_host(source.handle, base, bytes) else {
        fatalError("scalars: \(String(cString: ct_last_error()))")
      }
      filled = count
    }
  }

  /// The value of a tensor of one element.
  public var item: Double {
    let values: [Double] = scalars()
    precondition(values.count == 1, "item: the tensor has \(values.count) elements, not one")
    return values[0]
  }

  /// Calls `body` with the elements of a contiguous float tensor on the CPU, without a copy.
  public func withFloats<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) rethrows -> R {
    precondition(elementType == .float32, "withFloats: the elements are \(elementType)")
    guard let data = ct_data(handle) else {
      preconditionFailure("withFloats: the tensor is not a contiguous one on the CPU")
    }
    return try withExtendedLifetime(storage) {
      try body(
        UnsafeMutableBufferPointer(start: data.assumingMemoryBound(to: Float.self), count: count))
    }
  }
}

/// The number of tensors of the whole process that are alive: back to its start after any fit.
public var liveTensorCount: Int { Int(ct_live_count()) }

// MARK: - Bytes, for files

extension Tensor {
  /// The elements as bytes in row-major order.
  package func bytes() -> Data {
    let size = count * elementType.byteCount
    var data = Data(count: size)
    let succeeded = data.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return true }
      return ct_to_host(handle, base, size)
    }
    guard succeeded else { fatalError("bytes: \(String(cString: ct_last_error()))") }
    return data
  }

  /// A tensor of elements given as bytes; as many as the shape needs.
  init(bytes: Data, shape: [Int], type: ElementType) {
    precondition(bytes.count == shape.reduce(1, *) * type.byteCount, "bytes do not fit the shape")
    self = bytes.withUnsafeBytes { buffer in
      withShape(shape) { dims, rank in
        Tensor(
          ct_from_host(
            buffer.baseAddress ?? UnsafeRawPointer(dims), dims, rank, type.code,
            Device.cpu.code))
      }
    }
  }
}
