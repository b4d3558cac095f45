// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct EmbeddingMapTests {
  /// Codes of many columns are laid out: groups that principal components put on top of each other,
  /// because six of them lie along as many axes, stay apart.
  @Test(arguments: [EmbeddingMap.umap, .tSNE])
  func groupsStayApart(map: EmbeddingMap) {
    let (groups, size) = (6, 40)
    let noise = Generator(seed: 1).normal(shape: [groups * size, groups])
    let values = (0..<groups * size * groups).map { (place: Int) -> Float in
      place % groups == place / groups / size ? 10 : 0
    }
    let centers = Tensor(values, shape: [groups * size, groups])
    let embedding = centers + noise * 0.1
    #expect(map.applied(to: embedding) == map)
    let places = map.positions(of: embedding, seed: Seed(1))
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
    #expect(places == map.positions(of: embedding, seed: Seed(1)))
  }

  /// Two columns are shown as they lie, and few or very many rows by principal components.
  @Test func someEmbeddingsNeedNoLayout() {
    func placing(_ rows: Int, _ columns: Int, by map: EmbeddingMap = .umap) -> EmbeddingMap {
      map.applied(to: Tensor(repeating: 0, shape: [rows, columns]))
    }
    #expect(placing(200, 2) == .principalComponents)
    #expect(placing(49, 3) == .principalComponents)
    #expect(placing(50, 3) == .umap && placing(100_000, 3) == .umap)
    #expect(placing(100_001, 3) == .principalComponents)
    #expect(placing(200, 2, by: .tSNE) == .principalComponents)
    // Three times the perplexity of 30, and the row itself.
    #expect(placing(90, 3, by: .tSNE) == .principalComponents)
    #expect(placing(91, 3, by: .tSNE) == .tSNE && placing(100_000, 3, by: .tSNE) == .tSNE)
    #expect(placing(100_001, 3, by: .tSNE) == .principalComponents)
    #expect(placing(200, 3, by: .principalComponents) == .principalComponents)
  }

  /// What was asked for is not left out without a reason; the plane is always to be had.
  @Test func sayWhyTheyArePlanar() {
    let few = Tensor(repeating: 0, shape: [60, 3])
    #expect(
      EmbeddingMap.tSNE.obstacle(to: few) == "60 samples are too few for t-SNE, which takes 91")
    #expect(EmbeddingMap.umap.obstacle(to: few) == nil)
    let plane = Tensor(repeating: 0, shape: [200, 2])
    #expect(EmbeddingMap.umap.obstacle(to: plane) == "two columns need no layout")
    #expect(EmbeddingMap.principalComponents.obstacle(to: plane) == nil)
  }

  /// Of sixty columns the first fifty principal components are laid out.
  @Test func manyColumnsAreReducedFirst() {
    let rows = Generator(seed: 2).normal(shape: [100, 60])
    let reduced = Tensor(principalCoordinates(rows, count: 50), shape: [100, 50])
    let umap: [Float] = UMAP().fit(reduced, seed: Seed(1)).positions.scalars()
    #expect(EmbeddingMap.umap.positions(of: rows, seed: Seed(1)) == umap)
    let tsne: [Float] = TSNE().fit(reduced, seed: Seed(1)).positions.scalars()
    #expect(EmbeddingMap.tSNE.positions(of: rows, seed: Seed(1)) == tsne)
  }

  /// Rows that are all the same have places too.
  @Test(arguments: EmbeddingMap.allCases)
  func equalRowsHavePlaces(map: EmbeddingMap) {
    let rows = Tensor(repeating: 0, shape: [100, 4])
    let places = map.positions(of: rows, seed: Seed(1))
    #expect(places.count == 200 && places.allSatisfy(\.isFinite))
  }
}
