// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@Suite struct OptimizerTests {
  private struct Golden: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      let kind: OptimizerSettings.Kind
      let rate, momentum, decay: Double
      let nesterov, forgets: Bool
      let after: [[GoldenTensor]]

      var settings: OptimizerSettings {
        switch kind {
        case .sgd:
          return .sgd(rate, momentum: momentum, nesterov: nesterov, weightDecay: decay)
        case .adam, .adamW:
          var settings = OptimizerSettings.adam(rate, weightDecay: decay)
          settings.kind = kind
          return settings
        }
      }

      var testDescription: String {
        "\(kind) momentum \(momentum) nesterov \(nesterov) decay \(decay) forgets \(forgets)"
      }
    }
    let start: [GoldenTensor]
    let gradients: [[GoldenTensor]]
    let cases: [Case]
  }

  /// Five steps; the gradient is ½p + a constant, the rate halves every two steps, and in half of
  /// the cases the optimiser forgets all before the fourth.
  @Test(arguments: 0..<14)
  func matchesPyTorch(number: Int) throws {
    let given = try golden("optimizers", as: Golden.self)
    #expect(given.cases.count == 14)
    let example = given.cases[number]
    let parameters = given.start.map { $0.tensor.requiringGradient() }
    var optimizer = Optimizer(example.settings, for: parameters)
    let schedule = StepSchedule(every: 2, factor: 0.5)
    for (step, constants) in given.gradients.enumerated() {
      if example.forgets && step == 3 { optimizer.forget() }
      let gradients = zip(parameters, constants).map { $0.detached() * 0.5 + $1.tensor }
      optimizer.step(parameters, gradients: gradients, rateFactor: schedule.rateFactor(at: step))
      for (index, wanted) in example.after[step].enumerated() {
        expect(
          parameters[index], equals: wanted, within: 2e-6,
          "\(example.testDescription): step \(step), parameter \(index)")
      }
    }
    #expect(optimizer.steps == (example.forgets ? 2 : 5))
  }

  /// What an optimiser remembers is all that it needs to go on.
  @Test(arguments: OptimizerSettings.Kind.allCases)
  func goesOnFromWhatItRemembers(kind: OptimizerSettings.Kind) {
    var settings = OptimizerSettings.sgd(0.1, momentum: 0.9, weightDecay: 0.01)
    settings.kind = kind
    func gradient(_ step: Int) -> [Tensor] { [Tensor([Float(step) - 2.5, 1], shape: [2])] }
    let p = [Tensor([1, -1] as [Float], shape: [2])]
    let q = [Tensor([1, -1] as [Float], shape: [2])]
    var whole = Optimizer(settings, for: p)
    for step in 0..<6 { whole.step(p, gradients: gradient(step)) }
    var first = Optimizer(settings, for: q)
    for step in 0..<3 { first.step(q, gradients: gradient(step)) }
    var second = Optimizer(
      settings, steps: first.steps, first: first.first.map { $0.copy() },
      second: first.second.map { $0.copy() })
    for step in 3..<6 { second.step(q, gradients: gradient(step)) }
    #expect(p[0].scalars(as: Float.self) == q[0].scalars(as: Float.self))
    #expect(p[0].scalars(as: Float.self) != [1, -1])
  }

  /// A gradient in bfloat16 is the same numbers, whatever the size of the parameter.
  @Test(arguments: OptimizerSettings.Kind.allCases, [7, 5_000, 200_000])
  func takesNarrowGradients(kind: OptimizerSettings.Kind, count: Int) {
    var settings = OptimizerSettings.sgd(0.1, momentum: 0.9, weightDecay: 0.01)
    settings.kind = kind
    let generator = Generator(seed: 36)
    let start = generator.normal(shape: [count])
    let narrow = generator.normal(shape: [count]).to(.bfloat16)
    func stepped(_ gradient: Tensor) -> [Float] {
      let p = [start.copy()]
      var optimizer = Optimizer(settings, for: p)
      for _ in 0..<3 { optimizer.step(p, gradients: [gradient]) }
      return p[0].scalars()
    }
    let result = stepped(narrow)
    #expect(result == stepped(narrow.to(.float32)))
    #expect(result != start.scalars())
  }

  @Test func theScheduleFallsByItsFactor() {
    let schedule = StepSchedule(every: 20_000, factor: 0.1)
    let factors = [0, 19_999, 20_000, 39_999, 40_000].map { schedule.rateFactor(at: $0) }
    for (factor, wanted) in zip(factors, [1, 1, 0.1, 0.1, 0.01]) {
      #expect(abs(factor - wanted) < 1e-15)
    }
    #expect(StepSchedule(every: 0, factor: 0.1).rateFactor(at: 1_000_000) == 1)
  }

  @Test func settingsSurviveJSON() throws {
    let settings = OptimizerSettings.sgd(0.3, momentum: 0.5, nesterov: true, weightDecay: 0.1)
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(OptimizerSettings.self, from: data) == settings)
    #expect(String(decoding: data, as: UTF8.self).contains("\"nesterov\":true"))
  }
}
