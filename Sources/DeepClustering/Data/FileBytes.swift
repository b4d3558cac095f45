// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whole files as bytes, with sentences instead of error numbers.
enum FileBytes {
  /// Reads a file.
  static func read(_ path: String) throws(InputError) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw InputError(.missing, "there is no file \(path)")
    }
    guard !isFolder.boolValue else {
      throw InputError(.data, "\(path) is a folder, and a file was expected")
    }
    guard let file = fopen(path, "rb") else {
      throw InputError(.missing, "\(path) cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    // The size is a hint only: a pipe has none, and a file may grow.
    var status = stat()
    var capacity = fstat(fileno(file), &status) == 0 ? max(Int(status.st_size), 0) + 1 : 1 << 16
    while true {
      let chunk = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        count = fread(buffer.baseAddress, 1, capacity, file)
      }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
      if chunk.count < capacity { break }
      capacity = max(bytes.count, 1 << 16)
    }
    guard ferror(file) == 0 else {
      throw InputError(
        .inputOutput, "\(path) cannot be read to its end: \(String(cString: strerror(errno)))")
    }
    return bytes
  }

  /// Reads a file, and unpacks it when it is gzip.
  static func readUnpacked(_ path: String) throws(InputError) -> [UInt8] {
    let bytes = try read(path)
    return GZip.isCompressed(bytes) ? try GZip.unpack(bytes, name: path) : bytes
  }

  /// Writes a file under a temporary name first, so that no half file is ever seen.
  static func write(_ bytes: [UInt8], to url: URL) throws(InputError) {
    try writeAtomically(Data(bytes), to: url)
  }

  /// Refuses what would not fit into memory, before any of it is taken.
  ///
  /// The number is nil when it overflowed itself.
  static func refuseMoreThanMemory(_ bytes: Int?, name: String) throws(InputError) {
    let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    guard let bytes, bytes <= memory else {
      let size = bytes.map { "\($0 / 1_048_576) MiB" } ?? "more bytes than can be counted"
      throw InputError(
        .data, "\(name) would need \(size), and this machine has \(memory / 1_048_576) MiB")
    }
  }
}
