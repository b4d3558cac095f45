// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// HDBSCAN: the clusters that last longest while the density that counts as dense rises.
///
/// Campello, Moulavi, Zimek, Sander, Hierarchical density estimates for data clustering,
/// visualization, and outlier detection, ACM TKDD 10, 2015: the tree of mutual reachability is
/// condensed to clusters of a least size, and the clusters of greatest total stability are chosen.
/// What falls out of all of them is noise (−1). Other implementations leave it to the order of the
/// rows what becomes of samples at equal distances from two clusters; here they are noise. The number of clusters is found. Exact: O(n²·d)
/// time, O(n·d) memory.
public struct HDBSCAN: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "hdbscan", title: "HDBSCAN",
    paper: "Campello, Moulavi, Zimek, Sander: Hierarchical density estimates for data clustering, "
      + "visualization, and outlier detection",
    venue: "ACM TKDD 2015")

  /// Not read: the number of clusters is found.
  public var clusters: Int
  /// The samples of the smallest cluster, at least 2.
  public var minimumSize = 5
  /// How many samples make a dense place, itself included; 0 for `minimumSize`.
  public var minimumSamples = 0

  /// HDBSCAN with the usual settings.
  public init(clusters: Int) { self.clusters = clusters }

  /// The number of clusters is found.
  public static var takesClusters: Bool { false }
  /// No network.
  public var pretraining: Pretraining? { nil }
  /// The clusters are as many as last.
  public var findsClusterCount: Bool { true }

  private var samples: Int { minimumSamples > 0 ? minimumSamples : minimumSize }

  /// The reachability tree so far, and the clusters once it is complete.
  public struct State {
    var reachability: ReachabilityTree
    var clusters: CondensedTree.Clusters?
  }

  /// Nothing is computed yet.
  ///
  /// - Throws: ``InputError`` for a smallest size of 1, or more than there are samples.
  public func begin(_ context: FitContext) throws -> State {
    guard minimumSize >= 2 else {
      throw InputError(
        .usage, "minimumSize is \(minimumSize), but a cluster has at least 2 samples")
    }
    try ReachabilityTree.refuse("minimumSize", minimumSize, context)
    try ReachabilityTree.refuse("minimumSamples", samples, context)
    return State(reachability: ReachabilityTree(samples: samples))
  }

  /// The core distances, then a part of the tree.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    var report = state.reachability.advance(context)
    guard state.reachability.isComplete else { return report }
    state.clusters = select(state.reachability)
    report.stopReason = "the tree holds all samples"
    return report
  }

  private func select(_ reachability: ReachabilityTree) -> CondensedTree.Clusters? {
    reachability.tree.map { tree in
      let merges = tree.merges.map {
        MergeTree.Merge(first: $0.first, second: $0.second, height: $0.height.squareRoot())
      }
      return CondensedTree(
        MergeTree(count: tree.count, merges: merges), minimumSize: minimumSize
      ).stableClusters()
    }
  }

  /// The clusters, and how deep in its cluster each sample lies.
  public func finish(_ state: State, _ context: FitContext) -> PartitionModel {
    guard let found = state.clusters else {
      return PartitionModel(assignments: [Int](repeating: -1, count: context.rows))
    }
    return PartitionModel(assignments: found.labels, certainty: found.strengths)
  }

  /// The clusters, once the tree is complete.
  public func assignments(_ state: State) -> [Int]? { state.clusters?.labels }
  /// One step for the core distances, and those that the tree takes.
  public func plannedSteps(_ context: FitContext) -> Int {
    ReachabilityTree(samples: samples).plannedSteps(context)
  }
  /// The steps so far.
  public func stepsTaken(_ state: State) -> Int { state.reachability.steps }

  /// Puts the tree into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    state.reachability.store(in: &archive)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    let tree = try ReachabilityTree(samples: samples, from: archive, context)
    return State(reachability: tree, clusters: tree.isComplete ? select(tree) : nil)
  }
}
