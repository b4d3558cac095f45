// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The confusion of clusters and classes: a row a cluster, shaded by its share of each class.
struct HeatMap {
  struct Row {
    var label: String
    /// What the row is called under the pointer.
    var name: String
    var counts: [Int]
    /// The class matched to the cluster, nil for none.
    var match: Int?
    /// What a share is of.
    var group = "the cluster"
  }

  var name: String
  var title: String
  var rowTitle: String
  var columnTitle: String
  var rows: [Row]
  var columns: [String]

  private static let labelLimit = 18
  /// From here on cells are too small for numbers; the pointer shows them.
  private static let mostNumbers = 32

  func chart() -> Chart {
    let hasNumbers = columns.count <= Self.mostNumbers
    let digits = rows.flatMap(\.counts).max().map { NumberText.grouped($0).count } ?? 1
    let cellWidth = hasNumbers ? max(30, Double(digits) * 6.6 + 8) : 12
    let cellHeight = hasNumbers ? 27.0 : 12.0
    let labels = rows.map { Chart.shortened($0.label, to: Self.labelLimit) }
    let names = columns.map { Chart.shortened($0, to: Self.labelLimit) }
    let longest = names.map(Chart.textWidth).max() ?? 0
    let isSlanted = longest > cellWidth
    let left = 12 + max(labels.map(Chart.textWidth).max() ?? 0, Chart.textWidth(rowTitle))
    // Slanted names reach up by the sine, and to the right by the cosine, of 40°.
    let top = 28 + (isSlanted ? longest * 0.66 + 6 : 14)
    let spill = isSlanted ? longest * 0.5 : 0
    let right = left + cellWidth * Double(columns.count)
    let bottom = top + cellHeight * Double(rows.count)

    var body: Markup = """
      <text class="strong" x="\(left)" y="14">\(columnTitle)</text>\
      <text class="strong end" x="\(left - 6)" y="\(top - 7)">\(rowTitle)</text>
      """
    // Names at small cells would lie over each other.
    let step = hasNumbers ? 1 : 2
    for (index, column) in names.enumerated() where index.isMultiple(of: step) {
      let x = left + (Double(index) + 0.5) * cellWidth
      body +=
        isSlanted
        ? "<text class=\"muted\" transform=\"translate(\(x - 3) \(top - 6))rotate(-40)\">\(column)</text>"
        : "<text class=\"muted mid\" x=\"\(x)\" y=\"\(top - 7)\">\(column)</text>"
    }
    for (index, row) in rows.enumerated() {
      let y = top + Double(index) * cellHeight
      if hasNumbers || index.isMultiple(of: 2) {
        body += """
          <text class="end" x="\(left - 6)" y="\(y + cellHeight / 2 + 4)">\(labels[index])</text>
          """
      }
      body += cells(row, y: y, left: left, width: cellWidth, height: cellHeight, hasNumbers)
    }
    return Chart(
      name: name, title: title, summary: summary(), width: right + max(spill, 4),
      height: bottom + 4, body: body)
  }

  private func cells(
    _ row: Row, y: Double, left: Double, width: Double, height: Double, _ hasNumbers: Bool
  ) -> Markup {
    let total = max(row.counts.reduce(0, +), 1)
    var body = Markup.empty
    for (index, count) in row.counts.enumerated() {
      let share = Double(count) / Double(total)
      let x = left + Double(index) * width
      let strength = Self.strength(share)
      body += """
        <g data-tip="\(tip(row, index, share))"><rect class="bed" x="\(x + 0.75)" y="\(y + 0.75)" \
        width="\(width - 1.5)" height="\(height - 1.5)" rx="3"/>
        """
      if count > 0 {
        body += """
          <rect class="cell" x="\(x + 0.75)" y="\(y + 0.75)" width="\(width - 1.5)" \
          height="\(height - 1.5)" rx="3" fill-opacity="\(strength)"/>
          """
      }
      if row.match == index {
        body += """
          <rect class="match" x="\(x + 1.25)" y="\(y + 1.25)" width="\(width - 2.5)" \
          height="\(height - 2.5)" rx="3"/>
          """
      }
      if hasNumbers {
        let kind = count == 0 ? "mid faint" : strength > 0.6 ? "mid on" : "mid"
        body += """
          <text class="\(kind)" x="\(x + width / 2)" y="\(y + height / 2 + 4)">\
          \(count == 0 ? "·" : NumberText.grouped(count))</text>
          """
      }
      body += "</g>"
    }
    return body
  }

  /// How strong a cell of a share is: small shares are what one looks for, and the power lifts them
  /// off the ground.
  private static func strength(_ share: Double) -> Double {
    share == 0 ? 0 : 0.03 + 0.97 * pow(share, 0.6)
  }

  /// The cells alone as a picture, a square of 24 pixels each on white: rows × columns counts.
  static func image(_ rows: [[Int]]) -> PNGImage {
    let side = 24
    let columns = rows.first?.count ?? 0
    let ink = [21.0, 77, 197]
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows.count * columns * side * side * 3)
    for row in rows {
      let total = Double(max(row.reduce(0, +), 1))
      let cells = row.map { count -> [UInt8] in
        let strength = Self.strength(Double(count) / total)
        return ink.map { UInt8((255 + ($0 - 255) * strength).rounded()) }
      }
      let line = cells.flatMap { cell in (0..<side).flatMap { _ in cell } }
      for _ in 0..<side { pixels += line }
    }
    return PNGImage(width: columns * side, height: rows.count * side, channels: 3, pixels: pixels)
  }

  private func tip(_ row: Row, _ column: Int, _ share: Double) -> String {
    let all = rows.reduce(0) { $0 + $1.counts[column] }
    let ofColumn = all > 0 ? Double(row.counts[column]) / Double(all) : 0
    return """
      \(row.name), class \(columns[column])\(row.match == column ? " (matched)" : "")
      \(NumberText.grouped(row.counts[column])) sample\(row.counts[column] == 1 ? "" : "s")
      \(NumberText.percent(share)) of \(row.group)
      \(NumberText.percent(ofColumn)) of the class
      """
  }

  private func summary() -> String {
    rows.map { row in
      let parts = row.counts.enumerated().filter { $0.element > 0 }
        .sorted { $0.element > $1.element }.prefix(3)
        .map { "\($0.element) of class \(columns[$0.offset])" }
      return "\(row.name): \(parts.joined(separator: ", "))"
    }.joined(separator: "; ") + "."
  }
}
