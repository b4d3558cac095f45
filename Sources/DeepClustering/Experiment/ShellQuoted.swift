// SPDX-License-Identifier: Apache-2.0

/// A word of a command, quoted for a POSIX shell where it needs to be.
package func shellQuoted(_ word: String) -> String {
  let plain = word.utf8.allSatisfy {
    (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
      || "-_./:=,@%+".utf8.contains($0)
  }
  if plain, !word.isEmpty { return word }
  let parts = word.split(separator: "'", omittingEmptySubsequences: false)
  return "'" + parts.joined(separator: "'\\''") + "'"
}
