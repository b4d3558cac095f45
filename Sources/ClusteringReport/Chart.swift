// SPDX-License-Identifier: Apache-2.0

/// A finished drawing: an SVG with the words that go with it.
///
/// In the page it takes its colours from the page's style sheet; ``file()`` carries ``ChartStyle``
/// with it.
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

  /// The drawing as an element of the page.
  func svg() -> Markup {
    let hover: Markup = plot.map { " tabindex=\"0\" data-plot=\"\($0)\"" } ?? .empty
    return svg(attributes: "\(hover) style=\"--natural:\(width)px\"", content: body)
  }

  /// The drawing as a file, with its style and without what only a page can use.
  func file() -> String {
    let text = svg(
      attributes: """
         xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
        width="\(width)" height="\(height)"
        """,
      content: """
        <style>\(ChartStyle.standalone)</style>\
        <rect width="\(width)" height="\(height)" fill="#fff"/>\(body)
        """
    ).text
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      + text.replacing(#/ data-tip="[^"]*"/#, with: "") + "\n"
  }

  private func svg(attributes: Markup, content: Markup) -> Markup {
    """
    <svg class="chart" id="\(name)" viewBox="0 0 \(width) \(height)"\(attributes) role="img" \
    aria-labelledby="\(name)-title \(name)-summary">\
    <title id="\(name)-title">\(title)</title><desc id="\(name)-summary">\(summary)</desc>\
    \(content)</svg>
    """
  }

  /// A text of at most `limit` characters: of a longer one the middle is left out, as names of one
  /// family differ at their ends.
  static func shortened(_ text: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    let tail = (limit - 1) / 2
    return "\(text.prefix(limit - 1 - tail))…\(text.suffix(tail))"
  }

  /// About how wide a text of the charts' 12-pixel type is.
  static func textWidth(_ text: String) -> Double { Double(text.count) * 6.8 }
}
