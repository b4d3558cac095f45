// SPDX-License-Identifier: Apache-2.0
public import Torch

/// A model that is read back from what `store(in:)` wrote, and answers for new samples.
public protocol ReadableModel: SoftModel, EmbeddingModel {
  /// The model of an archive.
  ///
  /// - Throws: ``InputError`` when the archive holds a model of another kind, or is damaged.
  init(from archive: Archive, on device: Device) throws(InputError)

  /// D, the columns of the rows that the model takes; nil where its layers do not tell.
  var columns: Int? { get }
}

/// A model of whichever kind a file holds.
public struct AnyModel: ReadableModel {
  /// The kinds by the word that an archive has for them.
  private static var kinds: [String: any ReadableModel.Type] {
    [
      CentroidModel.kind: CentroidModel.self,
      LatentMixtureModel.kind: LatentMixtureModel.self,
      DiscreteLatentModel.kind: DiscreteLatentModel.self,
      GaussianMixtureModel.kind: GaussianMixtureModel.self,
      ClusterNetworkModel.kind: ClusterNetworkModel.self,
    ]
  }

  /// The model itself.
  public let base: any ReadableModel

  /// Any model, without its kind.
  init(_ base: any ReadableModel) { self.base = (base as? AnyModel)?.base ?? base }

  /// The model of an archive.
  public init(from archive: Archive, on device: Device = .cpu) throws(InputError) {
    let kind: String = try archive.value("model")
    if kind == PartitionModel.kind {
      throw InputError(
        .usage,
        "this method clusters the rows that it was given and tells nothing of others: fit old and "
          + "new rows together, or use a method such as kmeans; the clusters of its own rows are in the "
          + "run's assignments.npy, and in `FittedModel<PartitionModel>`")
    }
    guard let type = Self.kinds[kind] else {
      throw InputError(
        .data, "the saved model is of the kind \(kind), which this version does not know")
    }
    base = try type.init(from: archive, on: device)
  }

  /// The columns of the rows that it takes.
  public var columns: Int? { base.columns }
  /// The cluster of every training sample.
  public var assignments: [Int] { base.assignments }
  /// How certain each of them is.
  public var certainty: [Float] { base.certainty }
  /// Whether the model has an encoder.
  public var encodesRows: Bool { base.encodesRows }
  /// The clusters of rows.
  public func assignments(for rows: Tensor) -> [Int] { base.assignments(for: rows) }
  /// rows × K; nil when the model at hand is a hard one.
  public func probabilities(for rows: Tensor) -> Tensor? { base.probabilities(for: rows) }
  /// The embedding of rows: rows × d.
  public func embedding(of rows: Tensor) -> Tensor { base.embedding(of: rows) }
  /// The centre of each cluster: K × d.
  public var centroids: Tensor { base.centroids }
  /// The centroids as inputs, where the model can decode them.
  public func decodedCentroids() -> Tensor? { base.decodedCentroids() }
  /// Puts the model into an archive.
  public func store(in archive: inout Archive) { base.store(in: &archive) }
}

// MARK: - What the kinds have in common

extension ClusteringModel {
  /// Puts the clusters of the training samples into an archive.
  func storeAssignments(in archive: inout Archive) {
    archive.set(
      "assignments", tensor: Tensor(assignments.map(Int64.init), shape: [assignments.count]))
    archive.set("certainty", tensor: Tensor(certainty, shape: [certainty.count]))
  }
}

extension Archive {
  /// The clusters of the training samples, from a model of this kind.
  func assignments(of kind: String) throws(InputError) -> ([Int], [Float]) {
    let found: String = try value("model")
    guard found == kind else {
      throw InputError(.data, "the saved model is of the kind \(found), not \(kind)")
    }
    let (labels, certainty) = (try tensor("assignments"), try tensor("certainty"))
    guard labels.elementType == .int64, certainty.elementType == .float32, labels.shape.count == 1,
      certainty.shape == labels.shape
    else { throw InputError(.data, "the saved assignments and certainties do not fit each other") }
    let clusters: [Int64] = labels.scalars()
    guard clusters.allSatisfy({ $0 >= -1 }) else {
      throw InputError(.data, "the saved assignments have clusters below -1")
    }
    return (clusters.map(Int.init), certainty.scalars())
  }

  /// The network of a model.
  func network(on device: Device) throws(InputError) -> Autoencoder {
    do {
      return try Autoencoder(from: self, under: "network", on: device)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(.data, "the saved model cannot be read: \(error)")
    }
  }
}
