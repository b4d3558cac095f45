// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A temporary folder to run the built `deepclust` in; it goes when the workplace does.
final class Workplace: Sendable {
  /// How a process ended and what it said.
  struct Outcome {
    var status: Int32
    var wasKilled: Bool
    var output: String
    var error: String

    /// The lines of standard error.
    var complaints: [String] { error.split(separator: "\n").map(String.init) }
  }

  /// A process that was started.
  struct Job {
    let process: Process
    let outputFile: URL
    let errorFile: URL

    /// Waits for the end.
    func outcome() throws -> Outcome {
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        wasKilled: process.terminationReason == .uncaughtSignal,
        output: try String(contentsOf: outputFile, encoding: .utf8),
        error: try String(contentsOf: errorFile, encoding: .utf8))
    }
  }

  /// The command, which SwiftPM builds into the folder of the test program.
  static let deepclust = Bundle.main.bundleURL.appendingPathComponent("deepclust")

  let folder: URL

  init() throws {
    folder = allWorkplaces.appendingPathComponent(UUID().uuidString, isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A file or folder in here.
  func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Whether there is one of this name.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name).path) }

  /// Runs the command to its end.
  @discardableResult
  func run(_ words: [String], data: String? = nil) throws -> Outcome {
    try start(words, data: data).outcome()
  }

  /// Starts the command, or another program, in this folder, with a cache of its own and with
  /// `data` as `DEEPCLUST_DATA`.
  func start(_ words: [String], program: URL = deepclust, data: String? = nil) throws -> Job {
    let name = UUID().uuidString
    let job = Job(
      process: Process(), outputFile: file(".\(name).out"), errorFile: file(".\(name).err"))
    // Files, not pipes: a pipe that nobody empties stops the process.
    for log in [job.outputFile, job.errorFile] { try Data().write(to: log) }
    var environment = ProcessInfo.processInfo.environment
    environment["XDG_CACHE_HOME"] = file("cache").path
    environment["DEEPCLUST_DATA"] = data
    job.process.executableURL = program
    job.process.arguments = words
    job.process.currentDirectoryURL = folder
    job.process.environment = environment
    job.process.standardInput = FileHandle.nullDevice
    job.process.standardOutput = try FileHandle(forWritingTo: job.outputFile)
    job.process.standardError = try FileHandle(forWritingTo: job.errorFile)
    try job.process.run()
    return job
  }
}

/// Holds all workplaces; removed when the tests end, as those of shared fixtures never go.
private let allWorkplaces: URL = {
  atexit { try? FileManager.default.removeItem(at: temporaryFolder) }
  return temporaryFolder
}()

private let temporaryFolder = FileManager.default.temporaryDirectory
  .appendingPathComponent("deepclust-command-tests-\(ProcessInfo.processInfo.processIdentifier)")
