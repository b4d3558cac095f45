// SPDX-License-Identifier: Apache-2.0

/// A finished drawing: an SVG with the words that go with it.
///
/// In the page it takes its colours from the page's style sheet; `svg(standalone: true)` carries
/// ``ChartStyle`` with it, for a file of its own.
struct Chart: Sendable {
  /// A short name of lower-case letters and hyphens: the element's id, a file's name.
  var name: String
  var title: String
  /// What the drawing shows, for those who cannot see it.
  var summary: String
  var width: Double
  var height: Double
  /// JSON for the page's script, which shows values under the pointer.
  var plot: String?
  var body: Markup

  /// The drawing as an element; `standalone` adds the name space, the size and the style.
  func svg(standalone: Bool = false) -> Markup {
    let file: Markup =
      standalone
      ? " xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\"" : ""
    let hover: Markup = plot.map { " tabindex=\"0\" data-plot=\"\($0)\"" } ?? .empty
    return """
      <svg class="chart" id="\(name)" viewBox="0 0 \(width) \(height)"\(file)\(hover) role="img" \
      aria-labelledby="\(name)-title \(name)-summary" style="--natural:\(width)px">\
      <title id="\(name)-title">\(title)</title><desc id="\(name)-summary">\(summary)</desc>\
      \(standalone ? "<style>\(ChartStyle.standalone)</style>" : .empty)\(body)</svg>
      """
  }

  /// A text, shortened to `limit` characters.
  static func shortened(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }

  /// About how wide a text of the charts' 12-pixel type is.
  static func textWidth(_ text: String) -> Double { Double(text.count) * 6.8 }
}
