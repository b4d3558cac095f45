// SPDX-License-Identifier: Apache-2.0

extension Dataset {
  /// Refuses data that cannot be clustered, and returns warnings about what merely is odd.
  ///
  /// - Parameter clusters: the number of clusters asked for; nil when the method finds it.
  /// - Returns: sentences for the user: the ``notes``, and for instance on constant columns, or on
  ///   labels that are more than half as many as ten rows or more.
  /// - Throws: ``InputError`` for NaN and infinity (with row and column, counted from 1), fewer
  ///   than two rows, no columns, rows that are all equal, labels that are no class, fewer than one
  ///   cluster, or more clusters than distinct rows.
  public func validated(clusters: Int?) throws(InputError) -> [String] {
    if let clusters, clusters < 1 {
      throw InputError(
        .usage, "the number of clusters is \(clusters), but it must be at least 1")
    }
    if rows == 0 || columns == 0 {
      throw InputError(
        .data,
        "\(source) is empty: it has \(rows) rows and \(columns) columns, and there is nothing to "
          + "cluster")
    }
    if rows == 1 {
      throw InputError(.data, "\(source) has one row only; clustering needs at least two")
    }
    try refuseNonFinite()
    let constant = constantColumnCount()
    if constant == columns {
      throw InputError(
        .data,
        "all \(rows) rows of \(source) are equal in single precision: there is nothing to cluster")
    }
    if let labels, let classes = classNames?.count,
      let row = labels.firstIndex(where: { !(0..<classes ~= $0) })
    {
      throw InputError(
        .data,
        "row \(row + 1) of \(source) has the label \(labels[row]), and there are \(classes) classes, "
          + "counted from 0")
    }
    // Of clusters that are yet to be found there will hardly be more.
    if let classNames, !ContingencyTable.fits(clusters ?? 8192, classNames.count) {
      throw InputError(
        .data,
        "the labels of \(source) have \(classNames.count) different values, too many to be classes: "
          + "leave them out")
    }
    if let clusters {
      let distinct = distinctRowCount(stoppingAt: clusters)
      if distinct < clusters {
        let reason = distinct == rows ? "\(rows) rows" : "\(distinct) distinct rows"
        throw InputError(
          .data,
          "\(clusters) clusters were asked for, but \(source) has only \(reason); ask for at most "
            + "\(distinct)")
      }
    }
    let warnings = notes + labelWarnings() + precisionWarnings()
    guard constant > 0 else { return warnings }
    let (verb, they) = constant == 1 ? ("is", "it tells") : ("are", "they tell")
    return warnings + [
      "\(constant) of \(columns) columns \(verb) constant; \(they) nothing about clusters"
    ]
  }

  /// Numbers of the rows given as labels would fit any clustering badly.
  private func labelWarnings() -> [String] {
    guard rows >= 10, let present = classCounts?.count(where: { $0 > 0 }), present > rows / 2 else {
      return []
    }
    return [
      "the labels of \(source) have \(present) different values for \(rows) rows, so they are hardly "
        + "classes, and scores against them say little"
    ]
  }

  /// Numbers far from zero that differ little, such as times in seconds, have lost digits when they
  /// were read.
  private func precisionWarnings() -> [String] {
    // Where a column has zeros its values lie as far apart as the largest is from zero.
    guard case .dense(let values) = table else { return [] }
    var (lowest, highest) = (Array(values[..<columns]), Array(values[..<columns]))
    table.eachRow(columns: columns) { _, values in
      for column in 0..<columns {
        lowest[column] = min(lowest[column], values[column])
        highest[column] = max(highest[column], values[column])
      }
      return true
    }
    let coarse = (0..<columns).filter { column in
      let (low, high) = (lowest[column], highest[column])
      return low < high && high - low < 1024 * max(-low, high).ulp
    }
    guard let first = coarse.first else { return [] }
    return [
      "the values of \(coarse.count) of \(columns) columns of \(source), the first of them column "
        + "\(first + 1) from \(lowest[first]) to \(highest[first]), are so far from zero that "
        + "single precision keeps few of their differences: subtract the mean of such a column"
    ]
  }

  private func refuseNonFinite() throws(InputError) {
    guard let found = table.first(columns: columns, where: { !$0.isFinite }) else { return }
    let value = found.value.isNaN ? "NaN" : found.value > 0 ? "infinity" : "-infinity"
    throw InputError(
      .data,
      "row \(found.row + 1), column \(found.column + 1) of \(source) is \(value); remove or "
        + "replace such values first")
  }

  private func constantColumnCount() -> Int {
    if case .sparse(let sparse) = table {
      // Constant are those without a value, and those with the same one in every row.
      var count = [Int](repeating: 0, count: columns)
      var first = [Float](repeating: 0, count: columns)
      for (column, value) in zip(sparse.columns.lazy.map(Int.init), sparse.values) {
        if count[column] == 0 { first[column] = value }
        count[column] = value == first[column] && count[column] >= 0 ? count[column] + 1 : -1
      }
      return count.count { $0 == 0 || $0 == rows }
    }
    // Only columns that are still constant are looked at.
    var candidates = Array(0..<columns)
    var first: [Float] = []
    table.eachRow(columns: columns) { row, values in
      if row == 0 { first = Array(values) }
      candidates.removeAll { values[$0] != first[$0] }
      return !candidates.isEmpty
    }
    return candidates.count
  }

  /// Counts distinct rows by a 64-bit hash, and stops as soon as there are enough.
  private func distinctRowCount(stoppingAt enough: Int) -> Int {
    var seen = Set<UInt64>(minimumCapacity: min(enough, rows))
    table.eachRow(columns: columns) { _, values in
      var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
      for value in values {
        // Adding zero makes -0 and 0 the same bits.
        hash = (hash ^ UInt64((value + 0).bitPattern)) &* 0xFF51_AFD7_ED55_8CCD
        hash ^= hash >> 32
      }
      seen.insert(hash)
      return seen.count < enough
    }
    return seen.count
  }
}
