// SPDX-License-Identifier: Apache-2.0
import DeepClustering
import Foundation

/// Where the tables of an experiment are written, and what they never take the place of.
struct TablePlace {
  let folder: URL
  let stem: String

  /// The table that tells whose the others are.
  var json: URL { folder.appendingPathComponent("\(stem).json") }

  private var others: [URL] {
    ["\(stem).md", "\(stem).csv", "\(stem)-runs.csv", "\(stem).tex"].map {
      folder.appendingPathComponent($0)
    }
  }

  /// Refuses to write over what the experiment reads, and over files that are no tables of ours.
  ///
  /// - Parameters:
  ///   - read: The paths of the files that the experiment reads.
  ///   - hasRuns: Whether runs of it are there, so that a damaged table may be theirs.
  /// - Throws: `InputError` before anything is written.
  func refuseForeign(read: [String], hasRuns: Bool) throws(InputError) {
    let sources = Set(read.map { Self.place(of: URL(fileURLWithPath: $0)) })
    let remedy = "nothing was run: name another folder by --results"
    let existing = ([json] + others).filter { Self.exists($0) }
    if let source = existing.first(where: { sources.contains(Self.place(of: $0)) }) {
      throw InputError(
        .cannotCreate,
        "a table would take the place of \(source.relativePath), which the experiment reads, so "
          + remedy)
    }
    guard let other = existing.first else { return }
    if let content = try? Data(contentsOf: json) {
      let isOurs = (try? JSONDecoder().decode(ExperimentResults.self, from: content)) != nil
      guard !isOurs && !hasRuns else { return }
      throw InputError(
        .cannotCreate,
        "\(json.relativePath) is not the table of an experiment, so \(remedy), or move the file")
    }
    throw InputError(
      .cannotCreate,
      "\(other.relativePath) is there without \(stem).json, so it is no table of an experiment, and "
        + "\(remedy), or move the file")
  }

  /// Reads runs and tables and writes the table of both while no other process does: of two that end
  /// together the second sees what the first has written.
  ///
  /// - Parameter body: Does both.
  /// - Throws: What the body throws; `Run.Interrupted` when the user does not want to wait.
  func whileNoOtherWrites(_ body: () throws -> Void) throws {
    // Where it cannot be made, the writing says why.
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var waits = 0
    while true {
      if let lock = FileLock(file: folder.appendingPathComponent(".\(stem).lock")) {
        defer { extendLifetime(lock) }
        return try body()
      }
      guard !Interruption.requested else { throw Run.Interrupted() }
      waits += 1
      if waits == 10 {
        tell("waiting for another deepclust that writes the tables in \(folder.relativePath)")
      }
      usleep(100_000)
    }
  }

  private static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path)
  }

  /// One path for a file, however it is named.
  private static func place(of url: URL) -> String {
    url.standardizedFileURL.resolvingSymlinksInPath().path
  }
}
