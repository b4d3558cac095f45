// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// 300 points in 8 dimensions around three centres, and a DEC that is done with them in a second.
struct SmallData {
  static let (rows, columns, classes) = (300, 8, 3)
  /// Row-major; row i belongs to class i mod 3.
  static let values: [Float] = {
    var state: UInt64 = 7
    /// A number from 0 to 1 by a linear congruential generator.
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24)
    }
    let centres = (0..<(classes * columns)).map { _ in 16 * next() - 8 }
    return (0..<(rows * columns)).map { index in
      let (row, column) = (index / columns, index % columns)
      // The sum of a few uniform numbers is bell-shaped enough.
      let noise = next() + next() + next() - 1.5
      return Float(centres[row % classes * columns + column] + 2 * noise)
    }
  }()
  static let labels = (0..<rows).map { $0 % classes }

  /// The arguments that make DEC small; 120 passes of pretraining and 150 steps of clustering.
  static let dec =
    ["--method", "dec", "--clusters", "3", "--threads", "1", "--no-cache"]
    + [
      "hidden=16", "latent=3", "epochs=120", "minimumIterations=1", "pretraining.batchSize=64",
      "pretraining.optimizer.learningRate=0.05", "maximumIterations=600", "updateInterval=4",
      "tolerance=0",
    ].flatMap { ["--set", $0] }
  /// The lines of its `metrics.jsonl`.
  static let (pretrainingSteps, clusteringSteps) = (120, 150)

  /// Writes `small.npy`, `small.csv` with the class in its last column, and `labels.npy`.
  static func write(to place: Workplace) throws {
    try NumPyFile(values, shape: [rows, columns]).bytes.write(to: place.file("small.npy"))
    try NumPyFile(labels).bytes.write(to: place.file("labels.npy"))
    var text = (0..<columns).map { "x\($0)," }.joined() + "class\n"
    for row in 0..<rows {
      for column in 0..<columns { text += "\(values[row * columns + column])," }
      text += ["red", "green", "blue"][labels[row]] + "\n"
    }
    try Data(text.utf8).write(to: place.file("small.csv"))
  }
}

/// A finished run of DEC on the small data, in the folder `run` of its workplace: made once.
struct FittedRun: Sendable {
  let place: Workplace
  let output: String
  let error: String

  static func shared() throws -> FittedRun { try made.get() }

  private static let made = Result<FittedRun, any Error> {
    let place = try Workplace()
    try SmallData.write(to: place)
    let outcome = try place.run(
      ["fit", "small.npy", "--labels", "labels.npy", "--output", "run", "--json"] + SmallData.dec)
    try #require(outcome.status == 0, "\(outcome.error)")
    return FittedRun(place: place, output: outcome.output, error: outcome.error)
  }
}

/// The files of a run that do not tell the time.
let dataFiles = [
  "config.yaml", "assignments.npy", "assignments.csv", "certainty.npy", "labels.npy",
  "embedding.npy", "projection.npy", "centroids.npy", "model.safetensors",
]

/// Expects the data files of two runs to be the same, byte for byte.
func expectSameBytes(
  _ run: URL, _ other: URL, _ comment: Comment? = nil,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  for name in dataFiles {
    let bytes = try Data(contentsOf: run.appendingPathComponent(name))
    let others = try Data(contentsOf: other.appendingPathComponent(name))
    #expect(bytes == others, "\(name) \(comment?.rawValue ?? "")", sourceLocation: sourceLocation)
  }
}

/// An object of JSON.
func object(_ text: some StringProtocol) throws -> [String: Any] {
  try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
}

/// What `run.json` of a run says.
func record(_ run: URL) throws -> [String: Any] {
  try object(String(contentsOf: run.appendingPathComponent("run.json"), encoding: .utf8))
}
