// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Testing

@Suite struct ContingencyTableTests {
  @Test func countsClustersByClasses() {
    let table = ContingencyTable(predicted: [0, 0, 2, 2, 2, 0], labels: [5, 5, 3, 5, 3, 3])
    #expect(table.clusterLabels == [0, 2])
    #expect(table.classLabels == [3, 5])
    #expect(table.rows == [[1, 2], [2, 1]])
    #expect(table[cluster: 0, class: 1] == 2)
    #expect(table.clusterSizes == [3, 3])
    #expect(table.classSizes == [3, 3])
    #expect(table.samples == 6)
  }

  @Test func noiseIsAClusterInTheLastRow() {
    let table = ContingencyTable(predicted: [-1, 1, -1, 0], labels: [0, 0, 1, 1])
    #expect(table.clusterLabels == [0, 1, -1])
    #expect(table.rows == [[0, 1], [1, 0], [1, 1]])
  }

  @Test func emptyClustersAndClassesHaveARowWhenTheirNumberIsGiven() {
    let table = ContingencyTable(
      predicted: [2, 0, -1], labels: [0, 0, 1], clusters: 4, classes: 3)
    #expect(table.clusterLabels == [0, 1, 2, 3, -1])
    #expect(table.rows == [[1, 0, 0], [0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0]])
    #expect(table.classSizes == [2, 1, 0])
  }

  @Test func labelsMayBeHuge() {
    let table = ContingencyTable(predicted: [Int.max, 7, Int.max], labels: [1, 2, 1])
    #expect(table.clusterLabels == [7, Int.max])
    #expect(table.rows == [[0, 1], [2, 0]])
  }

  @Test func emptyRowsChangeNoScoreButTheCeiling() {
    let (predicted, labels) = ([0, 0, 2, 2, 2, 0, 0], [0, 0, 1, 1, 0, 2, 1])
    let plain = Scores(predicted: predicted, labels: labels)
    var padded = Scores(predicted: predicted, labels: labels, clusters: 9)
    #expect(plain.accCeiling == 6.0 / 7)
    #expect(padded.accCeiling == 1)
    padded.accCeiling = plain.accCeiling
    #expect(padded == plain)
  }

  @Test func mismatchedLengthsTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = ContingencyTable(predicted: [0, 1], labels: [0])
    }
  }

  @Test func labelsBelowMinusOneTrap() async {
    await #expect(processExitsWith: .failure) {
      _ = ContingencyTable(predicted: [0, -2], labels: [0, 1])
    }
  }
}
