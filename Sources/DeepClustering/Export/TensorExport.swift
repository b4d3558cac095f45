// SPDX-License-Identifier: Apache-2.0
public import Foundation
internal import Torch

extension FittedModel {
  /// Writes what the model learned as a safetensors file for other programs.
  ///
  /// It has the weights as PyTorch lays them out (`encoder.0.weight`, outputs × inputs), the
  /// `centroids`, and in its metadata the activations, the windows of convolutions and the scaling as
  /// JSON. The clusters of the training samples, which the run's own file has too, are left out.
  ///
  /// - Throws: ``InputError`` when the file cannot be written.
  public func writeTensors(to url: URL) throws(InputError) {
    var content = archive.forOthers(without: ["assignments", "certainty"])
    if let placed = model as? any EmbeddingModel, content.tensors["centroids"] == nil {
      content.tensors["centroids"] = placed.centroids.detached().to(.float32, on: .cpu)
    }
    try content.write(to: url)
  }
}
