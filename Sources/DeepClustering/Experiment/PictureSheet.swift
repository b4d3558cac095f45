// SPDX-License-Identifier: Apache-2.0

/// Which samples of a run are kept as small pictures, for reports to show under the pointer.
///
/// They are spread evenly over the rows, as many as six million bytes hold; pictures of more than
/// 40 pixels a side are reduced.
struct PictureSheet {
  /// The size that pictures are reduced to.
  let shape: ImageShape
  /// The chosen rows, ascending.
  let samples: [Int]

  private let original: ImageShape
  private let factor: Int

  /// The most bytes of pixels.
  static let budget = 6_000_000

  /// A choice among `samples` pictures of a shape.
  init(samples: Int, of shape: ImageShape) {
    let longest = max(shape.height, shape.width)
    let factor = (longest + 39) / 40
    let reduced = ImageShape(
      height: max(shape.height / factor, 1), width: max(shape.width / factor, 1),
      channels: shape.channels)
    let count = min(samples, max(Self.budget / reduced.values, 1))
    (original, self.factor, self.shape) = (shape, factor, reduced)
    self.samples = (0..<count).map { $0 * samples / count }
  }

  /// Pictures (rows × height × width × channels) with each block of pixels replaced by its mean.
  func reduced(_ pixels: [UInt8]) -> [UInt8] {
    guard factor > 1 else { return pixels }
    let channels = shape.channels
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count / (factor * factor))
    for start in stride(from: 0, to: pixels.count, by: original.values) {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          for channel in 0..<channels {
            result.append(mean(pixels[start...], y, x, channel))
          }
        }
      }
    }
    return result
  }

  private func mean(_ picture: ArraySlice<UInt8>, _ y: Int, _ x: Int, _ channel: Int) -> UInt8 {
    // A side shorter than the factor has one block, of all that there is.
    let lines = y * factor..<min((y + 1) * factor, original.height)
    let columns = x * factor..<min((x + 1) * factor, original.width)
    var sum = 0
    for line in lines {
      for column in columns {
        let place = (line * original.width + column) * original.channels + channel
        sum += Int(picture[picture.startIndex + place])
      }
    }
    let count = lines.count * columns.count
    return UInt8((sum + count / 2) / count)
  }
}
