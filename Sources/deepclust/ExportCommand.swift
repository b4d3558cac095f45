// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import ClusteringReport
import DeepClustering
import Foundation

/// `deepclust export`: a run in the formats of other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes a run in the formats of other programs.",
    discussion: """
      An ONNX file takes rows as they come and tells cluster, embedding and probabilities. \
      --tensorboard brings RUN/tensorboard to where the run is, so it can be repeated while the run \
      goes on and after it was stopped and resumed; `deepclust fit --tensorboard` does so itself.
      """)

  @Argument(help: ArgumentHelp("The run folder.", valueName: "run")) var folder: String
  @Option(help: "The .onnx file to write.") var onnx: String?
  @Option(help: "The .safetensors file to write, with the weights by PyTorch's names.")
  var safetensors: String?
  @Flag(help: "Write RUN/tensorboard for `tensorboard --logdir`.") var tensorboard = false

  func run() throws {
    guard onnx != nil || safetensors != nil || tensorboard else {
      throw InputError(.usage, "export to what? Give --onnx, --safetensors or --tensorboard")
    }
    if let onnx { try checkOutput(onnx, "--onnx", endings: "onnx") }
    if let safetensors { try checkOutput(safetensors, "--safetensors", endings: "safetensors") }
    let url = URL(fileURLWithPath: folder)
    // Some models have no such form: what else was asked for is written all the same.
    let written = Result {
      guard let onnx else { return }
      try SavedModel(folder: url).writeONNX(to: URL(fileURLWithPath: onnx))
      print(onnx)
    }
    if let safetensors {
      try SavedModel(folder: url).writeTensors(to: URL(fileURLWithPath: safetensors))
      print(safetensors)
    }
    if tensorboard { print(try writeTensorBoardLog(url).relativePath) }
    try written.get()
  }
}

/// Writes RUN/tensorboard, with the images of the data where they are still to be had.
///
/// - Returns: The folder.
@discardableResult
func writeTensorBoardLog(_ folder: URL) throws -> URL {
  try TensorBoardLog(folder: folder).write(images: images(of: RunFolder(folder)))
}

/// The data of a run of images, for the projector; nil when they are not where they were.
private func images(of run: RunFolder) -> Dataset? {
  guard let record = try? run.record(), record.data.imageShape != nil,
    let configuration = try? run.configuration()
  else { return nil }
  // A relative path starts where the run was begun.
  let places = ["", (record.workingDirectory ?? ".") + "/"]
  let data = places.lazy.compactMap { place in
    try? Dataset.load(place + configuration.data, imageSize: configuration.imageSize)
  }.first
  guard let data = data.flatMap({ try? configuration.parts(of: $0).0 }),
    data.digest() == record.data.digest
  else {
    tell("the images of \(configuration.data) are not here: the projector shows points only")
    return nil
  }
  return data
}
