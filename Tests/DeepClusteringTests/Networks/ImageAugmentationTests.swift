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

  /// An image whose channels are x and y, from −1 to 1: a crop of share s has the slope s, and its
  /// middle lies within 1 − s of the image's.
  @Test func cropsEnlargeAPartOfTheImage() {
    let side = 16
    func place(_ index: Int) -> Float { (2 * Float(index) + 1) / Float(side) - 1 }
    let image = (0..<(side * side)).flatMap { [place($0 % side), place($0 / side)] }
    let count = 64
    let rows = Tensor((0..<count).flatMap { _ in image }, shape: [count, image.count])
    let cropped = ImageAugmentation(shift: 0, rotation: 0, crop: 0.5)(
      rows, ImageShape(height: side, width: side, channels: 2),
      using: Seed(1).generator("test")
    ).scalars(as: Float.self)
    func value(_ sample: Int, _ x: Int, _ y: Int, _ channel: Int) -> Float {
      cropped[sample * image.count + 2 * (y * side + x) + channel]
    }
    var (shares, middles): ([Float], [Float]) = ([], [])
    for sample in 0..<count {
      // Pixels 7 and 8 are two sixteenths apart, with the middle between them.
      let share = (value(sample, 8, 7, 0) - value(sample, 7, 7, 0)) * Float(side) / 2
      let upright = (value(sample, 7, 8, 1) - value(sample, 7, 7, 1)) * Float(side) / 2
      let middle = (value(sample, 8, 7, 0) + value(sample, 7, 7, 0)) / 2
      #expect(abs(share - upright) < 1e-4 && (0.4999...1.0001).contains(share))
      #expect(abs(value(sample, 8, 7, 1) - value(sample, 7, 7, 1)) < 1e-5)
      #expect(abs(middle) <= 1 - share + 1e-4)
      shares.append(share)
      middles.append(middle)
    }
    #expect((shares.min() ?? 1) < 0.6 && (shares.max() ?? 0) > 0.9)
    #expect((middles.min() ?? 0) < -0.1 && (middles.max() ?? 0) > 0.1)
  }

  @Test func noneLeavesRowsOfAnyKind() {
    let rows = Generator(seed: 3).normal(shape: [4, 5])
    let same = ImageAugmentation.none(rows, nil, using: Generator(seed: 1))
    #expect(same.bits == rows.bits)
    #expect(ImageAugmentation.none.isNone && !ImageAugmentation.small.isNone)
    #expect(!ImageAugmentation(shift: 0, rotation: 0, crop: 0.9).isNone)
  }
}
