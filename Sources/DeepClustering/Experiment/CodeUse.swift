// SPDX-License-Identifier: Apache-2.0

/// How much of an autoencoder's bottleneck a trained network uses.
///
/// A saturated encoder gives all samples nearly the same code: sigmoid encoders of several layers
/// end so, and then there is nothing for a clustering to learn from. Two values in a dimension are no
/// such sign: two well separated clusters look like that too.
struct CodeUse {
  /// The number of dimensions.
  let dimensions: Int
  /// Dimensions of which the standard deviation is less than a hundredth of the widest one's, or less
  /// than a thousandth of their own mean.
  let constant: Int

  /// Looks at codes, row-major, n × `columns`.
  init(values: [Float], columns: Int) {
    let rows = Double(max(values.count / columns, 1))
    let statistics = (0..<columns).map { column -> (mean: Double, deviation: Double) in
      let places = stride(from: column, to: values.count, by: columns)
      let mean = places.reduce(0.0) { $0 + Double(values[$1]) } / rows
      let squares = places.reduce(0.0) { sum, place in
        let difference = Double(values[place]) - mean
        return sum + difference * difference
      }
      return (mean, (squares / rows).squareRoot())
    }
    let widest = statistics.map(\.deviation).max() ?? 0
    dimensions = columns
    constant = statistics.count {
      $0.deviation <= widest / 100 || $0.deviation <= abs($0.mean) / 1000
    }
  }

  /// What the user should know; nil while at least half of the dimensions differ between samples.
  var warning: String? {
    guard 2 * constant > dimensions else { return nil }
    return
      "\(constant) of the \(dimensions) dimensions of the bottleneck are nearly the same for all "
      + "samples: the encoder has saturated; pretrain longer, or use relu in place of a saturating "
      + "activation"
  }
}
