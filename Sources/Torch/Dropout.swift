// SPDX-License-Identifier: Apache-2.0

/// Sets units to zero at random in training and enlarges the others to the same expectation.
public struct Dropout: Layer {
  /// The share of units that are dropped, from 0 to below 1.
  public let rate: Double

  /// A layer that drops this share of units.
  public init(_ rate: Double) {
    precondition((0..<1).contains(rate), "a dropout rate of \(rate) is not in 0..<1")
    self.rate = rate
  }

  /// The input with units dropped, in training; the input itself otherwise.
  public func callAsFunction(_ input: Tensor, _ mode: LayerMode) -> Tensor {
    guard case .training(let generator) = mode, rate > 0 else { return input }
    let kept = generator.uniform(0..<1, shape: input.shape).isAtLeast(rate).to(input.elementType)
    return input * kept * (1 / (1 - rate))
  }
}
