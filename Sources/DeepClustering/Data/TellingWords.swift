// SPDX-License-Identifier: Apache-2.0

public import Foundation
internal import Torch

/// The words that tell clusters of texts apart: `words.json` of a run folder.
///
/// A word's score in a cluster is how far its mean tf-idf there lies above that of all texts, in
/// standard deviations: d_kj = (x̄_kj − x̄_j) / (m_k (s_j + s₀)), with s_j the deviation of word j
/// within clusters, pooled over them, s₀ the median of the s_j that are not 0, and m_k² = 1/n_k − 1/n.
/// Words of every text, which vary much everywhere, thus come after rarer ones; s₀ keeps out those
/// that vary hardly at all because few texts have them. This is the statistic of Tibshirani, Hastie,
/// Narasimhan, Chu: Diagnosis of multiple cancer types by shrunken centroids of gene expression,
/// PNAS 99(10), 2002, with m_k as in The Elements of Statistical Learning, 2nd edition, eq. 18.4.
public struct TellingWords: Codable, Equatable, Sendable {
  /// A word and its score.
  public struct Word: Codable, Equatable, Sendable {
    /// The word.
    public var word: String
    /// How far its mean in the cluster lies above that over all, in standard deviations.
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
    // Group 0 is noise.
    let members = oneHot(assignments.map { $0 + 1 }, clusters + 1).to(rows.device)
    let sums = rows.weightedSums(members.transposed()).scalars(as: Float.self).map(Double.init)
    let sizes = members.sum(0).scalars(as: Float.self).map(Double.init)
    let width = words.count
    let total = (0..<width).map { column in
      (0...clusters).reduce(0) { $0 + sums[$1 * width + column] }
    }
    let deviations = Self.deviations(
      rows, isMember: assignments.map { $0 < 0 ? 0 : 1 }, sums: sums, sizes: sizes)
    let positive = deviations.filter { $0 > 0 }.sorted()
    let floor = positive.isEmpty ? 1 : positive[positive.count / 2]
    let n = Double(max(assignments.count, 1))
    self.clusters = (1...max(clusters, 1)).prefix(clusters).map { cluster in
      let size = sizes[cluster]
      // One cluster of all texts has nothing to be told from.
      guard size > 0, size < n else { return [] }
      let margin = (1 / size - 1 / n).squareRoot()
      let scores = (0..<width).map { column in
        (sums[cluster * width + column] / size - total[column] / n)
          / (margin * (deviations[column] + floor))
      }
      return scores.indices.filter { scores[$0] > 0 }
        .sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(count)
        .map { Word(word: words[$0], score: scores[$0]) }
    }
  }

  /// s_j: the square root of the mean square within clusters, with n − K degrees of freedom.
  ///
  /// `sums` and `sizes` are those of noise and then of each cluster; `isMember` is 0 for noise.
  private static func deviations(
    _ rows: Tensor, isMember: [Float], sums: [Double], sizes: [Double]
  ) -> [Double] {
    let members = Tensor(isMember, shape: [1, isMember.count], on: rows.device)
    let squares = rows.weightedSums(members) { $0.squared() }.scalars(as: Float.self)
      .map(Double.init)
    let found = sizes.indices.dropFirst().filter { sizes[$0] > 0 }
    let freedom = found.reduce(0.0) { $0 + sizes[$1] } - Double(found.count)
    return squares.indices.map { column in
      let between = found.reduce(0.0) { sum, cluster in
        let value = sums[cluster * squares.count + column]
        return sum + value * value / sizes[cluster]
      }
      let within = squares[column] - between
      // The sums are of single precision: less than this is rounding, and the word does not vary.
      return within > 1e-5 * squares[column] ? (within / max(freedom, 1)).squareRoot() : 0
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
