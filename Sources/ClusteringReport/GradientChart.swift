// SPDX-License-Identifier: Apache-2.0

/// How strongly the clustering loss pulls each code, over the certainty of its assignment.
///
/// Figure 4 of the DEC paper: points, and the medians of each tenth of the samples by certainty.
struct GradientChart {
  /// max_j q_ij, in 0…1.
  var certainty: [Float]
  /// ‖∂KL/∂z_i‖.
  var gradients: [Float]

  private static let (left, right, top, bottom) = (50.0, 348.0, 26.0, 190.0)

  /// The median certainty and the median gradient of each tenth, the least certain first.
  func medians() -> [(certainty: Double, gradient: Double)] {
    let order = certainty.indices.sorted { certainty[$0] < certainty[$1] }
    return (0..<10).compactMap { tenth in
      let part = order[tenth * order.count / 10..<(tenth + 1) * order.count / 10]
      guard !part.isEmpty else { return nil }
      let pulls = part.map { gradients[$0] }.sorted()
      let middle = part[part.startIndex + part.count / 2]
      return (Double(certainty[middle]), Double(pulls[pulls.count / 2]))
    }
  }

  func chart() -> Chart {
    let x = Axis.linear(from: 0, to: 1)
    let y = Axis.linear(from: 0, to: Double(gradients.max() ?? 1), ticks: 4)
    let (width, height) = (Self.right - Self.left, Self.bottom - Self.top)
    func place(_ certainty: Double, _ gradient: Double) -> (x: Double, y: Double) {
      (x.position(certainty) * width, y.position(gradient) * height)
    }
    let medians = medians()
    var body: Markup = "<text class=\"strong\" x=\"4\" y=\"14\">Length of the gradient</text>"
    for tick in y.ticks {
      let line = Self.bottom - y.position(tick.value) * height
      body += """
        <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(line)" y2="\(line)"/>\
        <text class="muted end" x="\(Self.left - 7)" y="\(line + 4)">\(tick.label)</text>
        """
    }
    for tick in x.ticks {
      let column = Self.left + x.position(tick.value) * width
      body += """
        <text class="muted mid" x="\(column)" y="\(Self.bottom + 17)">\(tick.label)</text>
        """
    }
    body += """
      <line class="base" x1="\(Self.left)" x2="\(Self.right)" y1="\(Self.bottom)" \
      y2="\(Self.bottom)"/>\
      <text class="muted end" x="\(Self.right)" y="\(Self.bottom + 33)">Soft assignment</text>\
      \(points(place, width, height))
      """
    let path = medians.map { median in
      let at = place(median.certainty, median.gradient)
      return
        "\(NumberText.coordinate(Self.left + at.x)),\(NumberText.coordinate(Self.bottom - at.y))"
    }
    body += "<polyline class=\"line l1\" points=\"\(path.joined(separator: " "))\"/>"
    let summary = medians.map {
      "at \(NumberText.fixed($0.certainty, 2)): \(NumberText.compact($0.gradient))"
    }
    return Chart(
      name: "gradient", title: "Gradient against soft assignment",
      summary: "Medians of each tenth of the samples, \(summary.joined(separator: ", ")).",
      width: 360, height: Self.bottom + 38, body: body)
  }

  /// The points as a picture that fits the axes: two corners that are not drawn give it its size.
  private func points(
    _ place: (Double, Double) -> (x: Double, y: Double), _ width: Double, _ height: Double
  ) -> Markup {
    var projection: [Float] = [0, 0, Float(width), Float(height)]
    for (certainty, gradient) in zip(certainty, gradients) {
      let at = place(Double(certainty), Double(gradient))
      projection += [Float(at.x), Float(at.y)]
    }
    let color = Palette.Color(hex: 0x4f86e0)
    let scatter = ScatterImage(
      projection: projection,
      colors: [nil, nil] + [Palette.Color?](repeating: color, count: certainty.count), side: 1000)
    let (corner, image) = (scatter.place(x: 0, y: 0), scatter.image())
    // A unit of the projection is a unit of the drawing.
    let side = 1 / corner.unit
    let (wide, high) = (Double(image.width) / 1000 * side, Double(image.height) / 1000 * side)
    return """
      <image x="\(Self.left - corner.x * side)" y="\(Self.bottom - corner.y * side)" \
      width="\(wide)" height="\(high)" xlink:href="\(image.dataURI)"/>
      """
  }
}
