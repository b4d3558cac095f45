// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The head of the page: what was clustered, how well, and what the run was.
struct RunHeader {
  var run: RunFolder
  var names: GroupNames

  private var record: RunRecord { run.record }
  private var things: String { record.data.imageShape == nil ? "samples" : "images" }

  var title: String {
    "\(record.data.name) in \(clusters)"
  }

  /// "10 clusters", "1 cluster".
  private var clusters: String {
    NumberText.grouped(record.clusters) + (record.clusters == 1 ? " cluster" : " clusters")
  }

  func html() -> Markup {
    let isFinished = record.status == nil || record.status == .finished
    let pill: Markup =
      "<span class=\"pill\(isFinished ? "" : " alert")\">\((record.status ?? .finished).rawValue)</span>"
    let tiles = tiles().map { tile -> Markup in
      """
      <div><dt>\(tile.name)</dt><dd\(Markup(verbatim: tile.value.count > 7 ? " class=\"long\"" : ""))>\(tile.value)\(meter(tile))\
      <span class="sub">\(tile.note)</span></dd></div>

      """
    }.joined()
    return """
      <header class="hero" id="overview">
      <p class="eyebrow"><span>Run \(run.name)</span>\(pill)</p>
      <h1>\(title)</h1>
      <p class="lead">\(sentence())</p>
      <p class="source">\(origin())</p>
      <dl class="tiles">
      \(tiles)</dl>
      \(warnings())\(notes())
      </header>

      """
  }

  // MARK: Sentence

  private func sentence() -> String {
    let method = record.method.title ?? record.method.name
    let rows = run.rows > 0 ? "\(NumberText.grouped(run.rows)) \(things)" : "the \(things)"
    let isFinished = record.status == nil || record.status == .finished
    let verb = isFinished ? "sorted" : record.status == .running ? "is sorting" : "began to sort"
    var text =
      "\(method) \(verb) \(rows) into \(clusters)"
    if let noise = record.noise, noise > 0 {
      text += ", and left \(NumberText.grouped(noise)) in none,"
    }
    if isFinished, let total = record.seconds?["total"] {
      text += " in \(NumberText.duration(total))"
    }
    text = (text.hasSuffix(",") ? String(text.dropLast()) : text) + "."
    if let contingency = record.contingency, record.matching != nil, run.rows > 0 {
      var right = 0
      for (cluster, counts) in contingency.enumerated() {
        if let match = names.match(ofCluster: cluster) { right += counts[match] }
      }
      let all = max(contingency.joined().reduce(0, +), 1)
      let hasNoise = record.noise ?? 0 > 0
      text +=
        " \(NumberText.grouped(right)) of \(hasNoise ? "those in clusters" : "them"), "
        + "\(NumberText.percent(Double(right) / Double(all))), lie in the cluster matched to their "
        + "class\(hasNoise ? " (ACC and the other scores count noise as one more cluster)" : "")"
        + "; no label was used to find the clusters."
    } else if isFinished && run.labels == nil {
      text += " There are no labels to compare with."
    }
    return text
  }

  /// The paper, and what the run was in one line; the whole is at the end of the page.
  private func origin() -> Markup {
    var facts = [
      record.seed.map { "seed \($0)" }, record.precision, record.device,
      record.machine?.processor, record.started.map { String($0.prefix(10)) },
      record.commit.map { "commit \($0)" },
    ].compactMap { $0 }
    if let last = record.stopReason { facts.append("stopped because \(last)") }
    let paper: Markup = record.method.paper.map { "\($0).<br>" } ?? .empty
    return paper + "\(Self.capitalized(facts.joined(separator: " · ")))"
  }

  private static func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  // MARK: Tiles

  private struct Tile {
    var name: String
    var value: String
    var note: String
    var share: Double?
    var ceiling: Double?
  }

  private func tiles() -> [Tile] {
    var tiles: [Tile] = []
    let scores = record.scores
    func score(_ name: String, _ value: Double?, _ note: String) {
      guard let value else { return }
      tiles.append(
        Tile(name: name, value: NumberText.fixed(value, 4), note: note, share: value))
    }
    score("Accuracy (ACC)", scores?.acc, "best one-to-one match")
    if let ceiling = scores?.accCeiling, ceiling < 0.99995, !tiles.isEmpty {
      tiles[0].ceiling = ceiling
      tiles[0].note =
        "of at most \(NumberText.fixed(ceiling, 4)) with \(clusters)"
    }
    score("NMI", scores?.nmi, "normalised mutual information")
    score("ARI", scores?.ari, "adjusted Rand index")
    score("AMI", scores?.ami, "adjusted for chance")
    score("Purity", scores?.purity, "largest class of each cluster")
    score("Silhouette", scores?.silhouette, "−1 to 1, of the embedding")
    if scores?.acc == nil {
      if run.rows > 0 {
        tiles.append(
          Tile(
            name: Self.capitalized(things), value: NumberText.grouped(run.rows),
            note: record.data.columns.map { "\(NumberText.grouped($0)) values each" } ?? ""))
      }
      if let sizes = record.clusterSizes, let smallest = sizes.min(), let largest = sizes.max() {
        tiles.append(
          Tile(
            name: "Cluster sizes",
            value: "\(NumberText.grouped(smallest))–\(NumberText.grouped(largest))",
            note: "smallest and largest"))
      }
      if let certainty = run.certainty, !certainty.isEmpty {
        let median = certainty.sorted()[certainty.count / 2]
        tiles.append(
          Tile(
            name: "Median certainty", value: NumberText.fixed(Double(median), 3),
            note: "of the assignments", share: Double(median)))
      }
    }
    return tiles
  }

  private func meter(_ tile: Tile) -> Markup {
    guard let share = tile.share else { return .empty }
    let width = min(max(share, 0), 1) * 100
    let mark: Markup =
      tile.ceiling.map { "<b style=\"left:calc(\($0 * 100)% - 1px)\"></b>" } ?? .empty
    return """
      <span class="meter" aria-hidden="true"><i style="width:\(width)%"></i>\(mark)</span>
      """
  }

  // MARK: Warnings

  /// Whether the record's sentence tells what is so with ordinary images and texts.
  private static func isOrdinary(_ warning: String) -> Bool {
    warning.contains(#/columns? (is|are) constant;/#)
      || warning.contains(#/^the \d+ most frequent of \d+ words are used/#)
  }

  private func notes() -> Markup {
    let items = (record.warnings ?? []).filter(Self.isOrdinary).map { "<li>\($0)</li>" as Markup }
    guard !items.isEmpty else { return .empty }
    return "<ul class=\"notes\" aria-label=\"Notes\">\(items.joined(separator: "\n"))</ul>"
  }

  private func warnings() -> Markup {
    let warned = (record.warnings ?? []).filter { !Self.isOrdinary($0) }
    var items: [Markup] = warned.map { "<li>\($0)</li>" }
    if record.status == .interrupted {
      items.insert(
        """
        <li>This run was interrupted; the figures are those of its last step. Go on with \
        <code>\(RunCommands(run: run).resume)</code></li>
        """, at: 0)
    } else if record.status == .running {
      items.insert("<li>This run was not finished when the report was written.</li>", at: 0)
    }
    guard !items.isEmpty else { return .empty }
    return "<ul class=\"warnings\" aria-label=\"Warnings\">\(items.joined(separator: "\n"))</ul>"
  }
}
