// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ImageAugmentationTests {
  private let shape = ImageShape(height: 6, width: 5, channels: 3)

  @Test func matchesSciPy() throws {
    let given = try ImagesGolden.load()
    let augmentation = ImageAugmentation(shift: 0.25, rotation: 40)
    let found = augmentation(
      given.pictures.tensor, shape, using: Seed(given.seed).generator("augmentation", 3))
    expect(found, equals: given.augmented, within: 5e-6, "augmented")
  }

  /// By hand: a shift alone of a row of pixels moves each towards its neighbour, and zeros in.
  @Test func eachImageMovesByItself() {
    let images = Tensor(repeating: 1, shape: [64, 7])
    let moved = ImageAugmentation(shift: 0.5, rotation: 0)(
      images, ImageShape(height: 1, width: 7), using: Seed(1).generator("test"))
    let sums: [Float] = moved.sum(1).scalars()
    // Up to half of the width is lost, and up to half of the height.
    #expect(sums.allSatisfy { (1.5...7).contains($0) })
    #expect(Set(sums).count == 64)
  }

  @Test func noneLeavesRowsOfAnyKind() {
    let rows = Generator(seed: 3).normal(shape: [4, 5])
    let same = ImageAugmentation.none(rows, nil, using: Generator(seed: 1))
    #expect(same.bits == rows.bits)
    #expect(ImageAugmentation.none.isNone && !ImageAugmentation.small.isNone)
  }
}
