// SPDX-License-Identifier: Apache-2.0

/// An array of numbers as a file stores it: its shape, its kind of number, and the bytes.
///
/// NPY and IDX files are read into this; the values are converted when they are asked for, always
/// in C order (the last index runs fastest) whatever the file's order was.
public struct NPYArray: Sendable {
  /// The kinds of number that are read.
  public enum Element: String, Sendable, CaseIterable {
    /// True or false, one byte.
    case bool = "b1"
    /// Signed whole numbers.
    case int8 = "i1", int16 = "i2", int32 = "i4", int64 = "i8"
    /// Whole numbers from 0.
    case uint8 = "u1", uint16 = "u2", uint32 = "u4", uint64 = "u8"
    /// Floating-point numbers of IEEE 754.
    case float16 = "f2", float32 = "f4", float64 = "f8"

    /// The size of one number in bytes.
    public var size: Int {
      switch self {
      case .bool, .int8, .uint8: 1
      case .int16, .uint16, .float16: 2
      case .int32, .uint32, .float32: 4
      case .int64, .uint64, .float64: 8
      }
    }
  }

  /// The length of every dimension; empty for a single number.
  public let shape: [Int]
  /// The kind of number in the file.
  public let element: Element
  let isBigEndian: Bool
  let isFortranOrder: Bool
  /// The file's bytes, of which the array fills the part from `offset` on.
  let storage: [UInt8]
  let offset: Int
  /// The file, for messages.
  let name: String

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// An array over a file's bytes.
  ///
  /// - Throws: ``InputError`` when the shape overflows or claims more than the bytes have.
  init(
    shape: [Int], element: Element, isBigEndian: Bool = false, isFortranOrder: Bool = false,
    storage: [UInt8], offset: Int, name: String
  ) throws(InputError) {
    let dimensions = shape.map(String.init).joined(separator: " × ")
    var needed = element.size
    for length in shape {
      // A length of 0 must not hide the others: parts of the shape are multiplied later on.
      let (product, overflow) = needed.multipliedReportingOverflow(by: max(length, 1))
      guard length >= 0, !overflow else {
        throw InputError(
          .data, "\(name) claims a shape of \(dimensions), which is larger than any file")
      }
      needed = product
    }
    if shape.contains(0) { needed = 0 }
    guard needed <= storage.count - offset else {
      throw InputError(
        .data,
        "\(name) claims a shape of \(dimensions), \(needed) bytes, but only "
          + "\(storage.count - offset) bytes follow its header; it may be cut off")
    }
    self.shape = shape
    self.element = element
    self.isBigEndian = isBigEndian
    self.isFortranOrder = isFortranOrder && shape.count > 1
    self.storage = storage
    self.offset = offset
    self.name = name
  }

  /// The values as 32-bit floating-point numbers, in C order.
  public func floats() -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
      initialized = count
    }
  }

  /// The place, in C order, of the first finite number that single precision makes infinite.
  func firstBeyondSingle() -> (index: Int, value: Double)? {
    guard element == .float64 else { return nil }
    func isBeyond(_ value: Double) -> Bool { value.isFinite && Float(value).isInfinite }
    let plain = converted(UInt64.self) { Double(bitPattern: $0) }
    guard plain.contains(where: isBeyond) else { return nil }
    let values = isFortranOrder ? inCOrder(plain) : plain
    return values.firstIndex(where: isBeyond).map { (index: $0, value: values[$0]) }
  }

  /// Writes the values as 32-bit floating-point numbers, in C order, into memory of that size.
  func fill(_ buffer: UnsafeMutableBufferPointer<Float>) {
    guard isFortranOrder else {
      fillPlain(buffer)
      return
    }
    let plain = [Float](unsafeUninitializedCapacity: count) { plain, initialized in
      fillPlain(plain)
      initialized = count
    }
    _ = buffer.initialize(fromContentsOf: inCOrder(plain))
  }

  /// The values as whole numbers, in C order.
  ///
  /// - Throws: ``InputError`` for a value that is not a whole number or too large.
  public func integers() throws(InputError) -> [Int] {
    let plain: [Int]
    switch element {
    case .bool: plain = converted(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .int8: plain = converted(Int8.self) { Int($0) }
    case .int16: plain = converted(UInt16.self) { Int(Int16(bitPattern: $0)) }
    case .int32: plain = converted(UInt32.self) { Int(Int32(bitPattern: $0)) }
    case .int64: plain = converted(UInt64.self) { Int(Int64(bitPattern: $0)) }
    case .uint8: plain = converted(UInt8.self) { Int($0) }
    case .uint16: plain = converted(UInt16.self) { Int($0) }
    case .uint32: plain = converted(UInt32.self) { Int($0) }
    case .uint64: plain = converted(UInt64.self) { Int(clamping: $0) }
    case .float64: plain = try whole(converted(UInt64.self) { Double(bitPattern: $0) })
    case .float32: plain = try whole(converted(UInt32.self) { Double(Float(bitPattern: $0)) })
    case .float16: plain = try whole(converted(UInt16.self) { Double(Float16(bitPattern: $0)) })
    }
    return isFortranOrder ? inCOrder(plain) : plain
  }

  private func whole(_ values: [Double]) throws(InputError) -> [Int] {
    var whole: [Int] = []
    whole.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let number = Int(exactly: value) else {
        throw InputError(
          .data, "value \(index + 1) of \(name) is \(value), and whole numbers were expected")
      }
      whole.append(number)
    }
    return whole
  }

  /// The values as bytes, in C order.
  ///
  /// - Throws: ``InputError`` unless the file stores bytes (u1 or b1).
  public func bytes() throws(InputError) -> [UInt8] {
    guard element == .uint8 || element == .bool else {
      throw InputError(.data, "\(name) holds \(element), and bytes (uint8) were expected")
    }
    let plain = Array(storage[offset..<(offset + count)])
    return isFortranOrder ? inCOrder(plain) : plain
  }

  /// Writes the values in the order of the file.
  private func fillPlain(_ buffer: UnsafeMutableBufferPointer<Float>) {
    switch element {
    case .bool: convert(UInt8.self, into: buffer) { $0 == 0 ? 0 : 1 }
    case .int8: convert(Int8.self, into: buffer) { Float($0) }
    case .int16: convert(UInt16.self, into: buffer) { Float(Int16(bitPattern: $0)) }
    case .int32: convert(UInt32.self, into: buffer) { Float(Int32(bitPattern: $0)) }
    case .int64: convert(UInt64.self, into: buffer) { Float(Int64(bitPattern: $0)) }
    case .uint8: fillBytes(buffer)
    case .uint16: convert(UInt16.self, into: buffer) { Float($0) }
    case .uint32: convert(UInt32.self, into: buffer) { Float($0) }
    case .uint64: convert(UInt64.self, into: buffer) { Float($0) }
    case .float16: convert(UInt16.self, into: buffer) { Float(Float16(bitPattern: $0)) }
    case .float32: convert(UInt32.self, into: buffer) { Float(bitPattern: $0) }
    case .float64: convert(UInt64.self, into: buffer) { Float(Double(bitPattern: $0)) }
    }
  }

  /// The common case of images, by a table: even a build without optimisation is quick then.
  private func fillBytes(_ buffer: UnsafeMutableBufferPointer<Float>) {
    let count = count
    (0..<256).map { Float($0) }.withUnsafeBufferPointer { table in
      storage.withUnsafeBufferPointer { bytes in
        var place = offset
        for index in 0..<count {
          buffer[index] = table[Int(bytes[place])]
          place &+= 1
        }
      }
    }
  }

  private func converted<Raw: FixedWidthInteger & BitwiseCopyable, Value>(
    _ type: Raw.Type, _ value: (Raw) -> Value
  ) -> [Value] {
    [Value](unsafeUninitializedCapacity: count) { values, initialized in
      convert(type, into: values, value)
      initialized = count
    }
  }

  /// Reads every number in the order of the file, with its bytes turned where that is needed.
  @inline(__always)
  private func convert<Raw: FixedWidthInteger & BitwiseCopyable, Value>(
    _ type: Raw.Type, into values: UnsafeMutableBufferPointer<Value>, _ value: (Raw) -> Value
  ) {
    storage.withUnsafeBytes { bytes in
      for index in 0..<count {
        let raw = bytes.loadUnaligned(
          fromByteOffset: offset &+ index &* MemoryLayout<Raw>.size, as: Raw.self)
        values.initializeElement(
          at: index, to: value(isBigEndian ? Raw(bigEndian: raw) : Raw(littleEndian: raw)))
      }
    }
  }

  /// Turns values whose first index runs fastest into values whose last index does.
  private func inCOrder<Value>(_ values: [Value]) -> [Value] {
    guard !values.isEmpty else { return values }
    var strides: [Int] = []
    var stride = 1
    for length in shape {
      strides.append(stride)
      stride *= length
    }
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    return [Value](unsafeUninitializedCapacity: values.count) { output, initialized in
      for place in 0..<values.count {
        (output.baseAddress.unsafelyUnwrapped + place).initialize(to: values[position])
        // Counts the index up as an odometer does, the last digit first.
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < shape[axis] { break }
          position -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
      initialized = values.count
    }
  }
}
