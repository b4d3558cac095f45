// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusteringReport
import DeepClustering
import Foundation

/// `deepclust compare`: runs side by side.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Shows runs side by side: one HTML file.",
    discussion: """
      Scores, maps, how far the clusters of any two runs of the same data agree (adjusted Rand \
      index, normalised mutual information), curves, and the settings that differ.
      """)

  @Argument(help: "Run folders, two or more.") var folders: [String]
  @Option(help: "Where to write the page.") var output = "compare.html"

  func run() throws {
    guard folders.count > 1 else {
      throw InputError(.usage, "a comparison needs two run folders at least")
    }
    let urls = folders.map { URL(fileURLWithPath: $0) }
    let page = URL(fileURLWithPath: output)
    // A page is written again; nothing else is.
    guard page.pathExtension == "html" else {
      throw InputError(.usage, "--output is a .html file, not \(output)")
    }
    try ComparisonReport(folders: urls, agreement: Agreement.between(urls)).write(to: page)
    print(page.relativePath)
  }
}
