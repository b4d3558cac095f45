// SPDX-License-Identifier: Apache-2.0
internal import CTorch

/// The rule that turns gradients into steps; plain values, part of a method's hyperparameters.
public struct OptimizerSettings: Codable, Sendable, Equatable {
  /// The family of the rule.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// Stochastic gradient descent with momentum.
    case sgd
    /// Adam (Kingma and Ba 2015), with weight decay added to the gradient.
    case adam
    /// AdamW (Loshchilov and Hutter 2019), with weight decay apart from the gradient.
    case adamW = "adamw"
  }

  /// The family of the rule.
  public var kind: Kind
  /// The step size.
  public var learningRate: Double
  /// SGD: the share of the last step that is kept.
  public var momentum: Double
  /// SGD: whether the momentum looks ahead (Nesterov).
  public var nesterov: Bool
  /// The pull of the weights to zero.
  public var weightDecay: Double
  /// Adam: the decay of the first moment.
  public var beta1: Double
  /// Adam: the decay of the second moment.
  public var beta2: Double
  /// Adam: added to the root of the second moment.
  public var epsilon: Double

  /// Stochastic gradient descent.
  public static func sgd(
    _ learningRate: Double, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0
  ) -> OptimizerSettings {
    OptimizerSettings(
      kind: .sgd, learningRate: learningRate, momentum: momentum, nesterov: nesterov,
      weightDecay: weightDecay, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
  }

  /// Adam.
  public static func adam(_ learningRate: Double, weightDecay: Double = 0) -> OptimizerSettings {
    OptimizerSettings(
      kind: .adam, learningRate: learningRate, momentum: 0, nesterov: false,
      weightDecay: weightDecay, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
  }
}

/// An optimiser: its settings and what it remembers of the steps so far.
public struct Optimizer {
  /// The rule.
  public let settings: OptimizerSettings
  /// How many steps were taken.
  public private(set) var steps: Int
  /// SGD: the momentum of each parameter; Adam: its first moment.
  public private(set) var first: [Tensor]
  /// Adam: the second moment of each parameter; SGD: empty.
  public private(set) var second: [Tensor]

  /// An optimiser that has not stepped yet.
  public init(_ settings: OptimizerSettings, for parameters: [Tensor]) {
    func zeros() -> [Tensor] {
      parameters.map { Tensor(repeating: 0, shape: $0.shape, on: $0.device) }
    }
    self.init(settings, steps: 0, first: zeros(), second: settings.kind == .sgd ? [] : zeros())
  }

  /// An optimiser as it was saved.
  public init(_ settings: OptimizerSettings, steps: Int, first: [Tensor], second: [Tensor]) {
    self.settings = settings
    self.steps = steps
    self.first = first
    self.second = second
  }

  /// Moves the parameters one step against the gradients, in place.
  ///
  /// - Parameters:
  ///   - parameters: The tensors that the optimiser was made for, in their order.
  ///   - gradients: As many, of the same shapes.
  ///   - rateFactor: Multiplies the learning rate, for schedules.
  public mutating func step(
    _ parameters: [Tensor], gradients: [Tensor], rateFactor: Double = 1
  ) {
    precondition(parameters.count == first.count, "the optimiser was made for other parameters")
    precondition(parameters.count == gradients.count, "one gradient for each parameter")
    let count = Int32(parameters.count)
    let rate = settings.learningRate * rateFactor
    steps += 1
    let succeeded = withHandles(parameters) { p in
      withHandles(gradients) { g in
        withHandles(first) { m in
          switch settings.kind {
          case .sgd:
            ct_sgd_step(
              p, g, m, count, steps == 1, rate, settings.momentum, settings.weightDecay,
              settings.nesterov)
          case .adam, .adamW:
            withHandles(second) { v in
              ct_adam_step(
                p, g, m, v, count, Int64(steps), rate, settings.beta1, settings.beta2,
                settings.epsilon, settings.weightDecay, settings.kind == .adamW)
            }
          }
        }
      }
    }
    guard succeeded else { fatalError("Optimizer.step: \(String(cString: ct_last_error()))") }
  }

  /// Forgets the momentum, as a solver that is started anew does.
  public mutating func forget() {
    self = Optimizer(settings, for: first)
  }
}

/// A learning rate that is multiplied by a factor every so many steps.
public struct StepSchedule: Codable, Sendable, Equatable {
  /// Steps between two changes; 0 for a constant rate.
  public var interval: Int
  /// What the rate is multiplied by.
  public var factor: Double

  /// A schedule.
  public init(every interval: Int, factor: Double) {
    self.interval = interval
    self.factor = factor
  }

  /// The rate of a step, as a multiple of the first.
  public func rateFactor(at step: Int) -> Double {
    guard interval > 0 else { return 1 }
    return (0..<(step / interval)).reduce(1) { product, _ in product * factor }
  }
}
