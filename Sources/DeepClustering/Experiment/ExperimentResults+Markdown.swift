// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension ExperimentResults {
  /// The most comparisons on one data set and K of which the page shows every one.
  private static let fullComparisons = 10

  /// The results as a page of Markdown: the table, the paired tests, every run, and where they were
  /// made.
  public func markdown() -> String {
    var page = ["# \(title)"]
    if let scale { page.append(scale.sentence) }
    page += [table(), explanation]
    if !comparisons.isEmpty { page += [comparisonTable(), comparisonNote] }
    let hasRuns = lines.contains { !$0.runs.isEmpty }
    page += hasRuns ? ["Every run:", runTable(), provenance] : ["No run is finished."]
    return page.joined(separator: "\n\n") + "\n"
  }

  /// Whether K is worth a column: not all lines were given the same.
  public var showsClusters: Bool {
    Set(lines.map(\.clusters)).count > 1 || lines.contains { $0.found != nil }
  }
  /// Whether rows were kept from the fits.
  var showsHeldOut: Bool { lines.contains { $0.runs.contains { $0.heldOut != nil } } }
  /// Whether some line has too few clusters for an accuracy of 1.
  var showsCeiling: Bool { lines.contains { ($0.accCeiling ?? 1) < 0.99995 } }
  /// Whether there is noise.
  var showsNoise: Bool { lines.contains { $0.noise != nil } }

  private func table() -> String {
    var titles = ["data", "method"]
    if showsClusters { titles.append("K") }
    titles += ["precision", "seeds", "ACC", "median", "95 % interval", "lowest"]
    if showsCeiling { titles.append("ACC at most") }
    titles += ["NMI", "ARI"]
    if showsHeldOut { titles += ["held-out ACC", "G"] }
    if showsNoise { titles.append("noise") }
    titles.append("published")
    var rows: [[String]] = []
    for line in lines {
      var row = [line.data, line.name]
      if showsClusters { row.append(line.clusterText) }
      row += [line.precision, line.seedText, spread(line.acc)]
      row.append(line.acc.map { short($0.median) } ?? "")
      row.append(range(line.acc?.interval))
      row.append(line.acc.map { short($0.lowest) } ?? "")
      if showsCeiling { row.append(line.accCeiling.map(short) ?? "") }
      row += [spread(line.nmi), spread(line.ari)]
      if showsHeldOut { row += [spread(line.heldOutACC), spread(line.generalizability)] }
      if showsNoise { row.append(line.noise.map { one($0.mean) } ?? "") }
      row.append(line.published?.text ?? "")
      rows.append(row)
    }
    return Self.table(titles, rows)
  }

  private var explanation: String {
    var text =
      "ACC, NMI and ARI are the mean ± standard deviation (of the population) over the seeds; the "
      + "interval is that of the mean ACC, by Student's t."
    if showsCeiling {
      text += " ACC at most is what so few clusters can reach, each matched with one class."
    }
    if showsHeldOut {
      text +=
        " Held-out ACC is that of the rows that the fits did not see; G, the generalizability, is "
        + "the clustering loss per row of the others over that of these rows."
    }
    if showsClusters {
      text += " K with a ± was not given: the method found it, or it was chosen."
    }
    return text
  }

  private func comparisonTable() -> String {
    var titles = ["data"]
    if showsClusters { titles.append("K") }
    titles += ["first", "second", "seeds", "difference in ACC", "95 % interval"]
    titles += ["p, t", "p, signed rank"]
    var rows: [[String]] = []
    for pair in shownComparisons() {
      var row = [pair.data]
      if showsClusters { row.append(pair.clusters.map { "\($0)" } ?? "") }
      row += [pair.first, pair.second, "\(pair.acc.count)"]
      row += [String(format: "%+.4f", pair.acc.meanDifference), range(pair.acc.interval)]
      row += [pair.acc.tTest.map(probability) ?? "", probability(pair.acc.signedRank)]
      rows.append(row)
    }
    return Self.table(titles, rows)
  }

  /// All comparisons on data and K that have few, and those with the first line on the others.
  private func shownComparisons() -> [Comparison] {
    comparisons.filter { pair in
      let same = comparisons.filter { $0.data == pair.data && $0.clusters == pair.clusters }
      return same.count <= Self.fullComparisons || pair.first == same[0].first
    }
  }

  private var comparisonNote: String {
    let shown = shownComparisons()
    var text =
      "Two-sided tests over the seeds that two lines share: the paired t-test, and Wilcoxon's "
      + "signed-rank test computed exactly, whose p is 2^(1 − seeds) at least. The p are not "
      + "corrected for the number of comparisons."
    if shown.contains(where: { $0.acc.tTest == nil }) {
      text +=
        " The t-test and its interval are left out where the difference is the same for all "
        + "seeds."
    }
    if shown.count < comparisons.count {
      text +=
        " Where there are more than \(Self.fullComparisons), only those with the first line are "
        + "shown; the JSON file has all."
    }
    return text
  }

  private func runTable() -> String {
    let titles = [
      "data", "method", "seed", "K", "ACC", "NMI", "ARI", "seconds", "pretraining", "clustering",
      "network", "commit",
    ]
    var rows: [[String]] = []
    for line in lines {
      for run in line.runs {
        let scores: [Double?] = [run.scores.acc, run.scores.nmi, run.scores.ari]
        let stages = ["total", "pretraining", "clustering"]
        var row = [line.data, line.name, "\(run.seed)", run.clusters.map { "\($0)" } ?? ""]
        row += scores.map { $0.map(short) ?? "" }
        row += stages.map { stage in run.seconds[stage].map(one) ?? "" }
        row += [run.pretrained ?? "", run.commit ?? ""]
        rows.append(row)
      }
    }
    return Self.table(titles, rows)
  }

  /// Machines, threads, versions and the digests of the data.
  private var provenance: String {
    let runs = lines.flatMap(\.runs)
    let places = machines.map { machine in
      (machine.processor ?? "unknown") + (machine.cores.map { ", \($0) cores" } ?? "")
    }
    let threads = Set(runs.compactMap(\.threads)).sorted().map { "\($0)" }
    let versions = Set(runs.compactMap(\.version)).sorted()
    var digests: [String] = []
    for line in lines {
      for digest in line.runs.compactMap(\.dataDigest) {
        let entry = "- \(line.data): `\(digest)`"
        if !digests.contains(entry) { digests.append(entry) }
      }
    }
    return
      "Machine: \(places.joined(separator: "; ")); threads: \(threads.joined(separator: ", ")); "
      + "version \(versions.joined(separator: ", ")). Times are wall-clock, whatever else ran on "
      + "the machine. SHA-256 of the data:\n\n" + digests.joined(separator: "\n")
  }

  private static func table(_ titles: [String], _ rows: [[String]]) -> String {
    let all = [titles, titles.map { _ in "---" }] + rows
    return all.map { row in
      let cells = row.map { $0.replacingOccurrences(of: "|", with: "\\|") }
      return "| \(cells.joined(separator: " | ")) |"
    }.joined(separator: "\n")
  }
}

extension ExperimentScale {
  /// What a table of this scale has to say first.
  var sentence: String {
    let most = limits.sorted { $0.key < $1.key }.map { "\($0.key) ≤ \($0.value)" }
    return "**Scale \(name)**: at most \(rows) rows of each data set, \(seeds) seeds, "
      + "\(most.joined(separator: ", ")). This shows that the experiment runs, and nothing about "
      + "the methods."
  }
}

extension ExperimentResults.Line {
  /// K as it was given, or as it was found.
  var clusterText: String {
    clusters.map { "\($0)" } ?? found.map { "\(one($0.mean)) ± \(one($0.deviation))" } ?? ""
  }
  /// How many seeds, and of how many where some are missing.
  var seedText: String { runs.count < planned ? "\(runs.count) of \(planned)" : "\(runs.count)" }
}

extension Experiment.Published {
  /// The figures and where they were read.
  var text: String {
    let figures = [("ACC", acc), ("NMI", nmi), ("ARI", ari)].compactMap { name, value in
      value.map { "\(name) \(short($0))" }
    }
    let found = clusters.map { ["K = \($0)"] } ?? []
    return "\((figures + found).joined(separator: ", ")) (\(source))"
  }
}

/// Mean ± standard deviation; empty for none.
func spread(_ summary: ScoreSummary?) -> String {
  summary.map { "\(short($0.mean)) ± \(short($0.deviation))" } ?? ""
}

private func range(_ interval: [Double]?) -> String {
  interval.map { "\(short($0[0])) to \(short($0[1]))" } ?? ""
}

private func probability(_ p: Double) -> String { p < 1e-4 ? "< 0.0001" : short(p) }

/// Four digits after the point.
func short(_ value: Double) -> String { String(format: "%.4f", value) }

/// One digit after the point.
private func one(_ value: Double) -> String { String(format: "%.1f", value) }
