// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Scripts that ask other programs; `DEEPCLUST_PYTHON` names the Python that has them.
enum PythonScript {
  private static let python =
    ProcessInfo.processInfo.environment["DEEPCLUST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
    ?? "python3"

  /// Whether a module can be imported.
  static func has(_ module: String) -> Bool { (try? run(["-c", "import \(module)"])) != nil }

  /// Runs a script of the folder `scripts`, and gives what it prints.
  static func run(script: String, _ words: [String]) throws -> Data {
    let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent()
    }
    return try run([root.appending(path: "scripts/\(script)").path] + words)
  }

  private struct Failure: Error {}

  private static func run(_ words: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [python] + words
    // Our libtorch must not get into another program's process.
    process.environment = ProcessInfo.processInfo.environment.filter { $0.key != "LD_LIBRARY_PATH" }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure() }
    return data
  }
}
