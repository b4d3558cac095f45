// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The files of TensorBoard's embedding projector: vectors, what is known of each, and their images.
struct EmbeddingProjector {
  var run: RunFolder
  /// n × d.
  var embedding: NPYArray
  /// The samples, for their images; nil for none.
  var images: Dataset?

  /// The rows that are shown: all, or as many as allowed at equal steps.
  private var rows: [Int] {
    let (n, most) = (embedding.shape[0], TensorBoardLog.mostPoints)
    guard n > most else { return Array(0..<n) }
    return (0..<most).map { $0 * n / most }
  }

  func files() -> [(name: String, content: Data)] {
    let rows = rows
    var files = [
      ("tensors.tsv", Data(vectors(rows).utf8)), ("metadata.tsv", Data(metadata(rows).utf8)),
    ]
    var config = """
      embeddings {
        tensor_name: "embedding"
        tensor_path: "tensors.tsv"
        metadata_path: "metadata.tsv"

      """
    if let (image, shape) = sprite(rows) {
      files.append(("sprite.png", Data(image.encoded())))
      config += """
          sprite {
            image_path: "sprite.png"
            single_image_dim: \(shape.width)
            single_image_dim: \(shape.height)
          }

        """
    }
    files.append(("projector_config.pbtxt", Data((config + "}\n").utf8)))
    return files
  }

  private func vectors(_ rows: [Int]) -> String {
    let (values, width) = (embedding.floats(), embedding.shape[1])
    return rows.map { row in
      values[(row * width)..<((row + 1) * width)].map { "\($0)" }.joined(separator: "\t") + "\n"
    }.joined()
  }

  private func metadata(_ rows: [Int]) -> String {
    let classNames = run.record.data.classNames
    let columns: [(String, (Int) -> String)] = [
      ("index", { "\($0)" }),
      ("cluster", { row in run.assignments.map { "\($0[row])" } ?? "" }),
      ("certainty", { row in run.certainty.map { "\($0[row])" } ?? "" }),
      ("class", { row in run.labels.map { classNames?[$0[row]] ?? "\($0[row])" } ?? "" }),
    ].filter { column in
      switch column.0 {
      case "cluster": run.assignments != nil
      case "certainty": run.certainty != nil
      case "class": run.labels != nil
      default: true
      }
    }
    // A tab or line end in a name would begin another column or row.
    func clean(_ text: String) -> String {
      String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
    }
    let head = columns.map(\.0).joined(separator: "\t") + "\n"
    return head
      + rows.map { row in columns.map { clean($0.1(row)) }.joined(separator: "\t") + "\n" }.joined()
  }

  /// The images of the rows in a square of squares, as the projector wants them.
  private func sprite(_ rows: [Int]) -> (PNGImage, ImageShape)? {
    guard let images, let shape = images.imageShape, images.rows == embedding.shape[0],
      [1, 3].contains(shape.channels)
    else { return nil }
    let side = Int(Double(rows.count).squareRoot().rounded(.up))
    // Browsers draw no textures beyond this.
    guard side * max(shape.width, shape.height) <= 8192, side > 0 else { return nil }
    let range = images.valueRange ?? 0...1
    let scale = 255 / max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    let (line, stride) = (shape.width * shape.channels, side * shape.width * shape.channels)
    var pixels = [UInt8](repeating: 0, count: side * shape.height * stride)
    for (place, row) in rows.enumerated() {
      let corner = place / side * shape.height * stride + place % side * line
      for y in 0..<shape.height {
        for x in 0..<line {
          let value = images.values[row * images.columns + y * line + x]
          pixels[corner + y * stride + x] = UInt8(
            max(0, min(255, ((value - range.lowerBound) * scale).rounded())))
        }
      }
    }
    let image = PNGImage(
      width: side * shape.width, height: side * shape.height, channels: shape.channels,
      pixels: pixels)
    return (image, shape)
  }
}
