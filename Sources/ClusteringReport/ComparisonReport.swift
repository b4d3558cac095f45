// SPDX-License-Identifier: Apache-2.0

public import DeepClustering
public import Foundation

/// Runs side by side in one HTML file: scores, settings that differ, curves, agreement, maps.
///
/// The file needs no network and no other file, as a ``RunReport``.
///
/// ```swift
/// let folders = ["runs/a", "runs/b"].map { URL(fileURLWithPath: $0) }
/// let comparison = try ComparisonReport(
///   folders: folders, agreement: Agreement.between(folders))
/// try comparison.write(to: URL(fileURLWithPath: "compare.html"))
/// ```
public struct ComparisonReport: Sendable {
  private let runs: [RunFolder]
  private let agreement: [[Agreement?]]

  /// Reads run folders.
  ///
  /// - Parameters:
  ///   - folders: At least one folder of a run.
  ///   - agreement: That of each pair of them, runs × runs.
  /// - Throws: ``InputError`` as ``RunReport/init(folder:)``.
  public init(folders: [URL], agreement: [[Agreement?]]) throws(InputError) {
    precondition(!folders.isEmpty, "There is no run to compare.")
    precondition(
      agreement.count == folders.count && agreement.allSatisfy { $0.count == folders.count },
      "The agreement is not a table of all pairs of runs.")
    var runs: [RunFolder] = []
    for folder in folders { runs.append(try RunFolder(folder)) }
    // Folders of the same name are told apart by the folders that they are in.
    let known = Dictionary(grouping: runs.indices) { runs[$0].name }
    for (index, folder) in folders.enumerated() where (known[runs[index].name]?.count ?? 0) > 1 {
      let path = folder.standardizedFileURL.pathComponents
      runs[index].name = path.suffix(2).joined(separator: "/")
    }
    self.runs = runs
    self.agreement = agreement
  }

  /// The comparison as the text of an HTML file.
  public func html() -> String {
    ComparisonPage(runs: runs, agreement: agreement).html()
  }

  /// Writes the comparison, over an earlier one.
  ///
  /// - Throws: ``InputError`` of kind `cannotCreate` when the file cannot be written.
  public func write(to url: URL) throws(InputError) {
    do {
      try Data(html().utf8).write(to: url, options: .atomic)
    } catch {
      throw InputError(
        .cannotCreate, "\(url.path) cannot be written: \(error.localizedDescription)")
    }
  }
}
