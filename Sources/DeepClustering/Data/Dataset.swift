// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A table of numbers to cluster, one sample a row, with its classes where they are known.
///
/// Everything works without labels; they measure a clustering and never steer it.
public struct Dataset: Equatable, Sendable {
  /// The catalog name, or the file's name without its extension.
  public var name: String
  /// The values, `rows` × `columns`, with or without their zeros.
  public var table: TableValues
  /// The number of samples.
  public var rows: Int
  /// The number of features.
  public var columns: Int
  /// The class of every row as an index into ``classNames``; nil when unknown.
  public var labels: [Int]?
  /// The names of the classes: in numeric order when all are whole numbers, else sorted as text.
  public var classNames: [String]?
  /// The picture that a row is; nil when rows are not images.
  public var imageShape: ImageShape?
  /// Where the data came from: a path or a catalog name.
  public var source: String
  /// The file that each row was read from, within `source`; nil unless that is a folder of images or
  /// texts.
  public var fileNames: [String]?
  /// The words that the columns stand for; nil unless the rows are texts.
  public var vocabulary: Vocabulary?
  /// The names of the columns, one for each; nil unless the data are a text table with a header.
  public var columnNames: [String]?
  /// The number of each row in the data that this is a part of; nil where it is no part.
  public var rowNumbers: [Int]?
  /// What the reader of the data did that the user should know, a sentence each.
  public var notes: [String] = []

  /// A data set of values that are here already.
  ///
  /// The counts are the programmer's business: `values` has `rows` × `columns` elements, `labels`
  /// one for each row, all of them indices into `classNames`.
  public init(
    name: String, values: [Float], rows: Int, columns: Int, labels: [Int]? = nil,
    classNames: [String]? = nil, imageShape: ImageShape? = nil, source: String? = nil
  ) {
    precondition(
      rows >= 0 && columns >= 0 && values.count == rows * columns,
      "\(values.count) values do not fill \(rows) rows of \(columns) columns")
    self.init(
      name: name, table: .dense(values), rows: rows, columns: columns, labels: labels,
      classNames: classNames, imageShape: imageShape, source: source)
  }

  /// A data set of a table that is here already.
  init(
    name: String, table: TableValues, rows: Int, columns: Int, labels: [Int]? = nil,
    classNames: [String]? = nil, imageShape: ImageShape? = nil, source: String? = nil
  ) {
    precondition(
      labels.map { $0.count == rows } ?? true, "\(labels?.count ?? 0) labels for \(rows) rows")
    precondition(
      imageShape.map { $0.values == columns } ?? true,
      "the image shape does not have \(columns) values")
    self.name = name
    self.table = table
    self.rows = rows
    self.columns = columns
    self.labels = labels
    self.classNames =
      classNames ?? labels.map { labels in (0..<(1 + (labels.max() ?? -1))).map { "\($0)" } }
    self.imageShape = imageShape
    self.source = source ?? name
  }

  /// All values in row-major order, `rows` × `columns`.
  ///
  /// Where ``table`` is sparse they are made anew at each call: take them once, not value by value.
  public var values: [Float] {
    get { table.dense(columns: columns) }
    set { table = .dense(newValue) }
  }

  /// The lowest and the highest value; nil for an empty table or when every value is NaN.
  public var valueRange: ClosedRange<Float>? {
    var lowest = Float.infinity
    var highest = -Float.infinity
    func take(_ values: UnsafeBufferPointer<Float>) {
      for value in values {
        lowest = value < lowest ? value : lowest
        highest = value > highest ? value : highest
      }
    }
    switch table {
    case .dense(let values): values.withUnsafeBufferPointer(take)
    case .sparse(let sparse):
      sparse.values.withUnsafeBufferPointer(take)
      if sparse.values.count < rows * columns {
        (lowest, highest) = (min(lowest, 0), max(highest, 0))
      }
    }
    return lowest <= highest ? lowest...highest : nil
  }

  /// How many rows each class has, in the order of ``classNames``; nil without labels.
  public var classCounts: [Int]? {
    guard let labels, let classNames else { return nil }
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[label] += 1 }
    return counts
  }

  /// The SHA-256 of ``digest()``, the classes' names and the class of each row, in hexadecimal: what scores against
  /// the classes hang on.
  public func labelledDigest() -> String {
    Self.labelledDigest(digest(), labels: labels, classNames: classNames)
  }

  /// The same, of a digest that is known.
  static func labelledDigest(_ digest: String, labels: [Int]?, classNames: [String]?) -> String {
    var hash = SHA256()
    hash.update(Array(digest.utf8))
    guard let labels, let classNames else { return hash.finish() }
    hash.update(Array(classNames.joined(separator: "\n").utf8))
    labels.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// The SHA-256 of the shape and of the values' bytes, in hexadecimal.
  ///
  /// Labels, names and the source are left out: two data sets with the same digest are clustered
  /// alike.
  public func digest() -> String {
    var hash = SHA256()
    let picture = imageShape.map { "\($0.height)x\($0.width)x\($0.channels)" } ?? "-"
    hash.update(Array("\(rows)x\(columns) \(picture)\n".utf8))
    if case .dense(let values) = table {
      values.withUnsafeBytes { hash.update($0) }
    } else {
      table.eachRow(columns: columns) { _, values in
        hash.update(UnsafeRawBufferPointer(values))
        return true
      }
    }
    return hash.finish()
  }
}

/// The height, width and channels of the image that a row is; pixels row by row, channels last.
public struct ImageShape: Codable, Equatable, Sendable {
  /// The number of pixel rows.
  public var height: Int
  /// The number of pixels in a pixel row.
  public var width: Int
  /// The number of values of a pixel: 1 for grey, 3 for colour.
  public var channels: Int

  /// The number of values of an image.
  public var values: Int { height * width * channels }

  /// An image of a height and a width, grey unless more channels are asked for.
  public init(height: Int, width: Int, channels: Int = 1) {
    self.height = height
    self.width = width
    self.channels = channels
  }
}
