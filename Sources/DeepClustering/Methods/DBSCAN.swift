// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

/// DBSCAN: clusters are dense places that touch each other; what lies apart is noise (−1).
///
/// Ester, Kriegel, Sander, Xu, A density-based algorithm for discovering clusters in large spatial
/// databases with noise, KDD 1996. A sample is core when `minimumSamples` samples, itself included,
/// lie within the radius. Clusters are the pieces of the reachability tree when its edges longer
/// than the radius are cut; a sample that is not core joins the first cluster with a core sample
/// within the radius. Exact: O(n²·d) time, O(n·d) memory. The number of clusters is found.
public struct DBSCAN: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "dbscan", title: "DBSCAN",
    paper: "Ester, Kriegel, Sander, Xu: A density-based algorithm for discovering clusters in "
      + "large spatial databases with noise",
    venue: "KDD 1996")

  /// Not read: the number of clusters is found.
  public var clusters: Int
  /// The radius, in the unit of the scaled data; 0 for the least at which `coreShare` are core.
  public var radius = 0.0
  /// The share of core samples that a radius of 0 stands for.
  public var coreShare = 0.95
  /// How many samples make a dense place, itself included.
  public var minimumSamples = 5

  /// DBSCAN with a radius that the data decide.
  public init(clusters: Int) { self.clusters = clusters }

  /// The number of clusters is found.
  public static var takesClusters: Bool { false }
  /// No network.
  public var pretraining: Pretraining? { nil }
  /// The clusters are as many as there are dense places.
  public var findsClusterCount: Bool { true }

  /// The reachability tree so far, and the clusters once it is complete.
  public struct State {
    var reachability: ReachabilityTree
    var clusters: Clusters?
  }

  struct Clusters {
    var labels: [Int]
    var isCore: [Bool]
  }

  /// Nothing is computed yet.
  ///
  /// - Throws: ``InputError`` when fewer samples than `minimumSamples` are there.
  public func begin(_ context: FitContext) throws -> State {
    try ReachabilityTree.refuse("minimumSamples", minimumSamples, context)
    return State(reachability: ReachabilityTree(samples: minimumSamples))
  }

  /// The core distances, then a part of the tree.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    var report = state.reachability.advance(context)
    guard state.reachability.isComplete else { return report }
    let bound = squaredRadius(state.reachability.core)
    state.clusters = cut(state.reachability, context.data, bound)
    let found = String(format: "%.4g", Double(bound).squareRoot())
    report.stopReason =
      "every sample was looked at" + (radius == 0 ? "; the radius found is \(found)" : "")
    return report
  }

  private func cut(_ reachability: ReachabilityTree, _ data: Tensor, _ bound: Float) -> Clusters {
    let isCore = reachability.core.map { $0 <= bound }
    var sets = DisjointSets(isCore.count)
    for merge in reachability.tree?.merges ?? [] where Float(merge.height) <= bound {
      sets.join(merge.first, merge.second)
    }
    var names: [Int: Int] = [:]
    var labels = [Int](repeating: -1, count: isCore.count)
    for sample in labels.indices where isCore[sample] {
      let root = sets.root(of: sample)
      let name = names[root] ?? names.count
      names[root] = name
      labels[sample] = name
    }
    join(borderOf: &labels, isCore, data, bound)
    return Clusters(labels: labels, isCore: isCore)
  }

  private func squaredRadius(_ core: [Float]) -> Float {
    guard radius == 0 else { return Float(radius * radius) }
    let rank = Int((coreShare * Double(core.count)).rounded(.up)) - 1
    return core.sorted()[min(max(rank, 0), core.count - 1)]
  }

  private func join(
    borderOf labels: inout [Int], _ isCore: [Bool], _ data: Tensor, _ bound: Float
  ) {
    let cores = isCore.indices.filter { isCore[$0] }
    let others = isCore.indices.filter { !isCore[$0] }
    // A sample that is not core has fewer neighbours than this within the radius.
    let count = min(minimumSamples - 1, cores.count)
    guard count > 0, !others.isEmpty else { return }
    func rows(_ samples: [Int]) -> Tensor {
      data.rows(at: Tensor(samples.map(Int64.init), shape: [samples.count], on: data.device))
    }
    let found = NearestNeighbors(of: rows(others), among: rows(cores), count: count)
    for (place, sample) in others.enumerated() {
      let near = (place * count)..<((place + 1) * count)
      let within = near.filter { found.squaredDistances[$0] <= bound }
      labels[sample] = within.map { labels[cores[Int(found.indices[$0])]] }.min() ?? -1
    }
  }

  /// The clusters; certain for core samples, half so for those at the border.
  public func finish(_ state: State, _ context: FitContext) -> PartitionModel {
    guard let found = state.clusters else {
      return PartitionModel(assignments: [Int](repeating: -1, count: context.rows))
    }
    let certainty = zip(found.labels, found.isCore).map { label, isCore -> Float in
      label < 0 ? 0 : isCore ? 1 : 0.5
    }
    return PartitionModel(assignments: found.labels, certainty: certainty)
  }

  /// The clusters, once the tree is complete.
  public func assignments(_ state: State) -> [Int]? { state.clusters?.labels }
  /// One step for the core distances, and those that the tree takes.
  public func plannedSteps(_ context: FitContext) -> Int {
    ReachabilityTree(samples: minimumSamples).plannedSteps(context)
  }
  /// The steps so far.
  public func stepsTaken(_ state: State) -> Int { state.reachability.steps }

  /// Puts the tree into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.reachability.store(in: &archive)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    let tree = try ReachabilityTree(samples: minimumSamples, from: archive, context)
    guard tree.isComplete else { return State(reachability: tree) }
    return State(
      reachability: tree, clusters: cut(tree, context.data, squaredRadius(tree.core)))
  }
}
