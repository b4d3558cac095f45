// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// The words that tell clusters of texts apart, a line for each cluster.
struct WordSection {
  var run: RunFolder
  var names: GroupNames

  func section() -> Section? {
    guard let words = run.words, words.clusters.count == run.record.clusters else { return nil }
    let lines = names.clustersByClass.map { cluster -> Markup in
      let size = run.record.clusterSizes.map { sizes -> Markup in
        "<td class=\"number\">\(cluster < sizes.count ? NumberText.grouped(sizes[cluster]) : "")</td>"
      }
      let text = words.clusters[cluster].map(\.word).joined(separator: ", ")
      return """
        <tr><th scope="row">\(names.shortName(ofCluster: cluster))</th>\(size ?? .empty)<td>\(text)</td></tr>

        """
    }.joined()
    let size: Markup =
      run.record.clusterSizes == nil ? .empty : "<th scope=\"col\" class=\"number\">Texts</th>"
    return Section(
      id: "words", heading: "Words of each cluster", label: "Words",
      lead:
        "The words that tell each cluster from the others, the most telling one first: those whose "
        + "mean tf-idf lies the most standard deviations above that of all texts.",
      content: """
        <div class="card scroller"><table>
        <thead><tr><th scope="col">Cluster</th>\(size)<th scope="col">Words</th></tr></thead>
        <tbody>
        \(lines)</tbody></table></div>
        """)
  }
}
