// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The folder of a run: where each of its files is.
public struct RunFolder: Sendable {
  /// The folder.
  public let url: URL

  /// A folder, which need not exist yet.
  public init(_ url: URL) { self.url = url }

  /// A file of the folder.
  public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Refuses a folder that is there already, unless it is empty.
  ///
  /// - Returns: Whether it is there.
  @discardableResult
  public func refuseExisting() throws(InputError) -> Bool {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else { return false }
    let content = (try? manager.contentsOfDirectory(atPath: url.path)) ?? ["?"]
    // What a run leaves that was killed before it could say what it is.
    let remains = ["checkpoint", "config.yaml.part", "run.json", "run.json.part"]
    guard isFolder.boolValue && content.allSatisfy(remains.contains) else {
      let isRun = content.contains("config.yaml")
      throw InputError(
        .cannotCreate,
        "\(url.path) exists already: "
          + (isRun
            ? (try? record())?.status == .finished
              ? "it holds a finished run; give another folder by --output"
              : "go on with it by --resume, or give another folder by --output"
            : "give another folder by --output"))
    }
    return true
  }

  /// Makes the folder; one that is there already is refused unless it is empty.
  public func create() throws(InputError) {
    let isThere = try refuseExisting()
    do {
      try FileManager.default.createDirectory(
        at: file("checkpoint"), withIntermediateDirectories: true)
    } catch {
      // Foundation does not say why; the system does when asked for the folder that failed.
      let failed = missingParents.last ?? (isThere ? file("checkpoint") : url)
      _ = mkdir(failed.path, 0o755)
      throw InputError(
        .cannotCreate,
        "the folder \(url.path) cannot be made: \(String(cString: strerror(errno)))")
    }
  }

  /// Removes what a run left that learned nothing.
  func empty() {
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: url.path)) ?? [] {
      try? manager.removeItem(at: file(name))
    }
  }

  /// Refuses a folder that cannot be made, or holds something, before anything is computed for it.
  package func refuseUnmakeable() throws(InputError) {
    if try refuseExisting() {
      guard access(url.path, W_OK) == 0 else {
        throw InputError(
          .cannotCreate, "\(url.path) cannot be written: \(String(cString: strerror(errno)))")
      }
      return
    }
    let parents = missingParents
    defer { remove(withEmpty: parents) }
    try create()
  }

  /// Removes the folder, and those above it that are empty then and are named in `parents`.
  func remove(withEmpty parents: [URL]) {
    try? FileManager.default.removeItem(at: url)
    // rmdir removes empty folders only.
    for parent in parents where rmdir(parent.path) != 0 { return }
  }

  /// The folders above this one that do not exist, the nearest first.
  var missingParents: [URL] {
    var missing: [URL] = []
    var parent = url.standardizedFileURL.deletingLastPathComponent()
    while parent.path != "/", !FileManager.default.fileExists(atPath: parent.path) {
      missing.append(parent)
      parent.deleteLastPathComponent()
    }
    return missing
  }

  /// What was asked for.
  public func configuration() throws(InputError) -> RunConfiguration {
    let config = file("config.yaml")
    guard FileManager.default.fileExists(atPath: config.path) else {
      throw InputError(.missing, "\(url.path) is no run folder: it has no config.yaml")
    }
    return try RunConfiguration.read(config)
  }

  /// What the run has to say; nil before it has said anything.
  public func record() throws(InputError) -> RunRecord? {
    let name = file("run.json")
    guard let data = try? Data(contentsOf: name) else { return nil }
    struct Version: Decodable { var format: Int }
    if let version = try? JSONDecoder().decode(Version.self, from: data),
      version.format != RunRecord.currentFormat
    {
      throw InputError(
        .data,
        "\(name.path) has format \(version.format), and this version of deepclust reads format "
          + "\(RunRecord.currentFormat); use the version that made the run")
    }
    guard let record = try? JSONDecoder().decode(RunRecord.self, from: data) else {
      throw InputError(
        .data, "\(name.path) is damaged: remove it, and --resume makes the run again")
    }
    return record
  }

  /// What a finished run has to say.
  ///
  /// - Throws: `InputError` for a folder that holds no run, and for a run that is not finished.
  package func finishedRecord() throws(InputError) -> RunRecord {
    guard let record = try record() else {
      throw InputError(
        .missing, "\(url.relativePath) is no run folder: it has no run.json")
    }
    guard record.status == .finished else {
      throw InputError(
        .missing, "\(url.relativePath) holds an unfinished run: go on with \(resumeCommand)")
    }
    return record
  }

  /// The command that goes on with the run, as one would type it.
  package var resumeCommand: String {
    let path = url.relativePath
    // A name that begins with a dash would be an option.
    let name = shellQuoted(path.hasPrefix("-") ? "./\(path)" : path)
    return "deepclust fit --resume --output \(name)"
  }

  func write(_ record: RunRecord) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(record) else {
      throw InputError(.internalError, "the run record has no JSON form")
    }
    try writeAtomically(data + Data("\n".utf8), to: file("run.json"))
  }

  func write(_ text: String, to name: String) throws(InputError) {
    try writeAtomically(Data(text.utf8), to: file(name))
  }
}
