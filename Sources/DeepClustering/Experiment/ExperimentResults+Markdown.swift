// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension ExperimentResults {
  /// The most comparisons on one data set and K of which the page shows every one.
  private static let fullComparisons = 10

  /// What stands above the settings of the lines.
  private static let settingsNote =
    "Lines, with the settings that are not the usual ones; all other hyperparameters are those of "
    + "the profile (`deepclust methods METHOD --profile PROFILE`)."

  /// The results as a page of Markdown.
  ///
  /// - Parameter figures: Files beside the page that it shows.
  /// - Returns: The table, the settings of its lines, the paired tests, the figures, every run, and
  ///   where they were made.
  public func markdown(figures: [String] = []) -> String {
    var page = ["# \(title)"]
    if let scale { page.append(scale.sentence) }
    page += [table(), explanation]
    let groups = settingsGroups
    if !groups.isEmpty { page += [Self.settingsNote, settingsTable(groups)] }
    if !comparisons.isEmpty { page += [comparisonTable(), comparisonNote] }
    page += figures.map { name in
      "![\(name.dropLast(4))](\(Self.link(name)))"
    }
    let hasRuns = lines.contains { !$0.runs.isEmpty }
    page +=
      hasRuns
      ? ["Every run:", runTable()] + [taken, provenance].compactMap(\.self)
      : ["No run is finished."]
    return page.joined(separator: "\n\n") + "\n"
  }

  /// A file's name as the target of a link: “#” would begin a place in the page, “)” end the link.
  private static func link(_ name: String) -> String {
    let plain = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "()[]"))
    return name.addingPercentEncoding(withAllowedCharacters: plain) ?? name
  }

  private func table() -> String {
    let columns = columns
    let rows = lines.map { line -> [String] in
      columns.map { $0.text(line) } + [line.published?.text ?? ""]
    }
    return Self.table(columns.map(\.title) + ["published"], rows)
  }

  /// What each line was run with, in the columns that have something to say.
  private func settingsTable(_ groups: [SettingsGroup]) -> String {
    let names = groups.first?.settings.facts.map(\.name) ?? []
    let titles = ["line", "data", "method"] + names + ["hyperparameters"]
    let rows = groups.map { group -> [String] in
      let settings = group.settings
      let changes = settings.changes.map { "`\($0)`" }.joined(separator: ", ")
      let head = [group.name, group.data.joined(separator: ", "), settings.method]
      return head + settings.facts.map { $0.text ?? "" } + [changes]
    }
    let shown = titles.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    return Self.table(shown.map { titles[$0] }, rows.map { row in shown.map { row[$0] } })
  }

  private var explanation: String {
    var text =
      showsClasses
      ? "ACC, NMI and ARI are the mean ± standard deviation (of the population) over the seeds; the "
        + "interval is that of the mean ACC, by Student's t." : ""
    if showsSilhouette {
      text += text.isEmpty ? "" : " "
      text +=
        "Silhouette is the mean ± standard deviation over the seeds, of the embedding in which a method "
        + "clusters: it compares runs of one method, not methods. Seconds are the mean of all that a run "
        + "took."
    }
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
      row += [String(format: "%+.4f", pair.acc.meanDifference), intervalText(pair.acc.interval)]
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
        + "seeds and not zero."
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
        row += stages.map { stage in run.seconds[stage].map(tenths) ?? "" }
        row += [run.pretrained ?? "", run.commit ?? ""]
        rows.append(row)
      }
    }
    return Self.table(titles, rows)
  }

  /// Which runs were taken from other tables; nil where none was.
  private var taken: String? {
    var entries: [String] = []
    for line in lines {
      for name in Set(line.runs.compactMap(\.takenFrom)).sorted() {
        let seeds = line.runs.filter { $0.takenFrom == name }.map { "\($0.seed)" }
        let word = seeds.count == 1 ? "seed" : "seeds"
        let place = "- \(line.data), \(line.name): "
        entries.append("\(place)\(word) \(seeds.joined(separator: ", ")) of \(name)")
      }
    }
    guard !entries.isEmpty else { return nil }
    let title = "Taken from the tables of other experiments, of the same settings and data:"
    return title + "\n\n" + entries.joined(separator: "\n")
  }

  /// Machines, threads, versions and the digests of the data.
  private var provenance: String {
    let runs = lines.flatMap(\.runs)
    let places = machines.reduce(into: [String]()) { places, machine in
      let cores = machine.cores.map { ", \($0) cores" } ?? ""
      let place = (machine.processor ?? "unknown") + cores
      if !places.contains(place) { places.append(place) }
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

extension Experiment.Published {
  /// The figures and where they were read.
  var text: String {
    let figures = Measure.allCases.compactMap { measure in
      figure(measure).map { "\(measure.rawValue)\(measure == .clusters ? " =" : "") \($0)" }
    }
    return
      "\(figures.joined(separator: ", ")) (\(source.split(whereSeparator: \.isNewline).joined(separator: " ")))"
  }
}

private func probability(_ p: Double) -> String { p < 1e-4 ? "< 0.0001" : short(p) }
