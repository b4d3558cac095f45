// SPDX-License-Identifier: Apache-2.0
public import Torch

/// A data set scaled and on its device: what a fit sees, and what is needed to read it back.
public struct PreparedData {
  /// n × D, single precision; compressed where the rows are sparse and the method takes them so.
  public let tensor: Tensor
  /// The class of each row, for measuring only.
  public let labels: [Int]?
  /// The classes' names.
  public let classNames: [String]?
  /// Set when rows are images.
  public let imageShape: ImageShape?
  /// The scaling, to be applied to other data unchanged.
  public let preprocessing: FittedPreprocessing
  /// SHA-256 over shape and values before scaling.
  public let digest: String
  /// The name of the data set.
  public let name: String
  /// Where it came from.
  public let source: String
  /// The file of each row; nil unless the data are a folder of images or texts.
  public let fileNames: [String]?
  /// The number of each row in the data that these are a part of; nil where they are no part.
  public let rowNumbers: [Int]?
  /// The words that the columns stand for; nil unless rows are texts.
  public let vocabulary: Vocabulary?
  /// The lowest and highest value before scaling.
  public let valueRange: ClosedRange<Float>

  /// Checks, scales and places a data set; takes it, so that its memory is freed at once.
  ///
  /// - Parameters:
  ///   - dataset: The data set.
  ///   - preprocessing: How its values are scaled.
  ///   - clusters: K, which the distinct rows must allow; nil where the method finds it.
  ///   - device: Where the tensor goes.
  ///   - sparse: Whether sparse rows may stay without their zeros, as they can on the processor and for
  ///     methods that take batches of them only.
  ///   - warnings: What is odd about the data is added here.
  /// - Throws: `InputError` for data that cannot be clustered.
  public init(
    _ dataset: consuming Dataset, preprocessing: Preprocessing, clusters: Int?, device: Device,
    sparse: Bool = false, warnings: inout [String]
  ) throws(InputError) {
    warnings += try dataset.validated(clusters: clusters)
    digest = dataset.digest()
    (labels, classNames, imageShape) = (dataset.labels, dataset.classNames, dataset.imageShape)
    (vocabulary, rowNumbers) = (dataset.vocabulary, dataset.rowNumbers)
    (name, source, fileNames) = (dataset.name, dataset.source, dataset.fileNames)
    valueRange = dataset.valueRange ?? 0...1
    self.preprocessing = preprocessing.fitted(to: dataset)
    let largest = max(valueRange.upperBound, -valueRange.lowerBound)
    if self.preprocessing.kind == .none && largest < 1e-15 {
      throw InputError(
        .data,
        "no value of \(source) is farther than \(largest) from zero, too small to be squared in single "
          + "precision; choose another --preprocessing, such as standard-score")
    }
    tensor = try dataset.scaled(by: self.preprocessing, sparse: sparse, on: device)
  }

  /// Rows in the values of the file they came from.
  public func unscaled(_ rows: Tensor) -> [Float] {
    preprocessing.inverse(rows.scalars(), columns: tensor.shape[1])
  }

  /// Rows as pictures of bytes, when they are images: the range of the data becomes 0 to 255.
  func pictures(_ rows: Tensor) -> [UInt8] {
    let (low, high) = (valueRange.lowerBound, valueRange.upperBound)
    let scale = 255 / max(high - low, .leastNormalMagnitude)
    return unscaled(rows).map { UInt8(max(0, min(255, (($0 - low) * scale).rounded()))) }
  }
}
