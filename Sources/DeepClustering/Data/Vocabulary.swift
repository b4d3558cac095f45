// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// The words that the columns of texts stand for, and what each is worth.
public struct Vocabulary: Codable, Equatable, Sendable {
  /// How many words are kept unless another number is asked for.
  public static let usualLimit = 2000

  /// The word of each column.
  public let words: [String]
  /// ln((1 + n) ÷ (1 + d)) + 1 of each word, which d of the n texts of the training have; nil where
  /// only the words are known.
  public let inverseDocumentFrequencies: [Double]?

  /// A vocabulary of words, each of them once.
  public init(words: [String], inverseDocumentFrequencies: [Double]? = nil) {
    precondition(
      inverseDocumentFrequencies.map { $0.count == words.count } ?? true,
      "each word has one inverse document frequency")
    self.words = words
    self.inverseDocumentFrequencies = inverseDocumentFrequencies
  }

  /// Reads the `vocabulary.json` of a run, or a text with one word a line.
  ///
  /// - Throws: ``InputError`` for a missing or damaged file, and for a word that is there twice.
  public static func read(_ path: String) throws(InputError) -> Vocabulary {
    let bytes = try FileBytes.readUnpacked(path)
    let vocabulary: Vocabulary
    if bytes.first == UInt8(ascii: "{") {
      guard let read = try? JSONDecoder().decode(Vocabulary.self, from: Data(bytes)),
        read.inverseDocumentFrequencies.map({ $0.count == read.words.count }) ?? true
      else { throw InputError(.data, "\(path) is not a vocabulary that deepclust wrote") }
      vocabulary = read
    } else {
      let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
      let text = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
      let lines = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isNewline)
      vocabulary = Vocabulary(
        words: lines.map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty })
    }
    guard !vocabulary.words.isEmpty else {
      throw InputError(.data, "\(path) has no words; give one a line")
    }
    var seen: Set<String> = []
    for (index, word) in vocabulary.words.enumerated() where !seen.insert(word).inserted {
      throw InputError(.data, "word \(index + 1) of \(path), '\(word)', is there twice")
    }
    return vocabulary
  }

  /// Writes the vocabulary as JSON.
  func write(to url: URL) throws(InputError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw InputError(.internalError, "the vocabulary has no JSON form")
    }
    try writeAtomically(data + Data("\n".utf8), to: url)
  }
}

/// How texts become numbers.
public struct TextReading: Codable, Equatable, Sendable {
  /// The number of words that are kept, the most frequent ones; nil for ``Vocabulary/usualLimit``.
  public var maxFeatures: Int?
  /// A file with the words to use: see ``Vocabulary/read(_:)``.
  public var vocabulary: String?

  /// The usual way, unless said otherwise.
  public init(maxFeatures: Int? = nil, vocabulary: String? = nil) {
    self.maxFeatures = maxFeatures
    self.vocabulary = vocabulary
  }

  /// Whether anything was asked for.
  var isUsual: Bool { maxFeatures == nil && vocabulary == nil }
}
