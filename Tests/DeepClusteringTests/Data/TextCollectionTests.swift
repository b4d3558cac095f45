// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

/// Texts and their tf-idf by scikit-learn.
private struct TextGolden: Decodable {
  struct Document: Decodable {
    var name: String
    var content: String
  }
  struct Case: Decodable {
    var name: String
    var maxFeatures: Int?
    var vocabulary: [String]?
    var words: [String]
    var inverseDocumentFrequencies: [Double]
    var values: [Double]
  }
  var documents: [Document]
  var cases: [Case]
}

@Suite struct TextCollectionTests {
  private let folder: DataFolder
  private let golden: TextGolden

  init() throws {
    folder = try DataFolder()
    golden = try GoldenFile.load("text")
    for document in golden.documents {
      try folder.write("texts/\(document.name)", fixture(document.content))
    }
  }

  private var texts: String { folder.path("texts") }

  @Test func agreesWithScikitLearn() throws {
    for wanted in golden.cases {
      var reading = TextReading(maxFeatures: wanted.maxFeatures)
      reading.vocabulary = try wanted.vocabulary.map {
        try folder.write("words.txt", $0.joined(separator: "\n") + "\n")
      }
      let data = try Dataset.load(texts, text: reading)
      #expect(data.vocabulary?.words == wanted.words, "\(wanted.name)")
      #expect(data.rows == golden.documents.count && data.columns == wanted.words.count)
      let weights = try #require(data.vocabulary?.inverseDocumentFrequencies)
      #expect(
        zip(weights, wanted.inverseDocumentFrequencies).allSatisfy { abs($0 - $1) < 1e-12 },
        "\(wanted.name)")
      #expect(data.values.count == wanted.values.count)
      #expect(
        zip(data.values, wanted.values).allSatisfy { abs(Double($0) - $1) < 1e-6 }, "\(wanted.name)"
      )
    }
  }

  @Test func takesClassesFromSubfolders() throws {
    let data = try Dataset.load(texts)
    #expect(data.classNames == ["cars", "space"] && data.labels == [0, 0, 0, 0, 1, 1, 1])
    #expect(data.fileNames == golden.documents.map(\.name))
    #expect(data.notes == ["2 of 7 texts have none of the words"])
  }

  /// What is split for training and testing has its classes one folder below.
  @Test(arguments: [
    ["some-train", "some-test"], ["train", "val"], ["Training", "validation", "dev"],
  ])
  func takesClassesFromBelowTheParts(parts: [String]) throws {
    for part in parts {
      let target = folder.path("split-\(parts[0])/\(part)")
      try FileManager.default.createDirectory(
        atPath: folder.path("split-\(parts[0])"), withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: texts, toPath: target)
    }
    #expect(try Dataset.load(folder.path("split-\(parts[0])")).classNames == ["cars", "space"])
  }

  /// Words that are equally frequent are taken in their own order.
  @Test func decidesTiesByTheWord() throws {
    let tied = try DataFolder()
    try tied.write("t/a.txt", "delta beta beta alpha")
    try tied.write("t/b.txt", "gamma alpha")
    try tied.write("t/picture.webp", "RIFF")
    let data = try Dataset.load(tied.path("t"), text: TextReading(maxFeatures: 3))
    #expect(data.vocabulary?.words == ["alpha", "beta", "delta"])
    #expect(data.labels == nil)
    #expect(data.notes.count == 1 && data.notes[0].contains("picture.webp"))
  }

  @Test func readsNewTextsWithTheOldWeights() throws {
    let old = try Dataset.load(texts)
    try folder.write("words.txt", "\u{FEFF}alpha\r\nbeta\r\n")
    #expect(try Vocabulary.read(folder.path("words.txt")).words == ["alpha", "beta"])
    let file = folder.path("vocabulary.json")
    try old.vocabulary?.write(to: URL(fileURLWithPath: file))
    try folder.write("new/one", "the rocket and the car")
    try folder.write("new/two", "unheard of")
    let new = try Dataset.load(folder.path("new"), text: TextReading(vocabulary: file))
    #expect(new.vocabulary == old.vocabulary && new.columns == old.columns)
    let words = try #require(old.vocabulary?.words)
    let weights = try #require(old.vocabulary?.inverseDocumentFrequencies)
    let known = ["the": 2.0, "rocket": 1, "and": 1, "car": 1]
    let row = words.indices.map { (known[words[$0]] ?? 0) * weights[$0] }
    let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(zip(new.values, row).allSatisfy { abs(Double($0) - $1 / norm) < 1e-6 })
    #expect(new.values.suffix(new.columns).allSatisfy { $0 == 0 })
  }

  @Test func refusesWhatHasNoWords() throws {
    try folder.write("none/a.txt", "! a ?")
    let error = refusal { try Dataset.load(folder.path("none")) }
    #expect(error?.description.contains("have no words") == true)
    try folder.write("binary/a", [1, 0, 2])
    #expect(
      refusal { try Dataset.load(folder.path("binary")) }?.description.contains("no text files")
        == true)
    let words = try folder.write("twice.txt", "one\ntwo\none\n")
    let twice = refusal { try Dataset.load(texts, text: TextReading(vocabulary: words)) }
    #expect(twice?.description.contains("word 3 of \(words), 'one', is there twice") == true)
    let both = TextReading(maxFeatures: 3, vocabulary: words)
    #expect(refusal { try Dataset.load(texts, text: both) }?.kind == .usage)
    #expect(
      refusal { try Dataset.load(texts, text: TextReading(maxFeatures: 0)) }?.kind == .usage)
  }

  /// The archive as it was published against the table that scikit-learn made of it, of its words:
  /// at the limit of 2,000 some are equally frequent, and NumPy's choice among them is another.
  @Test(.enabled(if: RealData.isHere, RealData.reason))
  func agreesWithScikitLearnOn20Newsgroups() throws {
    let root = try #require(Catalog().dataFolder).appendingPathComponent("20newsgroups")
    let words = root.appendingPathComponent("20news_vocab.txt").path
    let ours = try Dataset.load(
      root.appendingPathComponent("20news-bydate.tar.gz").path, text: TextReading(vocabulary: words)
    )
    let theirs = try Dataset.load("20newsgroups")
    #expect(ours.rows == 18_846 && ours.classNames?.count == 20)
    #expect(ours.vocabulary?.words == theirs.vocabulary?.words)
    let order = String(
      decoding: try FileBytes.readUnpacked(root.appendingPathComponent("20news_order.txt.gz").path),
      as: UTF8.self
    ).split(separator: "\n").map(String.init)
    try #require(order.count == theirs.rows)
    let place = Dictionary(uniqueKeysWithValues: zip(try #require(ours.fileNames), 0...))
    let (ourValues, theirValues) = (ours.values, theirs.values)
    var worst: Float = 0
    for (their, name) in order.enumerated() {
      let our = try #require(place[name])
      try #require(ours.labels?[our] == theirs.labels?[their])
      guard their.isMultiple(of: 10) else { continue }
      for column in 0..<2000 {
        worst = max(
          worst, abs(ourValues[our * 2000 + column] - theirValues[their * 2000 + column]))
      }
    }
    #expect(worst < 1e-6)
  }
}
