// SPDX-License-Identifier: Apache-2.0

/// How values are scaled before anything is learned from them.
///
/// Published results differ by this alone, so it is chosen explicitly and recorded with every run.
public enum Preprocessing: String, Codable, CaseIterable, Sendable {
  /// The values as they are.
  case none
  /// Divided by the largest possible value: for whole numbers the smallest of 1, 16, 255 and
  /// 65,535 that is not below the largest magnitude, for other numbers that magnitude itself.
  case unitRange = "unit-range"
  /// From −1 to 1: the middle between the smallest and the largest value becomes 0, one middle and
  /// one factor for all columns. The Deep k-means paper's USPS has this range.
  case symmetric
  /// Every row divided by its Euclidean norm; a row of zeros stays as it is.
  case unitNorm = "unit-norm"
  /// Every column less its mean and divided by its standard deviation (of the population, ÷ n).
  case standardScore = "standard-score"
  /// One factor for all values, so that the mean over the rows of ‖x‖² ÷ columns is 1: the scaling
  /// of Xie, Girshick, Farhadi: Unsupervised deep embedding for clustering analysis, ICML 2016.
  case meanSquare = "mean-square"
  /// One of the others, by a rule that looks at the values only.
  ///
  /// All within −1 to 1, as images in unit range and tf-idf rows are: ``none``. Images, and whole
  /// numbers from 0 to 255: ``unitRange``. Anything else: ``standardScore``.
  case automatic = "auto"

  /// The kind that ``automatic`` stands for on this data; any other kind is itself.
  public func resolved(for dataset: Dataset) -> Preprocessing {
    guard self == .automatic else { return self }
    guard let range = dataset.valueRange else { return .none }
    if range.lowerBound >= -1 && range.upperBound <= 1 { return .none }
    if dataset.imageShape != nil { return .unitRange }
    let isBytes =
      range.lowerBound >= 0 && range.upperBound <= 255 && Self.holdsWholeNumbers(dataset)
    return isBytes ? .unitRange : .standardScore
  }

  /// Learns the factors of this kind from training data, once; they are applied unchanged to all
  /// other data.
  public func fitted(to dataset: Dataset) -> FittedPreprocessing {
    var fitted = factors(of: dataset)
    fitted.columnNames = dataset.columnNames
    return fitted
  }

  private func factors(of dataset: Dataset) -> FittedPreprocessing {
    let kind = resolved(for: dataset)
    switch kind {
    case .none, .unitNorm, .automatic:
      return FittedPreprocessing(kind: kind)
    case .unitRange:
      return FittedPreprocessing(kind: kind, scale: Self.largestPossible(dataset))
    case .symmetric:
      return Self.symmetric(dataset)
    case .meanSquare:
      var sum = 0.0
      dataset.table.eachRow(columns: dataset.columns) { _, values in
        for value in values { sum += Double(value) * Double(value) }
        return true
      }
      let mean = sum / Double(max(dataset.rows * dataset.columns, 1))
      return FittedPreprocessing(kind: kind, scale: mean > 0 ? Float(mean.squareRoot()) : 1)
    case .standardScore:
      return Self.standardScore(dataset)
    }
  }

  private static func holdsWholeNumbers(_ dataset: Dataset) -> Bool {
    dataset.table.first(columns: dataset.columns) { $0 != $0.rounded(.towardZero) } == nil
  }

  private static func largestPossible(_ dataset: Dataset) -> Float {
    guard let range = dataset.valueRange else { return 1 }
    let largest = max(range.upperBound, -range.lowerBound)
    guard largest > 0 else { return 1 }
    let usual: [Float] = [1, 16, 255, 65_535]
    guard let bound = usual.first(where: { largest <= $0 }),
      holdsWholeNumbers(dataset)
    else { return largest }
    return bound
  }

  private static func symmetric(_ dataset: Dataset) -> FittedPreprocessing {
    let range = dataset.valueRange ?? 0...0
    let (middle, half) = (
      (range.lowerBound + range.upperBound) / 2, (range.upperBound - range.lowerBound) / 2
    )
    return FittedPreprocessing(
      kind: .symmetric, means: [Float](repeating: middle, count: dataset.columns),
      deviations: [Float](repeating: half > 0 ? half : 1, count: dataset.columns))
  }

  /// Two passes in Double: the mean first, so that no large squares cancel.
  private static func standardScore(_ dataset: Dataset) -> FittedPreprocessing {
    let (rows, columns) = (dataset.rows, dataset.columns)
    var means = [Double](repeating: 0, count: columns)
    var squares = means
    var isConstant = [Bool](repeating: true, count: columns)
    var first: [Float] = []
    dataset.table.eachRow(columns: columns) { row, values in
      if row == 0 { first = Array(values) }
      for column in 0..<columns { means[column] += Double(values[column]) }
      return true
    }
    for column in 0..<columns { means[column] /= Double(max(rows, 1)) }
    dataset.table.eachRow(columns: columns) { _, values in
      for column in 0..<columns {
        let distance = Double(values[column]) - means[column]
        squares[column] += distance * distance
        if values[column] != first[column] { isConstant[column] = false }
      }
      return true
    }
    // A constant column is told by its values: rounding can leave it a tiny deviation.
    return FittedPreprocessing(
      kind: .standardScore, means: means.map { Float($0) },
      deviations: (0..<columns).map {
        isConstant[$0] ? 1 : Float((squares[$0] / Double(rows)).squareRoot())
      })
  }
}
