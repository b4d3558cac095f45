// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Points of the plane as a picture: what the explorer draws, for files and for small maps.
struct ScatterImage {
  /// Row after row: x, y; finite.
  var projection: [Float]
  /// The colour of each point; nil leaves it out.
  var colors: [Palette.Color?]
  /// Pixels of the longer side.
  var side: Int

  private static let margin = 0.03

  /// Pixels a unit, and the picture's size.
  private struct Frame {
    var low: (x: Double, y: Double)
    var scale: Double
    var width: Int
    var height: Int
  }

  private var frame: Frame {
    var (low, high) = (
      (x: Double.infinity, y: Double.infinity), (x: -Double.infinity, y: -Double.infinity)
    )
    for index in colors.indices {
      let (x, y) = (Double(projection[2 * index]), Double(projection[2 * index + 1]))
      low = (min(low.x, x), min(low.y, y))
      high = (max(high.x, x), max(high.y, y))
    }
    let span = max(high.x - low.x, high.y - low.y)
    let inner = Double(side) * (1 - 2 * Self.margin)
    let scale = span > 0 ? inner / span : 1
    func pixels(_ length: Double) -> Int {
      // A flat layout still gets a band of a tenth.
      max(Int((length * scale + 2 * Self.margin * Double(side)).rounded()), side / 10)
    }
    return Frame(
      low: low, scale: scale, width: pixels(high.x - low.x), height: pixels(high.y - low.y))
  }

  /// Where points lie in the picture, from its upper left corner, as shares of its longer side.
  func places(of points: [Int]) -> [(x: Double, y: Double)] {
    let frame = frame
    return points.map { point in
      let place = position(point, frame)
      return (place.x / Double(side), place.y / Double(side))
    }
  }

  /// Where a place of the plane lies in the picture, and the length of a unit, both as in ``places(of:)``.
  func place(x: Double, y: Double) -> (x: Double, y: Double, unit: Double) {
    let frame = frame
    let (placed, side) = (position(x, y, frame), Double(side))
    return (placed.x / side, placed.y / side, frame.scale / side)
  }

  private func position(_ point: Int, _ frame: Frame) -> (x: Double, y: Double) {
    position(Double(projection[2 * point]), Double(projection[2 * point + 1]), frame)
  }

  private func position(_ x: Double, _ y: Double, _ frame: Frame) -> (x: Double, y: Double) {
    let margin = Self.margin * Double(side)
    return (
      (x - frame.low.x) * frame.scale + margin,
      Double(frame.height) - (y - frame.low.y) * frame.scale - margin
    )
  }

  /// The picture, transparent where there is no point.
  func image() -> PNGImage {
    let frame = frame
    let (width, height) = (frame.width, frame.height)
    // Red, green and blue times opacity, and opacity: laying one disc over another is then a sum.
    var planes = [SIMD4<Float>](repeating: .zero, count: width * height)
    let count = Double(max(colors.count, 1))
    let base = min(4, max(1.15, 3.4 * pow(1500 / count, 0.28)))
    // A point of less than two pixels across would fade away.
    let radius = max(base * Double(side) / 680, 1)
    let opacity = count > 20_000 ? 0.7 : 0.88
    planes.withUnsafeMutableBufferPointer { planes in
      for point in order() {
        guard let color = colors[point] else { continue }
        let (x, y) = position(point, frame)
        let ink = SIMD4(Float(color.red), Float(color.green), Float(color.blue), 255) / 255
        let columns = max(Int(x - radius - 1), 0)..<min(Int(x + radius + 2), width)
        for row in max(Int(y - radius - 1), 0)..<min(Int(y + radius + 2), height) {
          for column in columns {
            let distance = hypot(Double(column) + 0.5 - x, Double(row) + 0.5 - y)
            let cover = Float(min(max(radius + 0.5 - distance, 0), 1) * opacity)
            if cover > 0 {
              planes[row * width + column] =
                ink * cover + planes[row * width + column] * (1 - cover)
            }
          }
        }
      }
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(4 * planes.count)
    for plane in planes {
      let opacity = plane.w
      let scale = opacity > 0 ? 255 / opacity : 0
      for channel in 0..<3 { pixels.append(UInt8(min(plane[channel] * scale + 0.5, 255))) }
      pixels.append(UInt8(opacity * 255 + 0.5))
    }
    return PNGImage(width: width, height: height, channels: 4, pixels: pixels)
  }

  /// A shuffled order, so that no cluster covers another by its number; the explorer's.
  private func order() -> [Int] {
    var order = Array(colors.indices)
    var seed: UInt32 = 1
    for index in order.indices {
      seed = seed &* 1_664_525 &+ 1_013_904_223
      order.swapAt(index, Int(UInt64(seed) * UInt64(index + 1) >> 32))
    }
    return order
  }
}
