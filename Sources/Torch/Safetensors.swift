// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// Tensors under names, with text beside them, in the safetensors format.
///
/// The format is eight bytes of header length, a JSON header and the elements; Python reads it with
/// `safetensors.numpy.load_file`.
public struct Safetensors {
  /// The tensors by name.
  public var tensors: [String: Tensor]
  /// Text by name, kept under `__metadata__`.
  public var metadata: [String: String]

  /// A file's content to be written.
  public init(tensors: [String: Tensor] = [:], metadata: [String: String] = [:]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// What is wrong with a file.
  public struct FormatError: Error, CustomStringConvertible {
    /// One sentence without the file's name.
    public let description: String
  }

  private static let codes: [(ElementType, String)] = [
    (.bool, "BOOL"), (.uint8, "U8"), (.int32, "I32"), (.int64, "I64"), (.bfloat16, "BF16"),
    (.float32, "F32"), (.float64, "F64"),
  ]

  /// The content of a file; the tensors are on the CPU.
  public init(contentsOf url: URL) throws {
    try self.init(decoding: Data(contentsOf: url, options: .mappedIfSafe))
  }

  /// The content of a file's bytes; the tensors are on the CPU.
  ///
  /// - Throws: ``FormatError``.
  public init(decoding bytes: Data) throws {
    // Part of other data keeps their indices.
    let data = bytes.startIndex == 0 ? bytes : Data(bytes)
    func fail(_ text: String) -> FormatError { FormatError(description: text) }
    guard data.count >= 8 else { throw fail("it has fewer than 8 bytes") }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(data.count - 8) else {
      throw fail("its header claims \(length) bytes, the file has \(data.count)")
    }
    let start = 8 + Int(length)
    guard let json = try? JSONSerialization.jsonObject(with: data.subdata(in: 8..<start)) else {
      throw fail("its header is not JSON")
    }
    guard let header = json as? [String: Any] else { throw fail("its header is not an object") }
    self.init(metadata: header["__metadata__"] as? [String: String] ?? [:])
    for (name, entry) in header where name != "__metadata__" {
      guard let entry = entry as? [String: Any], let code = entry["dtype"] as? String,
        let type = Self.codes.first(where: { $0.1 == code })?.0,
        let shape = entry["shape"] as? [Int], shape.allSatisfy({ $0 >= 0 }),
        let offsets = entry["data_offsets"] as? [Int], offsets.count == 2
      else { throw fail("its entry \(name) cannot be read") }
      // Extents of zero are left out: libtorch refuses sizes whose others overflow even so.
      let span = shape.filter { $0 > 0 }.reduce((type.byteCount, false)) { product, extent in
        let (value, overflow) = product.0.multipliedReportingOverflow(by: extent)
        return (value, product.1 || overflow)
      }
      let (low, high) = (offsets[0], offsets[1])
      guard !span.1, low >= 0, high >= low, high <= data.count - start,
        high - low == (shape.contains(0) ? 0 : span.0)
      else { throw fail("its entry \(name) claims bytes that the file does not have") }
      tensors[name] = Tensor(
        bytes: data.subdata(in: (start + low)..<(start + high)), shape: shape, type: type)
    }
  }

  /// The file's content.
  public func encoded() throws -> Data {
    var header: [String: Any] = metadata.isEmpty ? [:] : ["__metadata__": metadata]
    var offset = 0
    let names = tensors.keys.sorted()
    var blocks: [Data] = []
    for name in names {
      guard let tensor = tensors[name] else { continue }
      let block = tensor.bytes()
      let code = Self.codes.first { $0.0 == tensor.elementType }?.1 ?? "F32"
      header[name] = [
        "dtype": code, "shape": tensor.shape, "data_offsets": [offset, offset + block.count],
      ]
      offset += block.count
      blocks.append(block)
    }
    var text = try JSONSerialization.data(withJSONObject: header, options: .sortedKeys)
    // The elements start at a multiple of eight, so that they can be mapped into memory.
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
    var result = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
    result.append(text)
    for block in blocks { result.append(block) }
    return result
  }
}
