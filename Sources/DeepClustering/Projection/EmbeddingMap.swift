// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// How the samples of a run are placed on the map of its report.
public enum EmbeddingMap: String, Codable, Sendable {
  /// By ``UMAP`` with its usual settings: what is near stays near.
  case umap
  /// In the plane of the first two principal components.
  case principalComponents = "principal-components"

  /// More rows than these are placed by principal components: a layout of them takes minutes.
  static let mostRows = 100_000
  /// Fewer rows than these have no neighbourhoods to lay out.
  static let fewestRows = 50

  /// What is done with an embedding (n × d): two columns need no layout.
  func applied(to embedding: Tensor) -> EmbeddingMap {
    let (n, d) = (embedding.shape[0], embedding.shape[1])
    return d > 2 && (Self.fewestRows...Self.mostRows).contains(n) ? self : .principalComponents
  }

  /// The places of an embedding (n × d): n × 2, row-major.
  ///
  /// More than 50 columns are first reduced to their first 50 principal components.
  func positions(of embedding: Tensor, seed: Seed) -> [Float] {
    let (n, d) = (embedding.shape[0], embedding.shape[1])
    guard self == .umap else { return principalCoordinates(embedding, count: 2) }
    let space =
      d > 50
      ? Tensor(principalCoordinates(embedding, count: 50), shape: [n, 50]) : embedding.to(.cpu)
    return UMAP().fit(space, seed: seed).positions.scalars()
  }
}
