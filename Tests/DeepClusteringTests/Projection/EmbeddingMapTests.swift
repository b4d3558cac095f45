// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct EmbeddingMapTests {
  /// Codes of many columns are laid out: groups that principal components put on top of each other,
  /// because six of them lie along as many axes, stay apart.
  @Test func groupsStayApart() {
    let (groups, size) = (6, 20)
    let noise = Generator(seed: 1).normal(shape: [groups * size, groups])
    let values = (0..<groups * size * groups).map { (place: Int) -> Float in
      place % groups == place / groups / size ? 10 : 0
    }
    let centers = Tensor(values, shape: [groups * size, groups])
    let embedding = centers + noise * 0.1
    #expect(EmbeddingMap.umap.applied(to: embedding) == .umap)
    let places = EmbeddingMap.umap.positions(of: embedding, seed: Seed(1))
    #expect(places.count == 2 * groups * size && places.allSatisfy(\.isFinite))
    func distance(_ first: Int, _ second: Int) -> Float {
      let x = places[2 * first] - places[2 * second]
      let y = places[2 * first + 1] - places[2 * second + 1]
      return x * x + y * y
    }
    for row in 0..<groups * size {
      let others = (0..<groups * size).filter { $0 != row }
      let nearest = others.min { distance(row, $0) < distance(row, $1) }
      #expect(nearest.map { $0 / size } == row / size)
    }
    #expect(places == EmbeddingMap.umap.positions(of: embedding, seed: Seed(1)))
  }

  /// Two columns are shown as they lie, and few or very many rows by principal components.
  @Test func someEmbeddingsNeedNoLayout() {
    func placing(_ rows: Int, _ columns: Int) -> EmbeddingMap {
      EmbeddingMap.umap.applied(to: Tensor(repeating: 0, shape: [rows, columns]))
    }
    #expect(placing(200, 2) == .principalComponents)
    #expect(placing(49, 3) == .principalComponents)
    #expect(placing(50, 3) == .umap && placing(100_000, 3) == .umap)
    #expect(placing(100_001, 3) == .principalComponents)
  }

  /// Rows that are all the same have places too.
  @Test func equalRowsHavePlaces() {
    let rows = Tensor(repeating: 0, shape: [60, 4])
    let places = EmbeddingMap.umap.positions(of: rows, seed: Seed(1))
    #expect(places.count == 120 && places.allSatisfy(\.isFinite))
  }
}
