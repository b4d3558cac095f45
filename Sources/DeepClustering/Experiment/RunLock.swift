// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// Keeps a run folder for one process at a time.
///
/// The lock is the system's (`flock`), on the folder itself: it ends with the process, however that
/// ends, and leaves nothing behind.
struct RunLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the folder.
  ///
  /// - Throws: `InputError` when another process, or another `Run` of this one, has it. Where the
  ///   file system knows no locks the folder is taken without.
  init(_ folder: URL) throws(InputError) {
    let opened = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if opened >= 0, flock(opened, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(opened)
      throw InputError(
        .cannotCreate,
        "\(folder.path) is being written by another deepclust: wait until it ends, or stop it")
    }
    descriptor = opened
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }
}
