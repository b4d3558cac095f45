// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// An `.npy` file, written and read here without the library that is tested.
struct NumPyFile {
  /// As in `<f4`.
  var descriptor: String
  var shape: [Int]
  var isFortran = false
  var body: Data

  /// An array of 32-bit numbers in C order.
  init(_ values: [Float], shape: [Int]) {
    (descriptor, self.shape) = ("<f4", shape)
    body = values.withUnsafeBytes { Data($0) }
  }

  /// An array of whole numbers.
  init(_ values: [Int]) {
    (descriptor, shape) = ("<i8", [values.count])
    body = values.withUnsafeBytes { Data($0) }
  }

  /// Reads a file.
  init(_ url: URL) throws {
    let data = try Data(contentsOf: url)
    try #require(data.count > 128 && data.prefix(8) == Data([0x93] + Array("NUMPY\u{1}\0".utf8)))
    let length = Int(data[8]) + Int(data[9]) << 8
    let header = String(decoding: data[10..<(10 + length)], as: UTF8.self)
    try #require((10 + length) % 64 == 0 && header.hasSuffix("\n"))
    let fields = header.split(separator: "'").map(String.init)
    descriptor = try #require(fields.dropFirst(3).first)
    isFortran = header.contains("True")
    let tuple = header.split(separator: "(").last?.split(separator: ")").first ?? ""
    shape = tuple.split(separator: ",").compactMap {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    body = Data(data[(10 + length)...])
  }

  /// The bytes of the file.
  var bytes: Data {
    let lengths = shape.map { "\($0)," }.joined(separator: " ")
    let text =
      "{'descr': '\(descriptor)', 'fortran_order': \(isFortran ? "True" : "False"), "
      + "'shape': (\(lengths)), }"
    let padding = String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    let length = text.utf8.count + padding.utf8.count
    let start = Data([0x93]) + Data("NUMPY\u{1}\0".utf8)
    return start + Data([UInt8(length & 0xFF), UInt8(length >> 8)]) + Data((text + padding).utf8)
      + body
  }

  /// The numbers of an array of `Value`.
  func values<Value: BitwiseCopyable>(as type: Value.Type) throws -> [Value] {
    let count = shape.reduce(1, *)
    try #require(body.count == count * MemoryLayout<Value>.stride)
    return body.withUnsafeBytes { bytes in
      (0..<count).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Value>.stride, as: Value.self)
      }
    }
  }
}
