// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Curves over the steps of a run, or over the values of a setting.
struct LineChart {
  struct Series {
    var name: String
    /// One value a step; nil where a step has none.
    var values: [Double?]
    /// How far each value spreads to both sides, drawn as an upright line; empty for none.
    var spreads: [Double?] = []
    /// The curve is broken where this number of a step changes; empty for a whole curve.
    var pieces: [Int] = []
    /// A place in the palette; nil for the page's few colours of curves, in turn.
    var color: Int?

    func piece(_ place: Int) -> Int { pieces.isEmpty ? 0 : pieces[place] }
  }

  /// Something that happened at a step, shown on the first curve.
  struct Mark {
    var place: Int
    /// Whether it points up, or down.
    var isRise: Bool
  }

  enum Scale {
    /// Logarithmic when all values are positive and span more than a factor of twenty.
    case automatic
    case logarithmic
    /// From the first number to the second, whatever the values are.
    case fixed(Double, Double)
  }

  var name: String
  var title: String
  var xTitle: String
  var yTitle: String
  var steps: [Double]
  /// Whether steps are multiplied rather than added.
  var hasLogarithmicSteps = false
  /// What to call each step under the pointer.
  var stepNames: [String]
  var series: [Series]
  var scale = Scale.automatic
  var text: (Double) -> String = NumberText.compact
  /// How the value axis names its ticks; nil as numbers.
  var tickText: ((Double) -> String)?
  var marks: [Mark] = []
  /// Whether the last value of each curve stands beside its name.
  var namesLastValues = true

  private static let width = 360.0
  private static let height = 232.0
  private static let left = 50.0
  private static let right = 348.0
  private static let bottom = 192.0
  private static let legendHeight = 16.0
  private static let legendGap = 16.0
  /// More points than pixels cannot be seen, only downloaded.
  private static let mostPoints = 480

  func chart() -> Chart {
    let shown = thinned()
    let entries = legendEntries()
    let top = 46 + Double(entries.last?.row ?? 0) * Self.legendHeight
    let (y, isLogarithmic) = valueAxis()
    let x = stepAxis()
    func px(_ step: Double) -> Double {
      Self.left + x.position(step) * (Self.right - Self.left)
    }
    // Nothing changed is zero, which a logarithmic axis does not have: it lies on the ground.
    func py(_ value: Double) -> Double {
      if isLogarithmic, value <= 0 { return Self.bottom }
      return Self.bottom - min(max(y.position(value), 0), 1) * (Self.bottom - top)
    }
    var body = frame(x: x, y: y, top: top, yTitle: yTitle + (isLogarithmic ? " (log scale)" : ""))
    body += legend(entries)
    for (index, one) in series.enumerated() {
      let points = shown.compactMap { place -> (x: Double, y: Double, piece: Int)? in
        guard let value = one.values[place], value.isFinite else { return nil }
        return (px(steps[place]), py(value), one.piece(place))
      }
      var rest = points[...]
      while let first = rest.first {
        let piece = rest.prefix { $0.piece == first.piece }
        rest = rest.dropFirst(piece.count)
        guard piece.count > 1 else {
          body += "<circle \(fill(index)) cx=\"\(first.x)\" cy=\"\(first.y)\" r=\"1.5\"/>"
          continue
        }
        let path = piece.map { "\(NumberText.coordinate($0.x)),\(NumberText.coordinate($0.y))" }
        body += "<polyline \(stroke(index)) points=\"\(path.joined(separator: " "))\"/>"
      }
      for (place, spread) in one.spreads.enumerated() {
        guard let spread, let value = one.values[place], spread > 0 else { continue }
        body += whisker(
          index, x: px(steps[place]), from: py(value - spread), to: py(value + spread))
      }
      if let last = points.last {
        body += "<circle \(fill(index)) cx=\"\(last.x)\" cy=\"\(last.y)\" r=\"3\"/>"
      }
    }
    for mark in marks {
      guard let value = series.first?.values[mark.place] else { continue }
      body += triangle(x: px(steps[mark.place]), y: py(value), isRise: mark.isRise)
    }
    let plot = hoverData(shown, top: top, px: px) { $0.isFinite ? py($0) : nil }
    return Chart(
      name: name, title: title, summary: summary(), width: Self.width, height: Self.height,
      plot: plot, body: body)
  }

  /// Dashes tell curves apart where colours do not.
  private static let dashes = ["", "7 4", "2 4", "9 3 2 3"]

  private func stroke(_ index: Int) -> Markup {
    guard let color = series[index].color else { return "class=\"line l\(min(index, 3))\"" }
    let dash = Self.dashes[index % Self.dashes.count]
    let dashing: Markup = dash.isEmpty ? .empty : ";stroke-dasharray:\(dash)"
    return "class=\"line\" style=\"stroke:\(Palette.color(color).hex)\(dashing)\""
  }

  private func fill(_ index: Int) -> Markup {
    guard let color = series[index].color else { return "class=\"d\(min(index, 3))\"" }
    return "style=\"fill:\(Palette.color(color).hex)\""
  }

  private func whisker(_ index: Int, x: Double, from low: Double, to high: Double) -> Markup {
    let color: Markup =
      series[index].color.map { "stroke:\(Palette.color($0).hex);" } ?? .empty
    return """
      <line class="line l\(min(index, 3))" style="\(color)stroke-dasharray:none;stroke-width:1" \
      x1="\(x)" x2="\(x)" y1="\(low)" y2="\(high)"/>
      """
  }

  private func triangle(x: Double, y: Double, isRise: Bool) -> Markup {
    let height = isRise ? -5.0 : 5.0
    let corners = [(x - 4, y - height), (x + 4, y - height), (x, y + height)].map {
      "\(NumberText.coordinate($0.0)),\(NumberText.coordinate($0.1))"
    }
    return "<polygon class=\"d\(isRise ? 1 : 2)\" points=\"\(corners.joined(separator: " "))\"/>"
  }

  private func stepAxis() -> Axis {
    let (first, last) = (steps.first ?? 0, steps.last ?? 1)
    if hasLogarithmicSteps { return Axis.logarithmic(from: first, to: last) }
    guard let whole = Int(exactly: first), let end = Int(exactly: last) else {
      return Axis.linear(from: first, to: last)
    }
    return Axis.steps(from: whole, to: end)
  }

  private func valueAxis() -> (axis: Axis, isLogarithmic: Bool) {
    let values = series.flatMap(\.values).compactMap { $0 }.filter(\.isFinite)
    let positive = values.filter { $0 > 0 }
    let lowest = values.min() ?? 0
    let highest = values.max() ?? 1
    let areWhole = values.allSatisfy { $0 == $0.rounded() }
    switch scale {
    case .fixed(let low, let high):
      return (Axis.linear(from: low, to: high, whole: areWhole), false)
    case .logarithmic where !positive.isEmpty:
      return (Axis.logarithmic(from: positive.min() ?? 1, to: highest), true)
    case .automatic where lowest > 0 && highest / lowest > 20:
      return (Axis.logarithmic(from: lowest, to: highest), true)
    default:
      // A loss near zero is read against zero; one far from it would be a flat line.
      let start = lowest > 0 && lowest < 0.5 * highest ? 0 : lowest
      return (Axis.linear(from: start, to: highest, whole: areWhole), false)
    }
  }

  private func frame(x: Axis, y: Axis, top: Double, yTitle: String) -> Markup {
    var body: Markup = "<text class=\"strong\" x=\"4\" y=\"14\">\(yTitle)</text>"
    for tick in y.ticks {
      let place = Self.bottom - y.position(tick.value) * (Self.bottom - top)
      body += """
        <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(place)" y2="\(place)"/>\
        <text class="muted end" x="\(Self.left - 7)" y="\(place + 4)">\(tickText?(tick.value) ?? tick.label)\
        </text>
        """
    }
    for tick in x.ticks {
      let place = Self.left + x.position(tick.value) * (Self.right - Self.left)
      body += """
        <line class="base" x1="\(place)" x2="\(place)" y1="\(Self.bottom)" y2="\(Self.bottom + 4)"/>\
        <text class="muted mid" x="\(min(place, Self.width - Chart.textWidth(tick.label) / 2 - 1))" \
        y="\(Self.bottom + 17)">\
        \(tick.label)</text>
        """
    }
    return body + """
      <line class="base" x1="\(Self.left)" x2="\(Self.right)" y1="\(Self.bottom)" \
      y2="\(Self.bottom)"/>\
      <text class="muted end" x="\(Self.right)" y="\(Self.height - 5)">\(xTitle)</text>
      """
  }

  private struct LegendEntry {
    var index: Int
    var text: String
    var x: Double
    var row: Int
  }

  /// The names and last values, in as many rows as they need.
  private func legendEntries() -> [LegendEntry] {
    var entries: [LegendEntry] = []
    var x = 4.0
    var row = 0
    for (index, one) in series.enumerated() {
      guard let last = one.values.last(where: { $0 != nil }) ?? nil else { continue }
      let label = namesLastValues ? "\(one.name) \(text(last))" : one.name
      let width = 22 + Chart.textWidth(label)
      if x > 4, x + width > Self.width {
        x = 4
        row += 1
      }
      entries.append(LegendEntry(index: index, text: label, x: x, row: row))
      x += width + Self.legendGap
    }
    return entries
  }

  private func legend(_ entries: [LegendEntry]) -> Markup {
    entries.map { entry -> Markup in
      let y = 33 + Double(entry.row) * Self.legendHeight
      return """
        <line \(stroke(entry.index)) x1="\(entry.x)" x2="\(entry.x + 17)" y1="\(y - 4)" \
        y2="\(y - 4)"/><text class="muted" x="\(entry.x + 22)" y="\(y)">\(entry.text)</text>
        """
    }.joined()
  }

  private func summary() -> String {
    let parts = series.compactMap { one -> String? in
      let values = one.values.compactMap { $0 }
      guard let first = values.first, let last = values.last else { return nil }
      return "\(one.name) goes from \(text(first)) to \(text(last))"
    }
    let ends = [steps.first ?? 0, steps.last ?? 0].map { step in
      Int(exactly: step).map { "\($0)" } ?? NumberText.compact(step)
    }
    let range = "\(xTitle) \(ends[0]) to \(ends[1])"
    return "\(range): \(parts.joined(separator: "; "))."
  }

  /// The places to draw: of every bucket the lowest and the highest value of each piece of a curve, and
  /// where the pieces begin and end.
  private func thinned() -> [Int] {
    guard steps.count > Self.mostPoints else { return Array(steps.indices) }
    let buckets = max(Self.mostPoints / 2 / max(series.count, 1), 60)
    var places: [Int] = [0] + marks.map(\.place)
    for bucket in 0..<buckets {
      let range = bucket * steps.count / buckets..<(bucket + 1) * steps.count / buckets
      for one in series {
        var known = range.compactMap { place in one.values[place].map { (place, $0) } }[...]
        while let first = known.first {
          let piece = known.prefix { one.piece($0.0) == one.piece(first.0) }
          known = known.dropFirst(piece.count)
          places += [piece.min { $0.1 < $1.1 }, piece.max { $0.1 < $1.1 }].compactMap { $0?.0 }
        }
      }
    }
    for one in series where !one.pieces.isEmpty {
      let known = one.values.indices.filter { one.values[$0] != nil }
      for (before, after) in zip(known, known.dropFirst())
      where one.piece(before) != one.piece(after) {
        places += [before, after]
      }
    }
    places.append(steps.count - 1)
    return Array(Set(places)).sorted()
  }

  private func hoverData(
    _ shown: [Int], top: Double, px: (Double) -> Double, py: (Double) -> Double?
  ) -> String {
    let rows = shown.map { place -> String in
      let values = series.map { one -> String in
        guard let value = one.values[place], let y = py(value) else { return "null" }
        return "[\(NumberText.coordinate(y)),\(ScriptText.literal(text(value)))]"
      }
      let x = NumberText.coordinate(px(steps[place]))
      return "[\(x),\(ScriptText.literal(stepNames[place])),\(values.joined(separator: ","))]"
    }
    let names = series.map { ScriptText.literal($0.name) }.joined(separator: ",")
    let colors = series.map { one in
      one.color.map { "\"\(Palette.color($0).hex)\"" } ?? "null"
    }
    return
      "{\"top\":\(NumberText.coordinate(top)),\"bottom\":\(NumberText.coordinate(Self.bottom)),"
      + "\"names\":[\(names)],\"colors\":[\(colors.joined(separator: ","))],\"rows\":[\(rows.joined(separator: ","))]}"
  }
}
