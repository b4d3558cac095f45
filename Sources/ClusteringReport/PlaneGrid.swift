// SPDX-License-Identifier: Apache-2.0

/// Positions of the plane as 0…65535, with one scale for both axes: what the page's scripts draw.
struct PlaneGrid {
  private var low: (x: Float, y: Float) = (.infinity, .infinity)
  private var scale: Float = 0
  /// How much of the numbers each axis uses.
  private(set) var extent = (x: 1, y: 1)

  init(of projection: [Float], _ chosen: [Int]) {
    guard !chosen.isEmpty else { return }
    var high: (x: Float, y: Float) = (-.infinity, -.infinity)
    for sample in chosen {
      low = (min(low.x, projection[2 * sample]), min(low.y, projection[2 * sample + 1]))
      high = (max(high.x, projection[2 * sample]), max(high.y, projection[2 * sample + 1]))
    }
    let span = max(high.x - low.x, high.y - low.y)
    scale = span > 0 ? 65535 / span : 0
    extent = (max(Int((high.x - low.x) * scale), 1), max(Int((high.y - low.y) * scale), 1))
  }

  /// x and y of the chosen samples.
  func positions(_ projection: [Float], _ chosen: [Int]) -> [UInt16] {
    func level(_ value: Float, _ low: Float) -> UInt16 {
      UInt16(((value - low) * scale).rounded())
    }
    var levels: [UInt16] = []
    levels.reserveCapacity(2 * chosen.count)
    for sample in chosen {
      levels.append(level(projection[2 * sample], low.x))
      levels.append(level(projection[2 * sample + 1], low.y))
    }
    return levels
  }

  /// The field of a cluster with its ellipse: centre, half axes, angle.
  func field(_ ellipse: ClusterEllipse?) -> String {
    guard let ellipse else { return "" }
    let unit = Double(scale)
    let numbers = [
      (ellipse.x - Double(low.x)) * unit, (ellipse.y - Double(low.y)) * unit,
      ellipse.long * unit, ellipse.short * unit, ellipse.angle,
    ].map { "\(($0 * 1000).rounded() / 1000)" }
    return ",\"ellipse\":[\(numbers.joined(separator: ","))]"
  }
}
