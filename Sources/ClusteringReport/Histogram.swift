// SPDX-License-Identifier: Apache-2.0

/// How many samples have which certainty and, with labels, how many of those are wrong.
///
/// Certainties crowd near 1, so counts get a logarithmic axis when it helps; the share of wrong ones
/// has a panel of its own, because parts of a bar mean nothing on such an axis.
struct Histogram {
  var name: String
  var title: String
  var xTitle: String
  /// Values in 0…1.
  var values: [Float]
  /// Whether each value's sample is wrong; nil when that is not known.
  var isWrong: [Bool]?

  private static let bins = 20
  private static let width = 360.0
  private static let left = 50.0
  private static let right = 348.0

  /// A part of the drawing: the places of its top and bottom, and its axis.
  private struct Panel {
    var top: Double
    var bottom: Double
    var axis: Axis

    func y(_ value: Double) -> Double {
      bottom - min(max(axis.position(value), 0), 1) * (bottom - top)
    }
  }

  /// The samples and the wrong ones of each of twenty equal parts of 0…1; 1 belongs to the last.
  func counts() -> [(all: Int, wrong: Int)] {
    var counts = [(all: Int, wrong: Int)](repeating: (0, 0), count: Self.bins)
    for (index, value) in values.enumerated() {
      let bin = min(Int(value * Float(Self.bins)), Self.bins - 1)
      counts[bin].all += 1
      if isWrong?[index] == true { counts[bin].wrong += 1 }
    }
    return counts
  }

  func chart() -> Chart {
    let counts = counts()
    let known = counts.map(\.all).filter { $0 > 0 }
    let most = Double(max(known.max() ?? 1, 1))
    let isLogarithmic = most > 20 * Double(known.min() ?? 1)
    let upper = Panel(
      top: 26, bottom: isWrong == nil ? 190 : 130,
      axis: isLogarithmic
        ? .logarithmic(from: 1, to: most) : .linear(from: 0, to: most, ticks: 4))
    let lower = isWrong.map { _ in
      Panel(top: 170, bottom: 226, axis: .linear(from: 0, to: 1, ticks: 2))
    }
    let end = lower?.bottom ?? upper.bottom

    var body: Markup = """
      <text class="strong" x="4" y="14">Samples\(isLogarithmic ? " (log scale)" : "")</text>
      """
    body += frame(upper) { $0.label }
    if let lower {
      body +=
        "<text class=\"strong\" x=\"4\" y=\"\(lower.top - 12)\">Share in the wrong cluster</text>"
      body += frame(lower) { NumberText.fixed($0.value * 100, 0) + "%" }
    }
    let step = (Self.right - Self.left) / Double(Self.bins)
    for (index, count) in counts.enumerated() {
      let x = Self.left + Double(index) * step
      body += """
        <g data-tip="\(tip(index, count))"><rect x="\(x)" y="\(upper.top)" width="\(step)" \
        height="\(end - upper.top)" fill="none" pointer-events="all"/>
        """
      if count.all > 0 {
        body += bar("plain", x, from: upper.bottom, to: upper.y(Double(count.all)), step)
        if let lower {
          let share = Double(count.wrong) / Double(count.all)
          body += bar("wrong", x, from: lower.bottom, to: lower.y(share), step)
        }
      }
      body += "</g>"
    }
    for tick in Axis.linear(from: 0, to: 1).ticks {
      let x = Self.left + tick.value * (Self.right - Self.left)
      body += "<text class=\"muted mid\" x=\"\(x)\" y=\"\(end + 17)\">\(tick.label)</text>"
    }
    body += "<text class=\"muted end\" x=\"\(Self.right)\" y=\"\(end + 33)\">\(xTitle)</text>"
    return Chart(
      name: name, title: title, summary: summary(counts), width: Self.width, height: end + 38,
      body: body)
  }

  private func frame(_ panel: Panel, label: (Axis.Tick) -> String) -> Markup {
    var body = Markup.empty
    for tick in panel.axis.ticks {
      let y = panel.y(tick.value)
      body += """
        <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(y)" y2="\(y)"/>\
        <text class="muted end" x="\(Self.left - 7)" y="\(y + 4)">\(label(tick))</text>
        """
    }
    return body + """
      <line class="base" x1="\(Self.left)" x2="\(Self.right)" y1="\(panel.bottom)" \
      y2="\(panel.bottom)"/>
      """
  }

  private func bar(
    _ kind: String, _ x: Double, from bottom: Double, to top: Double, _ step: Double
  ) -> Markup {
    guard bottom > top else { return .empty }
    return """
      <rect class="bar \(kind)" x="\(x + 1)" y="\(top)" width="\(step - 2)" \
      height="\(bottom - top)"/>
      """
  }

  private func range(_ bin: Int) -> String {
    let width = 1 / Double(Self.bins)
    return NumberText.fixed(Double(bin) * width, 2) + " to "
      + NumberText.fixed(Double(bin + 1) * width, 2)
  }

  private func tip(_ bin: Int, _ count: (all: Int, wrong: Int)) -> String {
    var text = "Certainty \(range(bin))\n\(NumberText.grouped(count.all)) samples"
    if isWrong != nil, count.all > 0 {
      let share = NumberText.percent(Double(count.wrong) / Double(count.all))
      text += "\n\(NumberText.grouped(count.wrong)) (\(share)) in the wrong cluster"
    }
    return text
  }

  private func summary(_ counts: [(all: Int, wrong: Int)]) -> String {
    counts.enumerated().filter { $0.element.all > 0 }
      .map { bin, count in
        "\(range(bin)): \(count.all)" + (isWrong == nil ? "" : ", \(count.wrong) wrong")
      }
      .joined(separator: "; ") + "."
  }
}
