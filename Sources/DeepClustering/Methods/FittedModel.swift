// SPDX-License-Identifier: Apache-2.0
public import Foundation
public import Torch

/// A model together with the scaling of its training data: it takes new data as they come.
///
/// Only a finished fit or the file of one gives such a model. Whatever is wrong with new data is
/// thrown as an ``InputError`` and never traps, so it can answer requests of strangers. Nothing in it
/// changes any more, so that several tasks may ask it at once.
public struct FittedModel<Model: ClusteringModel>: Sendable {
  /// The model, which works on scaled rows.
  public let model: Model
  /// The scaling that was learned from the training data.
  public let preprocessing: FittedPreprocessing
  /// D, the features that the model expects.
  public let columns: Int
  /// Why the fit ended; nil where it is not recorded.
  public let stopReason: String?
  /// What was odd about the data or the settings, a sentence each.
  public let warnings: [String]
  private let device: Device

  /// A model and what has to be known to use it.
  init(
    model: Model, preprocessing: FittedPreprocessing, columns: Int, device: Device,
    stopReason: String? = nil, warnings: [String] = []
  ) {
    self.model = model
    self.preprocessing = preprocessing
    self.columns = columns
    self.device = device
    self.stopReason = stopReason
    self.warnings = warnings
  }

  /// The model that a fit has ended with which was driven step by step; its state must not advance any
  /// more, since the model shares its network.
  ///
  /// - Parameters:
  ///   - model: What ``Learner/finish(_:_:)`` gave.
  ///   - data: What the fit's context was made of.
  public init(_ model: Model, data: PreparedData) {
    self.init(
      model: model, preprocessing: data.preprocessing, columns: data.tensor.shape[1],
      device: data.tensor.device)
  }

  /// The cluster of every training sample, from 0 to K − 1.
  public var assignments: [Int] { model.assignments }

  /// How certain each of them is, from 0 to 1.
  public var certainty: [Float] { model.certainty }

  /// The model without its kind, for programs that learn the method's name when they run; nil for a
  /// ``PartitionModel``, which tells nothing of new rows.
  public var erased: SavedModel? {
    (model as? any ReadableModel).map {
      SavedModel(
        model: AnyModel($0), preprocessing: preprocessing, columns: columns, device: device,
        stopReason: stopReason, warnings: warnings)
    }
  }

  /// The rows of a data set as the model takes them: rows × D, scaled.
  ///
  /// Where the training data and these have names for their columns (``Dataset/columnNames``), the
  /// columns are found by them and others are left out; else they are taken by their places.
  ///
  /// - Throws: ``InputError`` when columns are missing, or there is another number of them, when
  ///   values are not finite, or are too large to be squared once they are scaled.
  public func rows(_ dataset: Dataset) throws(InputError) -> Tensor {
    Threads.adopt()
    let dataset = try dataset.arranged(by: preprocessing.columnNames)
    // A list of no rows has no width either.
    guard dataset.rows > 0 else { return Tensor([] as [Float], shape: [0, columns], on: device) }
    guard dataset.columns == columns else {
      throw InputError(
        .data,
        "\(dataset.source) has \(dataset.columns) column\(dataset.columns == 1 ? "" : "s"), and the model was fitted to \(columns)"
      )
    }
    if let found = dataset.table.first(columns: columns, where: { !$0.isFinite }) {
      throw InputError(
        .data,
        "row \(found.row + 1), column \(found.column + 1) of \(dataset.source) is not a finite number"
      )
    }
    return try dataset.scaled(by: preprocessing, sparse: model.encodesRows, on: device)
  }
}

// MARK: - New data

extension FittedModel where Model: InductiveModel {
  /// The clusters of new rows, from 0 to K − 1; none for no rows.
  ///
  /// - Throws: ``InputError`` when they have another number of columns, or are not finite.
  public func assignments(for dataset: Dataset) throws(InputError) -> [Int] {
    let rows = try rows(dataset)
    return dataset.rows == 0 ? [] : model.assignments(for: rows)
  }
}

extension FittedModel where Model: SoftModel {
  /// The probability of each cluster for new rows; nil when the model at hand is a hard one.
  ///
  /// - Returns: For each row K numbers that add to one.
  /// - Throws: ``InputError`` when they have another number of columns, or are not finite.
  public func probabilities(for dataset: Dataset) throws(InputError) -> [[Float]]? {
    let rows = try rows(dataset)
    guard dataset.rows > 0 else {
      // Whether the model is a soft one, it tells of rows only.
      let one = Tensor(repeating: 0, shape: [1, columns], on: device)
      return model.probabilities(for: one) == nil ? nil : []
    }
    return model.probabilities(for: rows).map(lists)
  }
}

extension FittedModel where Model: EmbeddingModel {
  /// The places of new rows in the model's own space.
  ///
  /// - Returns: For each row d numbers.
  /// - Throws: ``InputError`` when they have another number of columns, or are not finite.
  public func embedding(of dataset: Dataset) throws(InputError) -> [[Float]] {
    let rows = try rows(dataset)
    return dataset.rows == 0 ? [] : lists(model.embedding(of: rows))
  }
}

/// The rows of a matrix.
private func lists(_ matrix: Tensor) -> [[Float]] {
  let values: [Float] = matrix.scalars()
  let width = matrix.shape[1]
  return (0..<matrix.shape[0]).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
}

// MARK: - Saving

extension FittedModel {
  /// Writes the model and its scaling as one safetensors file, the `model.safetensors` of a run.
  ///
  /// - Throws: ``InputError`` when the file cannot be written; an old one is then left as it was.
  public func write(to url: URL) throws(InputError) {
    try archive.write(to: url)
  }

  /// The bytes that ``write(to:)`` writes, for a database or another actor.
  public func encoded() -> Data { archive.encoded() }

  /// The model with its scaling.
  var archive: Archive {
    var archive = Archive()
    model.store(in: &archive)
    archive.set("preprocessing", preprocessing)
    archive.set("columns", columns)
    if let stopReason { archive.set("stopReason", stopReason) }
    if !warnings.isEmpty { archive.set("warnings", warnings) }
    return archive
  }
}

extension FittedModel where Model: ReadableModel {
  /// The model of a file: one written by `write(to:)`, or the `model.safetensors` of a run.
  ///
  /// - Throws: ``InputError`` when the file is missing, damaged or something else.
  public init(contentsOf url: URL, on device: Device = .cpu) throws(InputError) {
    try self.init(from: Archive(contentsOf: url), on: device)
  }

  /// The model of the bytes of such a file.
  ///
  /// - Throws: ``InputError`` when they are damaged or something else.
  public init(decoding data: Data, on device: Device = .cpu) throws(InputError) {
    try self.init(from: Archive(decoding: data), on: device)
  }

  init(
    from archive: Archive, on device: Device, stopReason: String? = nil, warnings: [String]? = nil
  ) throws(InputError) {
    if let reason = device.unavailableReason() { throw InputError(.unavailable, reason) }
    let model = try Model(from: archive, on: device)
    let columns: Int = try archive.value("columns")
    guard columns > 0, model.columns ?? columns == columns else {
      throw InputError(
        .data,
        "the saved model is said to be of \(columns) columns, and takes \(model.columns ?? 0)")
    }
    let (savedReason, savedWarnings) = (try archive.stopReason(), try archive.warnings())
    self.init(
      model: model, preprocessing: try archive.preprocessing(columns: columns), columns: columns,
      device: device, stopReason: stopReason ?? savedReason, warnings: warnings ?? savedWarnings)
  }
}

extension FittedModel where Model == PartitionModel {
  /// The partition of a file: one written by `write(to:)`, or the `model.safetensors` of a run.
  ///
  /// - Throws: ``InputError`` when the file is missing, damaged or something else.
  public init(contentsOf url: URL) throws(InputError) {
    try self.init(from: Archive(contentsOf: url))
  }

  /// The partition of the bytes of such a file.
  ///
  /// - Throws: ``InputError`` when they are damaged or something else.
  public init(decoding data: Data) throws(InputError) {
    try self.init(from: Archive(decoding: data))
  }

  private init(from archive: Archive) throws(InputError) {
    self.init(
      model: try PartitionModel(from: archive),
      preprocessing: try archive.preprocessing(columns: archive.value("columns")),
      columns: try archive.value("columns"),
      device: .cpu, stopReason: try archive.stopReason(), warnings: try archive.warnings())
  }
}

extension Archive {
  /// Why the fit ended, where it is recorded here.
  fileprivate func stopReason() throws(InputError) -> String? {
    contains(value: "stopReason") ? try value("stopReason") : nil
  }

  /// What was odd about the data or the settings.
  fileprivate func warnings() throws(InputError) -> [String] {
    contains(value: "warnings") ? try value("warnings") : []
  }

  /// The scaling of a model, which has factors for all of its columns.
  fileprivate func preprocessing(columns: Int) throws(InputError) -> FittedPreprocessing {
    let result: FittedPreprocessing = try value("preprocessing")
    let factors = [result.means, result.deviations].compactMap { $0?.count }
    guard factors.allSatisfy({ $0 == columns }), factors.count != 1,
      result.columnNames?.count ?? columns == columns
    else { throw InputError(.data, "the saved scaling is not of \(columns) columns") }
    return result
  }
}
