// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A download over HTTP that goes on where an earlier one was cut off, by the program `curl`.
///
/// Foundation's own downloads would tie every build to libcurl: a command that carries Swift's
/// libraries within itself would not link where its development files are missing.
enum Download {
  /// Fetches a file into a `.part` file, whose bytes are kept when the download is cut off.
  ///
  /// - Throws: ``InputError`` when the server cannot be reached or refuses.
  static func run(_ url: URL, to part: URL, progress: (String) -> Void) throws(InputError) {
    guard FileManager.default.isWritableFile(atPath: part.deletingLastPathComponent().path) else {
      throw InputError(.cannotCreate, "\(part.path) cannot be written")
    }
    // Whatever fails, an empty part says nothing, and would only puzzle whoever finds it.
    defer { if size(of: part) == 0 { try? FileManager.default.removeItem(at: part) } }
    var answer = try fetch(url, to: part, progress)
    // The server knows no ranges, and sends all from the start.
    if answer.status == cannotResume {
      try? FileManager.default.removeItem(at: part)
      answer = try fetch(url, to: part, progress)
    }
    // Nothing behind the end: the checksum will say whether what is here is the file.
    if answer.code == 416 { return }
    let host = url.host ?? url.absoluteString
    switch answer.status {
    case 0: return
    case 22: throw InputError(.unavailable, "\(host) answers with status \(answer.code)")
    case 18:
      throw InputError(
        .unavailable, "\(host) broke off; run the same again and it goes on from there")
    case 23: throw InputError(.inputOutput, "\(host) sends more than \(part.path) can take")
    case 127: throw InputError(.unavailable, "curl, which fetches data, is not installed")
    default: throw InputError(.unavailable, "\(host) cannot be reached (\(answer.reason))")
    }
  }

  /// curl's status when a range was asked for and the whole file came.
  private static let cannotResume: Int32 = 33

  private static func fetch(
    _ url: URL, to part: URL, _ progress: (String) -> Void
  ) throws(InputError) -> (status: Int32, code: Int, reason: String) {
    let process = Process()
    let (output, complaints) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "curl", "--silent", "--show-error", "--fail", "--location", "--continue-at", "-",
      "--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "30",
      "--write-out", "%{http_code}", "--output", part.path, url.absoluteString,
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = complaints
    do {
      try process.run()
    } catch {
      throw InputError(.unavailable, "curl cannot be started")
    }
    var last = ContinuousClock.now
    while process.isRunning {
      usleep(20_000)
      guard ContinuousClock.now - last > .seconds(1) else { continue }
      last = .now
      let size = String(format: "%.1f", Double(size(of: part)) / 1_048_576)
      progress("Fetching \(url.lastPathComponent): \(size) MiB")
    }
    // A number and a line: they fit into the pipes while nobody reads.
    func text(_ pipe: Pipe) -> String {
      String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let reason = text(complaints).replacing(#/^curl: \(\d+\) /#, with: "")
    return (process.terminationStatus, Int(text(output)) ?? 0, reason)
  }

  private static func size(of file: URL) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    return attributes?[.size] as? Int ?? -1
  }
}
