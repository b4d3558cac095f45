// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct SubsampleTests {
  /// Class 0 at 0.2, class 4 at 1, in equal steps: within four standard deviations.
  @Test func classesAreKeptInEqualSteps() throws {
    let rows = 20_000
    let data = Dataset(
      name: "numbers", values: (0..<rows).map(Float.init), rows: rows, columns: 1,
      labels: (0..<rows).map { $0 % 5 })
    let part = try data.subsampled(retention: 0.2, seed: 3)
    let counts = try #require(part.classCounts)
    for (count, share) in zip(counts, [0.2, 0.4, 0.6, 0.8, 1]) {
      let deviation = (4000 * share * (1 - share)).squareRoot()
      #expect(abs(Double(count) - 4000 * share) <= 4 * deviation)
    }
    // Rows keep their order and their class.
    #expect(part.values == part.values.sorted())
    #expect(zip(part.values, part.labels ?? []).allSatisfy { Int($0) % 5 == $1 })
    #expect(try data.subsampled(retention: 0.2, seed: 3) == part)
    #expect(try data.subsampled(retention: 0.2, seed: 4) != part)
    #expect(try data.subsampled(retention: 1, seed: 3) == data)
  }

  @Test func aNameStandsForAPart() throws {
    let whole = try Dataset.load("three-gaussians")
    let part = try Dataset.load("three-gaussians@25%")
    let wanted = try whole.subsampled(retention: 0.25, seed: 1)
    #expect(part.values == wanted.values && part.labels == wanted.labels)
    #expect(part.name == "three-gaussians@25%")
    #expect(try Dataset.load("three-gaussians@25%:2").values != part.values)
    for name in ["three-gaussians@", "three-gaussians@0%", "three-gaussians@0.1", "digits@10%:x"] {
      #expect(refusal { try Dataset.load(name) }?.kind == .usage, "\(name)")
    }
    let bare = Dataset(name: "bare", values: [1, 2], rows: 2, columns: 1)
    #expect(refusal { try bare.subsampled(retention: 0.5, seed: 1) }?.kind == .data)
    #expect(refusal { try whole.subsampled(retention: 0, seed: 1) }?.kind == .usage)
  }

  @Test func aSignInAFoldersNameIsNoPart() throws {
    let folder = try DataFolder()
    let file = folder.url.appendingPathComponent("d@x/a.csv").path
    #expect(refusal { try Dataset.load(file) }?.kind == .missing)
    #expect(try Subset(of: file) == nil && Subset.base(of: file + "@10%") == file)
  }

  @Test func aNumberOfRowsIsDrawnAtRandom() throws {
    let whole = try Dataset.load("three-gaussians")
    let part = try Dataset.load("three-gaussians@450")
    let labels = try #require(part.labels)
    #expect(part.rows == 450 && part.values.count == 900 && part.name == "three-gaussians@450")
    #expect(part.classNames == whole.classNames)
    // Rows keep their order and their classes: 200, 150 and 100 are expected of 450.
    #expect(labels == labels.sorted())
    for (label, expected) in [200.0, 150, 100].enumerated() {
      #expect(abs(Double(labels.count { $0 == label }) - expected) < 40)
    }
    #expect(try Dataset.load("three-gaussians@450").values == part.values)
    #expect(try Dataset.load("three-gaussians@450:2").values != part.values)
    #expect(try Dataset.load("three-gaussians@9999").values == whole.values)
    #expect(try Dataset.load("three-gaussians@50%@100").rows == 100)
    #expect(try Subset.base(of: "three-gaussians@50%@100") == "three-gaussians")
    for name in ["three-gaussians@0", "three-gaussians@-5", "three-gaussians@10:x"] {
      #expect(refusal { try Dataset.load(name) }?.kind == .usage, "\(name)")
    }
  }

  /// Written as an archive and read again: values, classes and the shape of the images.
  @Test func anArchiveKeepsRowsAndClasses() throws {
    let folder = try DataFolder()
    let file = folder.url.appendingPathComponent("part.npz")
    let data = Dataset(
      name: "part", values: (0..<24).map(Float.init), rows: 4, columns: 6, labels: [1, 0, 1, 1],
      classNames: ["3", "8"], imageShape: ImageShape(height: 2, width: 3))
    try data.writeNPZ(to: file)
    let read = try Dataset.load(file.path)
    #expect(read.values == data.values && read.imageShape == data.imageShape)
    #expect(read.labels == data.labels && read.classNames == ["3", "8"])
  }
}
