// SPDX-License-Identifier: Apache-2.0

/// The one-to-one match of clusters with classes that explains the most samples, and its scores.
///
/// Source of the accuracy: Yang, Xu, Nie, Yan and Zhuang, Image clustering using local
/// discriminant models and global integration, IEEE TIP 19(10), 2010.
public struct ClassMatching: Equatable, Sendable {
  /// The column of the class matched to each row of the table; −1 for the clusters left over.
  public let classOfCluster: [Int]

  /// The fraction of samples whose cluster is matched to their class: clustering accuracy, ACC.
  public let accuracy: Double

  /// The best accuracy that this number of clusters can have with classes of these sizes.
  ///
  /// It is below 1 only with fewer clusters than classes: the largest classes get the clusters.
  public let accuracyCeiling: Double

  /// Precision, recall and F1 of each class, in the order of the table's columns.
  public let classScores: [ClassScore]

  /// The mean F1 over the classes that have samples.
  public var macroF1: Double {
    let present = classScores.filter { $0.support > 0 }
    return present.reduce(0) { $0 + $1.f1 } / Double(present.count)
  }

  /// Matches the clusters of a table with its classes.
  ///
  /// - Parameters:
  ///   - table: The counts.
  ///   - names: The name of each column's class; without them the class labels are the names.
  public init(_ table: ContingencyTable, names: [String]? = nil) {
    let names = names ?? table.classLabels.map(String.init)
    precondition(
      names.count == table.classLabels.count,
      "\(names.count) names were given for \(table.classLabels.count) classes")
    let assignment = Assignment(
      weights: table.counts.map(Double.init),
      rows: table.clusterLabels.count, columns: table.classLabels.count)
    classOfCluster = assignment.columnOfRow
    accuracy = assignment.total / Double(table.samples)
    let explicable = table.classSizes.sorted(by: >).prefix(table.clusterLabels.count)
    accuracyCeiling = Double(explicable.reduce(0, +)) / Double(table.samples)

    var rowOfClass = [Int?](repeating: nil, count: names.count)
    for (row, column) in classOfCluster.enumerated() where column >= 0 {
      rowOfClass[column] = row
    }
    classScores = names.indices.map { column in
      let row = rowOfClass[column]
      return ClassScore(
        name: names[column],
        hits: row.map { table[cluster: $0, class: column] } ?? 0,
        predicted: row.map { table.clusterSizes[$0] } ?? 0,
        support: table.classSizes[column])
    }
  }
}

/// How well one class was found by the cluster matched to it.
public struct ClassScore: Codable, Equatable, Sendable {
  /// The name of the class.
  public var name: String

  /// The fraction of the matched cluster that belongs to the class; 0 without a matched cluster.
  public var precision: Double

  /// The fraction of the class that is in the matched cluster.
  public var recall: Double

  /// The harmonic mean of precision and recall.
  public var f1: Double

  /// The number of samples of the class.
  public var support: Int

  /// The score of a class with `hits` of its `support` samples in a cluster of `predicted` samples.
  public init(name: String, hits: Int, predicted: Int, support: Int) {
    self.name = name
    self.support = support
    precision = predicted > 0 ? Double(hits) / Double(predicted) : 0
    recall = support > 0 ? Double(hits) / Double(support) : 0
    f1 = predicted + support > 0 ? 2 * Double(hits) / Double(predicted + support) : 0
  }
}
