// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import DeepClustering
import Foundation
import Torch

/// The command `deepclust`.
@main
struct DeepClust: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deepclust",
    abstract: "Learns a representation of the data and its clusters together.",
    version: deepClusteringVersion,
    subcommands: [
      FitCommand.self, PredictCommand.self, EvaluateCommand.self, ReportCommand.self,
      CompareCommand.self, ExportCommand.self, ExperimentCommand.self, ProjectCommand.self,
      DataCommand.self, MethodsCommand.self, BenchEpochCommand.self, BenchKMeansCommand.self,
      BenchMixtureCommand.self,
    ])

  static func main() {
    StandardStreams.open()
    Memory.reuseFreed()
    do {
      var command = try parseAsRoot()
      if command is any ThreadedCommand { ThreadWaiting.beBrief() }
      try command.run()
      try StandardStreams.finishOutput()
    } catch let error as InputError {
      tell("deepclust: \(error.description)")
      Foundation.exit(error.kind.rawValue)
    } catch is Run.Interrupted {
      Foundation.exit(130)
    } catch {
      exit(withError: error)
    }
  }
}

/// Writes a line to standard error, which progress and mistakes go to.
func tell(_ line: String) { StandardStreams.tell(line + "\n") }

/// Writes a value as one line of JSON to standard output.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
