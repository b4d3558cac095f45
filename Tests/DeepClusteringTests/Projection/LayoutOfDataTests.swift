// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct LayoutOfDataTests {
  private let blobs = Blobs(rows: 120)

  private func dataset(_ change: (inout [Float]) -> Void = { _ in }, rows: Int = 120) -> Dataset {
    var values = Array(blobs.values.prefix(rows * blobs.columns))
    change(&values)
    return Dataset(name: "blobs", values: values, rows: rows, columns: blobs.columns)
  }

  @Test func isTheLayoutOfTheScaledRows() throws {
    var umap = UMAP()
    umap.epochs = 5
    let plain = umap.fit(blobs.tensor, seed: Seed(2))
    #expect(try umap.fit(dataset(), seed: 2).positions.bits == plain.positions.bits)
    let scaled = try umap.fit(dataset(), preprocessing: .standardScore, seed: 2)
    #expect(scaled.positions.bits != plain.positions.bits)
    var tsne = TSNE()
    (tsne.earlySteps, tsne.steps) = (3, 3)
    #expect(
      try tsne.fit(dataset(), seed: 2).positions.bits
        == tsne.fit(blobs.tensor, seed: Seed(2)).positions.bits)
  }

  /// What a tensor's `fit` traps at is told.
  @Test func whatCannotBeLaidOutIsTold() throws {
    let broken = dataset { $0[9] = .nan }
    for error in [
      refusal { try UMAP().fit(broken) }, refusal { try TSNE().fit(broken) },
    ] {
      #expect(error?.kind == .data)
      #expect(error?.description.contains("row 2, column 2 of blobs") == true)
    }
    #expect(refusal { try UMAP().fit(dataset(rows: 3)) }?.description.contains("needs 4") == true)
    #expect(refusal { try TSNE().fit(dataset(rows: 90)) }?.description.contains("needs 91") == true)
    let settings: [(String, (inout UMAP) -> Void)] = [
      ("components", { $0.components = 0 }), ("neighbors", { $0.neighbors = 1 }),
      ("minimumDistance", { $0.minimumDistance = .nan }), ("spread", { $0.spread = 0.05 }),
      ("epochs", { $0.epochs = -1 }), ("negativeSamples", { $0.negativeSamples = -1 }),
      ("learningRate", { $0.learningRate = 0 }), ("repulsion", { $0.repulsion = -.infinity }),
    ]
    for (name, change) in settings {
      var umap = UMAP()
      change(&umap)
      let error = refusal { try umap.fit(dataset()) }
      #expect(error?.kind == .usage && error?.description.hasPrefix("\(name) must be") == true)
    }
    var tsne = TSNE()
    tsne.perplexity = .nan
    #expect(refusal { try tsne.fit(dataset()) }?.kind == .usage)
  }

  @Test func progressEndsALayout() throws {
    struct Enough: Error {}
    var epochs = 0
    #expect(throws: Enough.self) {
      try UMAP().fit(dataset()) { epoch, _ in
        epochs = epoch
        if epoch == 3 { throw Enough() }
      }
    }
    #expect(epochs == 3)
  }
}
