// SPDX-License-Identifier: Apache-2.0

public import Foundation
internal import Torch

extension Dataset {
  /// A part whose classes have unequal sizes: rows of the first class are kept with the probability
  /// `retention`, those of the last with 1, and the others with probabilities that rise in equal
  /// steps between.
  ///
  /// Xie, Girshick, Farhadi, Unsupervised deep embedding for clustering analysis, ICML 2016, §5.4
  /// and table 4, where `retention` is r_min.
  ///
  /// - Parameters:
  ///   - retention: Above 0 and at most 1.
  ///   - seed: Decides which rows are kept.
  /// - Returns: The kept rows in their order, with all class names.
  /// - Throws: ``InputError`` for a retention outside of its range, or data without classes.
  public func subsampled(retention: Double, seed: UInt64) throws(InputError) -> Dataset {
    guard retention > 0 && retention <= 1 else {
      throw InputError(
        .usage, "the retention is \(retention), but it must be above 0 and at most 1")
    }
    guard let labels, let classNames else {
      throw InputError(
        .data, "\(source) has no classes, so there are none to thin out; give --labels FILE")
    }
    var generator = SplitMix64(seed: seed)
    let steps = Double(max(classNames.count - 1, 1))
    let kept = labels.indices.filter { row in
      let share = retention + (1 - retention) * Double(labels[row]) / steps
      return generator.nextUniform() < share
    }
    return keeping(kept)
  }

  /// A part of at most so many rows, each of which is as likely to be in it.
  ///
  /// - Parameters:
  ///   - count: The rows to keep; all are kept where there are no more.
  ///   - seed: Decides which rows are kept.
  /// - Returns: The kept rows in their order, with all class names.
  public func sampled(rows count: Int, seed: UInt64) -> Dataset {
    keeping(drawn(min(max(count, 0), rows), seed: seed))
  }

  /// So many rows at random, in their order.
  private func drawn(_ count: Int, seed: UInt64) -> [Int] {
    var generator = SplitMix64(seed: seed)
    var missing = count
    return (0..<rows).filter { row in
      // Selection sampling: of the rows that are left, so many are still to be drawn.
      let isDrawn = generator.nextUniform() * Double(rows - row) < Double(missing)
      if isDrawn { missing -= 1 }
      return isDrawn
    }
  }

  /// The rows in two parts at random: those that a fit sees, and those that are kept from it.
  ///
  /// - Parameters:
  ///   - share: Of the rows, those that are held out: above 0 and below 1.
  ///   - seed: Decides which rows are held out.
  /// - Returns: Both parts in the order of the rows, with all class names.
  /// - Throws: ``InputError`` for a share outside of its range, or one that leaves a part empty.
  public func holdingOut(
    _ share: Double, seed: UInt64
  ) throws(InputError) -> (training: Dataset, heldOut: Dataset) {
    guard share > 0 && share < 1 else {
      throw InputError(
        .usage,
        "the share of rows to hold out is \(share), but it must be above 0 and below 1, such as 0.2"
      )
    }
    let count = Int((share * Double(rows)).rounded())
    guard count > 0 && count < rows else {
      throw InputError(
        .data, "of \(rows) rows a share of \(share) cannot be held out: one part would be empty")
    }
    let heldOut = drawn(count, seed: Seed(seed).stream("held-out rows"))
    let isHeldOut = Set(heldOut)
    return (keeping((0..<rows).filter { !isHeldOut.contains($0) }), keeping(heldOut))
  }

  private func keeping(_ kept: [Int]) -> Dataset {
    var part = Dataset(
      name: name, table: table.rows(kept, columns: columns), rows: kept.count, columns: columns,
      labels: labels.map { labels in kept.map { labels[$0] } },
      classNames: classNames, imageShape: imageShape, source: source)
    part.fileNames = fileNames.map { names in kept.map { names[$0] } }
    (part.vocabulary, part.columnNames) = (vocabulary, columnNames)
    part.rowNumbers = kept.count == rows ? rowNumbers : kept.map { rowNumbers?[$0] ?? $0 }
    part.notes = notes
    return part
  }

  /// Writes the rows as `x` (as images where they are) and the classes as `y` of a NumPy archive.
  ///
  /// Classes whose names are whole numbers are written as these, others by their index.
  ///
  /// - Throws: ``InputError`` when the file cannot be written, or would be larger than 4 GB.
  public func writeNPZ(to url: URL) throws(InputError) {
    let shape = imageShape.map {
      [rows, $0.height, $0.width] + ($0.channels > 1 ? [$0.channels] : [])
    }
    try NumberTable.refuseTooLarge(rows: rows, columns: columns, name: url.path)
    var members = [("x.npy", NPY.encoded(values, shape: shape ?? [rows, columns]))]
    if let labels, let classNames {
      let numbers = classNames.compactMap { Int($0) }
      let isNumbered = numbers.count == classNames.count
      members.append(
        ("y.npy", NPY.encoded(isNumbered ? labels.map { numbers[$0] } : labels, shape: [rows])))
    }
    guard let bytes = ZipWriter.archive(members) else {
      throw InputError(.data, "\(url.path) would be larger than 4 GB; keep fewer rows")
    }
    try FileBytes.write(bytes, to: url)
  }
}

/// A name or path with a part behind it: `mnist@10%` keeps a tenth of the first class, `mnist@1000`
/// is a thousand rows, and `mnist@1000:7` is drawn with seed 7.
struct Subset {
  /// What is kept.
  enum Part: Equatable {
    /// See ``Dataset/subsampled(retention:seed:)``.
    case retention(Double)
    /// See ``Dataset/sampled(rows:seed:)``.
    case rows(Int)
  }

  /// The name or path before the sign.
  let whole: String
  let part: Part
  let seed: UInt64

  /// Nil for a name without a sign, or a file that has it in its name.
  init?(of name: String) throws(InputError) {
    guard let sign = name.lastIndex(of: "@"), !name[sign...].contains("/"),
      !FileManager.default.fileExists(atPath: name)
    else { return nil }
    let parts = name[name.index(after: sign)...].split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let percent = parts[0].hasSuffix("%") ? Int(parts[0].dropLast()) : nil
    let seed = parts.count > 1 ? UInt64(parts[1]) : 1
    whole = String(name[..<sign])
    if let percent, let seed, (1...100).contains(percent) {
      (part, self.seed) = (.retention(Double(percent) / 100), seed)
    } else if let rows = Int(parts[0]), let seed, rows >= 1 {
      (part, self.seed) = (.rows(rows), seed)
    } else {
      throw InputError(
        .usage,
        "'\(name)' is no file, and what follows the @ is neither a whole percentage from 1% to 100% "
          + "nor a number of rows; write mnist@10% or mnist@1000, or mnist@10%:7 for another seed")
    }
  }

  /// The name or path before all signs.
  static func base(of name: String) throws(InputError) -> String {
    var name = name
    while let part = try Subset(of: name) { name = part.whole }
    return name
  }

  /// The part of the whole.
  func of(_ dataset: Dataset) throws(InputError) -> Dataset {
    switch part {
    case .retention(let share): try dataset.subsampled(retention: share, seed: seed)
    case .rows(let count): dataset.sampled(rows: count, seed: seed)
    }
  }
}
