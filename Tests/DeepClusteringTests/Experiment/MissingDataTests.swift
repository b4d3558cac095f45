// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct MissingDataTests {
  private let folder: DataFolder
  /// Looks in an empty folder alone.
  private let catalog: Catalog

  init() throws {
    folder = try DataFolder()
    catalog = Catalog(environment: ["HOME": folder.url.path])
  }

  /// What the only run of an experiment on some data lacks.
  private func missing(_ data: String, _ keys: String = "") throws -> MissingData? {
    let grid = try experiment(
      "title: T\ndata: [\"\(data)\"]\nseeds: [1]\nclusters: 3\n\(keys)"
        + "methods: [{method: kmeans}]\n")
    return try grid.plan()[0].missingData(catalog)
  }

  @Test func dataOfTheCatalogAreFetchedOrNot() throws {
    #expect(try missing("three-gaussians") == nil)
    #expect(try missing("three-gaussians@200") == nil)
    #expect(try missing("mnist") == .toFetch("mnist"))
    #expect(try missing("mnist@10%:7@1000") == .toFetch("mnist"))
    let words = try #require(Catalog.entry(named: "20newsgroups"))
    #expect(words.places.isEmpty)
    #expect(
      try missing("20newsgroups")
        == .absent("the data set 20newsgroups is not here and cannot be fetched"))
    for file in words.files {
      try folder.write(".cache/deepclust/data/\(words.folder)/\(file.name)", "")
    }
    #expect(try missing("20newsgroups") == nil)
  }

  @Test func filesAreLookedFor() throws {
    let path = folder.path("own.csv")
    #expect(try missing(path) == .absent("there is no file or folder \(path)"))
    #expect(try missing(path + "@100") == .absent("there is no file or folder \(path)"))
    try folder.write("own.csv", "1,2\n")
    #expect(try missing(path) == nil)
    #expect(try missing(path + "@100") == nil)
    #expect(try missing(path + ":train/data") == nil)
    let labels = folder.path("classes.npy")
    #expect(
      try missing(path, "labels: \(labels)\n") == .absent("there is no file \(labels)"))
  }

  /// The folder of a run stands for its codes, which it has when it is finished.
  @Test func aRunHasToBeFinished() throws {
    let run = RunFolder(folder.url.appending(path: "blobs-dec-1"))
    try folder.write("blobs-dec-1/config.yaml", RunConfiguration(data: "blobs").yaml())
    for status in [RunRecord.Status.interrupted, .finished] {
      var record = RunRecord(
        format: 1, data: .init(name: "blobs"), method: .init(name: "dec"), clusters: 3)
      record.status = status
      try JSONEncoder().encode(record).write(to: run.file("run.json"))
      let wanted: MissingData? =
        status == .finished ? nil : .absent("the run in \(run.url.path) is not finished")
      #expect(try missing(run.url.path) == wanted)
    }
  }
}
