// SPDX-License-Identifier: Apache-2.0

public import Foundation

extension NPY {
  /// Writes 32-bit floating-point numbers, in C order.
  public static func write(_ values: [Float], shape: [Int], to url: URL) throws(InputError) {
    try FileBytes.write(encoded(values, shape: shape), to: url)
  }

  /// Writes whole numbers as int64, in C order.
  public static func write(_ values: [Int], shape: [Int], to url: URL) throws(InputError) {
    try FileBytes.write(encoded(values, shape: shape), to: url)
  }

  /// Writes bytes (uint8), in C order.
  public static func write(_ values: [UInt8], shape: [Int], to url: URL) throws(InputError) {
    try FileBytes.write(encoded(values, descriptor: "|u1", shape: shape), to: url)
  }

  /// 32-bit floating-point numbers as a file has them.
  static func encoded(_ values: [Float], shape: [Int]) -> [UInt8] {
    encoded(values, descriptor: "<f4", shape: shape)
  }

  /// Whole numbers as a file has them.
  static func encoded(_ values: [Int], shape: [Int]) -> [UInt8] {
    encoded(values, descriptor: "<i8", shape: shape)
  }

  private static func encoded<Value: BitwiseCopyable>(
    _ values: [Value], descriptor: String, shape: [Int]
  ) -> [UInt8] {
    precondition(
      shape.reduce(1, *) == values.count, "\(values.count) values do not fill the shape \(shape)")
    let lengths = shape.map { "\($0)," }.joined(separator: " ")
    let tuple = shape.count > 1 ? String(lengths.dropLast()) : lengths
    let dictionary = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(tuple)), }"
    // The header ends with a newline, and the numbers start at a multiple of 64.
    let padding = 63 - (10 + dictionary.utf8.count) % 64
    let text = dictionary + String(repeating: " ", count: padding) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes.append(UInt8(text.utf8.count & 0xFF))
    bytes.append(UInt8(text.utf8.count >> 8))
    bytes.append(contentsOf: text.utf8)
    // Swift runs on little-endian machines only, so memory and file agree.
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }
}
