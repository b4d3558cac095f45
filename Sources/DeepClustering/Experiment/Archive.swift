// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch

/// Named tensors and values: what a checkpoint or a saved model consists of.
///
/// On disk it is a safetensors file whose metadata hold the values as JSON, and a checksum of all.
public struct Archive {
  private var content = Safetensors()

  /// An empty archive.
  public init() {}

  /// Keeps a copy of a tensor under a name: training goes on in place.
  public mutating func set(_ name: String, tensor: Tensor) {
    content.tensors[name] = tensor.detached().copy()
  }

  /// Keeps a value under a name.
  public mutating func set(_ name: String, _ value: some Encodable) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    // A value of ours always has a JSON form, with infinities written out.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode([value]) else {
      preconditionFailure("\(name) cannot be written as JSON")
    }
    content.metadata[name] = String(decoding: data, as: UTF8.self)
  }

  /// Whether there is a tensor of this name.
  public func contains(tensor name: String) -> Bool { content.tensors[name] != nil }

  /// Whether there is a value of a name.
  func contains(value name: String) -> Bool { content.metadata[name] != nil }

  /// The tensor of a name, copied to a device.
  public func tensor(_ name: String, on device: Device = .cpu) throws(InputError) -> Tensor {
    guard let tensor = content.tensors[name] else {
      throw InputError(.data, "the saved state has no tensor \(name)")
    }
    return tensor.copy().to(device)
  }

  /// The matrix of a name, of finite numbers in single precision, copied to a device.
  ///
  /// - Parameters:
  ///   - name: The tensor's.
  ///   - columns: What it must have; nil for any.
  ///   - device: Where to.
  /// - Returns: The matrix, of one row and column at least.
  /// - Throws: `InputError` when the tensor is missing or none of this kind.
  func matrix(
    _ name: String, columns: Int? = nil, on device: Device = .cpu
  ) throws(InputError) -> Tensor {
    let matrix = try tensor(name, on: device)
    guard matrix.elementType == .float32, matrix.shape.count == 2, matrix.shape[0] > 0,
      matrix.shape[1] > 0, columns ?? matrix.shape[1] == matrix.shape[1], matrix.isFinite
    else {
      throw InputError(
        .data,
        "the saved \(name) is no matrix of finite numbers"
          + (columns.map { " with \($0) columns" } ?? ""))
    }
    return matrix
  }

  /// The value of a name.
  public func value<T: Decodable>(_ name: String, as type: T.Type = T.self) throws(InputError) -> T
  {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let text = content.metadata[name],
      let value = try? decoder.decode([T].self, from: Data(text.utf8)).first
    else { throw InputError(.data, "the saved state has no readable value \(name)") }
    return value
  }

  /// The archive as a file for other programs: names without `network.`, and values as plain JSON.
  func forOthers(without names: Set<String>) -> Safetensors {
    var result = Safetensors(metadata: ["format": "pt"])
    for (name, tensor) in content.tensors where !names.contains(name) {
      let short = name.hasPrefix("network.") ? String(name.dropFirst("network.".count)) : name
      result.tensors[short] = tensor
    }
    for (name, value) in content.metadata {
      let short = name.hasPrefix("network.") ? String(name.dropFirst("network.".count)) : name
      // Values are kept in a list of one, as a number alone is no JSON text.
      result.metadata[short] = String(value.dropFirst().dropLast())
    }
    return result
  }

  /// Writes the archive so that the file is either the old or the new one, never half of it.
  public func write(to url: URL) throws(InputError) {
    try withChecksum.write(to: url)
  }

  /// What ``write(to:)`` writes.
  public func encoded() -> Data {
    // Names and values of ours always have a JSON form.
    guard let data = try? withChecksum.encoded() else {
      preconditionFailure("the archive cannot be written as safetensors")
    }
    return data
  }

  private var withChecksum: Safetensors {
    var content = content
    content.metadata[Self.checksum] = Self.checksum(of: content)
    return content
  }

  private static let checksum = "checksum"

  /// The CRC-32 of all names, values, types, shapes and elements.
  private static func checksum(of content: Safetensors) -> String {
    var sum: UInt32 = 0
    func add(_ data: Data) { sum = GZip.crc32(of: data, after: sum) }
    for (name, value) in content.metadata.sorted(by: { $0.key < $1.key }) where name != checksum {
      add(Data("\(name) \(value)\n".utf8))
    }
    for (name, tensor) in content.tensors.sorted(by: { $0.key < $1.key }) {
      add(Data("\(name) \(tensor.elementType) \(tensor.shape)\n".utf8))
      add(tensor.bytes())
    }
    return String(sum, radix: 16)
  }

  /// The archive of a file; one that was written before there were checksums is taken as it is.
  ///
  /// - Throws: `InputError` when the file cannot be read, or is not what was written.
  public init(contentsOf url: URL) throws(InputError) {
    do {
      try self.init(decoding: Data(contentsOf: url, options: .mappedIfSafe), from: url.path)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(.missing, "\(url.path) cannot be read: \(error.localizedDescription)")
    }
  }

  /// The archive of a file's bytes.
  ///
  /// - Parameters:
  ///   - data: What ``encoded()`` gave.
  ///   - source: What messages call them.
  /// - Throws: `InputError` when they are not what was written.
  public init(decoding data: Data, from source: String = "the data") throws(InputError) {
    do {
      content = try Safetensors(decoding: data)
    } catch {
      throw InputError(.data, "\(source) is not a safetensors file of this program: \(error)")
    }
    if let sum = content.metadata[Self.checksum], sum != Self.checksum(of: content) {
      throw InputError(.data, "\(source) is damaged: its checksum is not that of its content")
    }
    content.metadata[Self.checksum] = nil
  }
}

extension Tensor {
  /// Whether all elements are numbers, and none is infinite.
  var isFinite: Bool { (self - self).sum().item == 0 }
}

extension Safetensors {
  /// Writes the file so that it is either the old or the new one, never half of it.
  func write(to url: URL) throws(InputError) {
    do {
      try writeAtomically(encoded(), to: url)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(.inputOutput, "\(url.path): \(error)")
    }
  }
}

/// Writes beside the file, asks the disk to keep it, and renames.
package func writeAtomically(_ data: Data, to url: URL) throws(InputError) {
  let part = url.appendingPathExtension("part")
  func failure(_ kind: InputError.Kind, _ what: String) -> InputError {
    let reason = String(cString: strerror(errno))
    unlink(part.path)
    return InputError(kind, "\(url.path) could not be \(what): \(reason)")
  }
  let descriptor = open(part.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  guard descriptor >= 0 else { throw failure(.cannotCreate, "created") }
  var written = 0
  let complete = data.withUnsafeBytes { bytes -> Bool in
    while written < bytes.count {
      let count = Foundation.write(
        descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return fsync(descriptor) == 0
  }
  // The first error counts: a close that works must not hide it.
  let problem = complete ? 0 : errno
  guard close(descriptor) == 0, complete else {
    if problem != 0 { errno = problem }
    throw failure(.inputOutput, "written")
  }
  guard rename(part.path, url.path) == 0 else { throw failure(.cannotCreate, "put in place") }
}
