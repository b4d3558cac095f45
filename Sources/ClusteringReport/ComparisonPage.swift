// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The page of a comparison.
struct ComparisonPage {
  var runs: [RunFolder]
  var agreement: [[Agreement?]]

  func html() -> String {
    let sections = [scores(), maps(), agreements(), curves(), settings()].compactMap { $0 }
    let data = Set(runs.map(\.record.data.name)).sorted().joined(separator: ", ")
    let title = "\(NumberText.grouped(runs.count)) runs of \(data)"
    let versions = Set(runs.compactMap(\.record.version)).sorted().joined(separator: ", ")
    return Page.document(
      title: title, version: versions, sections: sections, styles: .empty, scripts: .empty,
      head: """
        <header class="hero" id="overview"><p class="eyebrow"><span>Comparison</span></p>
        <h1>\(title)</h1>
        <p class="lead">A run has one colour in all tables and curves. Labels, where there are any, \
        measure the clusters; none was used to find them.</p></header>

        """,
      footer: "Written by deepclust from the files of \(runs.count) run folders.")
  }

  /// The name of a run behind its colour.
  private func name(_ index: Int) -> Markup {
    """
    <span class="dot" style="background:\(Palette.color(index).hex)"></span>\(runs[index].name)
    """
  }

  // MARK: Scores

  private struct Column {
    var title: String
    var values: [Double?]
    var text: (Double) -> String
    var isBest: ((Double, Double) -> Bool)?
  }

  private func scores() -> Section {
    let score: (Double) -> String = { NumberText.fixed($0, 4) }
    func column(_ title: String, _ value: (Scores) -> Double?) -> Column {
      Column(
        title: title, values: runs.map { $0.record.scores.flatMap(value) }, text: score, isBest: >)
    }
    let all: [Column] = [
      Column(
        title: "K", values: runs.map { Double($0.record.clusters) },
        text: { NumberText.compact($0) }, isBest: nil),
      column("ACC") { $0.acc }, column("NMI") { $0.nmi }, column("ARI") { $0.ari },
      column("AMI") { $0.ami }, column("Purity") { $0.purity },
      // Of each run's own embedding, which says nothing of another's.
      Column(
        title: "Silhouette", values: runs.map { $0.record.scores?.silhouette }, text: score,
        isBest: nil),
      Column(
        title: "Time", values: runs.map { $0.record.seconds?["total"] },
        text: NumberText.duration, isBest: nil),
    ]
    let columns = all.filter { column in column.values.contains { $0 != nil } }
    // Scores on different data have no best.
    let isOneData = Set(runs.map { $0.record.data.digest ?? $0.name }).count == 1
    let bests = columns.map { column -> Double? in
      let known = column.values.compactMap { $0 }
      guard let isBest = column.isBest, isOneData, known.count > 1 else { return nil }
      return known.max { isBest($1, $0) }
    }
    let rows = runs.indices.map { index -> Markup in
      let record = runs[index].record
      let cells = columns.indices.map { place -> Markup in
        guard let value = columns[place].values[index] else { return "<td class=\"number\">–</td>" }
        let text = columns[place].text(value)
        return value == bests[place]
          ? "<td class=\"number\"><strong>\(text)</strong></td>"
          : "<td class=\"number\">\(text)</td>"
      }
      return """
        <tr><th scope="row">\(name(index))</th><td class="words">\(record.method.title ?? record.method.name)\
        <p class="note">\(ending(record))</p></td>\(cells.joined())</tr>

        """
    }
    let heads = columns.map { "<th class=\"number\">\($0.title)</th>" as Markup }
    return Section(
      id: "scores", heading: "Scores", label: "Scores",
      lead: isOneData
        ? "The best of each score against the classes in bold. A silhouette is that of the embedding in "
          + "which the run clusters, and not to be ranked between methods. One run of each says little: "
          + "for differences between methods run several seeds with deepclust experiment."
        : "The runs are of different data, so their scores cannot be ranked.",
      content: """
        <div class="card"><div class="scroller"><table class="runs"><thead><tr><th>Run</th>\
        <th>Method, and why it stopped</th>\(heads.joined())</tr></thead><tbody>
        \(rows.joined())</tbody></table></div></div>
        """)
  }

  private func ending(_ record: RunRecord) -> String {
    switch record.status {
    case .interrupted: "interrupted"
    case .running: "not finished"
    default: record.stopReason ?? "–"
    }
  }

  // MARK: Maps

  private func maps() -> Section? {
    let cards = runs.indices.compactMap { index -> Markup? in
      let figures = MapFigures(run: runs[index], names: GroupNames(runs[index]))
      guard let coloring = figures.colorings.first else { return nil }
      let uri = figures.image(coloring, side: 560).dataURI
      return """
        <figure class="card figure"><h3>\(name(index))</h3>\
        <img class="map" src="\(Markup(verbatim: uri))" alt="Map of the embedding of \
        \(runs[index].name), coloured by cluster"></figure>

        """
    }
    guard !cards.isEmpty else { return nil }
    return Section(
      id: "maps", heading: "Maps", label: "Maps",
      lead: "The embedding of each run in two dimensions, coloured by cluster"
        + (runs.contains { $0.record.matching != nil }
          ? "; a cluster has the colour of its matched class, so that the same classes look alike."
          : "."),
      content: """
        <div class="\([2, 4].contains(cards.count) ? "grid-2" : "grid-3")">\(cards.joined())</div>
        """)
  }

  // MARK: Agreement

  private func agreements() -> Section? {
    let pairs = runs.indices.flatMap { row in runs.indices.map { (row, $0) } }
    guard pairs.contains(where: { $0 != $1 && agreement[$0][$1] != nil }) else { return nil }
    return Section(
      id: "agreement", heading: "Agreement", label: "Agreement",
      lead: "How alike the clusters of two runs are, whatever the classes: 1 is the same clusters, "
        + "an adjusted Rand index of 0 no more than chance. Only runs of the same data can be compared.",
      content: """
        <div class="grid-2">\(matrix("Adjusted Rand index", \.ari))\
        \(matrix("Normalised mutual information", \.nmi))</div>
        """)
  }

  private func matrix(_ title: String, _ value: (Agreement) -> Double) -> Markup {
    let heads = runs.indices.map { index -> Markup in
      "<th class=\"number\" title=\"\(runs[index].name)\">\(dot(index))</th>"
    }
    let rows = runs.indices.map { row -> Markup in
      let cells = runs.indices.map { column -> Markup in
        guard let pair = agreement[row][column] else { return "<td class=\"number\">–</td>" }
        let strength = min(max(value(pair), 0), 1) * 60
        let tip = "\(runs[row].name) and \(runs[column].name)"
        return """
          <td class="number shaded" style="--strength:\(strength)%" data-tip="\(tip)">\
          \(NumberText.fixed(value(pair), 3))</td>
          """
      }
      return "<tr><th scope=\"row\">\(name(row))</th>\(cells.joined())</tr>\n"
    }
    return """
      <div class="card"><h3>\(title)</h3><div class="scroller"><table class="runs"><thead><tr><td></td>\
      \(heads.joined())</tr></thead><tbody>
      \(rows.joined())</tbody></table></div></div>
      """
  }

  private func dot(_ index: Int) -> Markup {
    """
    <span class="dot" style="background:\(Palette.color(index).hex)" role="img" \
    aria-label="\(runs[index].name)"></span>
    """
  }

  // MARK: Curves and settings

  private func curves() -> Section? {
    let charts = ComparisonCurves(runs: runs).charts
    guard !charts.isEmpty else { return nil }
    return Section(
      id: "curves", heading: "Curves", label: "Curves",
      lead: "The runs over their steps. Move over a chart, or focus it and use the arrow keys, to "
        + "read the values.",
      content: "<div class=\"grid-2 charts\">\(charts.map { Section.figure($0) }.joined())</div>")
  }

  private func settings() -> Section {
    let lines = ComparisonSettings(runs: runs).differing
    let (own, common) = (lines.filter(\.isOfSomeMethods), lines.filter { !$0.isOfSomeMethods })
    let shown: Markup =
      common.isEmpty
      ? "<p class=\"note\">None: the runs were asked for the same.</p>" : table(common)
    let folded: Markup =
      own.isEmpty
      ? .empty
      : """
      <details><summary>\(own.count) settings that only some of these methods have</summary>\
      \(table(own))</details>
      """
    return Section(
      id: "settings", heading: "Settings that differ", label: "Settings",
      lead: "All others are the same in all of these runs.",
      content: "<div class=\"card\">\(shown)\(folded)</div>")
  }

  private func table(_ lines: [ComparisonSettings.Line]) -> Markup {
    let heads = runs.indices.map { "<th>\(name($0))</th>" as Markup }
    let rows = lines.map { line -> Markup in
      let cells = line.values.map { "<td>\($0 ?? "–")</td>" as Markup }
      return "<tr><th scope=\"row\">\(line.name)</th>\(cells.joined())</tr>\n"
    }
    return """
      <div class="scroller"><table class="runs"><thead><tr><th>Setting</th>\(heads.joined())</tr></thead>
      <tbody>
      \(rows.joined())</tbody></table></div>
      """
  }
}
