// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// How the samples of a run are placed on the map of its report.
public enum EmbeddingMap: String, Codable, Sendable, CaseIterable {
  /// By ``UMAP`` with its usual settings: what is near stays near.
  case umap
  /// By ``TSNE`` with its usual settings.
  case tSNE = "t-sne"
  /// In the plane of the first two principal components.
  case principalComponents = "principal-components"

  /// More rows than these are placed by principal components: a layout of them takes minutes.
  static let mostRows = 100_000

  /// Fewer rows than these have no neighbourhoods to lay out.
  var fewestRows: Int {
    switch self {
    case .umap: 50
    case .tSNE: TSNE().fewestRows
    case .principalComponents: 0
    }
  }

  private var title: String {
    switch self {
    case .umap: "UMAP"
    case .tSNE: "t-SNE"
    case .principalComponents: "principal components"
    }
  }

  /// Why principal components take this map's place for an embedding (n × d); nil where they do not.
  func obstacle(to embedding: Tensor) -> String? {
    let (n, d) = (embedding.shape[0], embedding.shape[1])
    guard self != .principalComponents else { return nil }
    if d <= 2 { return d == 1 ? "one column needs no layout" : "two columns need no layout" }
    if n < fewestRows { return "\(n) samples are too few for \(title), which takes \(fewestRows)" }
    guard n > Self.mostRows else { return nil }
    return "\(n) samples are too many for \(title), which takes \(Self.mostRows) here"
  }

  /// What is done with an embedding (n × d).
  func applied(to embedding: Tensor) -> EmbeddingMap {
    obstacle(to: embedding) == nil ? self : .principalComponents
  }

  /// The places of an embedding (n × d) that has no obstacle: n × 2, row-major.
  ///
  /// More than 50 columns are first reduced to their first 50 principal components.
  func positions(of embedding: Tensor, seed: Seed) -> [Float] {
    switch self {
    case .umap: UMAP().fit(Self.reduced(embedding), seed: seed).positions.scalars()
    case .tSNE: TSNE().fit(Self.reduced(embedding), seed: seed).positions.scalars()
    case .principalComponents: principalCoordinates(embedding, count: 2)
    }
  }

  private static func reduced(_ embedding: Tensor) -> Tensor {
    let (n, d) = (embedding.shape[0], embedding.shape[1])
    return d > 50
      ? Tensor(principalCoordinates(embedding, count: 50), shape: [n, 50]) : embedding.to(.cpu)
  }
}
