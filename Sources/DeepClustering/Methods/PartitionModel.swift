// SPDX-License-Identifier: Apache-2.0
public import Torch

/// Clusters of the training samples alone: nothing says where another sample would belong.
///
/// The result of spectral, density-based and agglomerative clustering. For new samples, fit a
/// method with an ``InductiveModel``, or fit old and new samples together.
public struct PartitionModel: ClusteringModel, @unchecked Sendable {
  /// The word for such models in an archive.
  static let kind = "partition"

  /// The cluster of every training sample; −1 is noise, which some methods leave out of all clusters.
  public let assignments: [Int]
  /// How certain each is; 0 for noise, and 1 where the method does not say.
  public let certainty: [Float]
  /// The places that the method gave the training samples, n × d; nil where it clustered them as
  /// they are.
  public let embedding: Tensor?

  /// A partition.
  init(assignments: [Int], certainty: [Float]? = nil, embedding: Tensor? = nil) {
    self.assignments = assignments
    self.certainty = certainty ?? assignments.map { $0 < 0 ? 0 : 1 }
    self.embedding = embedding
  }

  /// The partition of an archive.
  init(from archive: Archive) throws(InputError) {
    (assignments, certainty) = try archive.assignments(of: Self.kind)
    embedding = archive.contains(tensor: "embedding") ? try archive.matrix("embedding") : nil
  }

  /// Puts the partition into an archive.
  public func store(in archive: inout Archive) {
    archive.set("model", Self.kind)
    storeAssignments(in: &archive)
    if let embedding { archive.set("embedding", tensor: embedding) }
  }
}
