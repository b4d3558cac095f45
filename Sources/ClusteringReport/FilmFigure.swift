// SPDX-License-Identifier: Apache-2.0

/// Six steps of the film side by side, by class or else by cluster: figure 5 of the DEC paper.
struct FilmFigure {
  var run: RunFolder
  var names: GroupNames

  private static let panels = 6
  private static let side = 114.0
  private static let gap = 9.0

  func chart() -> Chart? {
    guard let film = run.film, let groups = run.labels ?? run.assignments else { return nil }
    let colors = film.samples.map { sample -> Palette.Color? in
      let group = groups[sample]
      if run.labels != nil { return Palette.color(group) }
      return group < 0 ? nil : Palette.color(names.color(ofCluster: group))
    }
    let count = min(Self.panels, film.steps.count)
    let shown = (0..<count).map { $0 * (film.steps.count - 1) / max(count - 1, 1) }
    let corners = Self.corners(of: film.positions)
    let panels = shown.enumerated().map { place, frame -> Markup in
      let size = 2 * film.samples.count
      let scatter = ScatterImage(
        projection: corners + film.positions[frame * size..<(frame + 1) * size],
        colors: [nil, nil] + colors, side: 400)
      let image = scatter.image()
      let ratio = Self.side / 400
      let x = Double(place % 3) * (Self.side + Self.gap)
      let y = Double(place / 3) * (Self.side + 26)
      return """
        <text class="strong" x="\(x + 2)" y="\(y + 14)">Step \(film.steps[frame])</text>\
        <image x="\(x)" y="\(y + 20)" width="\(Double(image.width) * ratio)" \
        height="\(Double(image.height) * ratio)" xlink:href="\(image.dataURI)"/>
        """
    }
    let legend = legend(below: Double((count + 2) / 3) * (Self.side + 26))
    let steps = shown.map { String(film.steps[$0]) }.joined(separator: ", ")
    return Chart(
      name: "film", title: "The embedding through training",
      summary: "\(film.samples.count) samples in two dimensions at the steps \(steps).", width: 360,
      height: legend.end, body: panels.joined() + legend.body)
  }

  /// What the colours stand for, in as many rows as that needs, and where they end.
  private func legend(below top: Double) -> (body: Markup, end: Double) {
    var keys: [(color: Palette.Color, text: String)] =
      run.labels != nil
      ? (0..<names.classCount).map { (Palette.color($0), names.className($0)) }
      : names.clustersByClass.map {
        (Palette.color(names.color(ofCluster: $0)), names.shortName(ofCluster: $0))
      }
    keys = keys.map { ($0.color, Chart.shortened($0.text, to: 18)) }
    var body = Markup.empty
    var (x, y) = (2.0, top + 12)
    for key in keys {
      let width = 15 + Chart.textWidth(key.text)
      if x > 2, x + width > 360 { (x, y) = (2, y + 17) }
      body += """
        <circle cx="\(x + 5)" cy="\(y - 4)" r="5" fill="\(key.color.hex)"/>\
        <text x="\(x + 15)" y="\(y)">\(key.text)</text>
        """
      x += width + 14
    }
    return (body, y + 6)
  }

  /// A square around all positions, which gives all panels one scale.
  private static func corners(of positions: [Float]) -> [Float] {
    var (low, high) = (SIMD2(repeating: Float.infinity), SIMD2(repeating: -Float.infinity))
    for index in stride(from: 0, to: positions.count, by: 2) {
      let point = SIMD2(positions[index], positions[index + 1])
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    let (middle, half) = ((low + high) / 2, (high - low).max() / 2)
    return [middle.x - half, middle.y - half, middle.x + half, middle.y + half]
  }
}
