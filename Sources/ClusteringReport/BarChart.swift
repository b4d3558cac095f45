// SPDX-License-Identifier: Apache-2.0

/// Horizontal bars with names, from zero to either side.
struct BarChart {
  enum Fill {
    case palette(Int)
    case accent
    /// Of what belongs nowhere.
    case none
  }

  struct Bar {
    var label: String
    var value: Double
    /// The part of the value that is drawn solid; the rest is pale.
    var solid: Double?
    var fill = Fill.accent
    var text: String
    /// What the bar says under the pointer.
    var tip: String
    /// Values marked by a filled diamond and by an open circle.
    var diamond: Double?
    var circle: Double?
  }

  var name: String
  var title: String
  var xTitle: String
  var bars: [Bar]
  /// The end of the axis; nil for a round number above the longest bar.
  var end: Double?
  /// What the solid and the pale part, or the diamonds and circles, stand for.
  var legend: Markup = .empty

  private static let width = 360.0
  private static let rowHeight = 23.0
  private static let labelLimit = 16

  func chart() -> Chart {
    let labels = bars.map { Chart.shortened($0.label, to: Self.labelLimit) }
    let left = 8 + (labels.map(Chart.textWidth).max() ?? 0)
    let right = Self.width - 10 - (bars.map { Chart.textWidth($0.text) }.max() ?? 0)
    let hasLegend = legend != .empty
    let top = hasLegend ? 26.0 : 8.0
    let bottom = top + Double(bars.count) * Self.rowHeight + 2
    let highest = end ?? max(bars.map(\.value).max() ?? 1, 0)
    let axis = Axis.linear(
      from: min(bars.map(\.value).min() ?? 0, 0), to: highest, ticks: 3,
      whole: bars.allSatisfy { $0.value == $0.value.rounded() })
    func x(_ value: Double) -> Double { left + axis.position(value) * (right - left) }

    var body = legend
    for tick in axis.ticks {
      body += """
        <line class="grid" x1="\(x(tick.value))" x2="\(x(tick.value))" y1="\(top)" y2="\(bottom)"/>\
        <text class="muted mid" x="\(x(tick.value))" y="\(bottom + 15)">\(tick.label)</text>
        """
    }
    for (index, bar) in bars.enumerated() {
      let y = top + Double(index) * Self.rowHeight + 3
      body += row(bar, label: labels[index], y: y, left: left, x: x)
    }
    body += "<line class=\"base\" x1=\"\(x(0))\" x2=\"\(x(0))\" y1=\"\(top)\" y2=\"\(bottom)\"/>"
    body += "<text class=\"muted end\" x=\"\(right)\" y=\"\(bottom + 31)\">\(xTitle)</text>"
    let summary = bars.map { "\($0.label): \($0.text)" }.joined(separator: "; ")
    return Chart(
      name: name, title: title, summary: "\(xTitle). \(summary).", width: Self.width,
      height: bottom + 36, body: body)
  }

  private func row(
    _ bar: Bar, label: String, y: Double, left: Double, x: (Double) -> Double
  ) -> Markup {
    let height = Self.rowHeight - 6
    let fill: Markup =
      switch bar.fill {
      case .palette(let index): " style=\"fill:\(Palette.color(index).hex)\""
      case .accent: .empty
      case .none: " style=\"fill:\(Palette.none.hex)\""
      }
    func rectangle(_ kind: Markup, _ value: Double) -> Markup {
      """
      <rect class="bar plain\(kind)"\(fill) x="\(min(x(0), x(value)))" y="\(y)" \
      width="\(abs(x(value) - x(0)))" height="\(height)" rx="2"/>
      """
    }
    var body: Markup = "<g data-tip=\"\(bar.tip)\">"
    // The whole row answers to the pointer, also where its bar is short.
    body += """
      <rect x="0" y="\(y - 3)" width="\(Self.width)" height="\(Self.rowHeight)" fill="none" pointer-events="all"/>
      """
    body += "<text class=\"end\" x=\"\(left - 6)\" y=\"\(y + 13)\">\(label)</text>"
    body += rectangle(bar.solid == nil ? "" : " pale", bar.value)
    if let solid = bar.solid { body += rectangle("", solid) }
    if let value = bar.diamond { body += Self.diamond(x(value), y + height / 2) }
    if let value = bar.circle { body += Self.circle(x(value), y + height / 2) }
    body += "<text class=\"end\" x=\"\(Self.width - 2)\" y=\"\(y + 13)\">\(bar.text)</text></g>"
    return body
  }

  static func diamond(_ x: Double, _ y: Double) -> Markup {
    "<path class=\"mark\" d=\"M\(x) \(y - 5)l5 5l-5 5l-5 -5z\"/>"
  }

  static func circle(_ x: Double, _ y: Double) -> Markup {
    "<circle class=\"ring\" cx=\"\(x)\" cy=\"\(y)\" r=\"3.75\"/>"
  }
}
