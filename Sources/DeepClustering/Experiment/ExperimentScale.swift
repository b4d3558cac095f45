// SPDX-License-Identifier: Apache-2.0

/// How much smaller than its file says an experiment is run: part of the rows, few seeds, and no
/// more than some number of passes, batches and restarts.
///
/// What comes of it shows that the experiment runs, and nothing about the methods.
public struct ExperimentScale: Codable, Sendable, Equatable {
  /// The name, as `--scale` takes it.
  public let name: String
  /// Rows of each data set, at most, drawn at random.
  public let rows: Int
  /// Seeds of each line: the first so many.
  public let seeds: Int
  /// The most that hyperparameters of these names may be, wherever a method has them.
  public let limits: [String: Int]

  /// The scale that continuous integration runs.
  ///
  /// `maximumEpochs` lets DeepDPM reach its first split; α has four values.
  public static let small = ExperimentScale(
    name: "small", rows: 1_000, seeds: 2,
    limits: [
      "epochs": 2, "minimumIterations": 8, "layerwiseIterations": 4, "maximumIterations": 30,
      "startIterations": 8, "clusteringEpochs": 2, "reclusteringEpochs": 2, "epochsEach": 1,
      "count": 4,
      "maximumEpochs": 60, "generatorSteps": 10, "restarts": 2, "moves": 2, "layouts": 2,
    ])

  /// The name of a part of data.
  func part(of data: String) -> String { "\(data)@\(rows)" }

  /// Sets the hyperparameters of a configuration that are above their limit.
  func limit(_ configuration: inout RunConfiguration) throws(InputError) {
    let method = try configuration.makeMethod()
    var changes: [String: JSONValue] = [:]
    for (name, value) in configuration.hyperparameters {
      // Under whole names, so that none stands beside a limit on the same hyperparameter.
      changes[try Hyperparameters.wholeName(of: name, in: method)] = value
    }
    for leaf in Hyperparameters.values(of: method).leaves() {
      guard case .integer(let value) = leaf.value,
        let name = leaf.path.split(separator: ".").last, let limit = limits[String(name)],
        value > limit
      else { continue }
      changes[leaf.path] = .integer(limit)
    }
    configuration.hyperparameters = changes
  }
}
