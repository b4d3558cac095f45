// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import DeepClustering

/// `FileLock`: one holder at a time, and nothing left behind.
@Suite struct FileLockTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  /// `#expect` copies what it compares, which a lock does not allow.
  private func isTaken(file: URL) -> Bool { FileLock(file: file) == nil }

  @Test func aFileIsThereAsLongAsItsLock() {
    let file = URL(fileURLWithPath: folder.path(".lock"))
    for _ in 0..<2 {
      let lock = FileLock(file: file)
      #expect(FileManager.default.fileExists(atPath: file.path))
      #expect(isTaken(file: file))
      extendLifetime(lock)
    }
    #expect(!FileManager.default.fileExists(atPath: file.path))
  }

  /// Who waits for a file that is removed with its lock holds another one that is there.
  @Test func aWaiterHoldsTheFileThatIsThere() async throws {
    let file = URL(fileURLWithPath: folder.path(".lock"))
    let waiter: Task<Bool, Never>
    do {
      let lock = FileLock(file: file)
      waiter = Task.detached {
        let own = FileLock(file: file, waits: true)
        defer { extendLifetime(own) }
        return FileLock(file: file) == nil && FileManager.default.fileExists(atPath: file.path)
      }
      try await Task.sleep(for: .milliseconds(100))
      extendLifetime(lock)
    }
    #expect(await waiter.value)
  }

  @Test func whatCannotBeLockedIsHadWithout() {
    #expect(!isTaken(file: URL(fileURLWithPath: folder.path("none/.lock"))))
  }
}
