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
    text += "% version \(named(runs.compactMap(\.version))); commit "
    text += "\(named(runs.compactMap(\.commit))); machine \(named(runs.compactMap(\.machine))); "
    text += "threads \(named(runs.compactMap { $0.threads.map { "\($0)" } })); "
    text += "precision \(named(lines.map(\.precision)))\n"
    text += "% SHA-256 of the data: \(named(runs.compactMap(\.dataDigest)))\n"
    if let scale { text += "% \(Self.oneLine(scale.sentence))\n" }
    let showsPublished = lines.contains { $0.published != nil }
    var titles = ["data", "method"]
    if showsClusters { titles.append("$K$") }
    titles += ["seeds", "ACC"]
    if showsCeiling { titles.append("ACC at most") }
    titles += ["NMI", "ARI"]
    if showsHeldOut { titles += ["held-out ACC", "$G$"] }
    if showsPublished { titles.append("published ACC") }
    let right = String(repeating: "r", count: titles.count - 2)
    text += "\\begin{tabular}{ll\(right)}\n\\toprule\n"
    text += titles.joined(separator: " & ") + " \\\\\n\\midrule\n"
    var last: String?
    for line in lines {
      // A rule between data sets, and each named once.
      if let last, last != line.data { text += "\\midrule\n" }
      var cells = [line.data == last ? "" : Self.escaped(line.data), Self.escaped(line.name)]
      if showsClusters { cells.append(Self.mathematics(line.clusterText)) }
      cells.append(line.seedText)
      cells.append(Self.mathematics(spread(line.acc)))
      if showsCeiling { cells.append(Self.mathematics(line.accCeiling.map(short) ?? "")) }
      cells += [line.nmi, line.ari].map { Self.mathematics(spread($0)) }
      if showsHeldOut {
        cells += [line.heldOutACC, line.generalizability].map { Self.mathematics(spread($0)) }
      }
      if showsPublished { cells.append(line.published?.acc.map { "$\(short($0))$" } ?? "") }
      text += cells.joined(separator: " & ") + " \\\\\n"
      last = line.data
    }
    return text + "\\bottomrule\n\\end{tabular}\n"
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
    ]
    return text.map { character in
      printed[character] ?? ("&%$#_{}".contains(character) ? "\\\(character)" : "\(character)")
    }.joined()
  }
}
