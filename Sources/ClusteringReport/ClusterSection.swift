// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// Sizes, confusion, scores of the classes, certainty, silhouettes, and what stands out in them.
struct ClusterSection {
  var run: RunFolder
  var names: GroupNames

  func section() -> Section? {
    let charts = ClusterCharts(run: run, names: names)
    let confusion = charts.confusion().map {
      Section.figure(
        $0, isWide: true,
        note: """
          <p class="note">Samples of each class in each cluster; a cell is shaded by its share of \
          the cluster, a frame marks the matched class.</p>
          """)
    }
    let sizes = charts.sizes().map { Section.figure($0, note: sizesNote) }
    let classScores = charts.classScores().map { Section.figure($0, note: table()) }
    let certainty = charts.certainty().map { Section.figure($0) }
    let silhouettes = charts.silhouettes().map { Section.figure($0, note: Self.silhouettesNote) }
    let gradient = charts.gradient().map { Section.figure($0, note: Self.gradientNote) }
    let sure = [certainty, gradient, silhouettes].compactMap { $0 }
    let others = [sizes, classScores].compactMap { $0 } + sure
    guard confusion != nil || !others.isEmpty else { return nil }
    let hasLabels = run.record.contingency != nil
    // An odd chart would stand alone in its row: there is room for it beside the strips.
    let deciles = deciles
    let isOdd = confusion != nil && deciles != .empty && !sure.count.isMultiple(of: 2)
    let paired = isOdd ? Array(sure.dropLast()) : sure
    let beside: Markup = sure.last ?? .empty
    let content: Markup =
      if let confusion {
        """
        <div class="grid-2 grid-wide"><div class="stack">\(confusion)\
        <div class="grid-2">\(paired.joined())</div></div>\
        <div class="stack">\([sizes, classScores].compactMap { $0 }.joined())</div></div>
        """
      } else {
        """
        <div class="\(others.count.isMultiple(of: 3) ? "grid-3" : "grid-2 charts")">\
        \(others.joined())</div>
        """
      }
    let strips: Markup =
      isOdd ? "<div class=\"grid-2 grid-wide later\">\(deciles)\(beside)</div>" : deciles
    return Section(
      id: "clusters", heading: hasLabels ? "Clusters and classes" : "Clusters",
      label: hasLabels ? "Classes" : "Clusters",
      lead: hasLabels
        ? "Which class went into which cluster. The match pairs each cluster with at most one class "
          + "so that as many samples as possible agree."
        : "How large the clusters are and how sure the method is of them.",
      content: findings() + content + strips)
  }

  private var sizesNote: Markup {
    run.record.contingency == nil
      ? .empty : "<p class=\"note\">Solid: samples of the matched class. Pale: all others.</p>"
  }

  private var deciles: Markup {
    run.deciles.map { DecileStrips(pictures: $0, certainty: run.certainty).html() } ?? .empty
  }

  private static let gradientNote: Markup = """
    <p class="note">How strongly the clustering loss pulls each code, as figure 4 of the DEC paper. The \
    line joins the medians of each tenth of the samples. Here a sample lies at its largest q over all \
    clusters, where the paper sorts by q to one cluster.</p>
    """

  private static let silhouettesNote: Markup = """
    <p class="note">1: its samples are far nearer to their own cluster than to the next one; 0: on the \
    border; below: nearer to another. Of at most 5,000 samples.</p>
    """

  private func findings() -> Markup {
    let sentences = ClassFindings(run: run, names: names).sentences
    guard !sentences.isEmpty else { return .empty }
    let items = sentences.map { "<li>\($0)</li>" as Markup }.joined()
    return """
      <div class="card findings"><h3>What stands out</h3><ul>\(items)</ul></div>

      """
  }

  private func table() -> Markup {
    guard let scores = run.record.classScores, !scores.isEmpty else { return .empty }
    let rows = scores.map { score -> Markup in
      """
      <tr><th scope="row">\(score.name)</th><td class="number">\(NumberText.fixed(score.precision, 4))\
      </td><td class="number">\(NumberText.fixed(score.recall, 4))</td><td class="number">\
      \(NumberText.fixed(score.f1, 4))</td><td class="number">\(NumberText.grouped(score.support))\
      </td></tr>

      """
    }
    return """
      <details><summary>As a table</summary><div class="scroller">
      <table><thead><tr><th>Class</th><th class="number">Precision</th><th class="number">Recall</th>\
      <th class="number">F1</th><th class="number">Samples</th></tr></thead><tbody>
      \(rows.joined())</tbody></table></div></details>
      """
  }
}
