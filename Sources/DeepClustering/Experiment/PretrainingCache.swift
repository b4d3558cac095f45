// SPDX-License-Identifier: Apache-2.0
public import Foundation
internal import Torch

/// Pretrained autoencoders under the digest of all that decides them.
///
/// Methods of one seed start from the same network, which is fair to them, and an experiment over
/// many methods trains one network a seed.
public struct PretrainingCache: Sendable {
  /// Where the networks are.
  public let folder: URL

  /// The cache of a user, or another folder.
  public init(_ folder: URL = Catalog().cacheFolder.appendingPathComponent("pretrained")) {
    self.folder = folder
  }

  /// The files of a network and of the metrics that were logged while it was trained.
  struct Entry {
    let network: URL
    let metrics: URL
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
      var libtorch: String
      var version: String
    }
    let key = Key(
      data: data.digest, preprocessing: data.preprocessing, pretraining: pretraining, seed: seed,
      compute: compute, device: data.tensor.device, threads: threads, libtorch: libtorchVersion,
      version: deepClusteringVersion)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let text = try? encoder.encode(key) else { preconditionFailure("keys have a JSON form") }
    let digest = SHA256.hexadecimal(of: [UInt8](text))
    return Entry(
      network: folder.appendingPathComponent("\(digest).safetensors"),
      metrics: folder.appendingPathComponent("\(digest).jsonl"))
  }

  /// The network of an entry, when it is there and can be read.
  func network(_ entry: Entry, on device: Device) -> Autoencoder? {
    guard let archive = try? Archive(contentsOf: entry.network) else { return nil }
    return try? Autoencoder(from: archive, under: "network", on: device)
  }

  /// Keeps a network; a full disk is no reason to fail, since the run has its own copy.
  func keep(_ network: Autoencoder, metrics: Data, as entry: Entry) {
    var archive = Archive()
    network.store(in: &archive, under: "network")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try? writeAtomically(metrics, to: entry.metrics)
    try? archive.write(to: entry.network)
  }
}
