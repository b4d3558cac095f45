// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

extension RunFolder {
  /// Lays out again what a finished run has learned.
  ///
  /// Writes `projection.npy`, by the run's seed, and `map` of `run.json`. Nothing else of the folder
  /// changes: the film has layouts of its own. Where the run kept no `embedding.npy`, its data are
  /// read again.
  ///
  /// - Parameters:
  ///   - map: How the samples are placed.
  ///   - progress: Is told what is done, in a few words.
  /// - Throws: `InputError` for a run that is not finished or is being written, for one that this map
  ///   cannot place, and for data that are gone or not what they were.
  public func layOut(
    by map: EmbeddingMap, progress: @escaping (String) -> Void = { _ in }
  ) throws {
    let lock = try lock()
    defer { extendLifetime(lock) }
    var record = try finishedRecord()
    // Principal components of many columns have other last bits with other numbers of threads.
    let threads = record.threads.flatMap { $0 > 0 ? $0 : nil } ?? Threads.count
    let part = file("projection.npy.part")
    defer { unlink(part.path) }
    try Threads.with(threads) { try layOut(&record, by: map, to: part, progress) }
    // Both or none, but for the moment between the two.
    try write(record)
    guard rename(part.path, file("projection.npy").path) == 0 else {
      throw InputError(
        .cannotCreate, "\(part.path) cannot be put in place: \(String(cString: strerror(errno)))")
    }
  }

  private func layOut(
    _ record: inout RunRecord, by map: EmbeddingMap, to file: URL,
    _ progress: @escaping (String) -> Void
  ) throws {
    let embedding = try embedding(of: record, progress)
    if let obstacle = map.obstacle(to: embedding) {
      throw InputError(.data, "\(url.relativePath) keeps its map: \(obstacle)")
    }
    let n = embedding.shape[0]
    if map != .principalComponents { progress("laying out the map of \(n) samples") }
    let seed = try Seed(record.seed ?? configuration().seed)
    try NPY.write(
      map.positions(of: embedding, seed: seed), shape: [n, 2], to: file)
    record.map = map
  }

  private func embedding(
    of record: RunRecord, _ progress: @escaping (String) -> Void
  ) throws -> Tensor {
    let saved = file("embedding.npy")
    guard FileManager.default.fileExists(atPath: saved.path) else {
      return try embeddingOfData(record, progress)
    }
    let table = try NumberTable(NPY.read(saved))
    let rows = record.data.rows ?? table.rows
    guard table.rows == rows, table.values.allSatisfy(\.isFinite) else {
      throw InputError(
        .data, "\(saved.path) is damaged: \(rows) rows of finite numbers were expected")
    }
    return Tensor(table.values, shape: [table.rows, table.columns])
  }

  /// What the model makes of the data: codes of no fewer columns, or the data themselves.
  private func embeddingOfData(
    _ record: RunRecord, _ progress: @escaping (String) -> Void
  ) throws -> Tensor {
    let archive = try Archive(contentsOf: file("model.safetensors"))
    let isPartition = try archive.value("model", as: String.self) == PartitionModel.kind
    if isPartition, archive.contains(tensor: "embedding") { return try archive.tensor("embedding") }
    let data: Tensor
    do {
      data = try rowsReadAgain(record, progress)
    } catch let error as InputError {
      throw InputError(
        error.kind,
        "\(url.relativePath) has no embedding.npy, so its data are needed: \(error.description)")
    }
    return try isPartition ? data : AnyModel(from: archive, on: .cpu).embedding(of: data)
  }

  /// The rows that the fit saw, scaled as they were.
  private func rowsReadAgain(
    _ record: RunRecord, _ progress: @escaping (String) -> Void
  ) throws -> Tensor {
    let run = try Run(resuming: url)
    let configuration = run.configuration
    run.report = { if case .stage(let text) = $0 { progress(text) } }
    progress("reading \(configuration.data)")
    var warnings: [String] = []
    let data = try PreparedData(
      configuration.parts(of: run.readDataset()).0, preprocessing: configuration.preprocessing,
      clusters: nil, device: .cpu, warnings: &warnings)
    guard data.digest == record.data.digest ?? data.digest else {
      throw InputError(.data, "\(configuration.data) is not what the run was fitted to")
    }
    return data.tensor
  }
}
