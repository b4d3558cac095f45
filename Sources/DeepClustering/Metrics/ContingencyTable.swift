// SPDX-License-Identifier: Apache-2.0

/// How many samples of each class each cluster holds; every label-based score is computed from it.
///
/// Rows are clusters and columns are classes. Noise (−1) counts as a cluster of its own, in the
/// last row, so that a method cannot raise its scores by leaving samples out.
///
/// ```swift
/// let table = ContingencyTable(predicted: [0, 0, 1, 1], labels: [1, 1, 0, 1])
/// table[cluster: 0, class: 1]  // 2
/// ```
public struct ContingencyTable: Equatable, Sendable {
  /// The most cells that a table may have, 2²⁶; more would not fit in the memory of a small machine.
  public static let cellLimit = 1 << 26

  /// Whether the table of so many clusters and classes has no more cells than that.
  public static func fits(_ clusters: Int, _ classes: Int) -> Bool {
    let cells = clusters.multipliedReportingOverflow(by: classes)
    return !cells.overflow && cells.partialValue <= cellLimit
  }

  /// The cluster that each row stands for: ascending, noise (−1) last.
  public let clusterLabels: [Int]

  /// The class that each column stands for: ascending, unlabelled (−1) last.
  public let classLabels: [Int]

  /// The counts, row-major: `clusterLabels.count` × `classLabels.count`.
  public let counts: [Int]

  /// The number of samples of each cluster.
  public let clusterSizes: [Int]

  /// The number of samples of each class.
  public let classSizes: [Int]

  /// The number of samples.
  public let samples: Int

  /// Counts the samples of each pair of a cluster and a class, in one pass.
  ///
  /// - Parameters:
  ///   - predicted: The cluster of each sample; −1 is noise.
  ///   - labels: The class of each sample, as many as `predicted` and at least one.
  ///   - clusters: The number of clusters asked for, so that the empty ones have a row and row `k`
  ///     is cluster `k`; without it only the clusters that occur have a row.
  ///   - classes: The number of classes, likewise.
  public init(predicted: [Int], labels: [Int], clusters: Int? = nil, classes: Int? = nil) {
    precondition(
      predicted.count == labels.count,
      "\(predicted.count) predicted labels cannot be compared with \(labels.count) true ones")
    precondition(!labels.isEmpty, "there is no sample to count")
    let rows = LabelIndex(predicted, expected: clusters)
    let columns = LabelIndex(labels, expected: classes)
    let width = columns.labels.count
    let cells = rows.labels.count * width
    precondition(
      Self.fits(rows.labels.count, width),
      "\(rows.labels.count) clusters and \(width) classes are too many to tabulate")
    var counts = [Int](repeating: 0, count: cells)
    var clusterSizes = [Int](repeating: 0, count: rows.labels.count)
    var classSizes = [Int](repeating: 0, count: width)
    for sample in labels.indices {
      let row = rows.position(of: predicted[sample])
      let column = columns.position(of: labels[sample])
      counts[row * width + column] += 1
      clusterSizes[row] += 1
      classSizes[column] += 1
    }
    self.clusterLabels = rows.labels
    self.classLabels = columns.labels
    self.counts = counts
    self.clusterSizes = clusterSizes
    self.classSizes = classSizes
    self.samples = labels.count
  }

  /// The number of samples that the row's cluster shares with the column's class.
  public subscript(cluster row: Int, class column: Int) -> Int {
    counts[row * classLabels.count + column]
  }

  /// The counts as one array for each cluster.
  public var rows: [[Int]] {
    clusterLabels.indices.map { row in
      Array(counts[row * classLabels.count..<(row + 1) * classLabels.count])
    }
  }

  /// Whether clusters and classes are the same partition under other names.
  var isPerfect: Bool {
    clusterLabels.indices.allSatisfy { row in
      classLabels.indices.allSatisfy { column in
        let count = self[cluster: row, class: column]
        return count == 0 || (count == clusterSizes[row] && count == classSizes[column])
      }
    }
  }
}

/// Distinct labels in order, and the position of each of them.
private struct LabelIndex {
  /// Ascending, −1 last.
  let labels: [Int]
  /// The position of label `l` is `dense[l]`; −1 where `l` does not occur.
  private let dense: [Int]
  /// For labels too large for `dense`, and for −1.
  private let sparse: [Int: Int]

  init(_ values: [Int], expected: Int?) {
    // Most labels are small, and a look-up by index is ten times faster than one by hash.
    let denseLimit = max(1 << 16, 2 * values.count)
    let largest = values.reduce(-1, max)
    let width = expected ?? min(largest, denseLimit - 1) + 1
    var occurs = [Bool](repeating: false, count: width)
    var others: Set<Int> = []
    for value in values {
      precondition(value >= -1, "\(value) is not a label: it is neither −1 (noise) nor 0 or more")
      if value >= 0, value < width { occurs[value] = true } else { others.insert(value) }
    }
    if let expected {
      precondition(largest < expected, "label \(largest) is not below the expected \(expected)")
      occurs = [Bool](repeating: true, count: expected)
    }
    let hasNoise = others.remove(-1) != nil
    labels =
      occurs.indices.filter { occurs[$0] } + others.sorted() + (hasNoise ? [-1] : [])
    var dense = [Int](repeating: -1, count: width)
    var sparse: [Int: Int] = [:]
    for (position, label) in labels.enumerated() {
      if label >= 0, label < width { dense[label] = position } else { sparse[label] = position }
    }
    self.dense = dense
    self.sparse = sparse
  }

  func position(of label: Int) -> Int {
    if label >= 0, label < dense.count { return dense[label] }
    guard let position = sparse[label] else {
      preconditionFailure("label \(label) was not seen when the labels were indexed")
    }
    return position
  }
}
