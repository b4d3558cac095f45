// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Torch

// The logits of Gaussians are log π_k − ½ log |Σ_k| − ½ ‖L_k⁻¹ (x − μ_k)‖² with Σ_k = L_k·L_kᵀ; what
// all components share cancels in the softmax.

extension GaussianMixtureModel: ONNXModel {
  func add(to graph: inout ONNXGraph, rows: ONNXGraph.Value) -> ONNXAnswers {
    let (k, d) = (components.count, components.dimensions)
    // Far from the origin single precision has no digits left for a mean: both are moved first, by
    // numbers that it has exactly.
    let center = components.center.map { Float($0) }
    let centered = graph.add("Sub", [rows, graph.constant(center, shape: [d])])
    let moved = components.shifted(by: center.map(Double.init))
    let means = Tensor(moved.means.map(Float.init), shape: [k, d])
    let squares: ONNXGraph.Value
    var constants = (0..<k).map(components.logWeight)
    if components.isDiagonal {
      let factors = components.covariances.map { Float(1 / $0.squareRoot()) }
      squares = graph.squaredDistances(
        centered, to: means, factors: Tensor(factors, shape: [k, d]))
      for k in 0..<k { constants[k] -= components.variances(k).reduce(0) { $0 + log($1) } / 2 }
    } else {
      let factors = (0..<k).map(components.factor)
      squares = graph.squaredDistances(
        centered, to: means, whitening: factors.flatMap(\.inverseFactor).map(Float.init))
      for k in 0..<k { constants[k] -= factors[k].logDeterminant / 2 }
    }
    // Small constants have more digits, and the softmax takes no notice.
    let largest = constants.max() ?? 0
    let logits = graph.logits(constants.map { Float($0 - largest) }, lessHalf: squares)
    return graph.answers(by: logits, clusters: k, embedding: rows, dimensions: d)
  }
}

extension LatentMixtureModel: ONNXModel {
  func add(to graph: inout ONNXGraph, rows: ONNXGraph.Value) -> ONNXAnswers {
    let codes = graph.codes(rows, network)
    let logVariances = mixture.logVariances.detached()
    let squares = graph.squaredDistances(
      codes, to: mixture.means, factors: (logVariances * -0.5).exp())
    let constants = mixture.logWeights.detached().to(.float32) - logVariances.sum(1) * 0.5
    let logits = graph.logits(constants.scalars(), lessHalf: squares)
    return graph.answers(
      by: logits, clusters: mixture.means.shape[0], embedding: codes,
      dimensions: mixture.means.shape[1])
  }
}

extension ONNXGraph {
  /// Constants, one for each of K components, less half the squared distances, n × K.
  fileprivate mutating func logits(_ constants: [Float], lessHalf squares: Value) -> Value {
    let halves = add("Mul", [squares, constant([-0.5], shape: [1])])
    return add("Add", [halves, constant(constants, shape: [constants.count])])
  }

  /// The squared distances of rows (n × d) to centres (K × d), after the difference was multiplied by
  /// the matrix of the centre (K × d × d, row-major): n × K.
  fileprivate mutating func squaredDistances(
    _ rows: Value, to centers: Tensor, whitening: [Float]
  ) -> Value {
    let (k, d) = (centers.shape[0], centers.shape[1])
    let apart = add("Reshape", [rows, constant([1, -1, d])])
    let difference = add("Sub", [apart, constant(centers.reshaped([k, 1, d]))])
    let transposed = Tensor(whitening, shape: [k, d, d]).transposed(1, 2)
    let product = add("MatMul", [difference, constant(transposed)])
    let squares = add(
      "ReduceSumSquare", [product], ["axes": .integers([2]), "keepdims": .integer(0)])
    return add("Transpose", [squares], ["perm": .integers([1, 0])])
  }
}
