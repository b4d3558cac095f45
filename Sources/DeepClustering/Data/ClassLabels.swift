// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Classes of samples: an index for each, and the names that the indices stand for.
///
/// Any labels become 0, 1, 2 … here: published ones start at 1, have gaps, or are words.
public struct ClassLabels: Equatable, Sendable {
  /// The class of each sample, an index into ``names``.
  public let indices: [Int]
  /// The classes as they were written, in numeric order when all are whole numbers.
  public let names: [String]

  /// Numbers the classes that whole numbers stand for.
  public init(_ numbers: [Int]) {
    let classes = Set(numbers).sorted()
    let index = Dictionary(uniqueKeysWithValues: zip(classes, 0...))
    self.init(indices: numbers.compactMap { index[$0] }, names: classes.map(String.init))
  }

  /// Numbers the classes that words stand for; words that are all whole numbers count as those.
  public init(_ words: [String]) {
    var distinct: [String: Int] = [:]
    for word in words { distinct[word] = 0 }
    var wholes: [String: Int] = [:]
    for word in distinct.keys {
      // USPS writes its digits as 6.0000.
      guard let number = Int(word) ?? NumberParser.number(of: word).flatMap(Int.init(exactly:))
      else { break }
      wholes[word] = number
    }
    if wholes.count == distinct.count {
      self.init(words.compactMap { wholes[$0] })
      return
    }
    let names = distinct.keys.sorted()
    for (index, word) in names.enumerated() { distinct[word] = index }
    self.init(indices: words.compactMap { distinct[$0] }, names: names)
  }

  /// Reads the classes of a file: `.npy`, `.npz`, `.mat` and `.h5` (the array `y` or `labels`, or
  /// `FILE:ARRAY`), IDX, or text with one class a line; IDX and text also as gzip.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - column: which column of a table holds the classes, by name, by number counted from 1 (from
  ///     the end when negative), or `last`; without it the only one, or the first of `names` that
  ///     the header has.
  ///   - names: what a column of classes may be called.
  /// - Returns: the classes, in the order of the file.
  /// - Throws: ``InputError`` for a missing or damaged file and for numbers that are not whole.
  public static func read(
    _ path: String, column: String? = nil,
    names: [String] = ["label", "labels", "class", "target", "y", "cluster"]
  ) throws(InputError) -> ClassLabels {
    let place = ArrayPath(path)
    let path = place.file
    let bytes = try FileBytes.readUnpacked(path)
    if let arrays = try ArrayFiles.open(bytes, name: path) {
      return try ArrayChoice(arrays).labels(place.array)
    }
    if NPY.matches(bytes) { return try NPY.labels(bytes, name: path) }
    if IDX.matches(bytes) { return try ClassLabels(array: IDX.parse(bytes, name: path)) }
    return try ClassLabels(text: bytes, name: path, column: column, common: names)
  }

  private init(indices: [Int], names: [String]) {
    self.indices = indices
    self.names = names
  }

  /// These classes, then those of other rows, by their names.
  func followed(by other: ClassLabels) -> ClassLabels {
    ClassLabels(indices.map { names[$0] } + other.indices.map { other.names[$0] })
  }

  /// Refuses labels whose number is not the number of rows.
  ///
  /// - Parameters:
  ///   - rows: how many labels there must be.
  ///   - data: what has the rows, for the message.
  ///   - labels: where the labels are from, for the message.
  /// - Throws: ``InputError`` with both numbers, and a hint where a heading may be among the labels.
  public func refuseOtherCount(
    than rows: Int, in data: String, labels: String
  ) throws(InputError) {
    guard indices.count != rows else { return }
    let first =
      indices.count == rows + 1 && indices.dropFirst().allSatisfy { $0 != indices[0] }
      ? "; if its first line, '\(names[indices[0]])', is a heading, remove it" : ""
    throw InputError(
      .data, "\(labels) has \(indices.count) labels, but \(data) has \(rows) rows\(first)")
  }

  init(array: NPYArray) throws(InputError) {
    let long = array.shape.filter { $0 != 1 }
    guard long.count <= 1, !array.shape.isEmpty else {
      let shape = array.shape.map(String.init).joined(separator: " × ")
      throw InputError(
        .data, "\(array.name) has the shape \(shape), and labels are one number for each row")
    }
    self.init(try array.integers())
  }

  private init(
    text bytes: [UInt8], name: String, column: String?, common: [String]
  ) throws(InputError) {
    try ForeignFormat.refuse(bytes, name: name)
    guard !bytes.contains(0) else {
      throw InputError(
        .data, "\(name) is neither text nor NPY, NPZ or IDX; labels are read from these only")
    }
    var words = try bytes.withUnsafeBufferPointer { (bytes) throws(InputError) -> [[String]] in
      // One label a line may hold spaces ("alt atheism"), so they separate only beside numbers.
      let separator = DelimitedRecords.detectSeparator(bytes)
      var records = DelimitedRecords(bytes, separator: separator ?? 0, name: name)
      var all: [[String]] = []
      while let record = try records.next() { all.append(record) }
      return all
    }
    guard let first = words.first else {
      throw InputError(.data, "\(name) is empty: it has no labels")
    }
    var table = DelimitedText(header: first)
    let index: Int
    if let column {
      index = try table.column(column, of: first.count, in: name)
    } else if first.count == 1 {
      index = 0
    } else if let found = common.filter({ $0 != "y" || !first.contains("x") })
      .compactMap({ first.firstIndex(of: $0) }).first
    {
      // Beside x, y is a place.
      index = found
    } else {
      throw InputError(
        .data,
        "\(name) has \(first.count) columns, and none is named label or class; give a file with "
          + "one label a line")
    }
    let isNumber = words.dropFirst().allSatisfy {
      index < $0.count && NumberParser.number(of: $0[index]) != nil
    }
    let isNamed = first.count > 1 && (first[index] == column || common.contains(first[index]))
    let isWord = NumberParser.number(of: first[index]) == nil
    if isNamed
      || (isWord && first.count > 1
        && DelimitedText.isHeader(first, next: words.dropFirst().first, naming: []))
      || (words.count > 1 && isNumber && isWord)
      || (first.count == 1 && common.contains(first[index]))
    {
      table.header = words.removeFirst()
    }
    var labels: [String] = []
    for (number, record) in words.enumerated() {
      guard index < record.count, !record[index].isEmpty else {
        throw InputError(.data, "label \(number + 1) of \(name) is missing")
      }
      labels.append(record[index])
    }
    self.init(labels)
  }
}
