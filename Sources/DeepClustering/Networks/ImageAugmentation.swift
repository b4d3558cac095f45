// SPDX-License-Identifier: Apache-2.0
internal import Foundation
public import Torch

/// Random shifts, rotations and crops of images, which leave what they show.
///
/// Each image gets an angle, a shift and a crop of its own, uniform in their ranges; pixels are
/// interpolated bilinearly, and what comes from outside the image is zero. A crop keeps a part of the
/// image of the same shape, anywhere in it, and enlarges it to the whole. Source: Guo, Zhu, Liu,
/// Yin: Deep embedded clustering with data augmentation, ACML 2018; their code repeats the nearest
/// edge pixel instead, and has no crops.
public struct ImageAugmentation: Codable, Sendable, Equatable {
  /// The largest shift in each direction, as a share of height and width.
  public var shift: Double
  /// The largest rotation either way, in degrees.
  public var rotation: Double
  /// The smallest share of height and width that a crop keeps, above 0; 1 for no crops.
  public var crop: Double

  /// Shifts, rotations and crops within bounds.
  public init(shift: Double, rotation: Double, crop: Double = 1) {
    (self.shift, self.rotation, self.crop) = (shift, rotation, crop)
  }

  /// Images as they are.
  public static let none = ImageAugmentation(shift: 0, rotation: 0)
  /// As in DEC-DA: a tenth of height and width, 10 degrees.
  public static let small = ImageAugmentation(shift: 0.1, rotation: 10)

  /// Whether images stay as they are.
  public var isNone: Bool { shift == 0 && rotation == 0 && crop == 1 }

  /// The images changed.
  ///
  /// - Parameters:
  ///   - rows: Images as rows of pixels, channels last.
  ///   - shape: Their shape; nil is a programmer's error unless `isNone`.
  ///   - generator: A stream on the host.
  /// - Returns: As many images; `rows` themselves if `isNone`.
  public func callAsFunction(
    _ rows: Tensor, _ shape: ImageShape?, using generator: Generator
  ) -> Tensor {
    if isNone { return rows }
    guard let shape else { preconditionFailure("only images can be shifted and rotated") }
    precondition(crop > 0 && crop <= 1, "a crop keeps a share above 0 and at most 1, not \(crop)")
    let numbers = generator.uniform(-1..<1, shape: [rows.shape[0], 3])
    // Without crops the stream is read as far as it was before there were any.
    let crops = crop < 1 ? generator.uniform(-1..<1, shape: [rows.shape[0], 3]) : nil
    let affine = Tensor(
      affine(numbers.scalars(), crops?.scalars(as: Double.self), shape),
      shape: [rows.shape[0], 2, 3],
      on: rows.device)
    return withoutGradients {
      rows.images(height: shape.height, width: shape.width, channels: shape.channels)
        .sampled(at: affine).imageRows()
    }
  }

  /// Where each image's pixels come from, in units of half its width and height: six numbers each
  /// from three uniform in −1..<1, and three more for a crop.
  private func affine(
    _ numbers: [Double], _ crops: [Double]?, _ shape: ImageShape
  ) -> [Float] {
    let aspect = Double(shape.height) / Double(shape.width)
    return stride(from: 0, to: numbers.count, by: 3).flatMap { index -> [Float] in
      let angle = numbers[index] * rotation * .pi / 180
      // Half the width is one, so a share of the width is twice that.
      var (x, y) = (2 * shift * numbers[index + 1], 2 * shift * numbers[index + 2])
      var side = 1.0
      if let crops {
        side = 1 - (1 - crop) * (crops[index] + 1) / 2
        // As far as the part can move within the image.
        x += (1 - side) * crops[index + 1]
        y += (1 - side) * crops[index + 2]
      }
      return [
        side * cos(angle), -side * sin(angle) * aspect, x,
        side * sin(angle) / aspect, side * cos(angle), y,
      ].map { Float($0) }
    }
  }
}
