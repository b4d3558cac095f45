// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

extension Run {
  /// Measures the model and writes all files of the folder.
  func finish<M: ClusteringMethod>(
    _ method: M, _ model: M.Outcome, _ data: PreparedData, _ context: FitContext
  ) throws {
    report(.stage("measuring and writing \(folder.url.path)"))
    let start = clock.now
    try writeModel(model, data)
    try writeAssignments(model, data)
    record.clusters = method.clusterCount(of: model.assignments)
    try writeEmbedding(model, data)
    try writeWords(model, data)
    if let shape = data.imageShape { try writePictures(model, data, shape) }
    record.measures = (model as? any MeasuredModel)?.measures
    measure(model, data, ClusterSizes(model.assignments, of: method))
    if let heldOut {
      record.heldOut = try RunRecord.HeldOut(heldOut, by: model, clusters: record.clusters, data)
    }
    add(seconds(since: start), to: "scoring")
    record.peakMemoryBytes = peakMemoryBytes()
    (record.status, record.finished) = (.finished, timestamp())
    try folder.write(record)
    // The results are complete; what was kept for resuming is not needed any more.
    try? FileManager.default.removeItem(at: folder.file("checkpoint"))
  }

  private func writeModel<Model: ClusteringModel>(
    _ model: Model, _ data: PreparedData
  ) throws(InputError) {
    let fitted = FittedModel(
      model: model, preprocessing: data.preprocessing, columns: data.tensor.shape[1],
      device: data.tensor.device)
    try fitted.write(to: folder.file("model.safetensors"))
  }

  private func writeAssignments(
    _ model: any ClusteringModel, _ data: PreparedData
  ) throws(InputError) {
    let n = model.assignments.count
    try NPY.write(model.assignments, shape: [n], to: folder.file("assignments.npy"))
    try NPY.write(model.certainty, shape: [n], to: folder.file("certainty.npy"))
    if let labels = data.labels {
      try NPY.write(labels, shape: [n], to: folder.file("labels.npy"))
    }
    if let rows = data.rowNumbers { try NPY.write(rows, shape: [n], to: folder.file("rows.npy")) }
    let columns = [data.labels.map { _ in "class" }, data.fileNames.map { _ in "file" }]
    var text =
      (["index", "cluster", "certainty"] + columns.compactMap(\.self))
      .joined(separator: ",") + "\n"
    for index in 0..<n {
      text +=
        "\(data.rowNumbers?[index] ?? index),\(model.assignments[index]),\(model.certainty[index])"
      if let label = data.labels?[index] {
        text += "," + csvField(data.classNames?[label] ?? "\(label)")
      }
      if let file = data.fileNames?[index] { text += "," + csvField(file) }
      text += "\n"
    }
    try folder.write(text, to: "assignments.csv")
  }

  private func writeEmbedding(
    _ model: any ClusteringModel, _ data: PreparedData
  ) throws(InputError) {
    let placed = model as? any EmbeddingModel
    let embedding =
      placed?.embedding(of: data.tensor) ?? (model as? PartitionModel)?.embedding ?? data.tensor
    let (n, d) = (embedding.shape[0], embedding.shape[1])
    let values: [Float] = embedding.scalars()
    // Where the space is that of the data, the data need not be written a second time.
    if d != data.tensor.shape[1] || model.encodesRows {
      try NPY.write(values, shape: [n, d], to: folder.file("embedding.npy"))
    }
    if let centroids = placed?.centroids {
      try NPY.write(
        centroids.scalars(as: Float.self), shape: centroids.shape, to: folder.file("centroids.npy"))
    }
    let placing = map.applied(to: embedding)
    if placing != .principalComponents { report(.stage("laying out the map of \(n) samples")) }
    if let obstacle = map.obstacle(to: embedding), configuration.map == map {
      report(.warning("the map is of principal components: \(obstacle)"))
    }
    try NPY.write(
      placing.positions(of: embedding, seed: Seed(configuration.seed)), shape: [n, 2],
      to: folder.file("projection.npy"))
    record.map = placing
    if let model = model as? CentroidModel, let freedom = model.degreesOfFreedom {
      let pull = StudentT.gradientLengths(embedding, model.centroids, freedom)
      try NPY.write(pull.scalars(as: Float.self), shape: [n], to: folder.file("gradients.npy"))
    }
    var generator = SplitMix64(seed: Seed(configuration.seed).stream("silhouette"))
    let silhouettes = Silhouette.means(
      values: values, columns: d, clusters: model.assignments, using: &generator)
    record.scores = Scores(silhouette: silhouettes?.overall)
    record.clusterSilhouettes = silhouettes.map { means in
      (0..<record.clusters).map { means.ofCluster[$0] }
    }
    record.nearestClusters = ClusterNeighbor.nearest(
      values: values, columns: d, clusters: model.assignments, count: record.clusters)
    if d < data.tensor.shape[1], let warning = CodeUse(values: values, columns: d).warning {
      warn(warning)
    }
  }

  /// What the columns of texts are, and the words that tell the clusters.
  private func writeWords(
    _ model: any ClusteringModel, _ data: PreparedData
  ) throws(InputError) {
    guard let vocabulary = data.vocabulary else { return }
    // New texts can be read only with the frequencies of the old.
    if vocabulary.inverseDocumentFrequencies != nil {
      try vocabulary.write(to: folder.file("vocabulary.json"))
    }
    let telling = TellingWords(
      10, of: data.tensor, assignments: model.assignments, clusters: record.clusters,
      words: vocabulary.words)
    try telling.write(to: folder.file("words.json"))
  }

  private func writePictures(
    _ model: any ClusteringModel, _ data: PreparedData, _ shape: ImageShape
  ) throws(InputError) {
    let pictures = folder.file("pictures")
    do {
      try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        .inputOutput, "\(pictures.path) cannot be made: \(error.localizedDescription)")
    }
    let size = [shape.height, shape.width, shape.channels]
    let k = record.clusters
    if let decoded = (model as? any EmbeddingModel)?.decodedCentroids() {
      try NPY.write(
        data.pictures(decoded), shape: [k] + size,
        to: pictures.appendingPathComponent("centroids.npy"))
    } else {
      let members = model.assignments.indices.filter { model.assignments[$0] >= 0 }
      let all = members.count == model.assignments.count
      let means = NeighborhoodGraphStart.means(
        of: all ? data.tensor : rows(members, of: data), members.map { model.assignments[$0] },
        clusters: k)
      try NPY.write(
        data.pictures(means), shape: [k] + size, to: pictures.appendingPathComponent("means.npy"))
    }
    let shown = 10
    if let model = model as? any GenerativeModel {
      let drawn = model.samples(
        ofEachCluster: shown, using: Seed(configuration.seed).generator("generated samples"))
      try NPY.write(
        data.pictures(drawn), shape: [k, shown] + size,
        to: pictures.appendingPathComponent("generated.npy"))
    }
    let sheet = PictureSheet(samples: model.assignments.count, of: shape)
    try NPY.write(
      sheet.samples, shape: [sheet.samples.count],
      to: pictures.appendingPathComponent("samples_index.npy"))
    var pixels: [UInt8] = []
    // Some at a time: large pictures take much more memory before they are reduced.
    for start in stride(from: 0, to: sheet.samples.count, by: 256) {
      let part = Array(sheet.samples[start..<min(start + 256, sheet.samples.count)])
      pixels += sheet.reduced(data.pictures(rows(part, of: data)))
    }
    try NPY.write(
      pixels,
      shape: [sheet.samples.count, sheet.shape.height, sheet.shape.width, shape.channels],
      to: pictures.appendingPathComponent("samples.npy"))
    if let deciles = Self.deciles(of: model.certainty, each: shown) {
      try NPY.write(
        deciles, shape: [10, shown], to: pictures.appendingPathComponent("deciles_index.npy"))
      try NPY.write(
        sheet.reduced(data.pictures(rows(deciles, of: data))),
        shape: [10, shown, sheet.shape.height, sheet.shape.width, shape.channels],
        to: pictures.appendingPathComponent("deciles.npy"))
    }
    // All samples can be noise.
    guard k > 0 else { return }
    let ranked = ranking(model, clusters: k)
    let choices = [
      ("most_certain", ranked.map { Array($0.prefix(shown)) }),
      ("least_certain", ranked.map { Array($0.suffix(shown).reversed()) }),
    ]
    for (name, chosen) in choices {
      let index = chosen.flatMap { $0 + [Int](repeating: -1, count: shown - $0.count) }
      try NPY.write(
        index, shape: [k, shown], to: pictures.appendingPathComponent("\(name)_index.npy"))
      try NPY.write(
        data.pictures(rows(index.map { max($0, 0) }, of: data)), shape: [k, shown] + size,
        to: pictures.appendingPathComponent("\(name).npy"))
    }
  }

  private func rows(_ index: [Int], of data: PreparedData) -> Tensor {
    data.tensor.rows(
      at: Tensor(index.map { Int64($0) }, shape: [index.count], on: data.tensor.device))
  }

  /// Samples of each tenth of the data by certainty, spread evenly, the least certain tenth first;
  /// nil where there are too few.
  private static func deciles(of certainty: [Float], each count: Int) -> [Int]? {
    guard certainty.count >= 10 * count else { return nil }
    let order = certainty.indices.sorted { certainty[$0] < certainty[$1] }
    return (0..<10 * count).map { order[(2 * $0 + 1) * order.count / (20 * count)] }
  }

  /// The samples of each cluster, the most certain first.
  private func ranking(_ model: any ClusteringModel, clusters: Int) -> [[Int]] {
    var members = [[Int]](repeating: [], count: clusters)
    for (index, cluster) in model.assignments.enumerated() where cluster >= 0 {
      members[cluster].append(index)
    }
    return members.map { $0.sorted { model.certainty[$0] > model.certainty[$1] } }
  }

  private func measure(
    _ model: any ClusteringModel, _ data: PreparedData, _ sizes: ClusterSizes
  ) {
    let clusters = sizes.counts.count
    record.clusterSizes = sizes.counts
    record.noise = sizes.noise > 0 ? sizes.noise : nil
    for warning in sizes.warnings { warn(warning) }
    guard let labels = data.labels else { return }
    let classes = data.classNames?.count ?? ((labels.max() ?? 0) + 1)
    let table = ContingencyTable(
      predicted: model.assignments, labels: labels, clusters: clusters, classes: classes)
    let matching = ClassMatching(table, names: data.classNames)
    record.scores = Scores(table, matching, silhouette: record.scores?.silhouette)
    // The scores count noise as a cluster, the last row; the tables are of the clusters alone.
    if clusters > 0 {
      record.contingency = Array(table.rows.prefix(clusters))
      record.matching = Array(matching.classOfCluster.prefix(clusters))
    }
    record.classScores = matching.classScores
  }
}
