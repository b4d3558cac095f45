// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Written by the signal handler only and read between steps; a byte cannot be half-written.
private nonisolated(unsafe) var interruptionRequested: sig_atomic_t = 0

/// What the handler says; a constant, since a handler may not make one.
private let interruptionNotice: StaticString =
  "\n• stopping as soon as what is under way can be saved; once more ends it at once\n"

/// Ctrl-C: the first asks the run to save and stop, the second ends the process.
enum Interruption {
  /// Whether the user wants to stop.
  static var requested: Bool { interruptionRequested != 0 }

  /// Begins to listen; a pipe that nobody reads any more interrupts nothing.
  static func listen() {
    StandardStreams.outliveReaders()
    // A program that starts this one from a thread of its own may have them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        interruptionRequested = 1
        _ = write(
          STDERR_FILENO, interruptionNotice.utf8Start, interruptionNotice.utf8CodeUnitCount)
        signal(number, SIG_DFL)
      }
    }
  }
}
