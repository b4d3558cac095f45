// SPDX-License-Identifier: Apache-2.0
internal import CTorch
internal import Torch

/// A minimum spanning tree over points that grows point by point.
///
/// Prim, Shortest connection networks and some generalizations, Bell System Technical Journal 36,
/// 1957. O(n²·d) time and O(n·d) memory; no matrix of distances is kept. The length of an edge is
/// the greatest of the squared distance of its ends and the core distances of both (also squared).
struct SpanningTree {
  /// n.
  let count: Int
  private let dimensions: Int
  /// See `CTTrees.h`: the points outside come first, then the one that joined last.
  private var columns: [Float]
  private var index: [Int32]
  private var core: [Float]
  private var best: [Float]
  private var parent: [Int32]
  /// The edges so far: the point that joined, the point of the tree it is tied to, the length.
  private(set) var joined: [Int32] = []
  private(set) var parents: [Int32] = []
  private(set) var lengths: [Float] = []

  /// A tree of the first point alone.
  ///
  /// - Parameters:
  ///   - points: n × d.
  ///   - core: The squared core distance of each point; zeros for plain distances.
  init(over points: Tensor, core: [Float]) {
    let n = points.shape[0]
    var index = (0..<n).map(Int32.init)
    index.swapAt(0, n - 1)
    self.init(points, core, index)
  }

  private init(_ points: Tensor, _ core: [Float], _ index: [Int32]) {
    (count, dimensions) = (points.shape[0], points.shape[1])
    precondition(core.count == count && count > 0, "one core distance for each of \(count) points")
    let order = Tensor(index, shape: [count]).to(.int64, on: points.device)
    columns = points.rows(at: order).to(.float32, on: .cpu).transposed().copy().scalars()
    self.index = index
    self.core = index.map { core[Int($0)] }
    best = [Float](repeating: .infinity, count: count)
    parent = [Int32](repeating: -1, count: count)
  }

  /// Whether all points are in.
  var isComplete: Bool { lengths.count == count - 1 }

  /// Takes so many points more, or all that are left.
  mutating func grow(by number: Int) {
    let outside = count - 1 - lengths.count
    let number = min(number, outside)
    guard number > 0 else { return }
    var (points, ends) = (
      [Int32](repeating: 0, count: number), [Int32](repeating: 0, count: number)
    )
    var reached = [Float](repeating: 0, count: number)
    ct_grow_tree(
      &columns, Int64(count), Int64(dimensions), &index, &core, &best, &parent, Int64(outside),
      Int64(number), &points, &ends, &reached, Int32(Threads.count))
    joined += points
    parents += ends
    lengths += reached
  }

  /// The merges of single linkage, the shortest edge first, at the squared lengths.
  var merges: [MergeTree.Merge] {
    zip(zip(joined, parents), lengths).map { ends, length in
      MergeTree.Merge(first: Int(ends.1), second: Int(ends.0), height: Double(length))
    }
  }

  // MARK: Saving

  func store(in archive: inout Archive) {
    for (name, values) in [
      ("index", index), ("parent", parent), ("joined", joined), ("parents", parents),
    ] {
      archive.set("tree.\(name)", tensor: Tensor(values, shape: [values.count]))
    }
    archive.set("tree.best", tensor: Tensor(best, shape: [count]))
    archive.set("tree.lengths", tensor: Tensor(lengths, shape: [lengths.count]))
  }

  /// The tree of an archive; points and core distances are those that it was begun with.
  init(from archive: Archive, over points: Tensor, core: [Float]) throws(InputError) {
    self.init(points, core, try archive.tensor("tree.index").scalars())
    parent = try archive.tensor("tree.parent").scalars()
    joined = try archive.tensor("tree.joined").scalars()
    parents = try archive.tensor("tree.parents").scalars()
    best = try archive.tensor("tree.best").scalars()
    lengths = try archive.tensor("tree.lengths").scalars()
  }
}
