// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// A folder of PNG and JPEG files, with or without a sub-folder for each class.
struct ImageFolder {
  /// The folder.
  let path: String
  /// The images by their paths within the folder, sorted.
  private(set) var files: [String] = []
  /// Files with other endings.
  private var others: [String] = []

  /// Lists a folder and the folders in it; hidden files are passed over.
  init(_ path: String) throws(InputError) {
    self.path = path
    var seen: Set<String> = []
    try list("", &seen)
    files.sort()
  }

  private func full(_ file: String) -> String { file.isEmpty ? path : "\(path)/\(file)" }

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
      } else if [".png", ".jpg", ".jpeg"].contains(where: name.lowercased().hasSuffix) {
        files.append(file)
      } else {
        others.append(file)
      }
    }
  }

  /// Reads all images into one table.
  ///
  /// - Parameters:
  ///   - name: What the data set is called.
  ///   - size: What every image is resized to; nil for the size that all have, or else
  ///     ``ImageSize/usual``.
  ///   - channels: 1 or 3; nil for 3 when any image has colours.
  /// - Returns: Values from 0 to 255. The sub-folders are the classes when every image is in one and
  ///   there are two at least.
  /// - Throws: ``InputError`` that names the first file that cannot be read.
  func read(name: String, size: ImageSize?, channels: Int?) throws(InputError) -> Dataset {
    guard !files.isEmpty else {
      let found =
        others.isEmpty
        ? "no files" : "\(Self.counted(others.count)), such as \(others[0]), and no images"
      throw InputError(
        .data,
        "the folder \(path) has \(found); a folder is read when it holds PNG or JPEG files, or the "
          + "four IDX files of MNIST")
    }
    var notes: [String] = []
    let headers = try each { (file, _) throws(InputError) in (file.size, file.channels) }
    let sizes = headers.map(\.0)
    let agree = sizes.allSatisfy { $0 == sizes[0] }
    let target = size ?? (agree ? sizes[0] : .usual)
    if size == nil && !agree {
      notes.append(
        "the images have different sizes and were all resized to \(target); "
          + "--image-size HEIGHTxWIDTH asks for another size")
    }
    if !others.isEmpty {
      notes.append(
        "\(Self.counted(others.count)) of \(path) \(others.count == 1 ? "was" : "were") left out, "
          + "such as \(others[0]): only PNG and JPEG are read")
    }
    let depth = channels ?? headers.map(\.1).max() ?? 1
    let shape = ImageShape(height: target.height, width: target.width, channels: depth)
    try NumberTable.refuseTooLarge(
      rows: files.count, columns: shape.values,
      name: "\(path) with images of \(target) (--image-size asks for smaller ones)")
    let classes = classLabels
    var dataset = Dataset(
      name: name, values: try values(target, shape), rows: files.count, columns: shape.values,
      labels: classes?.indices, classNames: classes?.names, imageShape: shape, source: path)
    (dataset.fileNames, dataset.notes) = (files, notes)
    return dataset
  }

  private func values(_ size: ImageSize, _ shape: ImageShape) throws(InputError) -> [Float] {
    var values = [Float](repeating: 0, count: files.count * shape.values)
    let failure = values.withUnsafeMutableBufferPointer { buffer -> InputError? in
      // Every file has rows of its own.
      nonisolated(unsafe) let buffer = buffer
      do throws(InputError) {
        _ = try each { (file, index) throws(InputError) in
          let pixels = try file.bitmap(size, channels: shape.channels).pixels
          let start = index * shape.values
          for (offset, pixel) in pixels.enumerated() { buffer[start + offset] = Float(pixel) }
        }
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    return values
  }

  /// Reads all files on all cores, and throws what the first bad one in their order throws.
  private func each<T: Sendable>(
    _ body: @Sendable (ImageFile, Int) throws(InputError) -> T
  ) throws(InputError) -> [T] {
    let results = Mutex([Result<T, InputError>?](repeating: nil, count: files.count))
    let failed = Atomic(Int.max)
    DispatchQueue.concurrentPerform(iterations: files.count) { index in
      // Files before a bad one are still read: one of them may be bad too, and comes first.
      guard index < failed.load(ordering: .relaxed) else { return }
      let result = Result { () throws(InputError) -> T in
        try body(ImageFile(full(files[index]), name: full(files[index])), index)
      }
      if case .failure = result { failed.min(index, ordering: .relaxed) }
      results.withLock { $0[index] = result }
    }
    var values: [T] = []
    for case let result? in results.withLock({ $0 }) { values.append(try result.get()) }
    return values
  }

  /// The first folder on the way to each image.
  private var classLabels: ClassLabels? {
    let parts = files.map { $0.split(separator: "/") }
    guard parts.allSatisfy({ $0.count > 1 }) else { return nil }
    let names = parts.map { String($0[0]) }
    return Set(names).count > 1 ? ClassLabels(names) : nil
  }

  private static func counted(_ files: Int) -> String { files == 1 ? "1 file" : "\(files) files" }
}
