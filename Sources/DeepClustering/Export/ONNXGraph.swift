// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// A graph of ONNX operators as it is built: each operator gives its result a name.
///
/// The operators are those of operator set 13 and the file's version is 7, which ONNX Runtime reads
/// since its version 1.6 (2020). Fields by their numbers in onnx.proto.
struct ONNXGraph {
  /// The operator set that the graph asks for.
  static let operatorSet = 13

  /// A value of the graph, by its name.
  struct Value {
    fileprivate let name: String
  }

  /// A setting of an operator.
  enum Attribute {
    case integer(Int)
    case integers([Int])
    case number(Float)
  }

  private var nodes: [[UInt8]] = []
  private var constants: [[UInt8]] = []
  private var inputs: [[UInt8]] = []
  private var outputs: [[UInt8]] = []
  private var count = 0

  /// The data types that are used, by their numbers in the format.
  private enum DataType: Int {
    case float = 1, int64 = 7
  }

  /// An input of any number of rows.
  mutating func input(_ name: String, columns: Int) -> Value {
    inputs.append(Self.description(name, .float, columns: columns))
    return Value(name: name)
  }

  /// Makes a matrix of rows an output.
  mutating func output(_ value: Value, as name: String, columns: Int) {
    node("Identity", [value], [:], result: name)
    outputs.append(Self.description(name, .float, columns: columns))
  }

  /// Makes whole numbers, one for each row, an output.
  mutating func output(integers value: Value, as name: String) {
    node("Identity", [value], [:], result: name)
    outputs.append(Self.description(name, .int64, columns: nil))
  }

  /// A constant of numbers.
  mutating func constant(_ values: [Float], shape: [Int]) -> Value {
    constant(values.withUnsafeBytes { Array($0) }, shape, .float)
  }

  /// A constant of a tensor, in single precision.
  mutating func constant(_ tensor: Tensor) -> Value {
    let tensor = tensor.detached().to(.float32, on: .cpu)
    return constant(tensor.scalars(as: Float.self), shape: tensor.shape)
  }

  /// A constant list of whole numbers.
  mutating func constant(_ values: [Int]) -> Value {
    constant(values.map(Int64.init).withUnsafeBytes { Array($0) }, [values.count], .int64)
  }

  /// Adds an operator, and gives its result.
  mutating func add(
    _ operation: String, _ inputs: [Value], _ attributes: [String: Attribute] = [:]
  ) -> Value {
    count += 1
    let name = "\(operation.lowercased())_\(count)"
    node(operation, inputs, attributes, result: name)
    return Value(name: name)
  }

  /// The file: the graph with the versions that it is written for.
  func encoded(name: String, metadata: [String: String]) -> [UInt8] {
    let graph = ProtocolBuffer { graph in
      nodes.forEach { graph.set(1, $0) }
      graph.set(2, name)
      constants.forEach { graph.set(5, $0) }
      inputs.forEach { graph.set(11, $0) }
      outputs.forEach { graph.set(12, $0) }
    }
    return ProtocolBuffer { model in
      model.set(1, 7)
      model.set(2, "deepclust")
      model.set(3, deepClusteringVersion)
      model.set(7, graph.bytes)
      model.set(8) {
        $0.set(1, "")
        $0.set(2, Self.operatorSet)
      }
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
        model.set(14) {
          $0.set(1, key)
          $0.set(2, value)
        }
      }
    }.bytes
  }

  private mutating func constant(_ bytes: [UInt8], _ shape: [Int], _ type: DataType) -> Value {
    count += 1
    let name = "constant_\(count)"
    constants.append(
      ProtocolBuffer { tensor in
        shape.forEach { tensor.set(1, $0) }
        tensor.set(2, type.rawValue)
        tensor.set(8, name)
        tensor.set(9, bytes)
      }.bytes)
    return Value(name: name)
  }

  private mutating func node(
    _ operation: String, _ inputs: [Value], _ attributes: [String: Attribute], result: String
  ) {
    nodes.append(
      ProtocolBuffer { node in
        inputs.forEach { node.set(1, $0.name) }
        node.set(2, result)
        node.set(3, "\(result)_node")
        node.set(4, operation)
        for (name, attribute) in attributes.sorted(by: { $0.key < $1.key }) {
          node.set(5) { Self.write(attribute, name, to: &$0) }
        }
      }.bytes)
  }

  private static func write(_ value: Attribute, _ name: String, to attribute: inout ProtocolBuffer)
  {
    attribute.set(1, name)
    switch value {
    case .number(let number):
      attribute.set(2, number)
      attribute.set(20, 1)
    case .integer(let integer):
      attribute.set(3, integer)
      attribute.set(20, 2)
    case .integers(let integers):
      integers.forEach { attribute.set(8, $0) }
      attribute.set(20, 7)
    }
  }

  /// A value's name, type and shape: rows, and columns where it is a matrix.
  private static func description(_ name: String, _ type: DataType, columns: Int?) -> [UInt8] {
    ProtocolBuffer { value in
      value.set(1, name)
      value.set(2) {
        $0.set(1) { tensor in
          tensor.set(1, type.rawValue)
          tensor.set(2) { shape in
            shape.set(1) { $0.set(2, "rows") }
            if let columns { shape.set(1) { $0.set(1, columns) } }
          }
        }
      }
    }.bytes
  }
}
