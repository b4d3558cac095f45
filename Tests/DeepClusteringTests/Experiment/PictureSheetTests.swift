// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct PictureSheetTests {
  @Test func smallPicturesAreKeptAsTheyAreUpToTheBudget() {
    let few = PictureSheet(samples: 9, of: ImageShape(height: 28, width: 28))
    #expect(few.samples == Array(0..<9))
    #expect(few.reduced([1, 2, 3]) == [1, 2, 3])
    let many = PictureSheet(samples: 70_000, of: ImageShape(height: 28, width: 28))
    // 6,000,000 / 784.
    #expect(many.samples.count == 7653)
    #expect(many.samples.first == 0 && many.samples.last == 69_990)
    #expect(Set(many.samples).count == many.samples.count)
  }

  @Test func largePicturesBecomeTheMeansOfTheirBlocks() {
    let sheet = PictureSheet(samples: 2, of: ImageShape(height: 2, width: 80, channels: 2))
    #expect(sheet.shape == ImageShape(height: 1, width: 40, channels: 2))
    // Channel 0 of picture 0 is 3 × x, and 2 more in the second line; channel 1 is 7.
    var pixels: [UInt8] = []
    for line in 0..<2 {
      for x in 0..<80 { pixels += [UInt8(3 * x + 2 * line), 7] }
    }
    let reduced = sheet.reduced(pixels + pixels.map { _ in 9 })
    #expect(reduced.count == 2 * 40 * 2)
    // Columns 2 and 3 of both lines: 6, 9, 8 and 11.
    #expect(reduced[2] == 9 && reduced[3] == 7)
    #expect(reduced[80...].allSatisfy { $0 == 9 })
  }

  @Test func aPictureOfOneLineIsNotLost() {
    let sheet = PictureSheet(samples: 1, of: ImageShape(height: 1, width: 120))
    #expect(sheet.shape == ImageShape(height: 1, width: 40))
    #expect(sheet.reduced([UInt8](repeating: 50, count: 120)) == [UInt8](repeating: 50, count: 40))
  }
}
