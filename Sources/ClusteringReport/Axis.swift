// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One axis of a chart: the range that it shows and the round numbers that it names.
struct Axis: Equatable, Sendable {
  struct Tick: Equatable, Sendable {
    var value: Double
    var label: String
  }

  var lower: Double
  var upper: Double
  var isLogarithmic: Bool
  var ticks: [Tick]

  /// Where a value lies: 0 at `lower`, 1 at `upper`.
  func position(_ value: Double) -> Double {
    isLogarithmic
      ? (log10(value) - log10(lower)) / (log10(upper) - log10(lower))
      : (value - lower) / (upper - lower)
  }

  /// A linear axis that begins and ends on round numbers; on whole ones for whole numbers above 1.
  static func linear(
    from lowest: Double, to highest: Double, ticks count: Int = 5, whole: Bool = false
  ) -> Axis {
    let (low, high) = widened(lowest, highest)
    let nice = niceStep(span: high - low, count: count)
    let step = whole && high > 1 ? max(nice, 1) : nice
    // 1e-9: a value that is round up to the rounding of doubles does not get a further step; nor does
    // an ARI that is below 0 by less than can be seen.
    let first = Int((low / step + (low < 0 ? 0.01 : 1e-9)).rounded(.down))
    let last = Int((high / step - 1e-9).rounded(.up))
    let values = (first...max(last, first + 1)).map { Double($0) * step }
    return Axis(
      lower: values[0], upper: values[values.count - 1], isLogarithmic: false,
      ticks: values.map { Tick(value: $0, label: label($0, step: step)) })
  }

  /// A linear axis over exactly this range, with whole numbers for ticks: steps and counts.
  static func steps(from first: Int, to last: Int, ticks count: Int = 5) -> Axis {
    let high = max(last, first + 1)
    let step = max(1, Int(niceStep(span: Double(high - first), count: count).rounded()))
    var value = (first + step - 1) / step * step
    var ticks: [Tick] = []
    while value <= high {
      ticks.append(Tick(value: Double(value), label: NumberText.grouped(value)))
      value += step
    }
    return Axis(lower: Double(first), upper: Double(high), isLogarithmic: false, ticks: ticks)
  }

  /// A logarithmic axis; both ends must be positive.
  static func logarithmic(from lowest: Double, to highest: Double) -> Axis {
    precondition(lowest > 0 && highest >= lowest, "A logarithmic axis needs positive values.")
    let lower = lowest / 1.15
    let upper = max(highest * 1.15, lower * 1.5)
    let decades = log10(upper / lower)
    let mantissas: [Double] =
      decades > 2.2 ? [1] : decades > 0.9 ? [1, 2, 5] : (1...9).map { Double($0) }
    var ticks: [Tick] = []
    for exponent in Int(floor(log10(lower)))...Int(ceil(log10(upper))) {
      for mantissa in mantissas {
        let value = mantissa * pow(10, Double(exponent))
        if value >= lower, value <= upper {
          // Over many powers all labels are powers, so that they have one form.
          let label =
            decades > 6 && ![0, 1].contains(exponent)
            ? "10\(NumberText.superscript(exponent))" : NumberText.compact(rounded(value, exponent))
          ticks.append(Tick(value: value, label: label))
        }
      }
    }
    let stride = max(1, (ticks.count + 5) / 6)
    ticks = ticks.enumerated().filter { $0.offset.isMultiple(of: stride) }.map(\.element)
    return Axis(lower: lower, upper: upper, isLogarithmic: true, ticks: ticks)
  }

  /// The step of 1, 2 or 5 times a power of ten that gives about `count` ticks over `span`.
  static func niceStep(span: Double, count: Int) -> Double {
    precondition(span > 0 && count > 0, "An axis needs a range and at least one tick.")
    let raw = span / Double(count)
    let power = pow(10, floor(log10(raw)))
    let fraction = raw / power
    // The geometric means of neighbours: √2, √10, √50.
    let nice: Double = fraction < 1.414 ? 1 : fraction < 3.162 ? 2 : fraction < 7.071 ? 5 : 10
    return nice * power
  }

  private static func widened(_ lowest: Double, _ highest: Double) -> (Double, Double) {
    if highest > lowest { return (lowest, highest) }
    // Nothing is drawn above nothing: a share of 0 has no negative percentages.
    if lowest == 0 { return (0, 1) }
    let margin = abs(lowest) * 0.1
    return (lowest - margin, lowest + margin)
  }

  private static func label(_ value: Double, step: Double) -> String {
    let decimals = max(0, -Int(floor(log10(step) + 1e-9)))
    if decimals > 4 || abs(value) >= 1e7 { return NumberText.compact(value) }
    if decimals > 0 { return NumberText.fixed(value, decimals) }
    return NumberText.grouped(Int(value.rounded()))
  }

  /// 3 × 10⁻³ computed by multiplication is 0.0030000000000000001; the label wants 0.003.
  private static func rounded(_ value: Double, _ exponent: Int) -> Double {
    Double(String(format: "%.6g", value)) ?? value
  }
}
