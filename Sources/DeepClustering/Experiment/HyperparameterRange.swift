// SPDX-License-Identifier: Apache-2.0

extension Hyperparameters {
  /// Counts and rates that must be above zero, unless their usual value is zero.
  private static let positive: Set = [
    "clusters", "batchSize", "latent", "hidden", "filters", "pseudoClasses", "features",
    "components", "iterations", "updateInterval", "maximumIterations", "restarts", "layouts",
    "degreesOfFreedom", "learningRate", "criticSteps", "generatorSteps", "first", "count",
    "epochsEach", "clusteringEpochs", "units", "maximumEpochs", "partLearningRate",
    "changeInterval", "rounds", "networkEpochs", "networkBatchSize",
    "concentration", "priorScale", "meanStrength", "likelihoodPower", "spread",
    "minimumSamples",
  ]
  /// Shares, from 0 to less than 1.
  private static let shares: Set = ["dropout", "corruption", "momentum", "beta1", "beta2", "shift"]
  /// Shares of which all is left, from above 0 to 1.
  private static let shareAboveZero: Set = ["crop", "coreShare"]

  /// Units of a layer, of which more than this need matrices that no machine holds.
  private static let widths: Set = ["hidden", "latent", "filters", "units"]
  private static let widest = 100_000.0
  /// Counts beyond this run over where they are multiplied.
  private static let largest = Double(Int32.max)

  /// Refuses numbers that no method can work with; no hyperparameter is negative.
  static func checkRange(
    of path: String, _ value: JSONValue, usual: JSONValue
  ) throws(InputError) {
    let name = String(path.split(separator: ".").last ?? "")
    // A graph of other methods may have a single neighbour; in a layout a sample is its own first.
    let isLayoutNeighbors = path == "layout.neighbors" || path.hasSuffix(".layout.neighbors")
    for number in value.numbers {
      let demand: String? =
        if positive.contains(name) && number <= 0 && usual.numbers != [0] {
          "above 0"
        } else if shares.contains(name) && !(0..<1 ~= number) {
          "from 0 to less than 1"
        } else if shareAboveZero.contains(name) && !(number > 0 && number <= 1) {
          "above 0 and at most 1"
        } else if isLayoutNeighbors && number < 2 {
          "at least 2"
        } else if number < 0 {
          "0 or more"
        } else if widths.contains(name) && number > widest {
          "at most \(Int(widest))"
        } else if number > largest && number == number.rounded() && number < 1e19 {
          "at most \(Int(largest))"
        } else {
          nil
        }
      if let demand {
        throw InputError(.usage, "\(path) cannot be \(value.text): it must be \(demand)")
      }
    }
  }

  /// Refuses a layout whose samples may not come as near as its scale asks for.
  static func checkLayouts(in object: JSONValue) throws(InputError) {
    let numbers = Dictionary(
      object.leaves().compactMap { leaf in leaf.value.numbers.first.map { (leaf.path, $0) } },
      uniquingKeysWith: { first, _ in first })
    for (path, distance) in numbers.sorted(by: { $0.key < $1.key })
    where path.hasSuffix("minimumDistance") {
      let other = String(path.dropLast("minimumDistance".count)) + "spread"
      guard let spread = numbers[other], distance > spread else { continue }
      throw InputError(
        .usage, "\(path) cannot be \(distance): it must be at most \(other), which is \(spread)")
    }
  }

  /// The words that a hyperparameter chooses from; nil when it is no choice.
  static func words(of path: String, in value: Any) -> [String]? {
    let parts = path.split(separator: ".").map(String.init)
    // A method may write a level under another name than its property has.
    return parts.indices.lazy.compactMap { words(of: parts[$0...], in: value) }.first
  }

  private static func words(of path: ArraySlice<String>, in value: Any) -> [String]? {
    for child in Mirror(reflecting: value).children {
      let isNext = child.label == path.first
      if isNext, path.count == 1, let choice = child.value as? any CaseIterable {
        return allWords(choice)
      }
      // Nor need it write the levels that its properties have.
      let rest = isNext ? path.dropFirst() : path
      if !rest.isEmpty, let words = words(of: rest, in: child.value) { return words }
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
