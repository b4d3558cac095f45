// SPDX-License-Identifier: Apache-2.0
public import Foundation
internal import Synchronization
internal import Torch

/// Pretrained autoencoders under the digest of all that decides them.
///
/// Methods of one seed start from the same network, which is fair to them, and an experiment over
/// many methods trains one network a seed.
///
/// When a network is added and all together take more than ``limit`` bytes, those that were not used
/// for longest are removed. To empty the cache, remove its folder, for a user's
/// `deepclust/data/pretrained` in `$XDG_CACHE_HOME` or `~/.cache`: what is missing is trained anew.
public struct PretrainingCache: Sendable {
  /// The number of the arithmetic that pretraining is made of.
  ///
  /// To be raised with every change of the code that gives a network other bits for the same
  /// settings: kernels of CTorch, the order of sums, what is drawn at random, the steps themselves.
  /// Networks that an earlier build trained are then trained anew.
  static let currentKernels = 1

  /// Where the networks are.
  public let folder: URL
  /// The bytes that all networks may take; those that this process uses stay even beyond.
  public let limit: Int
  /// ``currentKernels``, unless a test says otherwise.
  var kernels = PretrainingCache.currentKernels
  private let used = UsedEntries()

  /// The cache of a user, or another folder; 5 GB are some 350 networks of DEC's size.
  public init(
    _ folder: URL = Catalog().cacheFolder.appendingPathComponent("pretrained"),
    limit: Int = 5_000_000_000
  ) {
    self.folder = folder
    self.limit = limit
  }

  /// The files of a network and of the metrics that were logged while it was trained.
  struct Entry {
    let folder: URL
    let digest: String

    var network: URL { folder.appendingPathComponent("\(digest).safetensors") }
    var metrics: URL { folder.appendingPathComponent("\(digest).jsonl") }
  }

  func entry(
    _ pretraining: Pretraining, data: PreparedData, seed: Seed, compute: Compute, threads: Int
  ) -> Entry {
    /// Everything that decides the bits of the network.
    struct Key: Encodable {
      var data: String
      var preprocessing: FittedPreprocessing
      var pretraining: Pretraining
      var seed: Seed
      var compute: Compute
      var device: Device
      var threads: Int
      var processor: String?
      var libtorch: String
      var version: String
      var kernels: Int
    }
    let key = Key(
      data: data.digest, preprocessing: data.preprocessing, pretraining: pretraining, seed: seed,
      compute: compute, device: data.tensor.device, threads: threads,
      processor: RunRecord.Machine.current.processor, libtorch: libtorchVersion,
      version: deepClusteringVersion, kernels: kernels)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let text = try? encoder.encode(key) else { preconditionFailure("keys have a JSON form") }
    return Entry(folder: folder, digest: SHA256.hexadecimal(of: [UInt8](text)))
  }

  /// The network of an entry and the lines of its log, when they are there and can be read.
  func network(_ entry: Entry, on device: Device) -> (Autoencoder, lines: Data)? {
    guard let archive = try? Archive(contentsOf: entry.network),
      let lines = try? Data(contentsOf: entry.metrics), !lines.isEmpty,
      MetricsLog.wholeLines(of: lines).count == lines.count,
      let network = try? Autoencoder(from: archive, under: "network", on: device)
    else { return nil }
    used.insert(entry.digest)
    // For other processes the date tells the last use.
    for file in [entry.network, entry.metrics] {
      try? FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: file.path)
    }
    return (network, lines)
  }

  /// Keeps a network; a full disk is no reason to fail, since the run has its own copy.
  func keep(_ network: Autoencoder, metrics: Data, as entry: Entry) {
    var archive = Archive()
    network.store(in: &archive, under: "network")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // Another process that has the same network keeps the same bytes.
    if let lock = FileLock(file: folder.appendingPathComponent(".\(entry.digest).lock")) {
      try? writeAtomically(metrics, to: entry.metrics)
      try? archive.write(to: entry.network)
      extendLifetime(lock)
    }
    used.insert(entry.digest)
    removeUnused()
  }

  /// Removes the entries that were not used for longest until the rest takes no more than `limit`.
  private func removeUnused() {
    struct Content {
      var names: [String] = []
      var bytes = 0
      var lastUse = Date.distantPast
    }
    let manager = FileManager.default
    var entries: [String: Content] = [:]
    for name in (try? manager.contentsOfDirectory(atPath: folder.path)) ?? [] {
      let digest = String(name.prefix { $0 != "." })
      // What else is in the folder is not ours to remove.
      guard digest.count == 64, digest.allSatisfy(\.isHexDigit),
        let facts = try? manager.attributesOfItem(
          atPath: folder.appendingPathComponent(name).path)
      else { continue }
      var content = entries[digest] ?? Content()
      content.names.append(name)
      content.bytes += facts[.size] as? Int ?? 0
      content.lastUse = max(content.lastUse, facts[.modificationDate] as? Date ?? .distantPast)
      entries[digest] = content
    }
    var bytes = entries.values.reduce(0) { $0 + $1.bytes }
    let oldestFirst = entries.sorted { $0.value.lastUse < $1.value.lastUse }
    for (digest, content) in oldestFirst where bytes > limit && !used.contains(digest) {
      // The network goes before its metrics (…safetensors, …jsonl): it must not be found without.
      for name in content.names.sorted(by: >) {
        try? manager.removeItem(at: folder.appendingPathComponent(name))
      }
      bytes -= content.bytes
    }
  }
}

/// The digests of the networks that a cache, or any copy of its value, gave out or was given.
private final class UsedEntries: Sendable {
  private let digests = Mutex(Set<String>())

  func insert(_ digest: String) { digests.withLock { _ = $0.insert(digest) } }
  func contains(_ digest: String) -> Bool { digests.withLock { $0.contains(digest) } }
}
