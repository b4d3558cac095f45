// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusteringReport
import DeepClustering
import Foundation

/// `deepclust report`: the report of a run folder.
struct ReportCommand: ThreadedCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes the report of a run folder: one HTML file.",
    discussion: """
      With --figures, the charts also as files of their own, for papers and slides. With --map, what \
      the run has learned is laid out anew first: that takes the place of projection.npy and changes \
      nothing else; the film keeps its own layouts.
      """)

  @Argument(help: "The run folder.") var folder: String
  @Option(
    help: """
      Write every chart into this folder too, as SVG and, where librsvg is installed, as PNG.
      """)
  var figures: String?
  @Option(help: "Place the samples of the map by umap, t-sne or principal-components from now on.")
  var map: String?
  @Flag(help: "Open it in the browser.") var open = false

  func run() throws {
    let chosenMap: EmbeddingMap? = try choice(map, "--map")
    if let chosenMap {
      try RunFolder(URL(fileURLWithPath: folder)).layOut(by: chosenMap) { tell("• \($0)") }
    }
    let report = try RunReport(folder: URL(fileURLWithPath: folder)).write()
    print(report.relativePath)
    if let figures {
      let target = URL(fileURLWithPath: figures)
      let files = try RunFigures(folder: URL(fileURLWithPath: folder)).write(to: target)
      print("\(files.count) figures in \(target.relativePath)")
      if !RunFigures.drawsPNG {
        print("charts as SVG only: for PNG install librsvg (Debian: apt-get install librsvg2-2)")
      }
    }
    guard open else { return }
    let opener = Process()
    opener.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    opener.arguments = ["xdg-open", report.path]
    opener.standardError = FileHandle.nullDevice
    try? opener.run()
    opener.waitUntilExit()
    if opener.terminationStatus != 0 {
      throw InputError(.unavailable, "no browser could be started: open \(report.path) yourself")
    }
  }
}
