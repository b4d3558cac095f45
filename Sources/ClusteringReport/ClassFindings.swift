// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// What the contingency table shows, in words: classes that share a cluster, classes in pieces,
/// classes that were not found.
struct ClassFindings {
  var run: RunFolder
  var names: GroupNames

  /// More would not be read.
  private static let most = 8

  /// The sentences, those of the largest groups of samples first.
  var sentences: [String] {
    guard let table = run.record.contingency, names.classCount > 1 else { return [] }
    let noise = run.noise(classes: names.classCount)
    let sizes = (0..<names.classCount).map { column in
      table.reduce(noise?[column] ?? 0) { $0 + $1[column] }
    }
    let found = shared(table, sizes) + split(table, sizes) + lost(table, sizes)
    let shown = found.sorted { $0.samples > $1.samples }.map(\.text)
    guard shown.count > Self.most else { return shown }
    return shown.prefix(Self.most) + ["\(shown.count - Self.most) more can be read from the table."]
  }

  private typealias Finding = (samples: Int, text: String)

  /// Clusters with at least half of each of two classes, the smaller at least a fifth of the cluster.
  private func shared(_ table: [[Int]], _ sizes: [Int]) -> [Finding] {
    table.enumerated().compactMap { cluster, counts in
      let held = counts.indices.filter { holds(counts, $0, sizes) }
        .sorted { (counts[$1], $0) < (counts[$0], $1) }
      guard held.count > 1 else { return nil }
      let parts = held.map { "\(share(counts[$0], sizes[$0])) of \(names.classPhrase($0))" }
      return (
        held.dropFirst().reduce(0) { $0 + counts[$1] },
        "\(held.count == 2 ? "Two" : "\(held.count)") classes share cluster \(cluster): it holds "
          + "\(Self.list(parts))."
      )
    }
  }

  private func holds(_ counts: [Int], _ column: Int, _ sizes: [Int]) -> Bool {
    counts[column] > 0 && 2 * counts[column] >= sizes[column]
      && 5 * counts[column] >= counts.reduce(0, +)
  }

  /// Classes of which two or more clusters each hold a quarter, and are mostly of that class.
  private func split(_ table: [[Int]], _ sizes: [Int]) -> [Finding] {
    sizes.indices.compactMap { column in
      let pieces = table.indices.filter { cluster in
        4 * table[cluster][column] >= sizes[column] && sizes[column] > 0
          && 2 * table[cluster][column] > table[cluster].reduce(0, +)
      }
      guard pieces.count > 1 else { return nil }
      let parts = pieces.map { "\($0) (\(share(table[$0][column], sizes[column])))" }
      return (
        sizes[column],
        "\(Self.sentence(names.classPhrase(column))) is split over the clusters \(Self.list(parts))."
      )
    }
  }

  /// Classes that are the largest of no cluster.
  private func lost(_ table: [[Int]], _ sizes: [Int]) -> [Finding] {
    sizes.indices.compactMap { column in
      let isLargest = table.contains { $0[column] > 0 && $0[column] == $0.max() }
      guard !isLargest, sizes[column] > 0, !table.contains(where: { holds($0, column, sizes) })
      else { return nil }
      return (
        sizes[column],
        "No cluster is mostly \(names.classPhrase(column)), which has "
          + "\(NumberText.grouped(sizes[column])) sample\(sizes[column] == 1 ? "" : "s")."
      )
    }
  }

  private static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private func share(_ part: Int, _ whole: Int) -> String {
    "\(Int((Double(part) / Double(max(whole, 1)) * 100).rounded()))%"
  }

  private static func list(_ parts: [String]) -> String {
    guard parts.count > 1, let last = parts.last else { return parts.joined() }
    return parts.dropLast().joined(separator: ", ") + " and " + last
  }
}
