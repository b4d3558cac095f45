// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch

/// The model of a finished run, ready for new data.
public struct SavedModel {
  /// The model.
  public let model: CentroidModel
  /// The scaling that was fitted to the training data.
  public let preprocessing: FittedPreprocessing
  /// D, the features that the model expects.
  public let columns: Int
  private let device: Device

  /// The model of a run folder.
  ///
  /// - Throws: `InputError` when the folder is no finished run, or of another version.
  public init(folder: URL, on device: Device = .cpu) throws(InputError) {
    let run = RunFolder(folder)
    let record = try run.record()
    guard let record, record.status == .finished else {
      let reason =
        record == nil
        ? "is no run folder: it has no run.json"
        : "holds an unfinished run: go on with deepclust fit --resume --output \(folder.relativePath)"
      throw InputError(.missing, "\(folder.relativePath) \(reason)")
    }
    let archive = try Archive(contentsOf: run.file("model.safetensors"))
    model = try CentroidModel(from: archive, on: device)
    preprocessing = try archive.value("preprocessing")
    columns = try archive.value("columns")
    self.device = device
  }

  /// The rows of a data set as the model takes them.
  ///
  /// - Throws: `InputError` when they have another number of columns, or are not finite.
  public func rows(_ dataset: Dataset) throws(InputError) -> Tensor {
    guard dataset.columns == columns else {
      throw InputError(
        .data,
        "\(dataset.source) has \(dataset.columns) columns, and the model was fitted to \(columns)")
    }
    if let position = dataset.values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        .data,
        "row \(position / columns + 1), column \(position % columns + 1) of \(dataset.source) is "
          + "not a finite number")
    }
    var values = dataset.values
    preprocessing.apply(to: &values, columns: columns)
    return Tensor(values, shape: [dataset.rows, columns], on: device)
  }
}
