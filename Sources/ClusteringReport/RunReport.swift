// SPDX-License-Identifier: Apache-2.0

public import DeepClustering
public import Foundation

/// The report of a run: one HTML file that shows what a run folder holds.
///
/// The file needs no network and no other file. Nothing is computed but what drawing needs; scores,
/// matching and projections are those that the run recorded.
///
/// ```swift
/// let report = try RunReport(folder: URL(fileURLWithPath: "runs/mnist"))
/// print("Open \(try report.write().path)")
/// ```
public struct RunReport: Sendable {
  /// The name of the file that ``write()`` puts into the run folder.
  public static let fileName = "report.html"

  /// The run folder.
  public let folder: URL

  private let contents: RunFolder

  /// Reads a run folder.
  ///
  /// Only `run.json` has to be there; what else is missing is left out of the report.
  ///
  /// - Throws: ``InputError`` of kind `missing` when this is not a run folder, of kind `data` when
  ///   a file in it is damaged or does not fit the others.
  public init(folder: URL) throws(InputError) {
    self.folder = folder
    contents = try RunFolder(folder)
  }

  /// The report as the text of an HTML file.
  public func html() -> String {
    Page(run: contents).html()
  }

  /// Writes the report into the run folder, over an earlier one.
  ///
  /// - Returns: The file that was written.
  /// - Throws: ``InputError`` of kind `cannotCreate` when the folder cannot be written to.
  @discardableResult
  public func write() throws(InputError) -> URL {
    let url = folder.appendingPathComponent(Self.fileName)
    do {
      try Data(html().utf8).write(to: url, options: .atomic)
    } catch {
      throw InputError(
        .cannotCreate, "\(url.path) cannot be written: \(error.localizedDescription)")
    }
    return url
  }
}
