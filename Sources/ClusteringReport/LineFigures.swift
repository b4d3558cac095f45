// SPDX-License-Identifier: Apache-2.0

public import DeepClustering
public import Foundation

/// The figures of an experiment's runs that its file asks for (`figures`): for each line those of the
/// first seed that is finished, as ``RunFigures`` names and draws them.
public struct LineFigures: Sendable {
  /// The first finished run of each line, by what its files begin with, and what is wanted of it.
  private let runs: [(line: String, folder: URL, wanted: [String])]

  /// The figures of the finished runs of a plan.
  ///
  /// - Throws: ``InputError`` for a run that was made with other settings than are planned.
  public init(
    _ experiment: Experiment, _ plan: [Experiment.PlannedRun], in folder: ExperimentFolder
  ) throws(InputError) {
    var runs: [(line: String, folder: URL, wanted: [String])] = []
    for planned in plan {
      let (line, wanted) = (planned.lineFolderName, planned.entry.figures ?? experiment.figures)
      guard let wanted, !wanted.isEmpty, !runs.contains(where: { $0.line == line }),
        try folder.finished(planned) != nil
      else { continue }
      runs.append((line, folder.run(planned).url, wanted))
    }
    self.runs = runs
  }

  /// The files, `mnist-dec-confusion.svg` for instance: a drawing as SVG, a picture as PNG.
  ///
  /// - Parameter warn: Is told of a figure that a run has not.
  /// - Returns: The name and content of each.
  /// - Throws: ``InputError`` for a run folder that cannot be read.
  public func files(
    warn: (String) -> Void
  ) throws(InputError) -> [(name: String, contents: Data)] {
    var files: [(name: String, contents: Data)] = []
    for (line, folder, wanted) in runs {
      let figures = try RunFigures(folder: folder)
      let names = figures.names
      for unknown in wanted where !names.contains(unknown) {
        let near = NearNames.of(unknown, among: names)
        warn(
          "\(line) has no figure \(unknown)"
            + (near.isEmpty
              ? ", but \(names.sorted().joined(separator: ", "))"
              : ": did you mean \(near.joined(separator: " or "))?"))
      }
      files += figures.files(of: wanted).map { ("\(line)-\($0.name)", $0.contents) }
    }
    return files
  }
}
