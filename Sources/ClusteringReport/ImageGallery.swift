// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The pictures of each cluster: its decoded centroid, its most and its least certain
/// samples, and new ones where the model draws them.
struct ImageGallery {
  var run: RunFolder
  var names: GroupNames

  var isEmpty: Bool { run.mostCertain == nil && run.leastCertain == nil && run.centroids == nil }

  /// A rule for each strip: one PNG holds all its pictures, a tile shows one of them.
  func stylesheet() -> Markup {
    var rules = Markup.empty
    for cluster in 0..<names.clusterCount {
      for (kind, pictures) in sets {
        let count = shownCount(pictures, cluster)
        guard count > 0 else { continue }
        let image = PNGImage.sheet(
          count: count, width: pictures.width, height: pictures.height,
          channels: pictures.channels, pixels: pictures.pixels(ofCluster: cluster))
        rules += """
          .\(kind)\(cluster){background-image:url(\(Markup(verbatim: image.dataURI)));\
          --count:\(count)}

          """
      }
    }
    if let sheet = run.sheet {
      let image = PNGImage.sheet(
        count: sheet.samples.count, columns: Self.columns(of: sheet), width: sheet.width,
        height: sheet.height, channels: sheet.channels, pixels: sheet.pixels)
      rules += ".ps{background-image:url(\(Markup(verbatim: image.dataURI)))}\n"
    }
    return rules
  }

  /// The pictures in a row of the sheet, which is about square.
  static func columns(of sheet: RunFolder.SampleSheet) -> Int {
    Int(Double(sheet.samples.count).squareRoot().rounded(.up))
  }

  /// How many of a cluster's most certain samples there are pictures of.
  func mostCertainCount(ofCluster cluster: Int) -> Int {
    run.mostCertain.map { shownCount($0, cluster) } ?? 0
  }

  func html() -> Markup {
    names.clustersByClass.map(card).joined(separator: "\n")
  }

  /// The strips in which the pictures of samples are, for the map's tool tip: sample, class, place.
  func places() -> [(sample: Int, strip: String, place: Int)] {
    sets.flatMap { kind, pictures in
      (0..<names.clusterCount).flatMap { cluster in
        pictures.samples(ofCluster: cluster).enumerated().map {
          (sample: $0.element, strip: "\(kind)\(cluster)", place: $0.offset)
        }
      }
    }
  }

  private var sets: [(kind: String, pictures: RunFolder.Pictures)] {
    [
      ("pc", run.centroids), ("pm", run.mostCertain), ("pl", run.leastCertain),
      ("pg", run.generated),
    ]
    .compactMap { kind, pictures in pictures.map { (kind, $0) } }
  }

  private func shownCount(_ pictures: RunFolder.Pictures, _ cluster: Int) -> Int {
    pictures.samples == nil ? pictures.perCluster : pictures.samples(ofCluster: cluster).count
  }

  private func card(_ cluster: Int) -> Markup {
    var facts: [String] = []
    if let sizes = run.record.clusterSizes {
      facts.append("\(NumberText.grouped(sizes[cluster])) samples")
    }
    if let match = names.match(ofCluster: cluster), let counts = run.record.contingency?[cluster] {
      let share = Double(counts[match]) / Double(max(counts.reduce(0, +), 1))
      facts.append("\(NumberText.percent(share)) are \(names.classPhrase(match))")
    } else if run.record.contingency != nil {
      facts.append("no class of its own")
    }
    let chip: Markup =
      names.match(ofCluster: cluster).map { "<span class=\"chip\">\(names.className($0))</span>" }
      ?? .empty
    let color = Palette.color(names.color(ofCluster: cluster)).hex
    var body: Markup = """
      <article class="card cluster" id="cluster-\(cluster)"><header>
      """
    if run.centroids != nil {
      body += """
        <span class="tile centroid pc\(cluster)" data-tip="Cluster \(cluster): \(run.centroidKind)" \
        role="img" aria-label="Cluster \(cluster): \(run.centroidKind)"></span>
        """
    }
    body += """
      <div><h3><span class="dot" style="background:\(color)"></span>Cluster \(cluster) \(chip)</h3>\
      <p class="note">\(facts.joined(separator: " · "))</p></div></header>
      """
    body += strip("Most certain", "pm", run.mostCertain, cluster)
    body += strip("Least certain", "pl", run.leastCertain, cluster)
    body += strip("Drawn from the model", "pg", run.generated, cluster)
    return body + "</article>"
  }

  private func strip(
    _ title: String, _ kind: String, _ pictures: RunFolder.Pictures?, _ cluster: Int
  ) -> Markup {
    guard let pictures, shownCount(pictures, cluster) > 0 else { return .empty }
    let samples = pictures.samples(ofCluster: cluster)
    let tiles = (0..<shownCount(pictures, cluster)).map { place -> Markup in
      guard place < samples.count else {
        return "<span class=\"tile \(kind)\(cluster)\" style=\"--place:\(place)\"></span>"
      }
      return tile(samples[place], place: place, cluster: cluster, strip: "\(kind)\(cluster)")
    }
    let label =
      samples.isEmpty
      ? "\(tiles.count) pictures that the model drew of cluster \(cluster)"
      : "\(tiles.count) samples of cluster \(cluster), \(title.lowercased()) first"
    return """
      <h4>\(title)</h4><div class="strip" role="img" aria-label="\(label)">\(tiles.joined())</div>
      """
  }

  private func tile(_ sample: Int, place: Int, cluster: Int, strip: String) -> Markup {
    var tip = "Sample \(NumberText.grouped(sample))"
    var wrong: String?
    if let labels = run.labels {
      let name = names.className(labels[sample])
      tip += "\nClass \(name)"
      if let match = names.match(ofCluster: cluster), match != labels[sample] { wrong = name }
    }
    if let certainty = run.certainty {
      tip += "\nCertainty \(NumberText.fixed(Double(certainty[sample]), 3))"
    }
    let badge: Markup = wrong.map { "<i>\(Chart.shortened($0, to: 7))</i>" } ?? .empty
    return """
      <span class="tile \(strip)\(wrong == nil ? "" : " off")" style="--place:\(place)" \
      data-tip="\(tip)">\(badge)</span>
      """
  }
}
