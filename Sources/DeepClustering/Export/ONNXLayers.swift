// SPDX-License-Identifier: Apache-2.0
internal import Torch

extension ONNXGraph {
  /// Rows as they come, scaled as the training data were: rows × D.
  mutating func scaled(_ rows: Value, _ scaling: FittedPreprocessing) -> Value {
    switch scaling.kind {
    case .none, .automatic:
      return rows
    case .unitRange, .meanSquare:
      return add("Div", [rows, constant([scaling.scale], shape: [1])])
    case .unitNorm:
      return dividedByNorms(rows)
    case .standardScore, .symmetric:
      guard let means = scaling.means, let deviations = scaling.deviations else { return rows }
      let centered = add("Sub", [rows, constant(means, shape: [means.count])])
      return add("Div", [centered, constant(deviations, shape: [deviations.count])])
    }
  }

  /// Rows as DeepDPM scales them: rows × d.
  mutating func scaled(_ rows: Value, _ scaling: RowScaling) -> Value {
    let divided = scaling.kind == .rows ? dividedByNorms(rows) : rows
    let center = constant(scaling.center, shape: [scaling.center.count])
    let factor = constant([Float(scaling.factor)], shape: [1])
    return add("Mul", [add("Sub", [divided, center]), factor])
  }

  /// The logits of DeepDPM's network for scaled rows: rows × K.
  mutating func logits(_ rows: Value, _ network: ClusterNetwork) -> Value {
    let (inner, outer) = (network.hiddenLayer, network.outputs)
    let units = add(
      "Gemm",
      [
        rows, constant(inner.weights, shape: [network.dimensions, network.hidden]),
        constant(inner.biases, shape: [network.hidden]),
      ])
    return add(
      "Gemm",
      [
        add("Relu", [units]),
        constant(outer.rows.flatMap { $0 }, shape: [network.clusters, network.hidden]),
        constant(outer.biases, shape: [network.clusters]),
      ], ["transB": .integer(1)])
  }

  /// The codes of scaled rows: rows × d.
  mutating func codes(_ rows: Value, _ network: Autoencoder) -> Value {
    var value = rows
    for layer in network.encoder { value = output(of: layer, value) }
    guard network.hasUnitCodes else { return value }
    let squares = add(
      "ReduceSumSquare", [value], ["axes": .integers([1]), "keepdims": .integer(1)])
    let bounded = add("Max", [squares, constant([1e-12], shape: [1])])
    return add("Div", [value, add("Sqrt", [bounded])])
  }

  /// The squared distances of rows (n × d) to centres (K × d), times factors (K × d) if given: n × K.
  mutating func squaredDistances(
    _ rows: Value, to centers: Tensor, factors: Tensor? = nil
  ) -> Value {
    let apart = add("Reshape", [rows, constant([-1, 1, centers.shape[1]])])
    var difference = add("Sub", [apart, constant(centers)])
    if let factors { difference = add("Mul", [difference, constant(factors)]) }
    return add(
      "ReduceSumSquare", [difference], ["axes": .integers([2]), "keepdims": .integer(0)])
  }

  /// The index of the largest value of each row.
  mutating func largest(_ rows: Value) -> Value {
    add("ArgMax", [rows], ["axis": .integer(1), "keepdims": .integer(0)])
  }

  /// The index of the smallest value of each row, the lowest of equal ones.
  mutating func smallest(_ rows: Value) -> Value {
    add("ArgMin", [rows], ["axis": .integer(1), "keepdims": .integer(0)])
  }

  /// Each row divided by its norm; a row of zeros stays one.
  private mutating func dividedByNorms(_ rows: Value) -> Value {
    let norm = add("ReduceL2", [rows], ["axes": .integers([1]), "keepdims": .integer(1)])
    let isZero = add("Equal", [norm, constant([0], shape: [1])])
    return add("Div", [rows, add("Where", [isZero, constant([1], shape: [1]), norm])])
  }

  private mutating func output(of layer: any AutoencoderLayer, _ rows: Value) -> Value {
    guard let windows = layer.imageWindows else {
      let product = add(
        "Gemm", [rows, constant(layer.weight), constant(layer.bias)], ["transB": .integer(1)])
      return activated(product, layer.activation)
    }
    precondition(!windows.enlarges, "an encoder does not enlarge images")
    let (from, to) = (windows.input, windows.output)
    let images = add(
      "Reshape", [rows, constant([-1, from.height, from.width, from.channels])])
    let planes = add("Transpose", [images], ["perm": .integers([0, 3, 1, 2])])
    let convolved = add(
      "Conv", [planes, constant(layer.weight), constant(layer.bias)],
      [
        "strides": .integers([windows.stride, windows.stride]),
        "pads": .integers([Int](repeating: windows.padding, count: 4)),
        "kernel_shape": .integers([windows.size, windows.size]),
      ])
    let back = add(
      "Transpose", [activated(convolved, layer.activation)], ["perm": .integers([0, 2, 3, 1])])
    return add("Reshape", [back, constant([-1, to.values])])
  }

  private mutating func activated(_ value: Value, _ activation: Activation) -> Value {
    switch activation {
    case .relu: add("Relu", [value])
    case .sigmoid: add("Sigmoid", [value])
    case .tanh: add("Tanh", [value])
    case .selu: add("Selu", [value])
    case .celu: add("Celu", [value])
    case .elu: add("Elu", [value])
    case .leakyRelu: add("LeakyRelu", [value], ["alpha": .number(0.01)])
    case .steepLeakyRelu: add("LeakyRelu", [value], ["alpha": .number(0.2)])
    case .identity: value
    }
  }
}
