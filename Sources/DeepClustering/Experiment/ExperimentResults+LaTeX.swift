// SPDX-License-Identifier: Apache-2.0
internal import Foundation

extension ExperimentResults {
  /// The table for a paper: a `tabular` with the rules of the package booktabs.
  ///
  /// Comments above it say what it is and where it was made; they do not appear in print.
  public func latex() -> String {
    let runs = lines.flatMap(\.runs)
    func named(_ values: [String]) -> String { Set(values).sorted().joined(separator: ", ") }
    var text = "% \(Self.oneLine(title))\n"
    text += "% ACC, NMI, ARI: mean and standard deviation (of the population) over the seeds\n"
    let commits = named(runs.compactMap(\.commit))
    text += "% version \(named(runs.compactMap(\.version))); "
    text += commits.isEmpty ? "" : "commit \(commits); "
    text += "machine \(named(runs.compactMap(\.machine))); "
    text += "threads \(named(runs.compactMap { $0.threads.map { "\($0)" } })); "
    text += "precision \(named(lines.map(\.precision)))\n"
    text += "% SHA-256 of the data: \(named(runs.compactMap(\.dataDigest)))\n"
    if let scale { text += "% \(Self.oneLine(scale.sentence))\n" }
    for group in settingsGroups { text += "% \(Self.oneLine(group.sentence))\n" }
    for source in sources { text += "% published, \(Self.oneLine(source))\n" }
    let columns = columns.filter { !$0.isDetail }
    let measures = Experiment.Published.Measure.allCases.filter { measure in
      lines.contains { $0.published?.figure(measure) != nil }
    }
    let titles =
      columns.map { Self.head($0.title) }
      + measures.map { "published \(Self.head($0.rawValue))" }
    let right = String(repeating: "r", count: titles.count - 2)
    text += "\\begin{tabular}{ll\(right)}\n\\toprule\n"
    text += titles.joined(separator: " & ") + " \\\\\n\\midrule\n"
    var last: String?
    for line in lines {
      // A rule between data sets, and each named once.
      if let last, last != line.data { text += "\\midrule\n" }
      var cells = columns.map { Self.cell($0, of: line) }
      if line.data == last { cells[0] = "" }
      cells += measures.map { Self.mathematics(line.published?.figure($0) ?? "") }
      text += cells.joined(separator: " & ") + " \\\\\n"
      last = line.data
    }
    return text + "\\bottomrule\n\\end{tabular}\n"
  }

  /// Where the published figures were read, each place once for a line on some data.
  private var sources: [String] {
    var sources: [String] = []
    for line in lines {
      guard let published = line.published else { continue }
      let source = "\(line.name) on \(line.data): \(published.source)"
      if !sources.contains(source) { sources.append(source) }
    }
    return sources
  }

  /// The head of a column; a letter is a symbol.
  private static func head(_ title: String) -> String {
    title.count == 1 ? mathematics(title) : escaped(title)
  }

  private static func cell(_ column: Column, of line: Line) -> String {
    let text = column.text(line)
    return switch column.content {
    case .words: escaped(text)
    case .numbers: mathematics(text)
    }
  }

  private static func mathematics(_ text: String) -> String {
    text.isEmpty ? "" : "$\(text.replacingOccurrences(of: "±", with: "\\pm"))$"
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  /// The text with the characters that mean something to LaTeX written so that they print.
  static func escaped(_ text: String) -> String {
    let printed: [Character: String] = [
      "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
      "|": "\\textbar{}", "<": "\\textless{}", ">": "\\textgreater{}",
    ]
    return text.map { character in
      printed[character] ?? ("&%$#_{}".contains(character) ? "\\\(character)" : "\(character)")
    }.joined()
  }
}
