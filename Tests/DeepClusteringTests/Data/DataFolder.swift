// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// A temporary folder that is gone with the last use of it.
final class DataFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("deepclust-tests-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func path(_ name: String) -> String {
    url.appendingPathComponent(name).path
  }

  /// Writes a file, and the folders above it, and says where it is.
  @discardableResult
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}

/// The error that some code is expected to throw; nil, and a failed test, when it throws none.
func refusal<Value>(
  _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Value
) -> InputError? {
  do {
    let value = try body()
    Issue.record("nothing was thrown, but \(value) returned", sourceLocation: location)
  } catch let error as InputError {
    return error
  } catch {
    Issue.record("\(error) was thrown", sourceLocation: location)
  }
  return nil
}

/// The bytes of a fixture: base64, then gzip.
func fixture(_ base64: String) throws -> [UInt8] {
  try GZip.unpack(packedFixture(base64), name: "fixture")
}

/// The bytes of a fixture as they are packed.
func packedFixture(_ base64: String) throws -> [UInt8] {
  Array(try #require(Data(base64Encoded: base64)))
}

/// A gzip file with one stored block, built by hand.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  precondition(bytes.count < 65_536, "a stored block holds less than 65,536 bytes")
  func little(_ value: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
  let length = Array(little(UInt32(bytes.count)).prefix(2))
  return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1] + length + length.map { ~$0 } + bytes
    + little(GZip.crc32(of: bytes)) + little(UInt32(bytes.count))
}

/// Real data sets, laid out as `$DEEPCLUST_DATA` is described in the documentation of `Catalog`.
enum RealData {
  static let isHere =
    ProcessInfo.processInfo.environment["DEEPCLUST_DATA"].map { !$0.isEmpty }
    ?? false
  static let reason: Comment = "DEEPCLUST_DATA is not set"
}
