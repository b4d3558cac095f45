// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deepclust export`, and texts from the fit to new ones.
@Suite struct ExportTests {
  private static let python =
    ProcessInfo.processInfo.environment["DEEPCLUST_PYTHON"].flatMap { $0.isEmpty ? nil : $0 }
    ?? "python3"

  private static let hasTensorBoard: Bool = {
    guard let place = try? Workplace() else { return false }
    let words = [python, "-c", "import tensorboard, google.protobuf"]
    return (try? place.start(words, program: URL(filePath: "/usr/bin/env")).outcome().status) == 0
  }()

  private struct Found: Decodable {
    struct Projector: Decodable {
      var points: Int
      var dimensions: Int
      var metadata: Int
      var columns: [String]
    }
    var scalars: [String: [[Double]]]
    var projector: Projector
  }

  private struct Line: Decodable {
    var stage: String
    var step: Int
    var loss: Double
  }

  @Test func writesFilesForOthers() throws {
    let place = try FittedRun.shared().place
    let outcome = try place.run([
      "export", "run", "--onnx", "m.onnx", "--safetensors", "m.safetensors", "--tensorboard",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.output == "m.onnx\nm.safetensors\nrun/tensorboard\n")
    for file in ["m.onnx", "m.safetensors", "run/tensorboard/tensors.tsv"] {
      #expect(place.has(file), "\(file)")
    }
    #expect(try place.run(["export", "run"]).status == 64)
    #expect(try place.run(["export", "cache", "--tensorboard"]).status == 66)
  }

  @Test(.enabled(if: hasTensorBoard, "no Python with tensorboard is here"))
  func isReadByTensorBoard() throws {
    let place = try FittedRun.shared().place
    #expect(try place.run(["export", "run", "--tensorboard"]).status == 0)
    let root = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent()
    }
    let script = root.appending(path: "scripts/read-tensorboard.py").path
    let read = try place.start(
      [Self.python, script, "run/tensorboard"], program: URL(filePath: "/usr/bin/env")
    ).outcome()
    let found = try JSONDecoder().decode(Found.self, from: Data(read.output.utf8))
    let lines = try String(contentsOf: place.file("run/metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    for stage in ["pretraining", "clustering"] {
      let wanted = lines.filter { $0.stage == stage }
      let losses = try #require(found.scalars["\(stage)/loss"])
      #expect(losses.map { Int($0[0]) } == wanted.map(\.step) && wanted.count > 100)
      #expect(zip(losses, wanted).allSatisfy { abs($0[1] - $1.loss) <= 1e-6 * (1 + $1.loss) })
    }
    #expect(found.scalars["clustering/acc"]?.count == found.scalars["clustering/loss"]?.count)
    #expect(found.projector.points == SmallData.rows && found.projector.metadata == SmallData.rows)
    #expect(found.projector.dimensions == 3)
    #expect(found.projector.columns == ["index", "cluster", "certainty", "class"])
  }

  @Test func fitKeepsTensorBoardUpToDate() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let fit = [
      "fit", "small.npy", "--labels", "labels.npy", "--method", "kmeans", "--clusters", "3",
      "--output", "run", "--quiet",
    ]
    #expect(try place.run(fit + ["--tensorboard"]).status == 0)
    let folder = place.file("run/tensorboard")
    func files() throws -> [String: Data] {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      return try Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, try Data(contentsOf: folder.appendingPathComponent($0)))
        })
    }
    let kept = try files()
    #expect(kept.keys.contains("tensors.tsv"))
    try FileManager.default.removeItem(at: folder)
    #expect(try place.run(["export", "run", "--tensorboard"]).status == 0)
    #expect(try files() == kept)
  }

  @Test func clustersTextsAndReadsNewOnes() throws {
    let place = try Workplace()
    let words = ["rockets": "orbit rocket launch moon", "cars": "engine wheel brake road"]
    for (name, text) in words {
      let folder = place.file("texts/\(name)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for index in 0..<6 {
        let some = text.split(separator: " ").enumerated().filter { $0.offset != index % 4 }
        try Data("the a \(some.map(\.element).joined(separator: " "))".utf8)
          .write(to: folder.appendingPathComponent("\(index).txt"))
      }
    }
    let fit = try place.run([
      "fit", "texts", "--method", "kmeans", "--clusters", "2", "--max-features", "9", "--output",
      "run", "--json",
    ])
    #expect(fit.status == 0, "\(fit.error)")
    #expect(fit.output.contains("\"acc\":1,"), "\(fit.output)")
    let report = try String(contentsOf: place.file("run/report.html"), encoding: .utf8)
    #expect(report.contains("Words of each cluster") && report.contains("orbit"))
    let telling = try String(contentsOf: place.file("run/words.json"), encoding: .utf8)
    #expect(telling.contains("\"wheel\""))
    try FileManager.default.createDirectory(
      at: place.file("new"), withIntermediateDirectories: true)
    try Data("a moon rocket in orbit".utf8).write(to: place.file("new/1"))
    try Data("the road to the engine".utf8).write(to: place.file("new/2"))
    let predicted = try place.run(["predict", "run", "new"])
    #expect(predicted.status == 0, "\(predicted.error)")
    let clusters = predicted.output.split(separator: "\n")
    // Texts are read in the order of their paths: cars first.
    let fitted = try NumPyFile(place.file("run/assignments.npy")).values(as: Int.self)
    #expect(clusters == ["\(fitted[11]),1", "\(fitted[0]),2"])
    let alone = try place.run(["predict", "run", "new/1"])
    #expect(alone.status == 64 && alone.error.contains("give a folder of text files"))
    #expect(try place.run(["predict", "run", "new", "--output", "new.csv"]).status == 0)
    let table = try String(contentsOf: place.file("new.csv"), encoding: .utf8)
    #expect(table == "cluster,file\n" + predicted.output)
    try SmallData.write(to: place)
    let refused = try place.run(
      ["fit", "small.npy", "--method", "kmeans", "--max-features", "5", "--output", "other"])
    #expect(refused.status == 64 && refused.error.contains("are for folders and archives of texts"))
  }
}
