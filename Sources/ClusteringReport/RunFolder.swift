// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

/// The contents of a run folder that a report shows, read and checked against each other.
struct RunFolder: Sendable {
  /// Pictures of some samples of each cluster.
  struct Pictures: Sendable {
    var perCluster: Int
    var height: Int
    var width: Int
    var channels: Int
    /// Clusters × perCluster × height × width × channels.
    var pixels: [UInt8]
    /// The sample of each picture, −1 where a cluster has too few; nil for decoded centroids and new samples.
    var samples: [Int]?

    /// The pixels of one cluster's pictures.
    func pixels(ofCluster cluster: Int) -> ArraySlice<UInt8> {
      let size = perCluster * height * width * channels
      return pixels[cluster * size..<(cluster + 1) * size]
    }

    /// The samples of one cluster's pictures, without the empty places.
    func samples(ofCluster cluster: Int) -> [Int] {
      guard let samples else { return [] }
      return samples[cluster * perCluster..<(cluster + 1) * perCluster].filter { $0 >= 0 }
    }
  }

  /// Small pictures of samples spread over the rows, for the pointer.
  struct SampleSheet: Sendable {
    var height: Int
    var width: Int
    var channels: Int
    /// Samples × height × width × channels.
    var pixels: [UInt8]
    /// The row of each picture.
    var samples: [Int]
  }

  /// Where some samples were at some steps of the clustering.
  struct Film: Sendable {
    var steps: [Int]
    /// The rows that are shown.
    var samples: [Int]
    /// Steps × samples × 2.
    var positions: [Float]
    /// Whether they are t-SNE's; otherwise they lie in the plane of the last step's codes.
    var isLayout: Bool
  }

  var name: String
  /// The folder as one types it where the run was begun: relative to that place, or else in full.
  var path: String
  /// Whether there is an `embedding.npy`.
  var hasEmbedding: Bool
  var record: RunRecord
  var metrics: MetricsLog
  /// −1 is noise.
  var assignments: [Int]?
  var labels: [Int]?
  /// The file of each sample, where the data are files.
  var fileNames: [String]?
  var certainty: [Float]?
  /// How strongly the clustering loss pulls each sample's code, of methods with Student's t kernel.
  var gradients: [Float]?
  /// Row after row: x, y.
  var projection: [Float]?
  var mostCertain: Pictures?
  var leastCertain: Pictures?
  /// One of each cluster: the decoded centroids, or where nothing decodes them the means of the samples.
  var centroids: Pictures?
  /// What ``centroids`` are.
  var centroidKind = "decoded centroid"
  /// New samples that the model drew of each cluster.
  var generated: Pictures?
  /// Samples of each tenth of the data by certainty, the least certain tenth first.
  var deciles: Pictures?
  var sheet: SampleSheet?
  var film: Film?
  /// What tells clusters of texts apart.
  var words: TellingWords?

  init(_ url: URL) throws(InputError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(.missing, "there is no run folder \(url.path)")
    }
    let recordURL = url.appendingPathComponent("run.json")
    guard isFolder.boolValue, FileManager.default.fileExists(atPath: recordURL.path) else {
      throw InputError(
        .missing,
        "\(url.path) is not a run folder: it has no run.json. Give the folder that "
          + "'deepclust fit' wrote")
    }
    name = url.standardizedFileURL.lastPathComponent
    record = try RunRecord.parse(try Self.bytes(recordURL), name: recordURL.path)
    let (whole, start) = (url.standardizedFileURL.path, (record.workingDirectory ?? "") + "/")
    path = whole.hasPrefix(start) && start != "/" ? String(whole.dropFirst(start.count)) : whole
    hasEmbedding = FileManager.default.fileExists(
      atPath: url.appendingPathComponent("embedding.npy").path)
    let metricsURL = url.appendingPathComponent("metrics.jsonl")
    metrics = MetricsLog()
    if FileManager.default.fileExists(atPath: metricsURL.path) {
      metrics = try MetricsLog.parse(try Self.bytes(metricsURL), name: metricsURL.path)
    }
    try readSamples(url)
    fileNames = try readFileNames(url)
    let pictures = url.appendingPathComponent("pictures")
    mostCertain = try pictureSet(pictures, "most_certain")
    leastCertain = try pictureSet(pictures, "least_certain")
    centroids = try pictureSet(pictures, "centroids")
    if centroids == nil {
      (centroids, centroidKind) = (try pictureSet(pictures, "means"), "mean of its samples")
    }
    generated = try pictureSet(pictures, "generated")
    deciles = try pictureSet(pictures, "deciles", groups: 10, named: "tenths")
    sheet = try sampleSheet(pictures)
    film = try film(url.appendingPathComponent("film"))
    let words = url.appendingPathComponent("words.json")
    if FileManager.default.fileExists(atPath: words.path) {
      self.words = try TellingWords(contentsOf: words)
    }
  }

  /// The number of samples, from the record or else from the assignments.
  var rows: Int { record.data.rows ?? assignments?.count ?? 0 }

  /// The samples in no cluster of each of so many classes; nil where there are none, or no labels.
  func noise(classes: Int) -> [Int]? {
    guard let labels, let assignments, assignments.contains(where: { $0 < 0 }) else { return nil }
    var counts = [Int](repeating: 0, count: classes)
    for (label, cluster) in zip(labels, assignments) where cluster < 0 && label < classes {
      counts[label] += 1
    }
    return counts
  }

  /// Whether the data are points of a plane, so that the projection shows them as they are.
  var isPlanar: Bool { record.data.columns == 2 }

  /// The ellipses of the clusters in the projection; empty where there is none.
  var ellipses: [ClusterEllipse?] {
    guard let projection, let assignments else { return [] }
    return ClusterEllipse.all(of: projection, assignments: assignments, count: record.clusters)
  }

  private mutating func readSamples(_ folder: URL) throws(InputError) {
    let classes = record.data.classNames?.count ?? record.contingency?.first?.count
    assignments = try Self.integers(
      folder, "assignments.npy", from: -1, below: record.clusters)
    labels = try Self.integers(folder, "labels.npy", below: classes ?? Int.max)
    if let array = try Self.array(folder, "certainty.npy") {
      certainty = array.floats().map { $0.isFinite ? min(max($0, 0), 1) : 0 }
    }
    if let array = try Self.array(folder, "gradients.npy") {
      gradients = array.floats().map { $0.isFinite ? max($0, 0) : 0 }
    }
    if let array = try Self.array(folder, "projection.npy") {
      let path = folder.appendingPathComponent("projection.npy").path
      guard array.shape.count == 2, array.shape[1] == 2 else {
        throw InputError(.data, "\(path) has the shape \(array.shape), and n × 2 was expected")
      }
      let values = array.floats()
      if let place = values.firstIndex(where: { !$0.isFinite }) {
        throw InputError(
          .data, "row \(place / 2 + 1) of \(path) is not a number; the run diverged")
      }
      projection = values
    }
    let lengths = [
      ("assignments.npy", assignments?.count), ("labels.npy", labels?.count),
      ("certainty.npy", certainty?.count), ("gradients.npy", gradients?.count),
      ("projection.npy", projection.map { $0.count / 2 }),
    ]
    guard let rows = record.data.rows ?? assignments?.count else { return }
    for case (let file, let length?) in lengths where length != rows {
      throw InputError(
        .data,
        "\(folder.appendingPathComponent(file).path) has \(length) rows, and the run has "
          + "\(rows)")
    }
  }

  /// The last column of `assignments.csv` where it is called `file`.
  private func readFileNames(_ folder: URL) throws(InputError) -> [String]? {
    let url = folder.appendingPathComponent("assignments.csv")
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    let text = String(decoding: try Self.bytes(url), as: UTF8.self).utf8
    let end = text.firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
    guard
      text[..<end].elementsEqual("index,cluster,certainty,class,file".utf8)
        || text[..<end].elementsEqual("index,cluster,certainty,file".utf8)
    else { return nil }
    let names = Self.lastFields(text[end...].dropFirst())
    guard names.count == rows else {
      throw InputError(
        .data, "\(url.path) has \(names.count) rows, and the run has \(rows)")
    }
    return names
  }

  /// The last field of each line of comma-separated text, without its quotes.
  private static func lastFields(_ text: some Sequence<UInt8>) -> [String] {
    var (fields, field, isQuoted, isAfterQuote) = ([String](), [UInt8](), false, false)
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""):
        // A quote in a quoted field is written twice.
        if isAfterQuote { field.append(byte) }
        isAfterQuote = isQuoted
        isQuoted.toggle()
        continue
      case UInt8(ascii: ",") where !isQuoted: field.removeAll(keepingCapacity: true)
      case UInt8(ascii: "\n") where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
      default: field.append(byte)
      }
      isAfterQuote = false
    }
    return fields
  }

  private func pictureSet(
    _ folder: URL, _ file: String, groups: Int? = nil, named group: String = "clusters"
  ) throws(InputError) -> Pictures? {
    let groups = groups ?? record.clusters
    guard let array = try Self.array(folder, file + ".npy") else { return nil }
    let path = folder.appendingPathComponent(file + ".npy").path
    var shape = array.shape
    if shape.count == 4 { shape.insert(1, at: 1) }
    guard shape.count == 5, shape[0] == groups, shape.allSatisfy({ $0 > 0 }),
      shape[4] <= 4
    else {
      throw InputError(
        .data,
        "\(path) has the shape \(array.shape), and pictures of \(groups) \(group) "
          + "were expected")
    }
    let indexFile = file + "_index.npy"
    let samples = try Self.integers(folder, indexFile, from: -1, below: max(rows, 1))
    if let samples, samples.count != shape[0] * shape[1] {
      throw InputError(
        .data,
        "\(folder.appendingPathComponent(indexFile).path) has \(samples.count) numbers for "
          + "\(shape[0] * shape[1]) pictures")
    }
    return Pictures(
      perCluster: shape[1], height: shape[2], width: shape[3], channels: shape[4],
      pixels: try array.bytes(), samples: samples)
  }

  private func sampleSheet(_ folder: URL) throws(InputError) -> SampleSheet? {
    guard let array = try Self.array(folder, "samples.npy") else { return nil }
    let path = folder.appendingPathComponent("samples.npy").path
    let shape = array.shape
    guard shape.count == 4, shape.allSatisfy({ $0 > 0 }), shape[3] <= 4,
      shape[0] <= rows, shape[1...].reduce(1, *) <= 1 << 20
    else {
      throw InputError(
        .data,
        "\(path) has the shape \(shape), and pictures of at most \(rows) samples were expected")
    }
    let samples = try Self.integers(folder, "samples_index.npy", below: rows)
    guard let samples, samples.count == shape[0] else {
      throw InputError(
        .data,
        "\(folder.appendingPathComponent("samples_index.npy").path) does not have the rows of the "
          + "\(shape[0]) pictures of samples.npy")
    }
    return SampleSheet(
      height: shape[1], width: shape[2], channels: shape[3], pixels: try array.bytes(),
      samples: samples)
  }

  private func film(_ folder: URL) throws(InputError) -> Film? {
    let layouts = try Self.array(folder, "layouts.npy")
    let plane = try Self.array(folder, "positions.npy")
    guard let array = layouts ?? plane,
      let steps = try Self.integers(folder, "steps.npy", below: Int.max),
      let samples = try Self.integers(folder, "samples.npy", below: rows)
    else { return nil }
    let file = layouts == nil ? "positions.npy" : "layouts.npy"
    let path = folder.appendingPathComponent(file).path
    guard array.shape == [steps.count, samples.count, 2], steps.count > 1, !samples.isEmpty else {
      throw InputError(
        .data,
        "\(path) has the shape \(array.shape), and \(steps.count) steps of \(samples.count) samples in "
          + "the plane were expected")
    }
    let positions = array.floats()
    guard positions.allSatisfy(\.isFinite) else {
      throw InputError(.data, "\(path) has values that are not numbers; the run diverged")
    }
    return Film(
      steps: steps, samples: samples, positions: positions, isLayout: layouts != nil)
  }

  private static func bytes(_ url: URL) throws(InputError) -> Data {
    do {
      return try Data(contentsOf: url)
    } catch {
      throw InputError(.missing, "\(url.path) cannot be read: \(error.localizedDescription)")
    }
  }

  private static func array(_ folder: URL, _ file: String) throws(InputError) -> NPYArray? {
    let url = folder.appendingPathComponent(file)
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    return try NPY.read(url)
  }

  private static func integers(
    _ folder: URL, _ file: String, from lowest: Int = 0, below bound: Int
  ) throws(InputError) -> [Int]? {
    guard let values = try array(folder, file)?.integers() else { return nil }
    if let row = values.firstIndex(where: { $0 < lowest || $0 >= bound }) {
      throw InputError(
        .data,
        "\(folder.appendingPathComponent(file).path) has \(values[row]) in row \(row + 1), "
          + "which is out of range")
    }
    return values
  }
}
