// SPDX-License-Identifier: Apache-2.0

import DeepClustering
/// A part of the page with a heading and an entry in the navigation.
struct Section {
  var id: String
  var heading: String
  /// The short form for the navigation.
  var label: String
  /// One or two sentences: what to look for.
  var lead: String
  var content: Markup

  func html() -> Markup {
    """
    <section id="\(id)" aria-labelledby="\(id)-heading"><h2 id="\(id)-heading">\(heading)</h2>
    <p class="lead">\(lead)</p>
    \(content)
    </section>

    """
  }

  /// A chart on a card under its title; a wide one scrolls within the card.
  static func figure(_ chart: Chart, isWide: Bool = false, note: Markup = .empty) -> Markup {
    let drawing: Markup = isWide ? "<div class=\"scroller\">\(chart.svg())</div>" : chart.svg()
    return """
      <figure class="card figure"><h3>\(chart.title)</h3>\(drawing)\(note)</figure>

      """
  }
}
