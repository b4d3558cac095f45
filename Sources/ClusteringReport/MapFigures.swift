// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The map of the embedding as drawings: by cluster, class, certainty and error.
struct MapFigures {
  var run: RunFolder
  var names: GroupNames

  /// A colouring: the group of each point, and what groups are called.
  struct Coloring {
    var name: String
    var title: String
    /// The points' colours.
    var colors: [Palette.Color?]
    /// What the legend says.
    var keys: [(color: Palette.Color, text: String)]
    /// The class of each point, where the names of classes stand on the map; else it is clusters.
    var classes: [Int]?
  }

  /// The colourings that the folder has the numbers for.
  var colorings: [Coloring] {
    guard run.projection != nil, let assignments = run.assignments, !assignments.isEmpty
    else { return [] }
    func color(ofCluster cluster: Int) -> Palette.Color {
      cluster < 0 ? Palette.none : Palette.color(names.color(ofCluster: cluster))
    }
    var keys = names.clustersByClass.map {
      (color: color(ofCluster: $0), text: names.shortName(ofCluster: $0))
    }
    if assignments.contains(-1) { keys.append((Palette.none, "noise")) }
    var result = [
      Coloring(
        name: "map-clusters", title: "Clusters", colors: assignments.map(color(ofCluster:)),
        keys: keys)
    ]
    if let labels = run.labels {
      result.append(
        Coloring(
          name: "map-classes", title: "Classes", colors: labels.map { Palette.color($0) },
          keys: (0..<names.classCount).map { (Palette.color($0), names.className($0)) },
          classes: labels))
    }
    if let certainty = run.certainty {
      let ends = (0...4).map { Double($0) / 4 }
      result.append(
        Coloring(
          name: "map-certainty", title: "Certainty",
          colors: certainty.map { Self.ramp(Double($0)) },
          keys: ends.map { (Self.ramp($0), NumberText.fixed($0, 2)) }))
    }
    if let labels = run.labels, run.record.matching != nil {
      let (right, wrong) = (Palette.Color(hex: 0xb0becf), Palette.Color(hex: 0xd93f04))
      result.append(
        Coloring(
          name: "map-errors", title: "Errors",
          colors: zip(assignments, labels).map {
            names.match(ofCluster: $0) == $1 ? right : wrong
          }, keys: [(right, "matched cluster"), (wrong, "wrong cluster")]))
    }
    return result
  }

  /// The points of a colouring as a picture.
  func image(_ coloring: Coloring, side: Int) -> PNGImage {
    scatter(coloring, side: side).image()
  }

  private func scatter(_ coloring: Coloring, side: Int) -> ScatterImage {
    ScatterImage(projection: run.projection ?? [], colors: coloring.colors, side: side)
  }

  /// The picture in a drawing, with the numbers of the clusters or the names of the classes on it and a
  /// legend beside it.
  func chart(_ coloring: Coloring) -> Chart {
    let image = image(coloring, side: 1200)
    let ratio = 360 / 1200.0
    let (width, height) = (Double(image.width) * ratio, Double(image.height) * ratio)
    var body: Markup = """
      <image x="0" y="24" width="\(width)" height="\(height)" xlink:href="\(image.dataURI)"/>\
      <text class="strong" x="4" y="14">\(coloring.title)</text>\(ellipses(coloring))
      """
    for (text, place) in medians(coloring) {
      // Beside the cross of the mean, where there is one.
      let aside = run.isPlanar ? 10.0 : 0
      // No name is cut at the edge, or lies on the legend.
      let half = Chart.textWidth(text) / 2 + 2
      let x = min(max(place.x * 360 + aside, half), max(360 - half, half))
      let y = place.y * 360 + 28 - aside
      body += """
        <text class="strong mid" x="\(x)" y="\(y)" stroke="#fff" stroke-width="3" \
        stroke-linejoin="round">\(text)</text><text class="strong mid" x="\(x)" y="\(y)">\
        \(text)</text>
        """
    }
    // A column of the legend is as high as the map, at least as high as five rows.
    let rows = max(Int((height - 4) / 17), 5)
    let wide =
      (coloring.keys.map { Chart.textWidth(Chart.shortened($0.text, to: 18)) }.max() ?? 0) + 26
    for (index, key) in coloring.keys.enumerated() {
      let (column, row) = index.quotientAndRemainder(dividingBy: rows)
      let (x, y) = (width + 10 + Double(column) * wide, 34 + Double(row) * 17)
      body += """
        <circle cx="\(x + 5)" cy="\(y)" r="5" fill="\(key.color.hex)"/>\
        <text x="\(x + 15)" y="\(y + 4)">\(Chart.shortened(key.text, to: 18))</text>
        """
    }
    let columns = (coloring.keys.count + rows - 1) / rows
    return Chart(
      name: coloring.name, title: "Map of the embedding: \(coloring.title.lowercased())",
      summary: "\(NumberText.grouped(coloring.colors.count)) samples in two dimensions.",
      width: width + 10 + Double(columns) * wide,
      height: max(height, Double(min(rows, coloring.keys.count)) * 17) + 30, body: body)
  }

  /// Where the data are points of a plane, the ellipses of the clusters' covariances, and crosses at
  /// their means, which are the centroids of k-means.
  private func ellipses(_ coloring: Coloring) -> Markup {
    guard run.isPlanar else { return .empty }
    let scatter = scatter(coloring, side: 1200)
    return run.ellipses.compactMap { $0 }.map { ellipse in
      let place = scatter.place(x: ellipse.x, y: ellipse.y)
      let (x, y, unit) = (place.x * 360, place.y * 360 + 24, place.unit * 360)
      return """
        <ellipse cx="\(x)" cy="\(y)" rx="\(ellipse.long * unit)" ry="\(ellipse.short * unit)" \
        transform="rotate(\(-ellipse.angle * 180 / .pi) \(x) \(y))" class="match"/>\
        <path class="match" d="M\(x - 4) \(y - 4)l8 8m0 -8l-8 8"/>
        """ as Markup
    }.joined()
  }

  /// The median of the points of each cluster or class in the picture.
  private func medians(_ coloring: Coloring) -> [(text: String, place: (x: Double, y: Double))] {
    let isClasses = coloring.classes != nil
    let count = isClasses ? names.classCount : names.clusterCount
    guard let groups = coloring.classes ?? run.assignments, count <= 100 else { return [] }
    let places = scatter(coloring, side: 1200).places(of: Array(groups.indices))
    var members = [[Int]](repeating: [], count: count)
    for (point, group) in groups.enumerated() where group >= 0 { members[group].append(point) }
    return members.enumerated().compactMap { group, points in
      guard !points.isEmpty else { return nil }
      let x = points.map { places[$0].x }.sorted()[points.count / 2]
      let y = points.map { places[$0].y }.sorted()[points.count / 2]
      let text = isClasses ? Chart.shortened(names.className(group), to: 12) : "\(group)"
      return (text, (x, y))
    }
  }

  /// From uncertain orange over grey to certain blue, as the explorer's.
  private static func ramp(_ share: Double) -> Palette.Color {
    let stops: [[Double]] = [[240, 90, 0], [185, 169, 140], [21, 77, 197]]
    let (from, to, part) =
      share < 0.5 ? (stops[0], stops[1], share * 2) : (stops[1], stops[2], share * 2 - 1)
    let mixed = zip(from, to).map { UInt8(($0 + ($1 - $0) * part).rounded()) }
    return Palette.Color(red: mixed[0], green: mixed[1], blue: mixed[2])
  }
}
