// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct ImageFolderTests {
  private let folder: DataFolder
  private let golden: ImageGolden

  init() throws {
    folder = try DataFolder()
    golden = try ImageGolden.load()
  }

  private func pixels(_ name: String) throws -> [Float] {
    try #require(golden.files.first { $0.name == name }).pixels.map { Float($0) }
  }

  @Test func readsGreyImagesInTheOrderOfTheirPaths() throws {
    try folder.write("b.png", golden.bytes("palette of greys"))
    try folder.write("a.PNG", golden.bytes("interlaced"))
    try folder.write(".hidden.png", "no image")
    let data = try Dataset.load(folder.url.path)
    #expect(data.fileNames == ["a.PNG", "b.png"] && data.labels == nil && data.notes == [])
    #expect(data.imageShape == ImageShape(height: 5, width: 7) && data.rows == 2)
    #expect(data.values == (try pixels("interlaced")) + (try pixels("palette of greys")))
  }

  @Test func takesClassesFromSubfolders() throws {
    try folder.write("dogs/x.jpg", golden.bytes("jpeg"))
    try folder.write("cats/deep/y.jpeg", golden.bytes("grey jpeg"))
    try folder.write("cats/z.png", golden.bytes("jpeg"))
    try folder.write("readme.txt", "not an image")
    let data = try Dataset.load(folder.url.path)
    #expect(data.fileNames == ["cats/deep/y.jpeg", "cats/z.png", "dogs/x.jpg"])
    #expect(data.labels == [0, 0, 1] && data.classNames == ["cats", "dogs"])
    #expect(data.imageShape == ImageShape(height: 17, width: 22, channels: 3))
    #expect(data.notes.count == 1 && data.notes[0].hasPrefix("1 file of"))
    let row = data.values.prefix(data.columns)
    #expect(stride(from: 0, to: row.count, by: 3).allSatisfy { row[$0] == row[$0 + 2] })
    // Labels of a file take the place of the folders'.
    let labels = try folder.write("labels.txt", "1\n2\n3\n")
    #expect(try Dataset.load(folder.url.path, labels: labels).labels == [0, 1, 2])
    // One image outside the sub-folders, and they are no classes.
    try folder.write("a.png", golden.bytes("colour"))
    let beside = try Dataset.load(folder.url.path)
    #expect(beside.labels == nil)
    #expect(beside.notes.contains { $0.hasPrefix("1 file, such as a.png, is in no sub-folder") })
  }

  /// A folder that holds nothing but another one is what unpacking an archive leaves.
  @Test func passesOverFoldersThatAreAlone() throws {
    for name in ["pets/images/cats/a", "pets/images/dogs/b", "pets/images/dogs/deep/c"] {
      try folder.write("\(name).png", golden.bytes("grey"))
    }
    #expect(try Dataset.load(folder.url.path).classNames == ["cats", "dogs"])
    try folder.write("pets/images/d.png", golden.bytes("grey"))
    #expect(try Dataset.load(folder.url.path).labels == nil)
  }

  @Test func saysWhereImagesAreDeeperThanTheyAreRead() throws {
    try folder.write("a.png", golden.bytes("sixteen bits"))
    #expect(
      try Dataset.load(folder.url.path).notes.contains { $0.contains("has 16 bits a channel") })
  }

  @Test func refusesImagesOfOtherKinds() throws {
    try folder.write("scan.tiff", [1, 2, 3])
    try folder.write("README", "what this is")
    let error = refusal { try Dataset.load(folder.url.path) }
    #expect(error?.description.contains("such as scan.tiff, and of images only PNG") == true)
  }

  @Test func bringsImagesToOneSize() throws {
    try folder.write("a.png", golden.bytes("grey"))
    try folder.write("b.jpg", golden.bytes("orientation 6"))
    let usual = try Dataset.load(folder.url.path)
    #expect(usual.imageShape == ImageShape(height: 64, width: 64, channels: 3))
    #expect(usual.notes.first?.contains("resized to 64x64") == true)
    let size = ImageSize(height: 6, width: 4)
    let data = try Dataset.load(folder.url.path, imageSize: size)
    #expect(data.imageShape == ImageShape(height: 6, width: 4, channels: 3) && data.notes == [])
    // The second is turned to 6 × 4, and needs no resizing.
    let wanted = try pixels("orientation 6")
    #expect(zip(data.values.suffix(72), wanted).allSatisfy { abs($0 - $1) <= 2 })
    let grey = try Dataset.load(folder.url.path, imageSize: size, imageChannels: 1)
    #expect(grey.columns == 24 && grey.values.allSatisfy { $0 == $0.rounded() })
  }

  @Test func namesTheFirstBadFile() throws {
    for name in ["a.png", "c.png", "d.png"] { try folder.write(name, golden.bytes("grey")) }
    let cut = try folder.write("b.jpg", Array(golden.bytes("jpeg").dropLast(40)))
    try folder.write("e.png", "text")
    let error = refusal { try Dataset.load(folder.url.path) }
    #expect(error?.kind == .data)
    // All headers are read first, and the text has none.
    #expect(error?.description.contains("e.png is neither PNG nor JPEG") == true)
    try FileManager.default.removeItem(atPath: folder.path("e.png"))
    let second = refusal { try Dataset.load(folder.url.path) }
    #expect(second?.description.hasPrefix("\(cut) is damaged or cut off") == true)
  }

  @Test func saysThatThereAreNoImages() throws {
    #expect(refusal { try Dataset.load(folder.url.path) }?.description.contains("no files") == true)
    try folder.write("a.webp", "RIFF")
    let error = refusal { try Dataset.load(folder.url.path) }
    #expect(error?.description.contains("1 file, such as a.webp, and no images") == true)
  }

  @Test func refusesMoreThanMemory() throws {
    try folder.write("a.png", golden.bytes("grey"))
    for index in 0..<600 {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("l\(index).png"), withDestinationPath: folder.path("a.png"))
    }
    let error = refusal {
      try Dataset.load(folder.url.path, imageSize: ImageSize(height: 8192, width: 8192))
    }
    #expect(error?.description.contains("--image-size asks for smaller ones") == true)
  }

  @Test func followsLinksOnce() throws {
    try folder.write("deep/a.png", golden.bytes("grey"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("deep/loop"), withDestinationPath: folder.url.path)
    #expect(try Dataset.load(folder.url.path).fileNames == ["deep/a.png"])
  }
}
