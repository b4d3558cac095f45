// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What is not here of the data of a planned run.
public enum MissingData: Sendable, Equatable {
  /// Data of the catalog, of this name, that are fetched when the run begins.
  case toFetch(String)
  /// Data or classes that the run would look for in vain, as a sentence.
  case absent(String)
}

extension Experiment.PlannedRun {
  /// What is missing of the data of this run, of which nothing is read or fetched.
  ///
  /// - Parameter catalog: The folders that data of the catalog are looked for in.
  /// - Returns: What is missing; nil where all is here.
  public func missingData(_ catalog: Catalog = Catalog()) -> MissingData? {
    if let labels = configuration.labels, !Self.exists(ArrayPath(labels).file) {
      return .absent("there is no file \(labels)")
    }
    // What is wrong with the name itself the run will say.
    guard let whole = try? Subset.base(of: configuration.data) else { return nil }
    if let entry = Catalog.entry(named: whole) {
      guard catalog.location(of: entry) == nil else { return nil }
      return entry.places.isEmpty
        ? .absent("the data set \(whole) is not here and cannot be fetched") : .toFetch(whole)
    }
    let path = ArrayPath(whole).file
    guard Self.exists(path) else {
      let near = path.contains("/") ? [] : NearNames.of(path, among: Catalog.entries.map(\.name))
      let question = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
      return .absent("there is no file or folder \(path)\(question)")
    }
    let folder = RunFolder(URL(fileURLWithPath: path))
    let isUnfinished = folder.isRun && (try? folder.record())?.status != .finished
    return isUnfinished ? .absent("the run in \(path) is not finished") : nil
  }

  private static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }
}
