// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files below a folder, by their paths within it; hidden ones are passed over.
struct FileTree {
  /// The folder.
  let path: String
  /// The files, sorted.
  private(set) var files: [String] = []

  /// Lists a folder and the folders in it.
  init(_ path: String) throws(InputError) {
    self.path = path
    var seen: Set<String> = []
    try list("", &seen)
    files.sort()
  }

  /// The path of a file, from where the folder's starts.
  func full(_ file: String) -> String { file.isEmpty ? path : "\(path)/\(file)" }

  /// Links are followed, and a folder that was seen is not entered again.
  private mutating func list(_ folder: String, _ seen: inout Set<String>) throws(InputError) {
    let place = full(folder)
    guard seen.insert(URL(fileURLWithPath: place).resolvingSymlinksInPath().path).inserted else {
      return
    }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else {
      throw InputError(.missing, "the folder \(place) cannot be read")
    }
    for name in names.sorted() where !name.hasPrefix(".") {
      let file = folder.isEmpty ? name : "\(folder)/\(name)"
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: full(file), isDirectory: &isFolder)
      if exists && isFolder.boolValue {
        try list(file, &seen)
      } else {
        files.append(file)
      }
    }
  }

  /// How many files there are, in words.
  static func counted(_ files: Int) -> String { files == 1 ? "1 file" : "\(files) files" }
}

extension ClassLabels {
  /// The classes that the sub-folders of files stand for: the first folder on the way to each that is
  /// neither the only one there nor, as all beside it, a part for training, validation or testing.
  ///
  /// Nil when a file is in no sub-folder, or all are in one.
  init?(foldersOf files: [String]) {
    var ways = files.map { $0.split(separator: "/").dropLast() }
    while ways.contains(where: { $0.count > 1 }) {
      let first = Set(ways.map { $0.first.map(String.init) ?? "" })
      let isSplit = first.allSatisfy { Self.isPart($0.lowercased()) }
      guard isSplit || (first.count == 1 && first.first != "") else { break }
      ways = ways.map { $0.dropFirst() }
    }
    let names = ways.compactMap { $0.first.map(String.init) }
    guard names.count == files.count, Set(names).count > 1 else { return nil }
    self.init(names)
  }

  /// What to say where some files only are in sub-folders, so that these are no classes.
  static func noteOnFolders(of files: [String]) -> String? {
    let beside = files.filter { !$0.contains("/") }
    guard let first = beside.first, beside.count < files.count else { return nil }
    return
      "\(FileTree.counted(beside.count)), such as \(first), \(beside.count == 1 ? "is" : "are") in no "
      + "sub-folder, so the sub-folders are not read as classes"
  }

  /// Whether a folder's name is that of a part for training, validation or testing.
  private static func isPart(_ name: String) -> Bool {
    name.hasSuffix("train") || name.hasSuffix("test") || ArrayPart.splits.contains(name)
  }
}
