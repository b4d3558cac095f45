// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Agglomerative clustering: the two nearest clusters are merged until K are left.
///
/// Ward, Hierarchical grouping to optimize an objective function, JASA 58, 1963, with its relatives
/// (Lance and Williams, The Computer Journal 9, 1967). Ward's, average and complete linkage follow
/// chains of nearest neighbours in O(n²) time and memory; single linkage is cut from the minimum
/// spanning tree in O(n) memory. There is nothing random in it.
public struct AgglomerativeClustering: ClusteringMethod, Equatable {
  /// Name, title and source.
  public static let card = MethodCard(
    name: "agglomerative", title: "Agglomerative clustering",
    paper: "Ward: Hierarchical grouping to optimize an objective function",
    venue: "Journal of the American Statistical Association, 1963")

  /// The most rows whose distances are kept, half of the pairs at four bytes: 1.6 GB.
  static let largest = 28_000

  /// K.
  public var clusters: Int
  /// What the distance of two clusters is.
  public var linkage = Linkage.ward

  /// Ward's method.
  public init(clusters: Int) { self.clusters = clusters }

  /// No network.
  public var pretraining: Pretraining? { nil }

  /// The merges, then the clusters.
  public struct State {
    var tree: MergeTree?
    var labels: [Int]?
  }

  /// Nothing is computed yet.
  ///
  /// - Throws: ``InputError`` when the distances of so many rows would not fit the memory.
  public func begin(_ context: FitContext) throws -> State {
    guard linkage == .single || context.rows <= Self.largest else {
      throw InputError(
        .usage,
        "\(linkage.rawValue) linkage keeps the distances of all pairs, and \(context.rows) rows are "
          + "too many (\(Self.largest) are not): take fewer rows, or --set linkage=single")
    }
    return State()
  }

  /// All merges in the first step, the cut in the second.
  public func advance(_ state: inout State, _ context: FitContext) -> StepReport {
    guard let tree = state.tree else {
      let tree = merges(context.data)
      state.tree = tree
      let mean = tree.merges.reduce(0) { $0 + $1.height } / Double(tree.merges.count)
      return StepReport(loss: mean, losses: ["height of a merge": mean])
    }
    state.labels = tree.labels(clusters: clusters)
    let last = tree.merges[max(tree.count - clusters - 1, 0)].height
    return StepReport(
      loss: last, losses: ["height of the last merge": last],
      stopReason: "\(clusters) clusters are left")
  }

  /// All merges; heights are distances, for Ward's those whose half square is what a merge adds.
  func merges(_ data: Tensor) -> MergeTree {
    let n = data.shape[0]
    let ones = [Double](repeating: 1, count: n)
    let squared: MergeTree
    switch linkage {
    case .single:
      var tree = SpanningTree(over: data, core: [Float](repeating: 0, count: n))
      tree.grow(by: n)
      squared = MergeTree(count: n, merges: tree.merges)
    case .ward: squared = WardGroups.tree(data, weights: ones)
    case .average, .complete:
      var distances = pairwiseSquaredDistances(data)
      for place in distances.indices { distances[place] = distances[place].squareRoot() }
      return MergeTree(merging: &distances, weights: ones, linkage: linkage)
    }
    let scale = linkage == .ward ? 2.0 : 1.0
    return MergeTree(
      count: n,
      merges: squared.merges.map {
        MergeTree.Merge(
          first: $0.first, second: $0.second, height: (max($0.height, 0) * scale).squareRoot())
      })
  }

  /// The clusters; one for all samples before the last step.
  public func finish(_ state: State, _ context: FitContext) -> PartitionModel {
    PartitionModel(assignments: state.labels ?? [Int](repeating: 0, count: context.rows))
  }

  /// The clusters after the last step.
  public func assignments(_ state: State) -> [Int]? { state.labels }
  /// Two.
  public func plannedSteps(_ context: FitContext) -> Int { 2 }
  /// How many of the two were made.
  public func stepsTaken(_ state: State) -> Int {
    state.tree == nil ? 0 : state.labels == nil ? 1 : 2
  }

  /// Puts the merges into an archive.
  public func store(_ state: State, in archive: inout Archive) {
    let merges = state.tree?.merges ?? []
    archive.set("first", merges.map(\.first))
    archive.set("second", merges.map(\.second))
    archive.set("height", merges.map(\.height))
    archive.set("labels", state.labels)
  }

  /// The state of an archive.
  public func restore(from archive: Archive, _ context: FitContext) throws -> State {
    let first: [Int] = try archive.value("first")
    let second: [Int] = try archive.value("second")
    let height: [Double] = try archive.value("height")
    guard !first.isEmpty else { return State() }
    guard first.count == context.rows - 1, second.count == first.count, height.count == first.count
    else { throw InputError(.data, "the saved state does not hold \(context.rows - 1) merges") }
    let merges = first.indices.map {
      MergeTree.Merge(first: first[$0], second: second[$0], height: height[$0])
    }
    return State(
      tree: MergeTree(count: context.rows, merges: merges), labels: try archive.value("labels"))
  }
}
