// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// The page: its sections in one file that needs nothing else.
struct Page {
  var run: RunFolder

  func html() -> String {
    let names = GroupNames(run)
    let gallery = ImageGallery(run: run, names: names)
    let header = RunHeader(run: run, names: names)
    let sections = [
      mapSection(names, gallery), imageSection(gallery),
      WordSection(run: run, names: names).section(),
      ClusterSection(run: run, names: names).section(), TrainingSection(run: run).section(),
      FilmSection(run: run, names: names).section(), RunDetails(run: run).section(),
    ].compactMap { $0 }
    return Self.document(
      title: "\(header.title): \(run.name)", version: run.record.version ?? "",
      sections: sections, styles: tileRules() + gallery.stylesheet(),
      scripts: Markup(
        verbatim: Palette.darkScript + ScatterScript.whole + "\n" + FilmSection.script),
      head: header.html(),
      footer: """
        Written by deepclust \(run.record.version ?? "") from the files of the run folder \
        <code>\(run.name)</code>.
        """)
  }

  /// A page of sections, whole in one file.
  static func document(
    title: String, version: String, sections: [Section], styles: Markup, scripts: Markup,
    head: Markup, footer: Markup
  ) -> String {
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.label)</a>" as Markup }
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width,initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none';img-src data:;\
      style-src 'unsafe-inline';script-src 'unsafe-inline'">
      <meta name="generator" content="deepclust \(version)">
      <title>\(title)</title>
      <link rel="icon" href="\(Self.icon)">
      <script>\(Markup(verbatim: PageScript.early))</script>
      <style>\(Markup(verbatim: Stylesheet.source))
      \(styles)</style>
      <noscript><style>.explorer .bar,.explorer .stage,.film .bar,.film .view,.reel{display:none}</style></noscript></head>
      <body><a class="skip" href="#overview">To the report</a>
      <div class="top"><div class="wrap"><nav aria-label="Sections"><a href="#overview">Overview</a>\
      \(links.joined())</nav><button type="button" id="theme" hidden>◐ <span></span></button></div></div>
      <main class="wrap">
      \(head)\(sections.map { $0.html() }.joined())
      <footer>\(footer)</footer></main>
      <script>\(Markup(verbatim: PageScript.source))
      \(scripts)</script></body></html>

      """
    return page.text
  }

  private func mapSection(_ names: GroupNames, _ gallery: ImageGallery) -> Section? {
    guard run.projection != nil, run.assignments != nil else { return nil }
    let hasLabels = run.labels != nil
    return Section(
      id: "map", heading: "Map of the embedding", label: "Map",
      lead: "Every point is a sample, placed by \(placing) of what the method learned. Colour the "
        + "points by cluster\(hasLabels ? ", class, certainty or error" : " or certainty"); "
        + "click a cluster on the map or in the list to see \(panelContents).",
      content: ScatterExplorer(run: run, names: names, gallery: gallery).html())
  }

  private var placing: String {
    switch run.record.map {
    case .umap: "a UMAP layout"
    case .tSNE: "a t-SNE layout"
    case .principalComponents, nil: "the first two principal components"
    }
  }

  /// What the panel of a cluster has, in words.
  private var panelContents: String {
    let parts = [
      run.mostCertain == nil ? nil : "its samples", run.words == nil ? nil : "its words",
      run.record.nearestClusters == nil ? nil : "which clusters lie next to it",
    ].compactMap { $0 }
    return parts.isEmpty ? "its points alone" : parts.joined(separator: " and ")
  }

  private func imageSection(_ gallery: ImageGallery) -> Section? {
    guard !gallery.isEmpty else { return nil }
    let hasLabels = run.labels != nil && run.record.matching != nil
    return Section(
      id: "images", heading: "Images of each cluster", label: "Images",
      lead: "The samples that the method is most and least sure of"
        + (run.centroids == nil ? "." : ", beside the \(run.centroidKind).")
        + (run.generated == nil ? "" : " The last row was drawn from the model.")
        + (hasLabels ? " A frame and a name mark those of another class." : ""),
      content: "<div class=\"grid-2\">\(gallery.html())</div>")
  }

  /// The size of a picture on the page: small ones enlarged with sharp pixels, large ones reduced.
  private func tileRules() -> Markup {
    guard let pictures = run.mostCertain ?? run.leastCertain ?? run.centroids else { return .empty }
    let width = min(max(Double(pictures.width) * 1.4, 38), 96)
    let aspect = Double(pictures.width) / Double(pictures.height)
    let rendering: Markup = pictures.width > 64 ? "auto" : "pixelated"
    let sheet: Markup =
      run.sheet.map { sheet in
        let columns = ImageGallery.columns(of: sheet)
        return
          "--sheet-columns:\(columns);--sheet-rows:\((sheet.samples.count + columns - 1) / columns);"
      } ?? .empty
    return ":root{--tile:\(width)px;--aspect:\(aspect);\(sheet)--rendering:\(rendering)}\n"
  }

  private static let icon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle "
    + "cx='5' cy='5' r='4' fill='%23154dc5'/%3E%3Ccircle cx='11' cy='6' r='3' fill='%23f46800'/%3E"
    + "%3Ccircle cx='8' cy='12' r='3.5' fill='%231adfa2'/%3E%3C/svg%3E"
}
