// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Written by the signal handler only and read between steps; a byte cannot be half-written.
private nonisolated(unsafe) var interruptionRequested: sig_atomic_t = 0

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
        signal(number, SIG_DFL)
      }
    }
  }
}
