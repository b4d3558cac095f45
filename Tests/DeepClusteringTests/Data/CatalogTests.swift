// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct CatalogTests {
  @Test func everyEntryIsWhole() {
    #expect(Set(Catalog.entries.map(\.name)).count == Catalog.entries.count)
    for entry in Catalog.entries {
      if let image = entry.imageShape {
        #expect(image.height * image.width * image.channels == entry.columns, "\(entry.name)")
      }
      if let names = entry.classNames {
        #expect(names.count == entry.classes && Set(names).count == names.count, "\(entry.name)")
      }
      for file in entry.files {
        for sum in [file.sha256, file.unpackedSHA256].compactMap({ $0 }) {
          #expect(sum.count == 64 && sum.allSatisfy(\.isHexDigit), "\(file.name)")
        }
      }
    }
  }

  /// The names are those of the numbers, also where some numbers do not occur.
  @Test func classesHaveTheirNames() throws {
    let fashion = try #require(Catalog.entry(named: "fashion-mnist"))
    let some = fashion.names(of: ClassLabels([9, 0, 9, 7]))
    #expect(some == ["T-shirt/top", "Sneaker", "Ankle boot"])
    #expect(fashion.names(of: ClassLabels([9, 12])) == ["Ankle boot", "12"])
    let mnist = try #require(Catalog.entry(named: "mnist"))
    #expect(mnist.names(of: ClassLabels([3, 5])) == ["3", "5"])
  }

  /// The files beside the data that list the classes, a name a line.
  @Test(
    .enabled(if: RealData.isHere, RealData.reason),
    arguments: [("20newsgroups", "20news_classes.txt"), ("r8", "r8_classes.txt")])
  func classesAreThoseListedBesideTheData(name: String, file: String) throws {
    let root = try #require(Catalog().dataFolder)
    let path = root.appendingPathComponent(name).appendingPathComponent(file).path
    let listed = String(decoding: try FileBytes.readUnpacked(path), as: UTF8.self)
    #expect(
      Catalog.entry(named: name)?.classNames
        == listed.split(separator: "\n").map(String.init))
  }

  @Test func looksWhereTheEnvironmentSays() throws {
    let folder = try DataFolder()
    let catalog = Catalog(environment: [
      "DEEPCLUST_DATA": folder.path("own"), "XDG_CACHE_HOME": folder.path("cache"),
    ])
    #expect(catalog.cacheFolder.path == folder.path("cache/deepclust/data"))
    let usps = try #require(Catalog.entry(named: "usps"))
    #expect(catalog.location(of: usps) == nil)
    try folder.write("cache/deepclust/data/usps/zip.train.gz", "x")
    #expect(catalog.location(of: usps) == nil)
    try folder.write("own/usps/zip.test.gz", "x")
    try folder.write("own/usps/zip.train.gz", "x")
    // The user's own folder comes first.
    #expect(
      catalog.location(of: usps)?.map(\.path)
        == [folder.path("own/usps/zip.train.gz"), folder.path("own/usps/zip.test.gz")])
    let home = Catalog(environment: ["HOME": folder.path("home")])
    #expect(home.cacheFolder.path == folder.path("home/.cache/deepclust/data"))
    #expect(home.dataFolder == nil)
  }

  @Test func refusesAFileThatIsNotTheOriginal() throws {
    let folder = try DataFolder()
    let catalog = Catalog(environment: ["DEEPCLUST_DATA": folder.url.path])
    let path = try folder.write("digits/digits.csv.gz", gzip(Array("1,2\n".utf8)))
    let digits = try #require(Catalog.entry(named: "digits"))
    let error = refusal { try catalog.load(digits) }
    #expect(error?.kind == .unavailable)
    let found = SHA256.hexadecimal(of: gzip(Array("1,2\n".utf8)))
    #expect(
      error?.description
        == "\(path) is not the original digits.csv.gz: its SHA-256 is \(found), and "
        + "\(digits.files[0].sha256) was expected; remove it to have it fetched again")
  }

  @Test func acceptsTheSameBytesPackedAnew() throws {
    let content = Array("1,2\n".utf8)
    let file = CatalogFile(
      "a.gz", String(repeating: "0", count: 64), unpacked: SHA256.hexadecimal(of: content))
    #expect(try file.unpackVerified(gzip(content), from: "a.gz") == content)
    #expect(refusal { try file.unpackVerified(content, from: "a.gz") }?.kind == .unavailable)
    let plain = CatalogFile("a.txt", SHA256.hexadecimal(of: content))
    #expect(try plain.unpackVerified(content, from: "a.txt") == content)
  }

  @Test func saysWhereToPutFilesThatCannotBeFetched() throws {
    let folder = try DataFolder()
    let catalog = Catalog(environment: [
      "DEEPCLUST_DATA": folder.path("own"), "XDG_CACHE_HOME": folder.path("cache"),
    ])
    let umap = try #require(Catalog.entry(named: "umap-usps"))
    let error = refusal { try catalog.load(umap) }
    #expect(error?.kind == .unavailable)
    #expect(
      error?.description
        == "the data set umap-usps is not here and cannot be fetched (it is published nowhere as a "
        + "file); put usps_x.npy, usps_y.npy into \(folder.path("own/umap-embeddings")) or "
        + "\(folder.path("cache/deepclust/data/umap-embeddings")) by hand")
  }

  @Test func drawsSyntheticDataFromTheSeed() throws {
    let data = try Dataset.load("fifteen-gaussians", seed: 9)
    #expect(data == Synthetic.fifteenGaussians(seed: 9))
    #expect(try Dataset.load("three-gaussians", seed: 2) == Synthetic.threeGaussians(seed: 2))
  }

  struct Known: Sendable {
    let name: String
    let counts: [Int]
    let range: ClosedRange<Float>
  }

  /// Class counts and ranges as the data's own documentation gives them.
  static let known = [
    Known(
      name: "mnist", counts: [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958],
      range: 0...255),
    Known(
      name: "fashion-mnist", counts: [Int](repeating: 7000, count: 10), range: 0...255),
    Known(
      name: "usps", counts: [1553, 1269, 929, 824, 852, 716, 834, 792, 708, 821], range: 0...1),
    Known(
      name: "digits", counts: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180], range: 0...16),
    Known(
      name: "umap-usps", counts: [1553, 1269, 929, 824, 852, 716, 834, 792, 708, 821],
      range: -3.19426...13.5487),
    Known(
      name: "moco-imagenet-50", counts: [Int](repeating: 50, count: 50),
      range: -0.382744...0.398614),
    Known(name: "r8", counts: [2292, 374, 3923, 51, 271, 293, 144, 326], range: 0...0.893129),
  ]

  @Test(.enabled(if: RealData.isHere, RealData.reason), arguments: known)
  func readsRealData(known: Known) throws {
    let entry = try #require(Catalog.entry(named: known.name))
    let data = try Dataset.load(known.name)
    #expect(data.rows == entry.rows && data.columns == entry.columns)
    #expect(data.imageShape == entry.imageShape)
    #expect(data.classCounts == known.counts)
    let range = try #require(data.valueRange)
    #expect(abs(range.lowerBound - known.range.lowerBound) < 1e-4)
    #expect(abs(range.upperBound - known.range.upperBound) < 1e-4)
  }

  @Test(.enabled(if: RealData.isHere, RealData.reason))
  func readsTheStoredValuesOfASparseSet() throws {
    let news = try Dataset.load("20newsgroups")
    #expect(news.rows == 18_846 && news.columns == 2000)
    var stored = 0
    news.values.withUnsafeBufferPointer { values in
      for index in 0..<values.count where values[index] != 0 { stored += 1 }
    }
    #expect(stored == 1_885_647)
    // Rows have norm 1.
    let norm = news.values[..<2000].reduce(0) { $0 + $1 * $1 }
    #expect(abs(norm - 1) < 1e-5)
  }
}
