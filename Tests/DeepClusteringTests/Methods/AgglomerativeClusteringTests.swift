// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct AgglomerativeClusteringTests {
  @Test func matchesScikitLearn() throws {
    let given = try GraphClusteringGolden.load()
    let context = try given.context("noisy")
    for example in given.agglomerative {
      var method = AgglomerativeClustering(clusters: example.clusters)
      method.linkage = example.linkage
      let found = try method.fit(context).assignments
      #expect(
        samePartition(found, example.labels), "\(example.linkage.rawValue) \(example.clusters)")
    }
  }

  /// The heights of all merges, as SciPy's `linkage` has them.
  @Test func heightsMatchSciPy() throws {
    let given = try GraphClusteringGolden.load()
    let data = try given.context("noisy").data
    for (name, heights) in given.heights {
      var method = AgglomerativeClustering(clusters: 2)
      method.linkage = try #require(Linkage(rawValue: name))
      let found = method.merges(data).merges.map(\.height)
      #expect(found.count == heights.count)
      for (found, wanted) in zip(found, heights) {
        #expect(abs(found - wanted) < 1e-4 * max(wanted, 1), "\(name)")
      }
    }
  }

  @Test func tooManyRowsAreRefused() throws {
    let rows = AgglomerativeClustering.largest + 1
    let context = FitContext(
      data: Tensor(repeating: 0, shape: [rows, 1], type: .float32), seed: Seed(1))
    #expect(refusal { try AgglomerativeClustering(clusters: 2).begin(context) }?.kind == .usage)
    var single = AgglomerativeClustering(clusters: 2)
    single.linkage = .single
    _ = try single.begin(context)
  }
}
