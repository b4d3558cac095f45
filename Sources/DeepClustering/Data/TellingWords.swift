// SPDX-License-Identifier: Apache-2.0

public import Foundation
internal import Torch

/// The words that tell clusters of texts apart: `words.json` of a run folder.
///
/// A word's score in a cluster is its mean tf-idf over the cluster's texts less that over all texts.
public struct TellingWords: Codable, Equatable, Sendable {
  /// A word and its score.
  public struct Word: Codable, Equatable, Sendable {
    /// The word.
    public var word: String
    /// Its mean in the cluster less its mean over all.
    public var score: Double
  }

  /// The words of each cluster, the highest score first; none for an empty cluster.
  public var clusters: [[Word]]

  /// The most telling words of clusters.
  ///
  /// - Parameters:
  ///   - count: How many of each; words whose score is not positive are left out.
  ///   - rows: tf-idf as the method saw it, n × D.
  ///   - assignments: The cluster of each row; those of −1 count in the mean over all only.
  ///   - clusters: K.
  ///   - words: The D words.
  init(_ count: Int, of rows: Tensor, assignments: [Int], clusters: Int, words: [String]) {
    let members = oneHot(assignments.map { $0 + 1 }, clusters + 1).to(rows.device)
    let sums = members.transposed().matmul(rows).scalars(as: Float.self).map(Double.init)
    let sizes = members.sum(0).scalars(as: Float.self).map(Double.init)
    let width = words.count
    let total = (0..<width).map { column in
      (0...clusters).reduce(0) { $0 + sums[$1 * width + column] }
    }
    let n = Double(max(assignments.count, 1))
    self.clusters = (1...max(clusters, 1)).prefix(clusters).map { cluster in
      guard sizes[cluster] > 0 else { return [] }
      let scores = (0..<width).map {
        sums[cluster * width + $0] / sizes[cluster] - total[$0] / n
      }
      return scores.indices.filter { scores[$0] > 0 }
        .sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(count)
        .map { Word(word: words[$0], score: scores[$0]) }
    }
  }

  /// Writes the file of a run folder.
  func write(to url: URL) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw InputError(.internalError, "the words have no JSON form")
    }
    try writeAtomically(data + Data("\n".utf8), to: url)
  }

  /// Reads the file of a run folder.
  ///
  /// - Throws: ``InputError`` for a damaged file.
  public init(contentsOf url: URL) throws(InputError) {
    guard let data = try? Data(contentsOf: url),
      let read = try? JSONDecoder().decode(TellingWords.self, from: data)
    else { throw InputError(.data, "\(url.path) is damaged") }
    self = read
  }
}
