// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// A checkout with an executable in its `.build`.
private struct Checkout: ~Copyable {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("commit-\(UUID())")
  var executable: URL { root.appendingPathComponent(".build/debug/deepclust") }

  init() throws {
    try write("Sources/deepclust/DeepClust.swift", "@main")
    try write(".gitignore", ".build")
    try git("init", "-q")
    try commit()
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  func write(_ name: String, _ text: String) throws {
    let file = root.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func commit() throws {
    try git("add", ".")
    try git("-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "-m", "One")
  }

  /// Dates the build so many seconds after the last commit.
  func build(after seconds: Double) throws {
    try write(".build/debug/deepclust", "")
    try FileManager.default.setAttributes(
      [.modificationDate: Date().addingTimeInterval(seconds)], ofItemAtPath: executable.path)
  }

  @discardableResult func git(_ words: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", root.path] + words
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

@Suite struct SourceCommitTests {
  /// Only of a build that is younger than what was checked out, and with a word on changes.
  @Test(.enabled("git is needed") { FileManager.default.isExecutableFile(atPath: "/usr/bin/git") })
  func aBuildNamesItsCommit() throws {
    let checkout = try Checkout()
    try checkout.build(after: 60)
    let head = try checkout.git("rev-parse", "--short=7", "HEAD")
    #expect(SourceCommit.commit(ofExecutable: checkout.executable) == head)
    try checkout.write("Sources/deepclust/DeepClust.swift", "@main struct Other {}")
    #expect(SourceCommit.commit(ofExecutable: checkout.executable) == head + "-dirty")
    try checkout.build(after: -60)
    #expect(SourceCommit.commit(ofExecutable: checkout.executable) == nil)
    // As a part of another package, whose commit is not ours.
    try checkout.build(after: 60)
    try FileManager.default.removeItem(
      at: checkout.root.appendingPathComponent("Sources/deepclust/DeepClust.swift"))
    #expect(SourceCommit.commit(ofExecutable: checkout.executable) == nil)
    #expect(SourceCommit.commit(ofExecutable: URL(fileURLWithPath: "/usr/bin/env")) == nil)
  }
}
