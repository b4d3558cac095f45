// SPDX-License-Identifier: Apache-2.0
import DeepClustering
import Foundation

/// Makes the runs of a plan that are not finished, one after the other.
struct ExperimentRunner {
  /// A run that could not be made.
  struct Failure {
    let run: String
    let error: InputError
  }

  let plan: [Experiment.PlannedRun]
  let folder: ExperimentFolder
  /// The pretrained networks, which methods of one seed share.
  let cache: PretrainingCache
  /// A table that tells how long lines took elsewhere.
  let earlier: ExperimentResults?
  let quiet: Bool

  /// Makes what is left of the plan, but for runs that another process is making.
  ///
  /// Several processes, on machines that share the folder, make one grid: each takes runs of data and
  /// a seed on which no other is at work, whose methods may share a pretrained network; when there
  /// are no more of those, any that are free.
  ///
  /// - Returns: The runs that could not be made, for a reason that concerns them alone, and how many
  ///   other processes are making.
  /// - Throws: `InputError` for a folder or disk that would fail the other runs too;
  ///   `Run.Interrupted` when the user asked to stop.
  func run() throws -> (failures: [Failure], elsewhere: Int) {
    let data = SharedData()
    var failures: [String: Failure] = [:]
    /// Goes through the plan once.
    func pass(helping: Bool) throws -> (made: Int, elsewhere: Int) {
      var made = 0
      var elsewhere: [Experiment.PlannedRun] = []
      for (index, planned) in plan.enumerated() where failures[planned.folderName] == nil {
        guard try folder.finished(planned) == nil else { continue }
        if !helping && elsewhere.contains(where: planned.isSameStart) { continue }
        let isOurs = try folder.claim(planned) {
          // It may have been finished before it was free.
          guard try folder.finished(planned) == nil else { return }
          do {
            made += 1
            try execute(planned, index, data, sharers: elsewhere.count + 1)
          } catch let error as InputError where error.kind.concernsOneRun {
            failures[planned.folderName] = Failure(run: planned.folderName, error: error)
            tell("\(planned.folderName) is left out: \(error.description)")
          }
        }
        if !isOurs { elsewhere.append(planned) }
      }
      return (made, elsewhere.count)
    }
    while true {
      if try pass(helping: false).made > 0 { continue }
      let (made, elsewhere) = try pass(helping: true)
      guard made == 0 else { continue }
      return (plan.compactMap { failures[$0.folderName] }, elsewhere)
    }
  }

  private func execute(
    _ planned: Experiment.PlannedRun, _ index: Int, _ data: SharedData, sharers: Int
  ) throws {
    var left = try folder.secondsLeft(plan, earlier: earlier)
    for other in plan.indices where other != index { left[other]? /= Double(sharers) }
    let place = "run \(index + 1) of \(plan.count)"
    if !quiet {
      tell(
        "\(place): \(planned.folderName); time left: \(duration(ofAll: [left[index]])), in all "
          + duration(ofAll: Array(left[index...])))
    }
    let dataset = try data.load(planned.configuration)
    try folder.refuseOtherData(plan, than: planned) { data.digest(dataset) }
    let run = try begin(planned, dataset)
    run.cache = cache
    run.dataset = dataset
    run.shouldStop = { Interruption.requested }
    let display = ProgressDisplay(quiet: quiet, run: planned.folderName) { elapsed in
      let own = left[index].map { max(0, $0 - elapsed) }
      return "\(place) (time left: \(duration(ofAll: [own] + left[(index + 1)...])))  "
    }
    run.report = display.show
    do {
      try run.execute()
      display.end()
    } catch let stop as Run.Interrupted {
      display.end()
      tell("stopped and saved; go on with the same command")
      throw stop
    }
  }

  /// A new run, or the one that was begun; a table needs no map, so it is the cheap one unless the
  /// file names another.
  private func begin(_ planned: Experiment.PlannedRun, _ dataset: Dataset) throws -> Run {
    let run = try newOrBegun(planned, dataset)
    run.map = planned.configuration.map ?? .principalComponents
    return run
  }

  private func newOrBegun(_ planned: Experiment.PlannedRun, _ dataset: Dataset) throws -> Run {
    let url = folder.run(planned).url
    let begun = FileManager.default.fileExists(
      atPath: url.appendingPathComponent("config.yaml").path)
    if begun {
      try folder.refuseOther(planned)
      return try Run(resuming: url)
    }
    var configuration = planned.configuration
    guard planned.choosesClusters else { return try Run(configuration, folder: url) }
    let chosen = try RunChooser(quiet: quiet).choose(
      &configuration, folder: url, choosingMethod: false, dataset: dataset)
    return try Run(
      configuration, folder: url, study: chosen.study, studySeconds: chosen.seconds)
  }
}

/// The data of the runs at hand, read once for all runs that follow each other.
private final class SharedData {
  private var name: String?
  private var result: Result<Dataset, InputError>?
  private var digest: String?

  /// The data of a run; a failure is not tried again.
  func load(_ configuration: RunConfiguration) throws(InputError) -> Dataset {
    if configuration.data != name {
      // The old ones go first: two large data sets need not be held.
      (name, result, digest) = (configuration.data, nil, nil)
      do throws(InputError) {
        result = .success(
          try Dataset.load(
            configuration.data, labels: configuration.labels,
            labelColumn: configuration.labelColumn,
            ignoreColumns: configuration.ignoreColumns ?? []))
      } catch {
        result = .failure(error)
      }
    }
    guard let result else { preconditionFailure("data were loaded or not") }
    return try result.get()
  }

  /// The digest of the data at hand with its classes, made once.
  func digest(_ dataset: Dataset) -> String {
    let known = digest ?? dataset.labelledDigest()
    digest = known
    return known
  }
}

extension InputError.Kind {
  /// Whether the other runs of a grid may succeed where one failed.
  fileprivate var concernsOneRun: Bool {
    switch self {
    case .usage, .data, .missing, .unavailable: true
    case .internalError, .cannotCreate, .inputOutput: false
    }
  }
}
