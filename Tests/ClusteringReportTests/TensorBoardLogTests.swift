// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation
import Testing

@testable import ClusteringReport

@Suite struct TensorBoardLogTests {
  @Test func writesRecordsWithTheirChecksums() {
    // The check value of CRC-32C in the catalogue of parametrised CRC algorithms.
    #expect(EventRecords.crc32c(Array("123456789".utf8)) == 0xE306_9283)
    var records = EventRecords()
    records.append([7])
    // Length, checksum of it, byte, checksum of it.
    #expect(records.bytes.count == 8 + 4 + 1 + 4 && records.bytes[0] == 1 && records.bytes[12] == 7)
  }

  @Test func writesEachStepAndPicture() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    let folder = try TensorBoardLog(folder: run.folder).write()
    let again = try TensorBoardLog(folder: run.folder).write()
    let names = try FileManager.default.contentsOfDirectory(atPath: again.path).sorted()
    #expect(
      names == [
        "events.out.tfevents.1795248000.deepclust", "metadata.tsv", "projector_config.pbtxt",
        "tensors.tsv",
      ])
    let events = String(
      decoding: try Data(contentsOf: folder.appendingPathComponent(names[0])), as: UTF8.self)
    for tag in [
      "brain.Event:2", "pretraining/loss", "clustering/acc", "clustering/changed",
      "clustering/loss/reconstruction", "clustering/measure/occupancy", "clusters/most certain",
    ] {
      #expect(events.contains(tag), "\(tag)")
    }
    // Two steps of pretraining.
    #expect(events.components(separatedBy: "pretraining/loss/reconstruction").count == 3)
    let metadata = try String(
      contentsOf: folder.appendingPathComponent("metadata.tsv"), encoding: .utf8)
    #expect(metadata.hasPrefix("index\tcluster\tcertainty\tclass\n0\t0\t1.0\tb\n"))
    let vectors = try String(
      contentsOf: folder.appendingPathComponent("tensors.tsv"), encoding: .utf8)
    #expect(vectors.hasPrefix("0.0\t1.0\n2.0\t3.0\n"))
  }

  @Test func addsToTheEventsOfARunThatGoesOn() throws {
    let lines = TemporaryRun.metrics.split(separator: "\n").map { String($0) + "\n" }
    let run = try TemporaryRun(metrics: lines.prefix(2).joined())
    let events = run.file("\(TensorBoardLog.folderName)/events.out.tfevents.1795248000.deepclust")
    func write(after lines: [String]) throws -> Data {
      try Data(lines.joined().utf8).write(to: run.file("metrics.jsonl"))
      try TensorBoardLog(folder: run.folder).write()
      return try Data(contentsOf: events)
    }
    let first = try write(after: Array(lines.prefix(2)))
    // As TensorBoard does, which keeps the file open.
    let reader = try FileHandle(forReadingFrom: events)
    #expect(try reader.readToEnd() == first)
    let all = try write(after: lines)
    #expect(try first + (reader.readToEnd() ?? Data()) == all && all.count > first.count)
    try FileManager.default.removeItem(at: run.file(TensorBoardLog.folderName))
    #expect(try write(after: lines) == all)
    // A step that was done again after a kill takes another time.
    let again = [lines[0], lines[1].replacing("\"seconds\":2", with: "\"seconds\":3")]
    let replaced = try write(after: again)
    #expect(replaced.count == first.count && replaced != first)
  }

  /// The events are those of a run that took the smaller rate at once.
  @Test func showsTheLastTrialOnly() throws {
    let lines = TemporaryRun.metrics.split(separator: "\n").map { String($0) + "\n" }
    func events(_ lines: [String]) throws -> Data {
      let run = try TemporaryRun(metrics: lines.joined())
      let folder = try TensorBoardLog(folder: run.folder).write()
      return try Data(
        contentsOf: folder.appendingPathComponent("events.out.tfevents.1795248000.deepclust"))
    }
    let diverged = lines.prefix(2).map { $0.replacing("\"loss\":0", with: "\"loss\":9") }
    let again = lines[0].replacing("}}", with: "},\"trial\":2}")
    #expect(again != lines[0] && diverged[1] != lines[1])
    #expect(try events(diverged + [again]) == events([lines[0]]))
  }

  @Test func showsTheImagesOfTheSamples() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    let images = Dataset(
      name: "i", values: (0..<36).map { Float($0) }, rows: 9, columns: 4,
      imageShape: ImageShape(height: 2, width: 2))
    let folder = try TensorBoardLog(folder: run.folder).write(images: images)
    let config = try String(
      contentsOf: folder.appendingPathComponent("projector_config.pbtxt"), encoding: .utf8)
    #expect(config.contains("single_image_dim: 2"))
    let sprite = try Data(contentsOf: folder.appendingPathComponent("sprite.png"))
    // Three by three images of two pixels: the width in the header of the PNG.
    #expect(Array(sprite[16..<24]) == [0, 0, 0, 6, 0, 0, 0, 6])
  }
}
