// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// The codes of a run as data.
@Suite struct RunCodesTests {
  private let data: DataFolder

  init() throws { data = try DataFolder() }

  private func place(
    status: RunRecord.Status = .finished, labels: [Int]? = nil, codes: Bool = true
  ) throws -> String {
    let folder = RunFolder(data.url.appending(path: "blobs-dec-1"))
    try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    try RunConfiguration(data: "blobs").yaml().write(
      to: folder.file("config.yaml"), atomically: true, encoding: .utf8)
    var record = RunRecord(
      format: 1, data: .init(name: "blobs", classNames: ["red", "blue"]),
      method: .init(name: "dec"), clusters: 2)
    record.status = status
    try JSONEncoder().encode(record).write(to: folder.file("run.json"))
    if codes {
      try NPY.write(
        [1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2], to: folder.file("embedding.npy"))
    }
    if let labels { try NPY.write(labels, shape: [labels.count], to: folder.file("labels.npy")) }
    return folder.url.path
  }

  @Test func aRunFolderStandsForItsCodes() throws {
    let codes = try Dataset.load(place(labels: [1, 0, 1]))
    #expect(codes.values == [1, 2, 3, 4, 5, 6] && codes.columns == 2 && codes.rows == 3)
    #expect(codes.labels == [1, 0, 1] && codes.classNames == ["red", "blue"])
    #expect(codes.name == "blobs-dec-1" && codes.imageShape == nil)
  }

  @Test func aRunWithoutClassesHasCodes() throws {
    #expect(try Dataset.load(place()).labels == nil)
    #expect(try Dataset.load(place() + "@2").rows == 2)
  }

  @Test func whatIsNoCodesIsRefused() throws {
    let open = refusal { try Dataset.load(place(status: .interrupted)) }
    #expect(open?.kind == .data && open?.description.contains("not finished") == true)
    for labels in [[1, 0], [0, 1, 2], [0, -1, 1]] {
      let error = refusal { try Dataset.load(place(labels: labels)) }
      #expect(error?.kind == .data && error?.description.contains("labels.npy") == true)
    }
    try FileManager.default.removeItem(at: data.url)
    let raw = refusal { try Dataset.load(place(codes: false)) }
    #expect(raw?.kind == .data && raw?.description.contains("embedding.npy") == true)
  }
}
