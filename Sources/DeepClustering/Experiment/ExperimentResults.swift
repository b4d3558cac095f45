// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// What the finished runs of an experiment add up to; an unfinished run never enters.
public struct ExperimentResults: Codable, Sendable {
  /// One run.
  public struct Run: Codable, Sendable {
    /// The seed.
    public var seed: UInt64
    /// K, given or found.
    public var clusters: Int?
    /// Samples in no cluster.
    public var noise: Int?
    /// Its scores.
    public var scores: Scores
    /// Seconds by stage.
    public var seconds: [String: Double]
    /// Whether the network was trained by this run or taken from the cache.
    public var pretrained: String?
    /// What became of the rows that were kept from the fit.
    public var heldOut: RunRecord.HeldOut?
    /// Why the fit ended.
    public var stopReason: String?
    /// The most memory that the process held.
    public var peakMemoryBytes: Double?
    /// The version that it was made with.
    public var version: String?
    /// The commit that it was made with.
    public var commit: String?
    /// SHA-256 of the data.
    public var dataDigest: String?
    /// SHA-256 of the data with their classes, before rows were kept from the fit.
    public var labelledDigest: String?
    /// Threads on the CPU.
    public var threads: Int?
    /// The processor.
    public var machine: String?
    /// The table that it was taken from; nil for a run of this experiment.
    public var takenFrom: String?
  }

  /// One line of the table.
  public struct Line: Codable, Sendable {
    /// The data set, or the part of it.
    public var data: String
    /// The line's name.
    public var name: String
    /// What its runs were made with; nil in tables that were written before they had it.
    public var settings: Settings?
    /// All hyperparameters, with the defaults that its last runs were made with; nil where all of them
    /// were before tables had any.
    public var hyperparameters: JSONValue?
    /// K where it was given.
    public var clusters: Int?
    /// K over the seeds, where it was not given.
    public var found: ScoreSummary?
    /// Samples in no cluster over the seeds; nil where there are none.
    public var noise: ScoreSummary?
    /// The precision.
    public var precision: String
    /// Accuracy over the seeds.
    public var acc: ScoreSummary?
    /// Normalised mutual information over the seeds.
    public var nmi: ScoreSummary?
    /// Adjusted Rand index over the seeds.
    public var ari: ScoreSummary?
    /// The accuracy that is possible at most with so many clusters (``Scores/accCeiling``), the mean
    /// over the seeds.
    public var accCeiling: Double?
    /// Accuracy on the rows that were kept from the fits, over the seeds.
    public var heldOutACC: ScoreSummary?
    /// G over the seeds (``RunRecord/HeldOut/generalizability``).
    public var generalizability: ScoreSummary?
    /// The seeds that are planned; there may be fewer runs, or none.
    public var planned: Int
    /// Every finished run.
    public var runs: [Run]
    /// A figure of others.
    public var published: Experiment.Published?
  }

  /// Two lines on the same data with the same K, over the seeds that both have.
  public struct Comparison: Codable, Sendable {
    /// The data set.
    public var data: String
    /// K where it was given.
    public var clusters: Int?
    /// A line's name.
    public var first: String
    /// The other's.
    public var second: String
    /// The test of their accuracies.
    public var acc: PairedTest
  }

  /// What the experiment shows.
  public var title: String
  /// How much smaller than its file says the experiment was run; nil when it was not.
  public var scale: ExperimentScale?
  /// The table.
  public var lines: [Line]
  /// Every two lines that share data, K and at least two seeds.
  public var comparisons: [Comparison]
  /// The machines of the runs.
  public var machines: [RunRecord.Machine]
  /// The version that wrote the table.
  public var version = deepClusteringVersion

  /// Collects the records of finished runs.
  ///
  /// - Parameters:
  ///   - experiment: What was asked for.
  ///   - plan: All its runs.
  ///   - records: Their records in the same order, nil for those that are not finished.
  ///   - scale: The scale of the plan.
  ///   - earlier: A table whose runs are kept where the plan has them and `records` has not, if they
  ///     were made with the same settings and data.
  ///   - others: Tables of other experiments, by name, whose runs are taken where neither has them,
  ///     whatever the name of their line, if they were made with the same settings on the same scale
  ///     and their digest says the same data. What was taken before is taken anew from them.
  public init(
    _ experiment: Experiment, _ plan: [Experiment.PlannedRun], _ records: [RunRecord?],
    scale: ExperimentScale? = nil, keeping earlier: ExperimentResults? = nil,
    taking others: [(name: String, table: ExperimentResults)] = []
  ) {
    precondition(plan.count == records.count, "one record for each run")
    (title, self.scale) = (experiment.title, scale)
    var members: [[Int]] = []
    for index in plan.indices {
      let own = members.firstIndex { plan[$0[0]].isSameLine(as: plan[index]) }
      if let own { members[own].append(index) } else { members.append([index]) }
    }
    // In the file's order; the plan goes by seeds, which some lines have fewer of.
    let titles = experiment.lines.map(\.title)
    func place(_ indices: [Int]) -> [Int] {
      let run = plan[indices[0]]
      return [
        experiment.data.firstIndex(of: run.data) ?? 0, titles.firstIndex(of: run.entry.title) ?? 0,
      ]
    }
    members.sort { place($0).lexicographicallyPrecedes(place($1)) }
    let digests = Dictionary(
      zip(plan, records).compactMap { planned, record in
        record?.data.digest.map { (planned.configuration.data, $0) }
      }, uniquingKeysWith: { first, _ in first })
    let labelled = Dictionary(
      zip(plan, records).compactMap { planned, record in
        record?.data.labelledDigest.map { (planned.configuration.data, $0) }
      }, uniquingKeysWith: { first, _ in first })
    let others = others.filter { $0.table.scale == scale }
    lines = members.map { indices in
      let planned = plan[indices[0]]
      // A part that is held out is another one for each seed, and so is its digest.
      let isWhole = planned.configuration.heldOut == nil
      let digest = isWhole ? digests[planned.configuration.data] : nil
      let own = earlier?.runs(of: planned, digest: digest) ?? []
      let taken =
        isWhole
        ? Self.runs(
          like: planned, in: others, digest: digest ?? own.lazy.compactMap(\.dataDigest).first)
        : []
      let classes = labelled[planned.configuration.data]
      let kept = (own.filter { $0.takenFrom == nil } + taken + own.filter { $0.takenFrom != nil })
        .filter { classes == nil || $0.labelledDigest == nil || $0.labelledDigest == classes }
      let runs = indices.compactMap { index in
        records[index].map(Run.init) ?? kept.first { $0.seed == plan[index].configuration.seed }
      }
      // Figures of others are of the whole data.
      let published = scale == nil ? experiment.figure(for: planned) : nil
      let made = indices.lazy.compactMap { records[$0] }.first
      let before = own.isEmpty ? nil : earlier?.line(of: planned)?.hyperparameters
      return Line(
        planned, runs, precision: made?.precision,
        hyperparameters: made == nil ? before : planned.allHyperparameters, of: indices.count,
        published)
    }
    comparisons = lines.indices.flatMap { [lines] first in
      lines[(first + 1)...].compactMap { Comparison(lines[first], $0) }
    }
    machines = records.compactMap { $0?.machine }.reduce(into: []) { known, machine in
      if !known.contains(machine) { known.append(machine) }
    }
    // Those of the runs that were kept, of which the processor is known.
    let missing = Set(lines.flatMap { $0.runs.compactMap(\.machine) })
      .subtracting(machines.compactMap(\.processor))
    machines += (earlier?.machines ?? []).filter { $0.processor.map(missing.contains) ?? false }
    for machine in others.flatMap(\.table.machines) {
      guard let name = machine.processor, missing.contains(name),
        !machines.contains(where: { $0.processor == name })
      else { continue }
      machines.append(machine)
    }
  }
}

extension ExperimentResults {
  /// How many runs of an earlier table this one has not; they are lost where it takes its place.
  public func runsLost(replacing earlier: ExperimentResults) -> Int {
    /// What a run is known by.
    struct Key: Hashable {
      var data, name: String
      var clusters: Int?
      var seed: UInt64
    }
    func keys(_ results: ExperimentResults) -> [Key] {
      results.lines.flatMap { line in
        line.runs.map {
          Key(data: line.data, name: line.name, clusters: line.clusters, seed: $0.seed)
        }
      }
    }
    let own = Set(keys(self))
    return keys(earlier).count { !own.contains($0) }
  }

  /// The first hyperparameter that is another one in a plan than in the line of this table, be it that
  /// the file changed or its default.
  public func changedHyperparameter(
    of plan: [Experiment.PlannedRun]
  ) -> (name: String, then: String, now: String)? {
    for planned in plan {
      guard let change = line(of: planned)?.changes(to: planned).first else { continue }
      return (change.name, change.then.text, change.now.text)
    }
    return nil
  }

  /// The seconds that the runs of a planned one's line took.
  func seconds(of planned: Experiment.PlannedRun) -> [Double] {
    line(of: planned)?.runs.compactMap { $0.seconds["total"] } ?? []
  }

  /// The runs of a planned one's line, made with its settings and, where it is known, on its data.
  fileprivate func runs(of planned: Experiment.PlannedRun, digest: String?) -> [Run] {
    guard let line = line(of: planned), line.precision == planned.configuration.precision.rawValue,
      line.settings == nil || line.isLike(planned)
    else { return [] }
    return line.runs(onData: digest)
  }

  /// The runs of all lines with a planned one's settings.
  ///
  /// Where the digest of its data is not known it is that of the first such run, but for files, which
  /// may be others of the same name.
  fileprivate static func runs(
    like planned: Experiment.PlannedRun, in others: [(name: String, table: ExperimentResults)],
    digest: String?
  ) -> [Run] {
    let found = others.flatMap { name, table in
      table.lines.filter { $0.isLike(planned) }.flatMap(\.runs).filter { $0.takenFrom == nil }
        .map { run in
          var run = run
          run.takenFrom = name
          return run
        }
    }
    let name = planned.data.split(separator: "@").first.map(String.init) ?? ""
    let isCatalog = Catalog.entry(named: name) != nil
    let digest = digest ?? (isCatalog ? found.lazy.compactMap(\.dataDigest).first : nil)
    return found.filter { $0.dataDigest != nil && $0.dataDigest == digest }
  }

  private func line(of planned: Experiment.PlannedRun) -> Line? {
    lines.first {
      $0.name == planned.lineName && $0.data == planned.configuration.data
        && $0.clusters == planned.clusters
    }
  }
}

extension Experiment.PlannedRun {
  /// Those of the file and the defaults of today.
  fileprivate var allHyperparameters: JSONValue? {
    (try? configuration.makeMethod()).map { Hyperparameters.values(of: $0) }
  }
}

extension Experiment {
  /// What was published for the line of a run.
  fileprivate func figure(for run: PlannedRun) -> Published? {
    published?.first { figure in
      figure.name == run.entry.title && figure.data == run.data
        && (figure.clusters == nil || run.clusters == nil || figure.clusters == run.clusters)
    }
  }
}

extension ExperimentResults.Line {
  /// Whether a planned run has the data, K and settings of the line, of which there are any.
  fileprivate func isLike(_ planned: Experiment.PlannedRun) -> Bool {
    guard var then = settings else { return false }
    var now = ExperimentResults.Settings(planned)
    // How many threads there were decides seconds alone; of numbers 1.0 is 1 once it was in a file.
    (then.threads, now.threads) = (nil, nil)
    let isChanged =
      then.hyperparameters.mapValues(\.plain) != now.hyperparameters.mapValues(\.plain)
    (then.hyperparameters, now.hyperparameters) = ([:], [:])
    return !isChanged && then == now && changes(to: planned).isEmpty
      && data == planned.configuration.data
      && clusters == planned.clusters
      && precision == planned.configuration.precision.rawValue
  }

  /// The hyperparameters of a planned run that were others in the line.
  fileprivate func changes(
    to planned: Experiment.PlannedRun
  ) -> [(name: String, then: JSONValue, now: JSONValue)] {
    guard let method = try? planned.configuration.makeMethod() else { return [] }
    return Hyperparameters.changes(from: hyperparameters, to: method)
  }

  /// The runs on the data of a digest, where it is known.
  fileprivate func runs(onData digest: String?) -> [ExperimentResults.Run] {
    runs.filter { digest == nil || $0.dataDigest == nil || $0.dataDigest == digest }
  }

  /// The line of the runs that are finished, of which there may be none.
  fileprivate init(
    _ planned: Experiment.PlannedRun, _ runs: [ExperimentResults.Run], precision: String?,
    hyperparameters: JSONValue?, of count: Int, _ published: Experiment.Published?
  ) {
    func summary(
      within range: ClosedRange<Double> = 0...1, _ value: (Scores) -> Double?
    ) -> ScoreSummary? {
      ScoreSummary(runs.compactMap { value($0.scores) }, within: range)
    }
    let isFound = planned.clusters == nil
    let noise = runs.contains { $0.noise != nil } ? runs.map { Double($0.noise ?? 0) } : []
    self.init(
      data: planned.configuration.data, name: planned.lineName,
      settings: ExperimentResults.Settings(planned), hyperparameters: hyperparameters,
      clusters: planned.clusters,
      found: isFound ? ScoreSummary(runs.compactMap { $0.clusters.map(Double.init) }) : nil,
      noise: ScoreSummary(noise),
      precision: precision ?? planned.configuration.precision.rawValue,
      acc: summary { $0.acc }, nmi: summary { $0.nmi }, ari: summary(within: -1...1) { $0.ari },
      accCeiling: summary { $0.accCeiling }?.mean,
      heldOutACC: ScoreSummary(runs.compactMap { $0.heldOut?.scores?.acc }, within: 0...1),
      generalizability: ScoreSummary(runs.compactMap { $0.heldOut?.generalizability }),
      planned: count, runs: runs, published: published)
  }
}

extension ExperimentResults.Comparison {
  /// Of two lines; nil where there is nothing to compare.
  fileprivate init?(_ first: ExperimentResults.Line, _ second: ExperimentResults.Line) {
    guard first.data == second.data && first.clusters == second.clusters else { return nil }
    let pairs = first.runs.compactMap { run -> (Double, Double)? in
      guard let other = second.runs.first(where: { $0.seed == run.seed }),
        let acc = run.scores.acc, let otherACC = other.scores.acc
      else { return nil }
      return (acc, otherACC)
    }
    guard pairs.count > 1 else { return nil }
    self.init(
      data: first.data, clusters: first.clusters, first: first.name, second: second.name,
      acc: PairedTest(pairs.map(\.0), pairs.map(\.1)))
  }
}

extension ExperimentResults.Run {
  /// The run of a record.
  fileprivate init(_ record: RunRecord) {
    self.init(
      seed: record.seed ?? 0, clusters: record.clusters, noise: record.noise,
      scores: record.scores ?? Scores(), seconds: record.seconds ?? [:],
      pretrained: record.pretrained, heldOut: record.heldOut, stopReason: record.stopReason,
      peakMemoryBytes: record.peakMemoryBytes, version: record.version, commit: record.commit,
      dataDigest: record.data.digest,
      labelledDigest: record.data.labelledDigest, threads: record.threads,
      machine: record.machine?.processor)
  }
}
