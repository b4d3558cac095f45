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

  private static func exists(_ url: URL) -> Bool {
    FileManager.default.fileExists(atPath: url.path)
  }

  /// One path for a file, however it is named.
  private static func place(of url: URL) -> String {
    url.standardizedFileURL.resolvingSymlinksInPath().path
  }
}
