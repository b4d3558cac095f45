// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct PretrainingCacheTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  private func entry(_ letter: String) -> PretrainingCache.Entry {
    PretrainingCache.Entry(folder: folder.url, digest: String(repeating: letter, count: 64))
  }

  private func keep(_ letter: String, in cache: PretrainingCache) {
    let context = FitContext(data: Blobs(rows: 4).tensor, seed: Seed(1))
    let network = Autoencoder(
      AutoencoderLayout(hidden: [], latent: 2), inputs: 8, context: context)
    let line = #"{"stage":"pretraining","step":1,"of":1,"seconds":1,"losses":{}}"# + "\n"
    cache.keep(network, metrics: Data(line.utf8), as: entry(letter))
  }

  /// Networks a, b and c that other processes trained, a the longest ago.
  private func keepOldOnes() throws {
    for (letter, days) in [("a", 3.0), ("b", 2.0), ("c", 1.0)] {
      keep(letter, in: PretrainingCache(folder.url))
      for file in [entry(letter).network, entry(letter).metrics] {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -86_400 * days)], ofItemAtPath: file.path)
      }
    }
  }

  /// The letters of the networks that are there; each has its metrics.
  private func letters() throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    let networks = names.filter { $0.hasSuffix(".safetensors") }
    let metrics = names.filter { $0.hasSuffix(".jsonl") }
    #expect(networks.map { $0.prefix(64) } == metrics.map { $0.prefix(64) })
    return String(networks.compactMap(\.first))
  }

  @Test func theNetworksThatWereNotUsedForLongestAreRemoved() throws {
    try folder.write("notes.txt", String(repeating: "mine ", count: 10_000))
    try keepOldOnes()
    let files = [entry("a").network, entry("a").metrics]
    let size = try files.reduce(0) { try $0 + Data(contentsOf: $1).count }
    // Another process takes the oldest, which makes it the newest.
    #expect(PretrainingCache(folder.url).network(entry("a"), on: .cpu) != nil)
    keep("d", in: PretrainingCache(folder.url, limit: 4 * size))
    #expect(try letters() == "abcd")
    keep("e", in: PretrainingCache(folder.url, limit: 3 * size + size / 2))
    #expect(try letters() == "ade")
    #expect(FileManager.default.fileExists(atPath: folder.path("notes.txt")))
  }

  @Test func whatThisProcessUsesStays() throws {
    try keepOldOnes()
    let cache = PretrainingCache(folder.url, limit: 0)
    #expect(cache.network(entry("b"), on: .cpu) != nil)
    // Each run has a copy of the value.
    let copy = cache
    keep("d", in: copy)
    #expect(try letters() == "bd")
    keep("e", in: cache)
    #expect(try letters() == "bde")
    keep("f", in: PretrainingCache(folder.url, limit: 0))
    #expect(try letters() == "f")
  }

  /// A build that computes otherwise does not take the networks of another.
  @Test func theKernelsArePartOfTheKey() throws {
    let blobs = Blobs(rows: 30)
    var warnings: [String] = []
    let data = try PreparedData(
      Dataset(name: "blobs", values: blobs.values, rows: 30, columns: 8), preprocessing: .none,
      clusters: 3, device: .cpu, warnings: &warnings)
    func digest(_ cache: PretrainingCache, seed: UInt64 = 1) -> String {
      cache.entry(Pretraining(), data: data, seed: Seed(seed), compute: .plain, threads: 1).digest
    }
    let cache = PretrainingCache(folder.url)
    var other = cache
    #expect(digest(other) == digest(cache) && digest(cache).count == 64)
    other.kernels += 1
    #expect(digest(other) != digest(cache))
    #expect(digest(cache, seed: 2) != digest(cache))
  }
}
