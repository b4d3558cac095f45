// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// Keeps a folder or a file for one process at a time.
///
/// The lock is the system's (`flock`): it ends with the process, however that ends. A folder's is for
/// processes of one machine; a file's counts on other machines too where they share it by NFS. Where
/// the file system knows no locks, all is had without.
package struct FileLock: ~Copyable {
  private let descriptor: Int32
  /// The file that was made to be locked, to be removed with the lock.
  private let path: String?

  /// Takes a folder, which exists.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - waits: Whether to wait where another process, or another lock of this one, has it; else nil.
  package init?(folder: URL, waits: Bool = false) {
    let opened = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard Self.take(opened, waits) else { return nil }
    (descriptor, path) = (opened, nil)
  }

  /// Takes a file that serves nothing else, in a folder that exists; it is there as long as the lock.
  ///
  /// Nil where another process, or another lock of this one, has it.
  package init?(file: URL) {
    var opened: Int32
    repeat {
      opened = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard Self.take(opened, false) else { return nil }
      // What was removed between the two steps above locks nothing.
    } while opened >= 0 && !Self.isFile(opened, at: file.path) && close(opened) == 0
    (descriptor, path) = (opened, file.path)
  }

  /// - Returns: False, with the descriptor closed, where another has it.
  private static func take(_ descriptor: Int32, _ waits: Bool) -> Bool {
    guard descriptor >= 0 else { return true }
    while flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      guard errno == EWOULDBLOCK else { return true }
      close(descriptor)
      return false
    }
    return true
  }

  private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
    var (own, there) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && stat(path, &there) == 0 && own.st_ino == there.st_ino
  }

  deinit {
    guard descriptor >= 0 else { return }
    if let path { unlink(path) }
    close(descriptor)
  }
}

extension RunFolder {
  /// Whether a process has the folder, such as one that goes on with the run by itself.
  var isBeingWritten: Bool { FileLock(folder: url) == nil }

  /// Keeps the folder for this process.
  ///
  /// - Returns: The lock, to be held as long as anything is written.
  /// - Throws: `InputError` when another process, or another `Run` of this one, has it.
  func lock() throws(InputError) -> FileLock {
    if let lock = FileLock(folder: url) { return lock }
    throw InputError(
      .cannotCreate,
      "\(url.path) is being written by another deepclust: wait until it ends, or stop it")
  }
}
