// SPDX-License-Identifier: Apache-2.0
internal import Foundation

/// What the finished runs of an experiment add up to; an unfinished run never enters.
public struct ExperimentResults: Codable, Sendable {
  /// Mean, spread and extremes over seeds.
  public struct Summary: Codable, Sendable, Equatable {
    /// The mean.
    public var mean: Double
    /// The standard deviation of the population (÷ n).
    public var deviation: Double
    /// The median.
    public var median: Double
    /// The lowest.
    public var lowest: Double
    /// The highest.
    public var highest: Double

    /// Of at least one value.
    public init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      let sorted = values.sorted()
      let (n, middle) = (Double(values.count), values.count / 2)
      let mean = values.reduce(0, +) / n
      self.mean = mean
      deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
      median =
        values.count.isMultiple(of: 2)
        ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
      (lowest, highest) = (sorted[0], sorted[sorted.count - 1])
    }
  }

  /// One run.
  public struct Run: Codable, Sendable {
    /// The seed.
    public var seed: UInt64
    /// K, given or found.
    public var clusters: Int?
    /// Its scores.
    public var scores: Scores
    /// Seconds by stage.
    public var seconds: [String: Double]
    /// Whether the network was trained by this run or taken from the cache.
    public var pretrained: String?
    /// Why the fit ended.
    public var stopReason: String?
    /// The most memory that the process held.
    public var peakMemoryBytes: Double?
    /// The commit that it was made with.
    public var commit: String?
    /// SHA-256 of the data.
    public var dataDigest: String?
  }

  /// One line of the table.
  public struct Line: Codable, Sendable {
    /// The data set.
    public var data: String
    /// The line's name.
    public var name: String
    /// The precision.
    public var precision: String
    /// Accuracy over the seeds.
    public var acc: Summary?
    /// Normalised mutual information over the seeds.
    public var nmi: Summary?
    /// Adjusted Rand index over the seeds.
    public var ari: Summary?
    /// Every run.
    public var runs: [Run]
    /// A figure of others.
    public var published: Experiment.Published?
  }

  /// What the experiment shows.
  public var title: String
  /// The table.
  public var lines: [Line]
  /// The machine of the runs.
  public var machine: RunRecord.Machine?
  /// Threads of the runs.
  public var threads: Int?
  /// The version of this library.
  public var version = deepClusteringVersion

  /// Collects the records of finished runs.
  public init(_ experiment: Experiment, _ records: [(Experiment.PlannedRun, RunRecord)]) {
    title = experiment.title
    machine = records.first?.1.machine
    threads = records.first?.1.threads
    lines = []
    for data in experiment.data {
      for entry in experiment.methods {
        let own = records.filter {
          $0.0.configuration.data == data && $0.0.entry.title == entry.title
        }.map(\.1)
        guard !own.isEmpty else { continue }
        lines.append(
          Line(
            data: data, name: entry.title, precision: own[0].precision ?? "",
            acc: Summary(own.compactMap { $0.scores?.acc }),
            nmi: Summary(own.compactMap { $0.scores?.nmi }),
            ari: Summary(own.compactMap { $0.scores?.ari }), runs: own.map(Run.init),
            published: experiment.published?.first { $0.name == entry.title && $0.data == data }))
      }
    }
  }

  /// The results as a page of Markdown.
  public func markdown() -> String {
    var text = "# \(title)\n\n"
    text += "| data | method | precision | seeds | ACC | lowest | NMI | ARI | published ACC |\n"
    text += "|---|---|---|---|---|---|---|---|---|\n"
    for line in lines {
      let published = line.published.map { "\($0.acc.map(short) ?? "") (\($0.source))" } ?? ""
      text +=
        "| \(line.data) | \(line.name) | \(line.precision) | \(line.runs.count) "
        + "| \(both(line.acc)) | \(line.acc.map { short($0.lowest) } ?? "") | \(both(line.nmi)) "
        + "| \(both(line.ari)) | \(published) |\n"
    }
    text += "\nMean ± standard deviation (of the population) over the seeds. Every run:\n\n"
    text += "| data | method | seed | K | ACC | NMI | ARI | seconds | pretraining | clustering "
    text += "| network | commit |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n"
    for line in lines {
      for run in line.runs {
        let seconds = run.seconds
        func spent(_ stage: String) -> String { seconds[stage].map { one($0) } ?? "" }
        text +=
          "| \(line.data) | \(line.name) | \(run.seed) | \(run.clusters.map { "\($0)" } ?? "") "
          + "| \(run.scores.acc.map(short) ?? "") "
          + "| \(run.scores.nmi.map(short) ?? "") | \(run.scores.ari.map(short) ?? "") "
          + "| \(spent("total")) | \(spent("pretraining")) | \(spent("clustering")) "
          + "| \(run.pretrained ?? "") | \(run.commit ?? "") |\n"
      }
    }
    let cores = machine?.cores.map { ", \($0) cores" } ?? ""
    text += "\nMachine: \(machine?.processor ?? "unknown")\(cores), \(threads ?? 0) threads; "
    text += "version \(version). Times are those of a machine that was busy with other work too, "
    text += "unless the page that quotes them says otherwise.\n"
    return text
  }

  private func both(_ summary: Summary?) -> String {
    summary.map { "\(short($0.mean)) ± \(short($0.deviation))" } ?? ""
  }

  private func short(_ value: Double) -> String { String(format: "%.4f", value) }
  private func one(_ value: Double) -> String { String(format: "%.1f", value) }
}

extension ExperimentResults.Run {
  /// The run of a record.
  init(_ record: RunRecord) {
    self.init(
      seed: record.seed ?? 0, clusters: record.clusters, scores: record.scores ?? Scores(),
      seconds: record.seconds ?? [:],
      pretrained: record.pretrained, stopReason: record.stopReason,
      peakMemoryBytes: record.peakMemoryBytes, commit: record.commit,
      dataDigest: record.data.digest)
  }
}
