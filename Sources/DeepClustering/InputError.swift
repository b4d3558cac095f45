// SPDX-License-Identifier: Apache-2.0

public import Foundation

/// A mistake in what came from outside: a file, a flag, the environment, a device.
///
/// The description is one sentence for the person who made the mistake; it names the file and the
/// place and says what to do. It follows `deepclust:` or other words, so it begins in lower case and
/// has no full stop. Mistakes of the programmer (shapes, ranges) trap instead.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is; the raw value is the exit code of `sysexits.h`.
  public enum Kind: Int32, Sendable {
    /// The command was used wrongly: an unknown name, a value out of range.
    case usage = 64
    /// The data are wrong: not a number, ragged, truncated, too few.
    case data = 65
    /// A file that was named does not exist.
    case missing = 66
    /// Something needed is not here: a device, the network, a checksum that matches.
    case unavailable = 69
    /// The library is at fault.
    case internalError = 70
    /// An output cannot be created: it exists already, or the folder is not writable.
    case cannotCreate = 73
    /// Reading or writing failed half-way: a full disk, for instance.
    case inputOutput = 74
  }

  /// What kind of mistake it is.
  public let kind: Kind

  /// One sentence that names the file and the place, and says what to do.
  public let description: String

  /// A mistake of a kind, described in one sentence.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}

extension InputError: LocalizedError {
  /// The description, for loggers that print `localizedDescription`.
  public var errorDescription: String? { description }
}
