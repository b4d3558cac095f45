// SPDX-License-Identifier: Apache-2.0

/// Pictures of clusters as one picture: a row a cluster, white between them.
struct ImageGrid {
  var pictures: RunFolder.Pictures
  /// The clusters from top to bottom.
  var clusters: [Int]

  private static let gap = 2
  /// Pictures smaller than this are enlarged by whole factors, their pixels staying sharp.
  private static let least = 56

  func image() -> PNGImage {
    let (channels, factor) = (
      pictures.channels, max(1, Self.least / max(pictures.width, pictures.height))
    )
    let (w, h) = (pictures.width * factor + Self.gap, pictures.height * factor + Self.gap)
    let columns = pictures.perCluster
    let width = columns * w + Self.gap
    let height = clusters.count * h + Self.gap
    var pixels = [UInt8](repeating: 255, count: width * height * channels)
    for (row, cluster) in clusters.enumerated() {
      let source = pictures.pixels(ofCluster: cluster)
      let count =
        pictures.samples == nil ? columns : pictures.samples(ofCluster: cluster).count
      for column in 0..<count {
        for y in 0..<pictures.height * factor {
          for x in 0..<pictures.width * factor {
            let from =
              source.startIndex
              + ((column * pictures.height + y / factor) * pictures.width + x / factor) * channels
            let to = ((Self.gap + row * h + y) * width + Self.gap + column * w + x) * channels
            for channel in 0..<channels { pixels[to + channel] = source[from + channel] }
          }
        }
      }
    }
    return PNGImage(width: width, height: height, channels: channels, pixels: pixels)
  }
}
