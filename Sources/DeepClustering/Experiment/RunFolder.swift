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

  /// Makes the folder; one that is there already is refused unless it is empty.
  public func create() throws(InputError) {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if manager.fileExists(atPath: url.path, isDirectory: &isFolder) {
      let content = (try? manager.contentsOfDirectory(atPath: url.path)) ?? ["?"]
      guard isFolder.boolValue && content.isEmpty else {
        let isRun = content.contains("config.yaml")
        throw InputError(
          .cannotCreate,
          "\(url.path) exists already: "
            + (isRun
              ? "go on with it by --resume, or give another folder by --output"
              : "give another folder by --output"))
      }
    }
    do {
      try manager.createDirectory(
        at: file("checkpoint"), withIntermediateDirectories: true)
    } catch {
      throw InputError(
        .cannotCreate, "the folder \(url.path) cannot be made: \(error.localizedDescription)")
    }
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
      throw InputError(.data, "\(name.path) is damaged")
    }
    return record
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
