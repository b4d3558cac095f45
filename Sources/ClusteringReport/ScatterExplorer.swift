// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The map of the embedding: all samples as points, to pan, zoom, colour and ask.
///
/// Positions and values travel as base64 of little-endian integers, about 14 bytes a point;
/// ``ScatterScript`` draws them.
struct ScatterExplorer {
  var run: RunFolder
  var names: GroupNames
  /// Where the pictures of some samples are, for the tool tip and the panel of a cluster.
  var gallery: ImageGallery

  /// Above this, every so-many-th sample is shown: the page stays under 15 MB and fluid.
  static let mostPoints = 400_000

  func html() -> Markup {
    guard let projection = run.projection, let assignments = run.assignments else { return .empty }
    let total = assignments.count
    let count = min(total, Self.mostPoints)
    let chosen = (0..<count).map { $0 * total / count }
    let isSample = count < total
    let note: Markup =
      isSample
      ? "<p class=\"note\">\(NumberText.grouped(count)) of \(NumberText.grouped(total)) samples are shown.</p>"
      : .empty
    return """
      <figure class="card explorer" id="explorer">
      <div class="bar"><div class="segments" role="group" aria-label="Colour by">\(modes)</div>
      <div class="buttons">
      <button type="button" data-act="numbers" aria-pressed="true" title="Cluster numbers">№</button>
      <button type="button" data-act="ellipses" aria-pressed="\(run.isPlanar ? "true" : "false")" \
      title="Ellipses of the clusters' covariances, 95 % of a Gaussian\
      \(run.isPlanar ? "; crosses at the means" : "")" aria-label="Ellipses">◯</button>
      <button type="button" data-act="out" title="Zoom out" aria-label="Zoom out">−</button>
      <button type="button" data-act="in" title="Zoom in" aria-label="Zoom in">+</button>
      <button type="button" data-act="reset" title="Show everything">Reset</button>
      <button type="button" data-act="full" title="Full screen">Full screen</button></div></div>
      <div class="stage"><div class="plane"><div class="view"><canvas tabindex="0" role="img" \
      aria-label="Map of \(NumberText.grouped(count)) samples in two dimensions. Arrow keys move, plus and minus zoom, zero shows everything. Enter reads out the sample in the middle, Shift and an arrow key the next one in that direction."></canvas></div>
      <p class="hint"><span class="mouse">Drag to move, Ctrl + scroll to zoom, click a point to keep its card and see its cluster. \
      Keys: arrows, + and −, Enter for the sample in the middle, Shift + arrows to the next one</span>\
      <span class="touch">Two fingers zoom, tap a point</span></p></div>
      <div class="legend"></div></div>
      <div class="chosen" hidden></div>\(note)
      <noscript><p class="note">The map needs JavaScript.</p></noscript>
      <script type="application/json" id="explorer-data">\(json(projection, assignments, chosen))</script>
      </figure>
      """
  }

  private var modes: Markup {
    var modes = [("cluster", "Cluster")]
    if run.labels != nil { modes.append(("class", "Class")) }
    if run.certainty != nil { modes.append(("certainty", "Certainty")) }
    if run.labels != nil, run.record.matching != nil { modes.append(("error", "Errors")) }
    return modes.enumerated().map { index, mode in
      """
      <button type="button" data-mode="\(mode.0)" aria-pressed="\(index == 0 ? "true" : "false")">\
      \(mode.1)</button>
      """
    }.joined()
  }

  private func json(_ projection: [Float], _ assignments: [Int], _ chosen: [Int]) -> Markup {
    let grid = PlaneGrid(of: projection, chosen)
    let extent = grid.extent
    var fields = [
      "\"count\":\(chosen.count)", "\"total\":\(assignments.count)",
      "\"extent\":[\(extent.x),\(extent.y)]",
      "\"xy\":\(Self.base64(grid.positions(projection, chosen)))",
      "\"cluster\":\(Self.base64(chosen.map { group(of: assignments[$0]) }))",
    ]
    if let labels = run.labels {
      fields.append("\"class\":\(Self.base64(chosen.map { UInt16(clamping: labels[$0]) }))")
    }
    if let certainty = run.certainty {
      let levels = chosen.map { UInt16((certainty[$0] * 65535).rounded()) }
      fields.append("\"certainty\":\(Self.base64(levels))")
    }
    if run.isPlanar { fields.append("\"planar\":true") }
    if let files = fileNames(of: chosen) { fields.append("\"names\":[\(files)]") }
    let ellipses = run.ellipses
    var clusters = (0..<names.clusterCount).map { cluster in
      group(
        names.match(ofCluster: cluster) == nil
          ? "Cluster \(cluster)" : names.shortName(ofCluster: cluster),
        Palette.color(names.color(ofCluster: cluster)),
        match: names.match(ofCluster: cluster),
        more: details(ofCluster: cluster) + grid.field(ellipses[cluster]))
    }
    if assignments.contains(-1) {
      clusters.append(group("Noise", Palette.none, match: nil, more: ",\"noise\":true"))
    }
    let classes = (0..<names.classCount).map {
      group(names.className($0), Palette.color($0), match: nil)
    }
    fields.append("\"clusters\":[\(clusters.joined(separator: ","))]")
    fields.append("\"classes\":[\(classes.joined(separator: ","))]")
    let pictures = gallery.places()
    let known = pictures.map { "\"\($0.sample)\":[\"\($0.strip)\",\($0.place)]" }
    // A sample can be in two strips of a small cluster; the first is as good as the second.
    let unique = Dictionary(zip(pictures.map(\.sample), known)) { first, _ in first }
    fields.append(
      "\"pictures\":{\(unique.sorted { $0.key < $1.key }.map(\.value).joined(separator: ","))}")
    if let sheet = run.sheet {
      let columns = ImageGallery.columns(of: sheet)
      fields.append(
        "\"sheet\":{\"columns\":\(columns),\"samples\":\(Self.base64(sheet.samples.map { UInt32($0) }))}"
      )
    }
    return Markup(verbatim: "{\(fields.joined(separator: ","))}")
  }

  /// More characters of names than this would double the page; the numbers of samples do then.
  private static let mostNameCharacters = 4_000_000

  /// The files of samples, between commas; nil where the folder has none.
  private func fileNames(of chosen: [Int]) -> String? {
    guard let files = run.fileNames,
      chosen.reduce(0, { $0 + files[$1].utf8.count }) <= Self.mostNameCharacters
    else { return nil }
    return chosen.map { ScriptText.literal(files[$0]) }.joined(separator: ",")
  }

  /// What the panel of a cluster shows beyond its points: nearest clusters, silhouette, words,
  /// pictures.
  private func details(ofCluster cluster: Int) -> String {
    var text = ""
    if let clusters = run.words?.clusters, clusters.indices.contains(cluster),
      !clusters[cluster].isEmpty
    {
      let words = clusters[cluster].map(\.word).joined(separator: ", ")
      text += ",\"words\":\(ScriptText.literal(words))"
    }
    if let nearest = run.record.nearestClusters?[cluster], !nearest.isEmpty {
      let pairs = nearest.map {
        "[\($0.cluster),\(ScriptText.literal(NumberText.compact($0.distance)))]"
      }
      text += ",\"near\":[\(pairs.joined(separator: ","))]"
    }
    if let silhouette = run.record.clusterSilhouettes?[cluster] {
      text += ",\"silhouette\":\(ScriptText.literal(NumberText.fixed(silhouette, 3)))"
    }
    let shown = gallery.mostCertainCount(ofCluster: cluster)
    return shown > 0 ? text + ",\"shown\":\(shown)" : text
  }

  /// The place of a cluster in the list of groups; noise (−1) comes after all clusters.
  private func group(of cluster: Int) -> UInt16 {
    UInt16(clamping: cluster < 0 ? names.clusterCount : cluster)
  }

  private func group(
    _ name: String, _ color: Palette.Color, match: Int?, more: String = ""
  ) -> String {
    "{\"name\":\(ScriptText.literal(name)),\"color\":\"\(color.hex)\","
      + "\"match\":\(match ?? -1)\(more)}"
  }

  /// Little-endian, between quotation marks.
  static func base64(_ values: [some FixedWidthInteger]) -> String {
    var bytes = Data()
    for value in values {
      withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return "\"\(bytes.base64EncodedString())\""
  }
}
