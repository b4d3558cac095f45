// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// How far two clusterings of the same samples agree; neither of them is the truth.
///
/// ```swift
/// Agreement([0, 0, 1], [5, 5, 3])?.ari  // 1.0
/// ```
public struct Agreement: Codable, Equatable, Sendable {
  /// The adjusted Rand index: 1 for the same clusters, about 0 for unrelated ones.
  public var ari: Double
  /// The normalised mutual information (arithmetic mean).
  public var nmi: Double

  /// Of two assignments of the same samples, in which noise (−1) is a cluster like any other.
  ///
  /// - Returns: Nil for no samples, for different numbers of samples, and for so many clusters that
  ///   their table would have more than ``ContingencyTable/cellLimit`` cells.
  public init?(_ first: [Int], _ second: [Int]) {
    guard !first.isEmpty, first.count == second.count else { return nil }
    let cells = Set(first).count.multipliedReportingOverflow(by: Set(second).count)
    guard !cells.overflow, cells.partialValue <= ContingencyTable.cellLimit else { return nil }
    let table = ContingencyTable(predicted: first, labels: second)
    (ari, nmi) = (table.adjustedRandIndex, table.normalizedMutualInformation)
  }

  /// The agreement of each pair of runs, nil where they are not of the same data or not finished.
  ///
  /// - Parameter folders: Run folders.
  /// - Returns: Runs × runs.
  /// - Throws: ``InputError`` for a folder that is no run, and for a file of it that is damaged.
  public static func between(_ folders: [URL]) throws(InputError) -> [[Agreement?]] {
    var runs: [(digest: String?, assignments: [Int]?)] = []
    for folder in folders {
      let run = RunFolder(folder)
      guard let record = try run.record() else {
        throw InputError(.missing, "\(folder.path) is no run folder: it has no run.json")
      }
      let file = run.file("assignments.npy")
      let isThere = FileManager.default.fileExists(atPath: file.path)
      runs.append((record.data.digest, isThere ? try NPY.read(file).integers() : nil))
    }
    return runs.map { one in
      runs.map { other in
        guard let digest = one.digest, digest == other.digest, let first = one.assignments,
          let second = other.assignments
        else { return nil }
        return Agreement(first, second)
      }
    }
  }
}
