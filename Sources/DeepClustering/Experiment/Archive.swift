// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch

/// Named tensors and values: what a checkpoint or a saved model consists of.
///
/// On disk it is a safetensors file whose metadata hold the values as JSON.
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

  /// The tensor of a name, copied to a device.
  public func tensor(_ name: String, on device: Device = .cpu) throws(InputError) -> Tensor {
    guard let tensor = content.tensors[name] else {
      throw InputError(.data, "the saved state has no tensor \(name)")
    }
    return tensor.copy().to(device)
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
    try content.write(to: url)
  }

  /// The archive of a file.
  public init(contentsOf url: URL) throws(InputError) {
    do {
      content = try Safetensors(contentsOf: url)
    } catch let error as Safetensors.FormatError {
      throw InputError(.data, "\(url.path) is not a safetensors file of this program: \(error)")
    } catch {
      throw InputError(.missing, "\(url.path) cannot be read: \(error.localizedDescription)")
    }
  }
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
