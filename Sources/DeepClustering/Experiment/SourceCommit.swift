// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// The commit that a command was built from, where it lies in the `.build` of a checkout of this package.
package enum SourceCommit {
  /// Tells it to the runs of this process, by `DEEPCLUST_COMMIT`, unless the user has named one.
  package static func nameForRuns() {
    guard ProcessInfo.processInfo.environment["DEEPCLUST_COMMIT"] == nil,
      let commit = commit(ofExecutable: URL(fileURLWithPath: "/proc/self/exe"))
    else { return }
    setenv("DEEPCLUST_COMMIT", commit, 0)
  }

  /// The commit of an executable's checkout, with `-dirty` where files differ from it.
  ///
  /// - Returns: Nil elsewhere, without git, and where the checkout has moved on since the build.
  static func commit(ofExecutable executable: URL) -> String? {
    let parts = executable.resolvingSymlinksInPath().pathComponents
    guard let build = parts.firstIndex(of: ".build") else { return nil }
    let root = NSString.path(withComponents: Array(parts[..<build]))
    guard FileManager.default.fileExists(atPath: root + "/Sources/deepclust/DeepClust.swift"),
      let log = git("rev-parse", "--git-path", "logs/HEAD", in: root),
      let moved = modified(URL(fileURLWithPath: log, relativeTo: URL(fileURLWithPath: root + "/"))),
      let built = modified(executable.resolvingSymlinksInPath()), moved <= built
    else { return nil }
    return git("describe", "--always", "--dirty", "--abbrev=7", "--exclude=*", in: root)
  }

  private static func modified(_ file: URL) -> Date? {
    try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
  }

  /// The first line that git answers; nil where it fails.
  private static func git(_ words: String..., in folder: String) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder] + words
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first
    return process.terminationStatus == 0 ? line.map(String.init) : nil
  }
}
