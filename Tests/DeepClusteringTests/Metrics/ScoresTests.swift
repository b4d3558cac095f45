// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation
import Testing

@Suite struct ScoresTests {
  /// Six points, worked by hand: clusters {a, a, b} and {b, b, a}, so the table is [[2, 1], [1, 2]].
  @Test func sixPointsByHand() {
    let table = ContingencyTable(predicted: [0, 0, 0, 1, 1, 1], labels: [0, 0, 1, 1, 1, 0])
    let matching = ClassMatching(table, names: ["a", "b"])
    let scores = Scores(table, matching)
    #expect(matching.classOfCluster == [0, 1])
    #expect(scores.acc == 4.0 / 6)
    #expect(scores.purity == 4.0 / 6)
    #expect(scores.accCeiling == 1)
    // 15 pairs, 6 together in clusters, 6 in classes, 2 in both: expected 36/15 = 2.4, so
    // (2 − 2.4) / (6 − 2.4).
    #expect(isClose(scores.ari, -0.4 / 3.6))
    // I = 2·(1/3)·log(4/3) + 2·(1/6)·log(2/3), and both entropies are log 2.
    let information = 2.0 / 3 * log(4.0 / 3) + 1.0 / 3 * log(2.0 / 3)
    #expect(isClose(table.mutualInformation, information))
    #expect(isClose(scores.nmi, information / log(2)))
    // The overlap of the first cluster and class is 0, 1, 2, 3 with probability 1, 9, 9, 1 of 20;
    // with 1 and 2 the information is as above, with 0 and 3 it is log 2.
    let expected = 0.9 * information + 0.1 * log(2)
    #expect(isClose(scores.ami, (information - expected) / (log(2) - expected)))
    for score in matching.classScores {
      #expect(score == ClassScore(name: score.name, hits: 2, predicted: 3, support: 3))
      #expect(isClose(score.precision, 2.0 / 3))
      #expect(isClose(score.recall, 2.0 / 3))
      #expect(isClose(score.f1, 2.0 / 3))
    }
    #expect(matching.classScores.map(\.name) == ["a", "b"])
    #expect(isClose(matching.macroF1, 2.0 / 3))
  }

  /// Three clusters for two classes: one cluster is left over, its samples are lost to ACC.
  @Test func aClusterTooMany() {
    let table = ContingencyTable(
      predicted: [0, 0, 0, 1, 1, 1, 1, 2, 2], labels: [1, 1, 0, 0, 0, 0, 0, 1, 1])
    let matching = ClassMatching(table)
    // Cluster 0 holds 2 of class 1 and 1 of class 0; clusters 0 and 2 tie for class 1.
    #expect(matching.accuracy == 6.0 / 9)
    #expect(matching.accuracyCeiling == 1)
    #expect(matching.classOfCluster[1] == 0)
    #expect(matching.classOfCluster.sorted() == [-1, 0, 1])
    #expect(table.purity == 8.0 / 9)
    let zero = matching.classScores[0]
    #expect(zero.precision == 1)
    #expect(zero.recall == 0.8)
    #expect(isClose(zero.f1, 8.0 / 9))
  }

  /// Two clusters for three classes of 5, 3 and 2: at best 8 of 10 can be right.
  @Test func tooFewClustersHaveACeiling() {
    let labels = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2]
    let table = ContingencyTable(predicted: labels.map { min($0, 1) }, labels: labels)
    let matching = ClassMatching(table)
    #expect(matching.accuracyCeiling == 0.8)
    #expect(matching.accuracy == 0.8)
    #expect(table.purity == 0.8)
    let last = matching.classScores[2]
    #expect(last == ClassScore(name: "2", hits: 0, predicted: 0, support: 2))
    #expect(last.precision == 0 && last.recall == 0 && last.f1 == 0)
    // F1 is 1 for class 0; 3 of 5 and 3 of 3 give 2·3/8 for class 1.
    #expect(isClose(matching.macroF1, (1 + 0.75 + 0) / 3))
  }

  @Test func classesWithoutSamplesDoNotCountInMacroF1() {
    let table = ContingencyTable(predicted: [0, 1], labels: [0, 1], clusters: 2, classes: 5)
    #expect(ClassMatching(table).macroF1 == 1)
  }

  @Test func agreesWithScikitLearn() throws {
    let cases = try MetricsGolden.load().cases
    #expect(cases.count == 16)
    for example in cases {
      let (predicted, labels) = example.labelling
      let table = ContingencyTable(predicted: predicted, labels: labels)
      let matching = ClassMatching(table)
      let scores = Scores(table, matching)
      let expected = example.scores
      let name = Comment(rawValue: example.name)
      #expect(isClose(scores.acc, expected.acc), name)
      #expect(isClose(scores.nmi, expected.nmi), name)
      // scikit-learn takes differences of log-gammas, which cost it digits in large tables.
      #expect(isClose(scores.ami, expected.ami, tolerance: 1e-8), name)
      #expect(isClose(scores.ari, expected.ari), name)
      #expect(isClose(scores.purity, expected.purity), name)
      #expect(isClose(table.homogeneity, expected.homogeneity), name)
      #expect(isClose(table.completeness, expected.completeness), name)
      guard let precision = expected.precision, let recall = expected.recall,
        let f1 = expected.f1
      else { continue }
      let classes = matching.classScores
      #expect(classes.map(\.support) == expected.support, name)
      #expect(zip(classes, precision).allSatisfy { isClose($0.precision, $1) }, name)
      #expect(zip(classes, recall).allSatisfy { isClose($0.recall, $1) }, name)
      #expect(zip(classes, f1).allSatisfy { isClose($0.f1, $1) }, name)
    }
  }

  /// The exact expectation against the mean over all 720 orders of six labels.
  @Test func theExpectationIsTheMeanOverAllOrders() {
    let predicted = [0, 0, 0, 1, 1, 2]
    let labels = [0, 0, 1, 1, 1, 1]
    var sum = 0.0
    var orders = 0.0
    permute(labels, from: 0) { order in
      sum += ContingencyTable(predicted: predicted, labels: order).mutualInformation
      orders += 1
    }
    let table = ContingencyTable(predicted: predicted, labels: labels)
    let mean = sum / orders
    let largest = (table.clusterEntropy + table.classEntropy) / 2
    #expect(orders == 720)
    #expect(
      isClose(
        table.adjustedMutualInformation, (table.mutualInformation - mean) / (largest - mean)))
  }

  @Test func jsonHasOnlyTheScoresThatAreThere() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let unlabelled = try encoder.encode(Scores(silhouette: 0.5))
    #expect(String(decoding: unlabelled, as: UTF8.self) == #"{"silhouette":0.5}"#)
    let full = Scores(predicted: [0, 1], labels: [1, 0])
    let text = String(decoding: try encoder.encode(full), as: UTF8.self)
    #expect(text == #"{"acc":1,"accCeiling":1,"ami":1,"ari":1,"nmi":1,"purity":1}"#)
    #expect(try JSONDecoder().decode(Scores.self, from: Data(text.utf8)) == full)
  }

  private func permute(_ values: [Int], from start: Int, _ body: ([Int]) -> Void) {
    if start == values.count { return body(values) }
    for index in start..<values.count {
      var next = values
      next.swapAt(start, index)
      permute(next, from: start + 1, body)
    }
  }
}

private func isClose(_ value: Double?, _ expected: Double, tolerance: Double = 1e-12) -> Bool {
  guard let value else { return false }
  return abs(value - expected) <= tolerance
}
