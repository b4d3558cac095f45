// SPDX-License-Identifier: Apache-2.0

/// How often each word occurs in each text: a sparse matrix, texts × words, row by row.
struct WordCounts {
  /// The words, in the order in which they were first seen, or that of a given vocabulary.
  private(set) var words: [String] = []
  /// Where each text's entries start in `entries`; one more than texts.
  private(set) var starts = [0]
  /// Word and count, in rising order of the words of a text.
  private(set) var entries: [(word: Int, count: Int)] = []
  private var indices: [String: Int] = [:]
  private let isFixed: Bool

  /// No texts yet; without a vocabulary every word is counted.
  init(vocabulary: [String]? = nil) {
    isFixed = vocabulary != nil
    words = vocabulary ?? []
    for (index, word) in words.enumerated() { indices[word] = index }
  }

  /// The number of texts.
  var texts: Int { starts.count - 1 }

  /// Counts the words of one more text.
  mutating func add(_ scalars: [Unicode.Scalar]) {
    var found: [Int] = []
    WordTokens.each(in: scalars) { word in
      if let index = indices[word] {
        found.append(index)
      } else if !isFixed {
        indices[word] = words.count
        found.append(words.count)
        words.append(word)
      }
    }
    found.sort()
    for word in found {
      if entries.count > starts[texts], entries[entries.count - 1].word == word {
        entries[entries.count - 1].count += 1
      } else {
        entries.append((word, 1))
      }
    }
    starts.append(entries.count)
  }

  /// In how many texts each word occurs.
  var documentFrequencies: [Int] {
    var frequencies = [Int](repeating: 0, count: words.count)
    for entry in entries { frequencies[entry.word] += 1 }
    return frequencies
  }

  /// The most frequent words of all texts together, sorted by their characters' code points.
  ///
  /// Of words that are equally frequent the first in that order are taken. scikit-learn leaves such
  /// ties to NumPy's unstable sort, which differs between processors.
  func mostFrequent(_ limit: Int) -> [String] {
    var frequencies = [Int](repeating: 0, count: words.count)
    for entry in entries { frequencies[entry.word] += entry.count }
    // UTF-8 sorts as the code points do.
    let keys = words.map { Array($0.utf8) }
    let sorted = words.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }
    guard sorted.count > limit else { return sorted.map { words[$0] } }
    var rank = [Int](repeating: 0, count: words.count)
    for (place, word) in sorted.enumerated() { rank[word] = place }
    let chosen = sorted.sorted {
      (-frequencies[$0], rank[$0]) < (-frequencies[$1], rank[$1])
    }.prefix(limit)
    return chosen.sorted { rank[$0] < rank[$1] }.map { words[$0] }
  }
}
