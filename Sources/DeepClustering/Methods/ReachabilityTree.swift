// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The spanning tree from which DBSCAN and HDBSCAN read their clusters, as a fit that advances.
///
/// The core distance of a sample is the radius within which `samples` samples lie, itself included;
/// the mutual reachability of two samples is the greatest of their distance and both core distances
/// (Campello, Moulavi, Zimek, Sander, ACM TKDD 10, 2015, definition 3.4). Distances are squared.
struct ReachabilityTree {
  /// How many samples make a dense place.
  let samples: Int
  /// The core distances, after the first step.
  private(set) var core: [Float] = []
  private(set) var tree: SpanningTree?
  private(set) var steps = 0

  init(samples: Int) { self.samples = samples }

  /// Pairs of coordinates that a step may compare: a second or two.
  private static let work = 8_000_000_000

  private func pointsAStep(_ context: FitContext) -> Int {
    max(Self.work / (context.rows * context.columns), 1)
  }

  /// One step for the core distances, and those that the tree takes.
  func plannedSteps(_ context: FitContext) -> Int {
    let points = pointsAStep(context)
    return 1 + (context.rows - 1 + points - 1) / points
  }

  var isComplete: Bool { tree?.isComplete ?? false }

  /// The core distances, then a part of the tree.
  mutating func advance(_ context: FitContext) -> StepReport {
    steps += 1
    guard tree != nil else {
      core = Self.coreDistances(context.data, samples: samples)
      tree = SpanningTree(over: context.data, core: core)
      let mean = core.reduce(0.0) { $0 + Double($1).squareRoot() } / Double(core.count)
      return StepReport(loss: mean, losses: ["core distance": mean])
    }
    let points = pointsAStep(context)
    tree?.grow(by: points)
    let lengths = tree?.lengths ?? []
    let mean =
      lengths.reduce(0.0) { $0 + Double($1).squareRoot() } / Double(max(lengths.count, 1))
    return StepReport(loss: mean, losses: ["mutual reachability": mean])
  }

  static func coreDistances(_ data: Tensor, samples: Int) -> [Float] {
    let count = samples - 1
    guard count > 0 else { return [Float](repeating: 0, count: data.shape[0]) }
    let found = NearestNeighbors(of: data, among: data, count: count, excludingSelf: true)
    return (0..<data.shape[0]).map { found.squaredDistances[$0 * count + count - 1] }
  }

  /// Refuses more samples than there are.
  static func refuse(_ name: String, _ samples: Int, _ context: FitContext) throws(InputError) {
    guard samples > context.rows else { return }
    throw InputError(
      .usage, "\(name) is \(samples), and there are only \(context.rows) rows: ask for fewer")
  }

  // MARK: Saving

  func store(in archive: inout Archive) {
    archive.set("steps", steps)
    archive.set("core", tensor: Tensor(core, shape: [core.count]))
    tree?.store(in: &archive)
  }

  init(samples: Int, from archive: Archive, _ context: FitContext) throws(InputError) {
    self.init(samples: samples)
    steps = try archive.value("steps")
    core = try archive.tensor("core").scalars()
    guard steps > 0 else { return }
    tree = try SpanningTree(from: archive, over: context.data, core: core)
  }
}
