// SPDX-License-Identifier: Apache-2.0

extension Hyperparameters {
  /// Counts and rates that must be above zero, unless their usual value is zero.
  private static let positive: Set = [
    "clusters", "batchSize", "latent", "hidden", "updateInterval", "maximumIterations", "restarts",
    "degreesOfFreedom", "learningRate", "first", "count", "epochsEach", "clusteringEpochs",
  ]
  /// Shares, from 0 to less than 1.
  private static let shares: Set = ["dropout", "corruption", "momentum", "beta1", "beta2"]

  /// Refuses numbers that no method can work with; no hyperparameter is negative.
  static func checkRange(
    of path: String, _ value: JSONValue, usual: JSONValue
  ) throws(InputError) {
    let name = String(path.split(separator: ".").last ?? "")
    for number in value.numbers {
      let demand: String? =
        if positive.contains(name) && number <= 0 && usual.numbers != [0] {
          "above 0"
        } else if shares.contains(name) && !(0..<1 ~= number) {
          "from 0 to less than 1"
        } else if number < 0 {
          "0 or more"
        } else {
          nil
        }
      if let demand {
        throw InputError(.usage, "\(path) cannot be \(value.text): it must be \(demand)")
      }
    }
  }

  /// The words that a hyperparameter chooses from; nil when it is no choice.
  static func words(of path: String, in value: Any) -> [String]? {
    let name = path.split(separator: ".").last.map(String.init)
    for child in Mirror(reflecting: value).children {
      if child.label == name, let choice = child.value as? any CaseIterable {
        return allWords(choice)
      }
      if let words = words(of: path, in: child.value) { return words }
    }
    return nil
  }

  private static func allWords<Choice: CaseIterable>(_ choice: Choice) -> [String] {
    Choice.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
  }
}

extension JSONValue {
  /// The number or numbers that this is.
  fileprivate var numbers: [Double] {
    switch self {
    case .integer(let value): [Double(value)]
    case .number(let value): [value]
    case .array(let values): values.flatMap(\.numbers)
    default: []
    }
  }
}
