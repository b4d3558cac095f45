// SPDX-License-Identifier: Apache-2.0
public import Foundation
internal import Torch

/// A model whose clusters ONNX's operators can tell, unless it lays rows out.
protocol ONNXModel: ClusteringModel {
  /// The layout by UMAP that comes before the clusters; ONNX has no operators for one.
  var layout: UMAPLayout? { get }
  /// Adds what leads from scaled rows to the model's answers.
  func add(to graph: inout ONNXGraph, rows: ONNXGraph.Value) -> ONNXAnswers
}

extension ONNXModel {
  /// None.
  var layout: UMAPLayout? { nil }
}

/// What a graph tells of rows.
struct ONNXAnswers {
  /// n × d.
  var embedding: ONNXGraph.Value
  /// d.
  var dimensions: Int
  /// n × K; nil for hard assignments.
  var probabilities: ONNXGraph.Value?
  /// K.
  var clusters: Int
  /// n whole numbers.
  var assignments: ONNXGraph.Value
}

extension FittedModel {
  /// Writes the model as an ONNX file, with the scaling in it: from rows as they come to clusters.
  ///
  /// The input is `rows` (any number × D, single precision); the outputs are `cluster` (whole
  /// numbers from 0), `embedding` (rows × d) and, of models that have them, `probabilities` (rows × K).
  /// All is computed in single precision, whatever the precision of the fit.
  ///
  /// - Throws: ``InputError`` for a model that ONNX has no operators for, and when the file cannot be
  ///   written.
  public func writeONNX(to url: URL) throws(InputError) {
    try FileBytes.write(onnx(), to: url)
  }

  /// The bytes of the ONNX file.
  func onnx() throws(InputError) -> [UInt8] {
    let base: any ClusteringModel = if let any = model as? AnyModel { any.base } else { model }
    guard let exportable = base as? any ONNXModel else {
      throw InputError(
        .usage, "this model cannot be written as ONNX: it tells nothing of new rows")
    }
    guard exportable.layout == nil else {
      throw InputError(
        .usage,
        "this model cannot be written as ONNX: it lays rows out by UMAP, which ONNX has no operators "
          + "for; models that tell clusters of the rows themselves or of codes can be written")
    }
    var graph = ONNXGraph()
    let rows = graph.input("rows", columns: columns)
    let scaled = graph.scaled(rows, preprocessing)
    let answers = exportable.add(to: &graph, rows: scaled)
    graph.output(integers: answers.assignments, as: "cluster")
    graph.output(answers.embedding, as: "embedding", columns: answers.dimensions)
    if let probabilities = answers.probabilities {
      graph.output(probabilities, as: "probabilities", columns: answers.clusters)
    }
    return graph.encoded(
      name: "clusters",
      metadata: ["clusters": "\(answers.clusters)", "preprocessing": preprocessing.kind.rawValue])
  }
}

extension ONNXGraph {
  /// The answers of a model whose probabilities are the softmax of logits, n × K.
  mutating func answers(
    by logits: Value, clusters: Int, embedding: Value, dimensions: Int
  ) -> ONNXAnswers {
    ONNXAnswers(
      embedding: embedding, dimensions: dimensions,
      probabilities: add("Softmax", [logits], ["axis": .integer(1)]), clusters: clusters,
      assignments: largest(logits))
  }
}

extension CentroidModel: ONNXModel {
  func add(to graph: inout ONNXGraph, rows: ONNXGraph.Value) -> ONNXAnswers {
    let codes = network.map { graph.codes(rows, $0) } ?? rows
    let distances = graph.squaredDistances(codes, to: centroids)
    var answers = ONNXAnswers(
      embedding: codes, dimensions: centroids.shape[1], clusters: centroids.shape[0],
      assignments: graph.smallest(distances))
    if let parts {
      let part = graph.smallest(graph.squaredDistances(codes, to: parts.centroids))
      answers.assignments = graph.add("Gather", [graph.constant(parts.clusters), part])
    }
    if let degreesOfFreedom {
      // Equation 1 of DEC by logarithms, as in StudentT.
      let freedom = Float(degreesOfFreedom)
      let scaled = graph.add("Div", [distances, graph.constant([freedom], shape: [1])])
      let kernel = graph.add("Add", [scaled, graph.constant([1], shape: [1])])
      let power = graph.constant([-(freedom + 1) / 2], shape: [1])
      let logits = graph.add("Mul", [graph.add("Log", [kernel]), power])
      answers.probabilities = graph.add("Softmax", [logits], ["axis": .integer(1)])
    }
    return answers
  }
}

extension ClusterNetworkModel: ONNXModel {
  func add(to graph: inout ONNXGraph, rows: ONNXGraph.Value) -> ONNXAnswers {
    let codes = autoencoder.map { graph.codes(rows, $0) } ?? rows
    let places = graph.scaled(codes, scaling)
    return graph.answers(
      by: graph.logits(places, network), clusters: network.clusters, embedding: places,
      dimensions: network.dimensions)
  }
}

extension DiscreteLatentModel: ONNXModel {
  func add(to graph: inout ONNXGraph, rows: ONNXGraph.Value) -> ONNXAnswers {
    let codes = graph.codes(rows, network)
    let width = centroids.shape[1]
    func part(_ range: Range<Int>) -> ONNXGraph.Value {
      graph.add(
        "Slice",
        [
          codes, graph.constant([range.lowerBound]), graph.constant([range.upperBound]),
          graph.constant([1]),
        ])
    }
    let noise = part(0..<(width - clusters))
    let logits = part((width - clusters)..<width)
    let probabilities = graph.add("Softmax", [logits], ["axis": .integer(1)])
    return ONNXAnswers(
      embedding: graph.add("Concat", [noise, probabilities], ["axis": .integer(1)]),
      dimensions: width, probabilities: probabilities, clusters: clusters,
      assignments: graph.largest(logits))
  }
}
