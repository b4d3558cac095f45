// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension ExperimentResults {
  /// A column of the table of lines, whatever the format.
  struct Column {
    /// What its cells hold.
    enum Content {
      /// Names and sentences.
      case words
      /// A number, or a mean with its deviation.
      case numbers
    }

    /// Its head.
    let title: String
    /// What its cells hold.
    let content: Content
    /// Whether a paper has no room for it.
    let isDetail: Bool
    /// The cell of a line; empty where there is nothing.
    let text: (Line) -> String

    init(
      _ title: String, _ content: Content = .numbers, isDetail: Bool = false,
      _ text: @escaping (Line) -> String
    ) {
      (self.title, self.content, self.isDetail) = (title, content, isDetail)
      self.text = text
    }
  }

  /// The columns that have something to say, but for what others published.
  var columns: [Column] {
    let hasOnePrecision = Set(lines.map(\.precision)).count < 2
    var columns = [Column("data", .words) { $0.data }, Column("method", .words) { $0.name }]
    if showsClusters { columns.append(Column("K") { $0.clusterText }) }
    columns.append(Column("precision", .words, isDetail: hasOnePrecision) { $0.precision })
    columns.append(Column("seeds", .words) { $0.seedText })
    if showsClasses {
      columns.append(Column("ACC") { spread($0.acc) })
      columns.append(Column("median", isDetail: true) { text($0.acc?.median, by: short) })
      columns.append(Column("95 % interval", isDetail: true) { intervalText($0.acc?.interval) })
      columns.append(Column("lowest", isDetail: true) { text($0.acc?.lowest, by: short) })
      if showsCeiling { columns.append(Column("ACC at most") { text($0.accCeiling, by: short) }) }
      columns.append(Column("NMI") { spread($0.nmi) })
      columns.append(Column("ARI") { spread($0.ari) })
    }
    if showsSilhouette {
      columns.append(Column("silhouette") { spread($0.silhouette) })
      columns.append(Column("seconds") { text($0.seconds?.mean, by: tenths) })
    }
    if showsHeldOut {
      columns.append(Column("held-out ACC") { spread($0.heldOutACC) })
      columns.append(Column("G") { spread($0.generalizability) })
    }
    if showsNoise { columns.append(Column("noise") { text($0.noise?.mean, by: tenths) }) }
    return columns
  }

  /// Whether K is worth a column: not all lines were given the same.
  public var showsClusters: Bool {
    Set(lines.map(\.clusters)).count > 1 || lines.contains { $0.found != nil }
  }
  /// Whether some data have classes; before the first run nobody knows.
  var showsClasses: Bool {
    lines.contains { $0.acc != nil } || lines.allSatisfy(\.runs.isEmpty)
  }
  /// Whether some data have no classes to compare with.
  var showsSilhouette: Bool { lines.contains { $0.acc == nil && !$0.runs.isEmpty } }
  /// Whether rows were kept from the fits.
  var showsHeldOut: Bool { lines.contains { $0.runs.contains { $0.heldOut != nil } } }
  /// Whether some line has too few clusters for an accuracy of 1.
  var showsCeiling: Bool { lines.contains { ($0.accCeiling ?? 1) < 0.99995 } }
  /// Whether there is noise.
  var showsNoise: Bool { lines.contains { $0.noise != nil } }
}

extension ExperimentResults.Line {
  /// The silhouette of the embedding over the seeds.
  var silhouette: ScoreSummary? { ScoreSummary(runs.compactMap(\.scores.silhouette)) }
  /// The seconds of a run over the seeds.
  var seconds: ScoreSummary? { ScoreSummary(runs.compactMap { $0.seconds["total"] }) }
  /// K as it was given, or as it was found.
  var clusterText: String {
    clusters.map { "\($0)" } ?? found.map { "\(tenths($0.mean)) ± \(tenths($0.deviation))" } ?? ""
  }
  /// How many seeds, and of how many where some are missing.
  var seedText: String { runs.count < planned ? "\(runs.count) of \(planned)" : "\(runs.count)" }
}

extension Experiment.Published {
  /// What can be published of a line, by its name in tables.
  enum Measure: String, CaseIterable {
    case acc = "ACC"
    case nmi = "NMI"
    case ari = "ARI"
    case clusters = "K"
  }

  /// A figure, where it was published.
  func figure(_ measure: Measure) -> String? {
    switch measure {
    case .acc: acc.map(short)
    case .nmi: nmi.map(short)
    case .ari: ari.map(short)
    case .clusters: clusters.map { "\($0)" }
    }
  }
}

/// Mean ± standard deviation; empty for none.
func spread(_ summary: ScoreSummary?) -> String {
  summary.map { "\(short($0.mean)) ± \(short($0.deviation))" } ?? ""
}

/// Both ends of an interval; empty for none.
func intervalText(_ interval: [Double]?) -> String {
  interval.map { "\(short($0[0])) to \(short($0[1]))" } ?? ""
}

/// A number in some form; empty for none.
private func text(_ value: Double?, by form: (Double) -> String) -> String {
  value.map(form) ?? ""
}

/// Four digits after the point.
func short(_ value: Double) -> String { String(format: "%.4f", value) }

/// One digit after the point.
func tenths(_ value: Double) -> String { String(format: "%.1f", value) }
