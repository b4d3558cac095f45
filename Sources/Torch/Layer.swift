// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// A tensor under a name, such as `0.weight`.
public typealias NamedTensor = (name: String, value: Tensor)

/// What a layer is used for at the moment; it matters to dropout and batch normalisation only.
public enum LayerMode {
  /// Nothing is random and nothing is updated.
  case inference
  /// Units are dropped, and running statistics are updated.
  case training(Generator)
}

/// A function of tensors with parameters that can be learned.
public protocol Layer {
  /// The output for a batch, whose first dimension is the sample.
  func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor
  /// The tensors to learn, in a fixed order.
  var parameters: [NamedTensor] { get }
  /// The tensors that change while learning without being learned, such as running means.
  var buffers: [NamedTensor] { get }
}

extension Layer {
  /// Nothing, unless the layer says otherwise.
  public var parameters: [NamedTensor] { [] }
  /// Nothing, unless the layer says otherwise.
  public var buffers: [NamedTensor] { [] }
  /// The output in inference mode.
  public func callAsFunction(_ input: Tensor) -> Tensor { self(input, .inference) }
}

/// Layers one after the other.
public struct Sequential: Layer {
  /// The layers in their order.
  public var layers: [any Layer]

  /// Layers from a list.
  public init(_ layers: [any Layer]) { self.layers = layers }

  /// Layers written one below the other; `if` and `for` work as expected.
  public init(@LayerBuilder _ layers: () -> [any Layer]) { self.layers = layers() }

  /// The output of the last layer.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    layers.reduce(input) { $1($0, mode) }
  }

  /// The parameters of all layers, with the layer's index before the name.
  public var parameters: [NamedTensor] { named(\.parameters) }
  /// The buffers of all layers, with the layer's index before the name.
  public var buffers: [NamedTensor] { named(\.buffers) }

  private func named(_ path: KeyPath<any Layer, [NamedTensor]>) -> [NamedTensor] {
    layers.enumerated().flatMap { index, layer in
      layer[keyPath: path].map { ("\(index).\($0.name)", $0.value) }
    }
  }
}

/// Collects the layers of a `Sequential`.
@resultBuilder public enum LayerBuilder {
  /// One layer.
  public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
  /// Layers below each other.
  public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
  /// Layers of an `if` without `else`.
  public static func buildOptional(_ layers: [any Layer]?) -> [any Layer] { layers ?? [] }
  /// Layers of an `if`.
  public static func buildEither(first layers: [any Layer]) -> [any Layer] { layers }
  /// Layers of an `else`.
  public static func buildEither(second layers: [any Layer]) -> [any Layer] { layers }
  /// Layers of a `for`.
  public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}
