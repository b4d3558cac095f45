// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch

/// The model of a finished run, ready for new data.
///
/// It is of the kind that the file holds; `FittedModel<CentroidModel>` refuses all others.
public typealias SavedModel = FittedModel<AnyModel>

extension FittedModel where Model: ReadableModel {
  /// The model of a run folder.
  ///
  /// - Throws: ``InputError`` when the folder is no finished run, or of another version.
  public init(folder: URL, on device: Device = .cpu) throws(InputError) {
    let run = RunFolder(folder)
    let record = try run.finishedRecord()
    try self.init(
      from: Archive(contentsOf: run.file("model.safetensors")), on: device,
      stopReason: record.stopReason, warnings: record.warnings ?? [])
  }
}
