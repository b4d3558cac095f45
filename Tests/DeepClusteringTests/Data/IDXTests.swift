// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct IDXTests {
  /// Two images of 2 × 3 pixels.
  static let images: [UInt8] =
    [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254]
    + [255]

  @Test func readsImages() throws {
    let array = try IDX.parse(Self.images, name: "i")
    #expect(array.shape == [2, 2, 3])
    #expect(array.floats() == [0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255])
  }

  @Test func readsBigEndianNumbers() throws {
    let ints = try IDX.parse(
      [0, 0, 0x0C, 1, 0, 0, 0, 2, 0, 0, 1, 0, 255, 255, 255, 254], name: "i")
    #expect(try ints.integers() == [256, -2])
    let floats = try IDX.parse([0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0], name: "i")
    #expect(floats.floats() == [1.5])
  }

  @Test func refusesAHeaderThatClaimsMoreThanTheFileHas() {
    let error = refusal { try IDX.parse(Array(Self.images.dropLast()), name: "i") }
    #expect(error?.kind == .data)
    #expect(
      error?.description.contains("i claims a shape of 2 × 2 × 3, 12 bytes, but only 11") == true)
    let cut = refusal { try IDX.parse(Array(Self.images.prefix(9)), name: "i") }
    #expect(cut?.description.contains("cut off within its header") == true)
    let huge: [UInt8] = [0, 0, 14, 3] + [UInt8](repeating: 255, count: 12)
    let overflow = refusal { try IDX.parse(huge, name: "i") }
    #expect(overflow?.description.contains("larger than any file") == true)
  }

  @Test func readsAFolderOfFourFiles() throws {
    let folder = try DataFolder()
    func labels(_ values: [UInt8]) -> [UInt8] {
      [0, 0, 8, 1, 0, 0, 0, UInt8(values.count)] + values
    }
    try folder.write("own/train-images-idx3-ubyte.gz", gzip(Self.images))
    try folder.write("own/train-labels-idx1-ubyte", labels([5, 7]))
    try folder.write("own/t10k-images.idx3-ubyte", Self.images)
    let error = refusal { try Dataset.load(folder.path("own")) }
    #expect(error?.kind == .missing)
    #expect(error?.description.contains("t10k-labels-idx1-ubyte") == true)
    try folder.write("own/t10k-labels-idx1-ubyte.gz", gzip(labels([7, 6])))
    let dataset = try Dataset.load(folder.path("own"))
    #expect(dataset.name == "own" && dataset.rows == 4 && dataset.columns == 6)
    #expect(dataset.imageShape == ImageShape(height: 2, width: 3))
    #expect(dataset.values[6...11] == [250, 251, 252, 253, 254, 255])
    #expect(dataset.values[12...13] == [0, 1])
    #expect(dataset.labels == [0, 2, 2, 1] && dataset.classNames == ["5", "6", "7"])
    try folder.write("own/t10k-labels-idx1-ubyte.gz", gzip(labels([7])))
    let count = refusal { try Dataset.load(folder.path("own")) }
    #expect(count?.description.contains("has 1 t10k labels, but 2 images") == true)
  }
}
