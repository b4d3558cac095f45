// SPDX-License-Identifier: Apache-2.0

/// An image of eight bits a channel.
struct Bitmap: Equatable {
  var size: ImageSize
  /// 1 for grey, 3 for red, green and blue.
  var channels: Int
  /// Row by row, channels last.
  var pixels: [UInt8]

  /// The same image in grey or in colour; grey is the luma of ITU-R BT.601, as in JPEG files.
  func converted(toChannels wanted: Int) -> Bitmap {
    guard wanted != channels else { return self }
    let count = size.height * size.width
    let changed = [UInt8](unsafeUninitializedCapacity: count * wanted) { buffer, initialized in
      for index in 0..<count {
        if wanted == 1 {
          let red = UInt32(pixels[3 * index])
          let green = UInt32(pixels[3 * index + 1])
          let blue = UInt32(pixels[3 * index + 2])
          // 0.299, 0.587 and 0.114 in 1/65,536.
          buffer[index] = UInt8((19_595 * red + 38_470 * green + 7_471 * blue + 32_768) >> 16)
        } else {
          for channel in 0..<3 { buffer[3 * index + channel] = pixels[index] }
        }
      }
      initialized = count * wanted
    }
    return Bitmap(size: size, channels: wanted, pixels: changed)
  }

  /// The image in another size, stretched where the proportions differ.
  ///
  /// Every new pixel is a mean of the old ones under it, weighted by a triangle that is as wide as
  /// two new pixels, or as two old ones where the image is enlarged (bilinear interpolation): what
  /// Pillow's `BILINEAR` does, but for its rounding half-way.
  func resized(to target: ImageSize) -> Bitmap {
    guard target != size else { return self }
    let (width, channels) = (size.width, channels)
    let across = Taps.all(from: width, to: target.width)
    let down = Taps.all(from: size.height, to: target.height)
    let row = target.width * channels
    var narrow = [Float](repeating: 0, count: size.height * row)
    pixels.withUnsafeBufferPointer { pixels in
      narrow.withUnsafeMutableBufferPointer { narrow in
        for y in 0..<size.height {
          for (x, taps) in across.enumerated() {
            for channel in 0..<channels {
              var sum: Float = 0
              var place = (y * width + taps.first) * channels + channel
              for weight in taps.weights {
                sum += weight * Float(pixels[place])
                place += channels
              }
              narrow[y * row + x * channels + channel] = sum
            }
          }
        }
      }
    }
    var result = [UInt8](repeating: 0, count: target.height * row)
    var sums = [Float](repeating: 0, count: row)
    for (y, taps) in down.enumerated() {
      for place in 0..<row { sums[place] = 0 }
      for (offset, weight) in taps.weights.enumerated() {
        let start = (taps.first + offset) * row
        for place in 0..<row { sums[place] += weight * narrow[start + place] }
      }
      for place in 0..<row {
        result[y * row + place] = UInt8(max(0, min(255, sums[place].rounded())))
      }
    }
    return Bitmap(size: target, channels: channels, pixels: result)
  }

  /// The image as a viewer shows it, by the orientation that a camera wrote (1 to 8, Exif 2.32).
  func turned(by orientation: Int) -> Bitmap {
    guard (2...8).contains(orientation) else { return self }
    let swaps = orientation >= 5
    let turned =
      swaps ? ImageSize(height: size.width, width: size.height) : size
    // Whether rows and columns of the stored image are counted from their ends.
    let fromBottom = [3, 4, 6, 7].contains(orientation)
    let fromRight = [2, 3, 7, 8].contains(orientation)
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count)
    for y in 0..<turned.height {
      for x in 0..<turned.width {
        let (row, column) = swaps ? (x, y) : (y, x)
        let start =
          ((fromBottom ? size.height - 1 - row : row) * size.width
            + (fromRight ? size.width - 1 - column : column)) * channels
        result += pixels[start..<start + channels]
      }
    }
    return Bitmap(size: turned, channels: channels, pixels: result)
  }

  /// The old pixels of one line that a new pixel is a mean of.
  private struct Taps {
    var first: Int
    var weights: [Float]

    static func all(from old: Int, to new: Int) -> [Taps] {
      let step = Double(old) / Double(new)
      let reach = max(step, 1)
      return (0..<new).map { index in
        let center = (Double(index) + 0.5) * step
        let first = max(Int(center - reach + 0.5), 0)
        let last = min(Int(center + reach + 0.5), old)
        let shares = (first..<last).map { max(0, 1 - abs(Double($0) + 0.5 - center) / reach) }
        let sum = shares.reduce(0, +)
        return Taps(first: first, weights: shares.map { Float($0 / sum) })
      }
    }
  }
}
