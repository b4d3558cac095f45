// SPDX-License-Identifier: Apache-2.0
public import Foundation

/// The folder that holds the runs of an experiment, and what they tell of those to come.
public struct ExperimentFolder: Sendable {
  /// The folder.
  public let url: URL

  /// A folder, which need not exist yet.
  public init(_ url: URL) { self.url = url }

  /// The folder of a run.
  public func run(_ planned: Experiment.PlannedRun) -> RunFolder {
    RunFolder(url.appendingPathComponent(planned.folderName))
  }

  /// The record of a finished run; nil for one that is missing, goes on, was interrupted, was killed or
  /// is damaged, none of which ever enters a table.
  ///
  /// - Throws: `InputError` when the run was made with other settings than are planned.
  public func finished(_ planned: Experiment.PlannedRun) throws(InputError) -> RunRecord? {
    let folder = run(planned)
    guard let record = try? folder.record(), record.status == .finished else { return nil }
    try refuseOther(planned)
    return record
  }

  /// Makes a run while no other process makes it, here or on a machine that shares the folder.
  ///
  /// - Parameters:
  ///   - planned: The run.
  ///   - body: Makes it.
  /// - Returns: Whether the run was free, or else not made.
  /// - Throws: What the body throws.
  public func claim(_ planned: Experiment.PlannedRun, _ body: () throws -> Void) throws -> Bool {
    // Where it cannot be made, the run says why.
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    guard let lock = FileLock(file: url.appendingPathComponent(".\(planned.folderName).lock"))
    else { return false }
    defer { extendLifetime(lock) }
    guard !run(planned).isBeingWritten else { return false }
    try body()
    return true
  }

  /// Refuses the folder of a run that was begun with other settings or defaults than are planned, but
  /// for the map, which decides no result.
  public func refuseOther(_ planned: Experiment.PlannedRun) throws(InputError) {
    let folder = run(planned)
    let configuration = try folder.configuration()
    var wanted = planned.configuration
    if planned.choosesClusters { wanted.clusters = configuration.clusters }
    wanted.map = configuration.map
    let remedy = "remove it or give another --output"
    guard configuration == wanted else {
      throw InputError(
        .cannotCreate,
        "\(folder.url.relativePath) was begun with other settings"
          + "\(Self.difference(configuration, wanted)): \(remedy)")
    }
    // The same file, which meant something else then.
    let recorded = try folder.record()?.method.hyperparameters
    guard let change = Hyperparameters.changes(from: recorded, to: try wanted.makeMethod()).first
    else { return }
    throw InputError(
      .cannotCreate,
      "\(folder.url.relativePath) was made when the default of \(change.name) was "
        + "\(change.then.text); it is \(change.now.text) now: \(remedy)")
  }

  /// Refuses to go on where a finished run of the plan had other data, or other classes, than a run to
  /// come.
  ///
  /// - Parameters:
  ///   - plan: All runs.
  ///   - planned: The run to come.
  ///   - digest: Tells the ``Dataset/labelledDigest()`` of its data, where somebody asks.
  /// - Throws: ``InputError`` that names the finished run.
  public func refuseOtherData(
    _ plan: [Experiment.PlannedRun], than planned: Experiment.PlannedRun, digest: () -> String
  ) throws(InputError) {
    for other in plan where other.configuration.data == planned.configuration.data {
      guard let record = try finished(other), let then = record.data.labelledDigest,
        then != digest()
      else { continue }
      throw InputError(
        .cannotCreate,
        "\(run(other).url.relativePath) was made when \(planned.configuration.data) had other values or "
          + "classes, so it belongs to another table: remove it or give another --output")
    }
  }

  /// The first setting that differs, with both values; empty where only their form does.
  private static func difference(_ begun: RunConfiguration, _ wanted: RunConfiguration) -> String {
    let (then, now) = (settings(of: begun), settings(of: wanted))
    let keys = Set(then.keys).union(now.keys).sorted()
    guard let key = keys.first(where: { then[$0] != now[$0] }) else { return "" }
    return " (\(key) was \(then[key] ?? "not given") and is \(now[key] ?? "not given") now)"
  }

  private static func settings(of configuration: RunConfiguration) -> [String: String] {
    var result: [String: String] = [:]
    for (path, value) in Hyperparameters.values(of: configuration).leaves() {
      // No hyperparameters are an empty object.
      if case .object = value { continue }
      result[path] = value.text
    }
    return result
  }

  /// What each run of a plan still takes.
  ///
  /// - Parameters:
  ///   - plan: The runs.
  ///   - earlier: A table that tells how long lines took elsewhere.
  /// - Returns: Seconds by run: the mean of the finished runs of its line, here or else of the earlier
  ///   table, less what it has taken already; 0 for a finished run and nil where there are none.
  /// - Throws: ``InputError`` for a run that was made with other settings than are planned.
  public func secondsLeft(
    _ plan: [Experiment.PlannedRun], earlier: ExperimentResults? = nil
  ) throws(InputError) -> [Double?] {
    var records: [RunRecord?] = []
    for planned in plan { records.append(try finished(planned)) }
    return plan.indices.map { index in
      if records[index] != nil { return 0 }
      var taken = plan.indices.compactMap { other in
        plan[other].isSameLine(as: plan[index]) ? records[other]?.seconds?["total"] : nil
      }
      if taken.isEmpty { taken = earlier?.seconds(of: plan[index]) ?? [] }
      guard !taken.isEmpty else { return nil }
      let begun = (try? run(plan[index]).record())?.seconds?["total"] ?? 0
      return max(0, taken.reduce(0, +) / Double(taken.count) - begun)
    }
  }
}
