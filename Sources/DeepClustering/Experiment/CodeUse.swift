// SPDX-License-Identifier: Apache-2.0

/// How much of an autoencoder's bottleneck a trained network uses.
///
/// A dimension that is the same for all samples, or that is stuck at its two ends as a saturated
/// sigmoid is, carries next to nothing for a clustering to learn from.
struct CodeUse {
  /// The number of dimensions.
  let dimensions: Int
  /// Dimensions with less than a hundredth of the widest one's standard deviation.
  let constant: Int
  /// Dimensions of which 95 % of the values lie within 2 % of the range from one of the two ends,
  /// with some at both.
  let saturated: Int

  /// Looks at codes, row-major, n × `columns`.
  init(values: [Float], columns: Int) {
    let rows = values.count / columns
    let statistics = (0..<columns).map { Column(values, $0, columns: columns, rows: rows) }
    let widest = statistics.map(\.deviation).max() ?? 0
    dimensions = columns
    constant = statistics.count { $0.deviation <= widest / 100 }
    saturated = statistics.count { $0.deviation > widest / 100 && $0.isTwoValued }
  }

  /// What the user should know; nil while at least half of the dimensions work.
  var warning: String? {
    let idle = constant + saturated
    guard 2 * idle > dimensions else { return nil }
    var parts: [String] = []
    if constant > 0 { parts.append("\(constant) the same for all samples") }
    if saturated > 0 { parts.append("\(saturated) stuck at their two ends") }
    return "\(idle) of the \(dimensions) dimensions of the bottleneck carry almost nothing ("
      + parts.joined(separator: ", ")
      + "): pretrain longer, or use relu in place of a saturating activation"
  }

  private struct Column {
    var deviation: Double
    var isTwoValued: Bool

    init(_ values: [Float], _ column: Int, columns: Int, rows: Int) {
      var (sum, squares) = (0.0, 0.0)
      var (low, high) = (Float.infinity, -Float.infinity)
      let place = stride(from: column, to: rows * columns, by: columns)
      for index in place {
        let value = values[index]
        sum += Double(value)
        (low, high) = (min(low, value), max(high, value))
      }
      let mean = sum / Double(max(rows, 1))
      let margin = (high - low) * 0.02
      var (atLow, atHigh) = (0, 0)
      for index in place {
        let value = values[index]
        squares += (Double(value) - mean) * (Double(value) - mean)
        if value <= low + margin { atLow += 1 } else if value >= high - margin { atHigh += 1 }
      }
      deviation = (squares / Double(max(rows, 1))).squareRoot()
      // One far outlier also leaves all others at an end: both ends must have some.
      isTwoValued =
        atLow + atHigh >= (rows * 95 + 99) / 100 && 100 * min(atLow, atHigh) >= rows
    }
  }
}
