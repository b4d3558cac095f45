// SPDX-License-Identifier: Apache-2.0
import DeepClustering
import Foundation

/// Standard input, output and error: any of them may be closed, full, or a pipe that nobody reads.
enum StandardStreams {
  /// Opens those that were closed, so that no file of a run takes their place and is written into.
  static func open() {
    for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(number, F_GETFD) < 0 {
      _ = Glibc.open("/dev/null", O_RDWR)
    }
  }

  /// Goes on where nobody reads what is told any more: the results are files.
  static func outliveReaders() { signal(SIGPIPE, SIG_IGN) }

  /// Writes to standard error what can be written there: progress is no reason to fail.
  static func tell(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Refuses to end well when not all that was printed could be written.
  static func finishOutput() throws(InputError) {
    guard fflush(nil) != 0 else { return }
    let reason = errno
    // A reader that has enough is no mistake.
    guard reason != EPIPE else { return }
    throw InputError(
      .inputOutput, "standard output cannot be written: \(String(cString: strerror(reason)))")
  }
}
