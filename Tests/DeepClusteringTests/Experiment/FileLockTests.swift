// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization
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

  /// A file that is removed with its lock, between the moment when another opens and when it locks
  /// it, keeps nobody out.
  @Test func oneHolderAtATimeWhoeverRemovesTheFile() {
    let file = URL(fileURLWithPath: folder.path(".lock"))
    let holders = Atomic(0)
    let met = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<2_000 {
        guard let lock = FileLock(file: file) else { continue }
        if holders.add(1, ordering: .sequentiallyConsistent).oldValue > 0 {
          met.add(1, ordering: .relaxed)
        }
        holders.subtract(1, ordering: .sequentiallyConsistent)
        extendLifetime(lock)
      }
    }
    #expect(met.load(ordering: .relaxed) == 0)
  }

  @Test func whatCannotBeLockedIsHadWithout() {
    #expect(!isTaken(file: URL(fileURLWithPath: folder.path("none/.lock"))))
  }
}
