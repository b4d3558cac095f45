// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// A small run folder of known contents, removed when the test ends: nine samples, three clusters,
/// two classes, pictures of 2 × 2 pixels.
final class TemporaryRun {
  let folder: URL

  /// Cluster 0 is matched to class "b", cluster 1 to class "a", cluster 2 to none.
  static var record: [String: Any] {
    [
      "format": 1, "version": "0.1.0", "commit": "abc1234", "status": "finished",
      "data": [
        "name": "toy", "source": "my data/toy.npy", "rows": 9, "columns": 4,
        "imageShape": ["height": 2, "width": 2, "channels": 1], "classNames": ["a", "b"],
        "digest": "0123456789abcdef0123", "preprocessing": "unit-range",
      ],
      "method": [
        "name": "dec", "title": "Deep embedded clustering (DEC)",
        "paper": "Xie and others, ICML 2016",
        "hyperparameters": ["pretraining": ["epochs": 150], "layers": [500, 2000]],
      ],
      "clusters": 3, "seed": 7, "device": "cpu", "precision": "float32", "threads": 2,
      "machine": ["processor": "Some CPU", "cores": 2, "memoryBytes": 2_147_483_648],
      "started": "2026-11-21T08:00:00Z", "seconds": ["pretraining": 400.0, "total": 503.0],
      "stopReason": "fewer than 0.1% of the assignments changed",
      "scores": ["acc": 0.7778, "accCeiling": 0.8889, "nmi": 0.61234, "ari": 0.5],
      "clusterSizes": [4, 3, 2], "contingency": [[0, 4], [3, 0], [1, 1]], "matching": [1, 0, -1],
      "classScores": [
        ["name": "a", "precision": 1.0, "recall": 0.75, "f1": 0.857, "support": 4],
        ["name": "b", "precision": 1.0, "recall": 0.8, "f1": 0.889, "support": 5],
      ],
      "warnings": ["Cluster 2 mixes two classes."],
    ]
  }

  init(
    _ record: [String: Any] = TemporaryRun.record, metrics: String? = TemporaryRun.metrics
  ) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("report-tests-\(UUID().uuidString)").appendingPathComponent("toy run")
    try FileManager.default.createDirectory(
      at: file("pictures"), withIntermediateDirectories: true)
    // It was begun beside its folder.
    let whole = ["workingDirectory": folder.deletingLastPathComponent().standardizedFileURL.path]
      .merging(record) { $1 }
    try JSONSerialization.data(withJSONObject: whole).write(to: file("run.json"))
    if let metrics { try Data(metrics.utf8).write(to: file("metrics.jsonl")) }
  }

  deinit { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }

  static let metrics = """
    {"stage":"pretraining","step":1,"of":2,"seconds":1,"loss":0.5,"losses":{"reconstruction":0.5}}
    {"stage":"pretraining","step":2,"of":2,"seconds":2,"loss":0.25,"losses":{"reconstruction":0.25}}
    {"stage":"clustering","step":1,"of":9,"loss":0.3,"losses":{"clustering":0.2,"reconstruction":0.1},\
    "measures":{"agreement":0.25,"occupancy":7},"changed":0.5,"scores":{"acc":0.7,"nmi":0.6,"ari":0.4}}
    {"stage":"clustering","step":2,"of":9,"loss":0.2,"losses":{"clustering":0.1,"reconstruction":0.1},\
    "measures":{"agreement":0.5,"occupancy":7},"changed":0.25,"scores":{"acc":0.7,"nmi":0.6,"ari":0.4}}

    """

  func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// Adds the arrays that every run has.
  func writeArrays() throws {
    try NPY.write([0, 0, 0, 0, 1, 1, 1, 2, 2], shape: [9], to: file("assignments.npy"))
    try NPY.write([1, 1, 1, 1, 0, 0, 0, 0, 1], shape: [9], to: file("labels.npy"))
    let certainty: [Float] = [1, 0.9, 0.9, 0.5, 1, 1, 0.7, 0.04, 0.05]
    try NPY.write(certainty, shape: [9], to: file("certainty.npy"))
    try NPY.write(
      (0..<18).map { Float($0) }, shape: [9, 2], to: file("projection.npy"))
  }

  /// Adds two pictures a cluster, the second of cluster 2 missing.
  func writePictures() throws {
    for name in ["most_certain", "least_certain"] {
      try NPY.write(
        (0..<24).map { UInt8($0 * 10) }, shape: [3, 2, 2, 2, 1], to: file("pictures/\(name).npy"))
      try NPY.write(
        [0, 1, 4, 5, 7, -1], shape: [3, 2], to: file("pictures/\(name)_index.npy"))
    }
  }

  /// Adds what runs on texts have: files of the samples, and words of cluster 0.
  func writeTexts() throws {
    var table = "index,cluster,certainty,class,file\n"
    for row in 0..<9 {
      let file = row == 1 ? "\"a/1, or \"\"one\"\".txt\"" : "a/\(row).txt"
      table += "\(row),0,1,\"a, b\",\(file)\n"
    }
    try Data(table.utf8).write(to: file("assignments.csv"))
    let words = #"{"clusters":[[{"word":"north","score":2},{"word":"pole","score":1}],[],[]]}"#
    try Data(words.utf8).write(to: file("words.json"))
  }

  /// Adds a film of three samples, which go apart at step 6 of 6.
  func writeFilm(steps: [Int] = [0, 3, 6]) throws {
    try FileManager.default.createDirectory(
      at: file("film"), withIntermediateDirectories: true)
    try NPY.write(steps, shape: [steps.count], to: file("film/steps.npy"))
    try NPY.write([0, 4, 8], shape: [3], to: file("film/samples.npy"))
    let positions: [Float] = [0, 0, 1, 1, 2, 0, 0, 1, 1, 3, 2, 1, 0, 2, 2, 6, 4, 2]
    try NPY.write(positions, shape: [3, 3, 2], to: file("film/positions.npy"))
  }

  /// The record with some keys set; a nil removes one.
  static func record(_ changes: [String: Any?]) -> [String: Any] {
    var result = record
    for (key, value) in changes { result[key] = value }
    return result
  }
}
