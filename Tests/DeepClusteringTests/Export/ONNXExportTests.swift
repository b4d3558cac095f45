// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

/// Models with random weights, and rows for them.
private struct ExportedModel {
  var name: String
  var model: any ReadableModel
  var preprocessing: FittedPreprocessing
  var rows: Dataset

  /// The model with its scaling.
  var fitted: FittedModel<AnyModel> {
    get throws {
      var archive = Archive()
      model.store(in: &archive)
      return FittedModel(
        model: try AnyModel(from: archive), preprocessing: preprocessing, columns: rows.columns,
        device: .cpu)
    }
  }

  static var all: [ExportedModel] {
    [dense, convolutional, hard, parts, mixture, discrete, dirichlet]
      + GaussianMixture.Covariance.allCases.map(gaussians)
      + DeepDPM.Scaling.allCases.map(clusterNetwork) + [clusterNetworkOfCodes]
  }

  /// Those that ONNX has no operators for.
  static var laidOut: [ExportedModel] { [n2d, clusterNetworkOfPlaces] }

  private static func values(_ shape: [Int], seed: UInt64) -> Tensor {
    Seed(seed).generator("values").normal(deviation: 1, shape: shape)
  }

  private static func rows(_ n: Int, _ columns: Int, image: ImageShape? = nil) -> Dataset {
    Dataset(
      name: "rows", values: (values([n, columns], seed: 3) * 40 + 100).scalars(), rows: n,
      columns: columns, imageShape: image)
  }

  private static func make(
    _ name: String, _ preprocessing: Preprocessing, _ rows: Dataset,
    _ model: (FitContext) -> any ReadableModel
  ) -> ExportedModel {
    let fitted = preprocessing.fitted(to: rows)
    var values = rows.values
    fitted.apply(to: &values, columns: rows.columns)
    let context = FitContext(
      data: Tensor(values, shape: [rows.rows, rows.columns]), seed: Seed(5),
      imageShape: rows.imageShape)
    return ExportedModel(
      name: name, model: model(context), preprocessing: fitted, rows: rows)
  }

  private static func network(
    _ layout: AutoencoderLayout, _ context: FitContext, unit: Bool = false
  ) -> Autoencoder {
    var network = Autoencoder(layout, inputs: context.columns, context: context)
    network.hasUnitCodes = unit
    return network
  }

  private static var dense: ExportedModel {
    make("dense", .standardScore, rows(30, 12)) { context in
      let network = network(AutoencoderLayout(hidden: [9, 7], latent: 3), context, unit: true)
      let codes = network.embedding(of: context.data)
      return CentroidModel(
        network: network, centroids: codes.slice(0..<4), degreesOfFreedom: 1.5, embedding: codes)
    }
  }

  private static var convolutional: ExportedModel {
    let image = ImageShape(height: 9, width: 8, channels: 3)
    return make("convolutional", .unitRange, rows(20, image.values, image: image)) { context in
      var layout = AutoencoderLayout(latent: 2, activation: .selu)
      (layout.kind, layout.filters) = (.convolutional, [4, 5])
      let network = network(layout, context)
      let codes = network.embedding(of: context.data)
      return CentroidModel(
        network: network, centroids: codes.slice(0..<3), degreesOfFreedom: 1, embedding: codes)
    }
  }

  private static var hard: ExportedModel {
    make("hard", .unitNorm, rows(25, 6)) { context in
      CentroidModel(
        network: nil, centroids: context.data.slice(0..<5), degreesOfFreedom: nil,
        embedding: context.data)
    }
  }

  private static var parts: ExportedModel {
    make("parts", .symmetric, rows(25, 6)) { context in
      CentroidModel(
        network: nil, centroids: context.data.slice(0..<2), degreesOfFreedom: nil,
        embedding: context.data, parts: (context.data.slice(2..<6), [1, 0, 0, 1]))
    }
  }

  private static var mixture: ExportedModel {
    make("mixture", .meanSquare, rows(25, 6)) { context in
      let layout = AutoencoderLayout(hidden: [8], latent: 3, activation: .leakyRelu)
      let network = network(layout, context)
      let mixture = DiagonalMixture(
        logits: values([4], seed: 1), means: network.embedding(of: context.data.slice(0..<4)),
        logVariances: values([4, 3], seed: 6) * 0.5 - 5)
      return LatentMixtureModel(
        network: network, mixture: mixture, likelihood: .gaussian,
        data: context.data)
    }
  }

  /// Three clusters that overlap, whose columns go together, far from the origin.
  private static var overlapping: Dataset {
    let blobs = Blobs(rows: 300, columns: 3, deviation: 0.3)
    let mixing = Tensor([1, 0.9, 0, 0, 1, 0.9, 0.2, 0, 1] as [Float], shape: [3, 3])
    let rows = blobs.tensor.matmul(mixing) + 20_000
    return Dataset(name: "overlapping", values: rows.scalars(), rows: 300, columns: 3)
  }

  private static func gaussians(_ covariance: GaussianMixture.Covariance) -> ExportedModel {
    make("\(covariance) gaussians", .none, overlapping) { context in
      var method = GaussianMixture(clusters: 3)
      method.covariance = covariance
      let fit = method.fit(context.data, seed: Seed(2))
      return GaussianMixtureModel(components: fit.components, data: context.data)
    }
  }

  private static var dirichlet: ExportedModel {
    make("dirichlet", .standardScore, overlapping) { context in
      let method = DirichletProcessMixture(clusters: 5)
      guard var state = try? method.begin(context) else { preconditionFailure("three columns") }
      while method.advance(&state, context).stopReason == nil {}
      return method.finish(state, context)
    }
  }

  private static func clusterNetwork(_ scaling: DeepDPM.Scaling) -> ExportedModel {
    make("cluster network, \(scaling)", .standardScore, overlapping) { context in
      ClusterNetworkModel(
        splitting(context.data, scaling), autoencoder: nil, layout: nil, codes: nil)
    }
  }

  private static var clusterNetworkOfCodes: ExportedModel {
    make("cluster network of codes", .meanSquare, rows(100, 6)) { context in
      let network = network(AutoencoderLayout(hidden: [8], latent: 3), context)
      let codes = network.embedding(of: context.data)
      return ClusterNetworkModel(
        splitting(codes, .overall), autoencoder: network, layout: nil, codes: codes)
    }
  }

  private static var clusterNetworkOfPlaces: ExportedModel {
    make("cluster network of places", .none, rows(30, 6)) { context in
      let network = network(AutoencoderLayout(hidden: [8], latent: 3), context)
      let codes = network.embedding(of: context.data)
      let layout = places(of: codes)
      return ClusterNetworkModel(
        splitting(layout.positions, .overall), autoencoder: network, layout: layout, codes: codes)
    }
  }

  private static var n2d: ExportedModel {
    make("n2d", .none, rows(30, 6)) { context in
      let network = network(AutoencoderLayout(hidden: [8], latent: 3), context)
      return GaussianMixtureModel(
        components: GaussianComponents(weights: [1], means: [0, 0], covariances: [1, 0, 0, 1]),
        network: network, layout: places(of: network.embedding(of: context.data)))
    }
  }

  /// DeepDPM's networks after some epochs without splits or merges.
  private static func splitting(_ rows: Tensor, _ scaling: DeepDPM.Scaling) -> SplittingMixture {
    var settings = DeepDPM(clusters: 3)
    (settings.learningRate, settings.batchSize) = (1e-2, 32)
    var mixture = SplittingMixture(
      rows, scaling: RowScaling(scaling, of: rows), settings: settings, seed: Seed(4))
    for _ in 0..<20 { _ = mixture.advance(settings, Seed(4)) }
    return mixture
  }

  private static func places(of codes: Tensor) -> UMAPLayout {
    var umap = UMAP()
    (umap.epochs, umap.neighbors) = (5, 5)
    return umap.fit(codes, seed: Seed(4))
  }

  private static var discrete: ExportedModel {
    make("discrete", .standardScore, rows(25, 6)) { context in
      let layout = AutoencoderLayout(
        hidden: [8, 5], latent: 7, activation: .steepLeakyRelu, decoderActivation: .relu)
      return DiscreteLatentModel(
        network: network(layout, context), clusters: 4, deviation: 0.1, data: context.data)
    }
  }
}

@Suite struct ONNXExportTests {
  /// The numbers that a file with these fields has by onnx.proto.
  @Test func isAModelOfKnownOperators() throws {
    for exported in ExportedModel.all {
      let file = try exported.fitted.onnx()
      let model = try #require(ProtocolMessage(file), "\(exported.name)")
      #expect(model.integers(1) == [7])
      #expect(model.messages(8).map { $0.integers(2) } == [[13]])
      let graph = try #require(model.messages(7).first)
      // Whatever an operator takes is there before it.
      var known = Set(graph.messages(11).flatMap { $0.texts(1) })
      #expect(known == ["rows"])
      for tensor in graph.messages(5) {
        let count = tensor.integers(1).reduce(1, *)
        let size = try #require([1: 4, 7: 8][tensor.integers(2).first ?? 0])
        #expect(tensor.all(9).first?.count == count * size, "\(exported.name)")
        known.formUnion(tensor.texts(8))
      }
      for node in graph.messages(1) {
        #expect(node.texts(1).allSatisfy(known.contains), "\(exported.name)")
        known.formUnion(node.texts(2))
      }
      let outputs = graph.messages(12).flatMap { $0.texts(1) }
      let soft = try exported.fitted.probabilities(for: exported.rows) != nil
      #expect(outputs == ["cluster", "embedding"] + (soft ? ["probabilities"] : []))
      #expect(outputs.allSatisfy(known.contains))
    }
  }

  /// A graph that can be worked out by hand: k-means around (1, 2) and (3, 4) on halved values.
  @Test func writesTheOperatorsOfKMeans() throws {
    let rows = Dataset(name: "r", values: [2, 4, 6, 8], rows: 2, columns: 2)
    let model = CentroidModel(
      network: nil, centroids: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]),
      degreesOfFreedom: nil, embedding: Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]))
    let fitted = FittedModel(
      model: model, preprocessing: FittedPreprocessing(kind: .unitRange, scale: 2), columns: 2,
      device: .cpu)
    #expect(try fitted.assignments(for: rows) == [0, 1])
    let graph = try #require(ProtocolMessage(fitted.onnx())?.messages(7).first)
    let operators = graph.messages(1).flatMap { $0.texts(4) }
    #expect(
      operators == ["Div", "Reshape", "Sub", "ReduceSumSquare", "ArgMin", "Identity", "Identity"])
    let constants = graph.messages(5).map { $0.all(9)[0] }
    #expect(constants[0] == [0, 0, 0, 64])
    #expect(constants[2].count == 16 && Array(constants[2].suffix(4)) == [0, 0, 128, 64])
  }

  /// Σ = L·Lᵀ with L = (2 0; 1 1), so L⁻¹ = (½ 0; −½ 1); the other component is round.
  @Test func writesTheFactorsOfAMixture() throws {
    let components = GaussianComponents(
      weights: [0.75, 0.25], means: [1000, 0, 1002, 2], covariances: [4, 2, 2, 2, 1, 0, 0, 1])
    let model = GaussianMixtureModel(
      components: components, data: Tensor([0, 0] as [Float], shape: [1, 2]))
    let fitted = FittedModel(
      model: model, preprocessing: FittedPreprocessing(kind: .none), columns: 2, device: .cpu)
    let graph = try #require(ProtocolMessage(fitted.onnx())?.messages(7).first)
    let operators = graph.messages(1).flatMap { $0.texts(4) }
    #expect(
      operators == [
        "Sub", "Reshape", "Sub", "MatMul", "ReduceSumSquare", "Transpose", "Mul", "Add", "Softmax",
        "ArgMax", "Identity", "Identity", "Identity",
      ])
    let constants = graph.messages(5).filter { $0.integers(2) == [1] }.map { tensor in
      tensor.all(9)[0].withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    #expect(
      constants.dropLast() == [
        [1001, 1], [-1, -1, 1, 1], [0.5, -0.5, 0, 1, 1, 0, 0, 1], [-0.5],
      ])
    // log ¾ − ½ log 4 against log ¼.
    let logits = try #require(constants.last)
    #expect(logits[0] == 0 && abs(logits[1] - Float(log(0.25 / 0.75 * 2))) < 1e-6)
  }

  @Test func refusesWhatHasNoOperators() throws {
    for exported in ExportedModel.laidOut {
      let fitted = try exported.fitted
      let reason = try #require(refusal { try fitted.onnx() }).description
      #expect(reason.contains("cannot be written as ONNX: it lays rows out by UMAP"), "\(reason)")
    }
    let fitted = FittedModel(
      model: PartitionModel(assignments: [0, 1]), preprocessing: FittedPreprocessing(kind: .none),
      columns: 1, device: .cpu)
    let reason = try #require(refusal { try fitted.onnx() }).description
    #expect(reason.contains("cannot be written as ONNX: it tells nothing of new rows"))
  }

  private struct Outputs: Decodable {
    var cluster: [Int]
    var embedding: [[Float]]
    var probabilities: [[Float]]?
  }

  @Test(.enabled(if: PythonScript.has("onnxruntime"), "no Python with onnxruntime is here"))
  func agreesWithONNXRuntime() throws {
    let folder = try DataFolder()
    for exported in ExportedModel.all {
      let fitted = try exported.fitted
      let file = folder.url.appendingPathComponent("\(exported.name).onnx")
      try fitted.writeONNX(to: file)
      let rows = folder.url.appendingPathComponent("\(exported.name).npy")
      try NPY.write(
        exported.rows.values, shape: [exported.rows.rows, exported.rows.columns], to: rows)
      let printed = try PythonScript.run(script: "run-onnx.py", [file.path, rows.path])
      let outputs = try JSONDecoder().decode(Outputs.self, from: printed)
      #expect(outputs.cluster == (try fitted.assignments(for: exported.rows)), "\(exported.name)")
      #expect(Set(outputs.cluster).count > 1, "\(exported.name)")
      if let probabilities = outputs.probabilities {
        let areSoft = probabilities.contains { ($0.max() ?? 1) < 0.9 }
        #expect(areSoft, "\(exported.name)")
      }
      let pairs = [
        (outputs.embedding, try fitted.embedding(of: exported.rows)),
        (outputs.probabilities ?? [], try fitted.probabilities(for: exported.rows) ?? []),
      ]
      for (theirs, ours) in pairs {
        #expect(theirs.count == ours.count, "\(exported.name)")
        let worst = zip(theirs.joined(), ours.joined()).reduce(Float(0)) {
          max($0, abs($1.0 - $1.1) / (1 + abs($1.1)))
        }
        #expect(worst < 5e-5, "\(exported.name)")
      }
    }
  }

  @Test func writesTensorsByPyTorchsNames() throws {
    let folder = try DataFolder()
    let url = folder.url.appendingPathComponent("m.safetensors")
    let exported = ExportedModel.all[0]
    try exported.fitted.writeTensors(to: url)
    let content = try Safetensors(contentsOf: url)
    let layers = ["encoder", "decoder"].flatMap { part in
      (0..<3).flatMap { ["\(part).\($0).weight", "\(part).\($0).bias"] }
    }
    #expect(Set(content.tensors.keys) == Set(layers + ["centroids"]))
    #expect(content.tensors["encoder.0.weight"]?.shape == [9, 12])
    #expect(content.metadata["format"] == "pt" && content.metadata["columns"] == "12")
    #expect(content.metadata["encoder.activations"] == #"["relu","relu","identity"]"#)
    let scaling = try JSONDecoder().decode(
      FittedPreprocessing.self, from: Data((content.metadata["preprocessing"] ?? "").utf8))
    #expect(scaling == exported.preprocessing)
  }
}
