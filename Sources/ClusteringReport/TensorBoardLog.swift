// SPDX-License-Identifier: Apache-2.0

public import DeepClustering
public import Foundation

/// The files that TensorBoard shows of a run: its course, its pictures, and its embedding.
///
/// They are made of what the run folder holds, anew each time, so that a run that was killed and resumed
/// has each step once, and training that began anew has its last trial only. What is already written of
/// a run that goes on is only added to: TensorBoard, which reads from where it stopped, follows.
///
/// ```swift
/// let log = try TensorBoardLog(folder: URL(fileURLWithPath: "runs/mnist"))
/// print("tensorboard --logdir \(try log.write().path)")
/// ```
public struct TensorBoardLog {
  /// The folder within the run's that ``write(images:)`` fills.
  public static let folderName = "tensorboard"
  /// The projector shows no more points than this.
  public static let mostPoints = 10_000

  /// The run folder.
  public let folder: URL
  private let run: RunFolder
  private let embedding: NPYArray?

  /// Reads a run folder, finished or not.
  ///
  /// - Throws: ``InputError`` when it is none, or a file in it is damaged.
  public init(folder: URL) throws(InputError) {
    self.folder = folder
    run = try RunFolder(folder)
    let names = ["embedding.npy", "projection.npy"].map { folder.appendingPathComponent($0) }
    let file = names.first { FileManager.default.fileExists(atPath: $0.path) }
    embedding = try file.map { (url) throws(InputError) in try NPY.read(url) }
    if let embedding, embedding.shape.count != 2 || embedding.shape[0] != run.rows {
      throw InputError(
        .data,
        "\(file?.path ?? "") has the shape \(embedding.shape), and \(run.rows) rows were "
          + "expected")
    }
  }

  /// Writes the files into the run folder, in place of earlier ones.
  ///
  /// - Parameter images: The data of the run, whose images the projector shows; nil for points only.
  /// - Returns: The folder to give to `tensorboard --logdir`.
  /// - Throws: ``InputError`` when the folder cannot be written.
  @discardableResult
  public func write(images: Dataset? = nil) throws(InputError) -> URL {
    let target = folder.appendingPathComponent(Self.folderName)
    let began = startTime
    let name = "events.out.tfevents.\(String(format: "%010d", Int(began))).deepclust"
    let events = Data(events(from: began))
    do {
      if try !append(events, to: target.appendingPathComponent(name)) {
        try? FileManager.default.removeItem(at: target)
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try events.write(to: target.appendingPathComponent(name))
      }
      if let embedding {
        let projector = EmbeddingProjector(run: run, embedding: embedding, images: images)
        for (name, content) in projector.files() {
          try content.write(to: target.appendingPathComponent(name))
        }
      }
    } catch {
      throw InputError(
        .cannotCreate, "\(target.path) cannot be written: \(error.localizedDescription)")
    }
    return target
  }

  /// Adds what a file of events lacks.
  ///
  /// - Returns: Whether the file is there, with the beginning of the events.
  private func append(_ events: Data, to url: URL) throws -> Bool {
    guard let present = try? Data(contentsOf: url), events.starts(with: present) else {
      return false
    }
    let handle = try FileHandle(forWritingTo: url)
    try handle.seekToEnd()
    try handle.write(contentsOf: events.dropFirst(present.count))
    try handle.close()
    return true
  }

  /// When the run started, in seconds since 1970.
  private var startTime: Double {
    let date = run.record.started.flatMap { ISO8601DateFormatter().date(from: $0) }
    return max(date?.timeIntervalSince1970 ?? 0, 0)
  }

  private func events(from began: Double) -> [UInt8] {
    var records = EventRecords()
    records.append(
      ProtocolBuffer {
        $0.set(1, began); $0.set(3, "brain.Event:2")
      }.bytes)
    var time = began
    var last = 0
    for stage in run.metrics.stages {
      for entry in stage.entries {
        time += entry.seconds ?? 0
        let values = scalars(of: entry).sorted { $0.name < $1.name }
        append(
          values.map { value in
            ProtocolBuffer {
              $0.set(1, "\(stage.name)/\(value.name)"); $0.set(2, Float(value.value))
            }
          }, step: entry.step, time: time, to: &records)
      }
      last = stage.lastStep
    }
    append(pictures(), step: last, time: time, to: &records)
    return records.bytes
  }

  /// An event (wall time, step, summary) of summary values.
  private func append(
    _ values: [ProtocolBuffer], step: Int, time: Double, to records: inout EventRecords
  ) {
    guard !values.isEmpty else { return }
    let summary = ProtocolBuffer { summary in values.forEach { summary.set(1, $0.bytes) } }
    records.append(
      ProtocolBuffer {
        $0.set(1, time)
        $0.set(2, step)
        $0.set(5, summary.bytes)
      }.bytes)
  }

  private func scalars(of entry: MetricsLog.Entry) -> [(name: String, value: Double)] {
    var values: [(String, Double?)] = [
      ("loss", entry.loss), ("changed", entry.changed), ("acc", entry.scores?.acc),
      ("nmi", entry.scores?.nmi), ("ari", entry.scores?.ari), ("seconds", entry.seconds),
    ]
    values += (entry.losses ?? [:]).map { ("loss/\($0.key)", $0.value) }
    values += (entry.measures ?? [:]).map { ("measure/\($0.key)", $0.value) }
    return values.compactMap { name, value in value.map { (name, $0) } }
  }

  /// The pictures of each cluster side by side, the clusters one below the other.
  private func pictures() -> [ProtocolBuffer] {
    let sets = [
      ("\(run.centroidKind)", run.centroids), ("most certain", run.mostCertain),
      ("least certain", run.leastCertain), ("generated", run.generated),
    ]
    return sets.compactMap { name, pictures in
      pictures.map { pictures in
        let image = pictures.grid(clusters: run.record.clusters)
        return ProtocolBuffer { value in
          value.set(1, "clusters/\(name)")
          value.set(4) {
            $0.set(1, image.height)
            $0.set(2, image.width)
            $0.set(3, image.channels)
            $0.set(4, image.encoded())
          }
        }
      }
    }
  }
}

extension RunFolder.Pictures {
  /// A row of pictures for each cluster.
  fileprivate func grid(clusters: Int) -> PNGImage {
    PNGImage.sheet(
      count: perCluster * clusters, columns: perCluster, width: width, height: height,
      channels: channels, pixels: (0..<clusters).flatMap { pixels(ofCluster: $0) })
  }
}
