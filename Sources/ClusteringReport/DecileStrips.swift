// SPDX-License-Identifier: Apache-2.0

/// Images of each tenth of the samples by certainty, from those that the method is least sure of to
/// those that it is most sure of.
struct DecileStrips {
  var pictures: RunFolder.Pictures
  /// The certainty of every sample, for the captions.
  var certainty: [Float]?

  func html() -> Markup {
    let strips = (0..<10).map { tenth -> Markup in
      let image = PNGImage.sheet(
        count: pictures.perCluster, width: pictures.width, height: pictures.height,
        channels: pictures.channels, pixels: pictures.pixels(ofCluster: tenth))
      let caption = caption(tenth)
      return """
        <li><span>\(caption)</span><img src="\(image.dataURI)" \
        style="aspect-ratio:\(image.width)/\(image.height)" \
        alt="\(pictures.perCluster) samples of certainty \(caption)"></li>

        """
    }
    return """
      <figure class="card figure deciles"><h3>Images by certainty</h3><ol>\(strips.joined())</ol>\
      <p class="note">A line for each tenth of the samples, the least certain first.</p></figure>
      """
  }

  private func caption(_ tenth: Int) -> String {
    let shown = pictures.samples(ofCluster: tenth).compactMap { certainty?[$0] }
    guard let lowest = shown.min(), let highest = shown.max() else {
      return "\(10 * tenth) to \(10 * tenth + 10) %"
    }
    return "\(NumberText.fixed(Double(lowest), 2)) to \(NumberText.fixed(Double(highest), 2))"
  }
}
