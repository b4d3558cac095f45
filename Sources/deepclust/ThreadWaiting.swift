// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// A command that computes on several threads.
protocol ThreadedCommand: ParsableCommand {}

/// How OpenMP's threads wait for each other.
enum ThreadWaiting {
  /// Tells OpenMP's threads to sleep after about ten microseconds of waiting, instead of milliseconds.
  ///
  /// A thread that waits by spinning keeps the core from the one that it waits for wherever anything
  /// else is busy too; a short wait costs nothing where nothing is. OpenMP reads the setting when it
  /// is loaded, before any line of ours, so the program starts itself once more with it; where that
  /// fails it goes on without. `GOMP_SPINCOUNT` or `OMP_WAIT_POLICY` of the user's stays.
  static func beBrief() {
    guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
    setenv("GOMP_SPINCOUNT", "1000", 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
