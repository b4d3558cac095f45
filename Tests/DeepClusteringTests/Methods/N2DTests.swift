// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct N2DTests {
  /// Eight blobs, of which a mixture of three has to join some: which, the layout decides.
  private static let blobs = Blobs(rows: 400, clusters: 8, columns: 8, deviation: 0.25)

  private struct Fit {
    let model: GaussianMixtureModel
    let reports: [StepReport]
    /// What the last layout ended with, whichever is kept.
    let labels: [Int]
    let positions: [Float]
    let modularity: Double
  }

  private static func fit(layouts: Int) throws -> Fit {
    var method = N2D(clusters: 3)
    method.network.layout.hidden = [16]
    (method.network.epochs, method.network.minimumIterations) = (5, 100)
    (method.layout.components, method.layout.epochs, method.layouts) = (2, 40, layouts)
    (method.mixture.restarts, method.mixture.moves) = (1, 0)
    var context = FitContext(data: blobs.tensor, seed: Seed(4))
    var pretraining = method.network.begin(context)
    while method.network.advance(&pretraining, context).stopReason == nil {}
    context.pretrained = method.network.finish(pretraining, context)
    var state = try method.begin(context)
    var reports: [StepReport] = []
    while reports.last?.stopReason == nil { reports.append(method.advance(&state, context)) }
    let model = method.finish(state, context)
    #expect(method.stepsTaken(state) == reports.count)
    // The model tells the labels of the means that it keeps, the state those before the last iteration.
    let shown = try #require(method.assignments(state))
    #expect(zip(shown, model.assignments).count { $0 == $1 } >= 390)
    let labels = try #require(state.mixture?.assignments)
    return Fit(
      model: model, reports: reports, labels: labels, positions: state.layout.state.positions,
      modularity: Communities.modularity(labels, 3, in: state.layout.state.fuzzyGraph))
  }

  /// The kept layout is the one whose clusters have the highest modularity in the graph of the codes.
  @Test func theClustersOfTheHighestModularityAreKept() throws {
    // The first so many layouts are the same however many follow: each of them in turn is the last.
    let trials = try (1...5).map(Self.fit)
    let modularities = trials.map(\.modularity)
    let best = try #require(modularities.max())
    let kept = try #require(modularities.firstIndex(of: best))
    #expect(kept != 0 && kept != 4, "neither the first nor the last, so that a choice is seen")
    let found = trials[4]
    #expect(zip(found.model.assignments, trials[kept].labels).count { $0 == $1 } >= 390)
    #expect(try #require(found.model.layout).positions.scalars() == trials[kept].positions)
    let text = String(format: "%.4f", best)
    #expect(
      found.reports.last?.stopReason
        == "the clusters in layout \(kept + 1) of 5 have the highest modularity, \(text)")
    // The curves of each layout are pieces of their own.
    let attempts = Set(found.reports.compactMap { $0.measures[StepReport.attempt] })
    #expect(attempts == [1, 3, 5, 7, 9])
  }

  /// With one layout all is as the paper has it.
  @Test func oneLayoutEndsWithItsMixture() throws {
    let one = try Self.fit(layouts: 1)
    #expect(one.reports.last?.stopReason == "the likelihood came to rest")
    #expect(try #require(one.model.layout).positions.scalars() == one.positions)
    // The samples of the fit have their places, and so their clusters, when they come again.
    #expect(one.model.embedding(of: Self.blobs.tensor).scalars() == one.positions)
    #expect(one.model.assignments(for: Self.blobs.tensor) == one.model.assignments)
  }
}
