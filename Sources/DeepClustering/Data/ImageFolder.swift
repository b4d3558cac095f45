// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization
import Torch

/// A folder of PNG and JPEG files, with or without a sub-folder for each class.
struct ImageFolder {
  /// The folder.
  var path: String { tree.path }
  /// The images by their paths within the folder, sorted.
  let files: [String]
  /// Files with other endings.
  private let others: [String]
  private let tree: FileTree

  /// The images among the files of a folder.
  init(_ tree: FileTree) {
    self.tree = tree
    let isImage = { (file: String) in
      [".png", ".jpg", ".jpeg"].contains(where: file.lowercased().hasSuffix)
    }
    files = tree.files.filter(isImage)
    others = tree.files.filter { !isImage($0) }
  }

  /// The images of kinds that are not read.
  var foreign: [String] {
    others.filter { file in
      [".bmp", ".tif", ".tiff", ".gif", ".webp", ".heic", ".pgm", ".ppm"].contains(
        where: file.lowercased().hasSuffix)
    }
  }

  private func full(_ file: String) -> String { tree.full(file) }

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
        ? "no files" : "\(FileTree.counted(others.count)), such as \(others[0]), and no images"
      throw InputError(
        .data,
        "the folder \(path) has \(found); a folder is read when it holds PNG or JPEG files, text "
          + "files (.txt, or without an ending), or the four IDX files of MNIST")
    }
    var notes: [String] = []
    let headers = try each { (file, _) throws(InputError) in
      (size: file.size, channels: file.channels, bits: file.bits)
    }
    let sizes = headers.map(\.size)
    let agree = sizes.allSatisfy { $0 == sizes[0] }
    let target = size ?? (agree ? sizes[0] : .usual)
    if size == nil && !agree {
      notes.append(
        "the images have different sizes and were all resized to \(target); "
          + "--image-size HEIGHTxWIDTH asks for another size")
    }
    if !others.isEmpty {
      notes.append(
        "\(FileTree.counted(others.count)) of \(path) \(others.count == 1 ? "was" : "were") left out, "
          + "such as \(others[0]): only PNG and JPEG are read")
    }
    let deep = headers.count { $0.bits > 8 }
    if deep > 0 {
      notes.append(
        "\(FileTree.counted(deep)) of \(path) \(deep == 1 ? "has" : "have") 16 bits a channel, and the "
          + "upper eight are read: for all of them write the images as one array with numpy.save")
    }
    let depth = channels ?? headers.map(\.channels).max() ?? 1
    let shape = ImageShape(height: target.height, width: target.width, channels: depth)
    try NumberTable.refuseTooLarge(
      rows: files.count, columns: shape.values,
      name: "\(path) with images of \(target) (--image-size asks for smaller ones)")
    let classes = ClassLabels(foldersOf: files)
    notes += [ClassLabels.noteOnFolders(of: files)].compactMap(\.self)
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

  /// Reads all files, so many at a time as there are threads, and throws what the first bad one in their
  /// order throws.
  private func each<T: Sendable>(
    _ body: @Sendable (ImageFile, Int) throws(InputError) -> T
  ) throws(InputError) -> [T] {
    let results = Mutex([Result<T, InputError>?](repeating: nil, count: files.count))
    let next = Atomic(0)
    let failed = Atomic(files.count)
    DispatchQueue.concurrentPerform(iterations: min(Threads.count, files.count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        // Files before a bad one are still read: one of them may be bad too, and comes first.
        guard index < failed.load(ordering: .relaxed) else { return }
        let result = Result { () throws(InputError) -> T in
          try body(ImageFile(full(files[index]), name: full(files[index])), index)
        }
        if case .failure = result { failed.min(index, ordering: .relaxed) }
        results.withLock { $0[index] = result }
      }
    }
    var values: [T] = []
    for case let result? in results.withLock({ $0 }) { values.append(try result.get()) }
    return values
  }
}
