// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deepclust evaluate`, against numbers that were worked out by hand.
@Suite struct EvaluateTests {
  /// Six samples, of which one of class b lies in the cluster of a.
  ///
  ///               a  b
  ///     cluster 0 3  1
  ///     cluster 1 0  2
  private func place() throws -> Workplace {
    let place = try Workplace()
    try NumPyFile([0, 0, 0, 0, 1, 1]).bytes.write(to: place.file("found.npy"))
    try Data("a\na\na\nb\nb\nb\n".utf8).write(to: place.file("classes.txt"))
    return place
  }

  @Test func countsByHand() throws {
    let outcome = try place().run([
      "evaluate", "found.npy", "--labels", "classes.txt", "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let scores = try #require(try object(outcome.output) as? [String: Double])
    // 5 of 6 lie in the cluster that is matched to their class.
    #expect(abs((scores["acc"] ?? 0) - 5.0 / 6) < 1e-12)
    #expect(abs((scores["purity"] ?? 0) - 5.0 / 6) < 1e-12)
    // Pairs together: in both 3 + 1 = 4, in clusters 6 + 1 = 7, in classes 3 + 3 = 6, of 15 in all;
    // (4 − 7·6/15) / ((7 + 6)/2 − 7·6/15).
    #expect(abs((scores["ari"] ?? 0) - (4 - 2.8) / (6.5 - 2.8)) < 1e-12)
    // I = ln 2 − (2/3) H(1/4), with the mean of the entropies of (4, 2)/6 and (3, 3)/6 below it.
    let conditional = -(2.0 / 3) * (0.75 * log(0.75) + 0.25 * log(0.25))
    let entropies = (log(2.0) - (2.0 / 3) * log(2.0 / 3) - (1.0 / 3) * log(1.0 / 3)) / 2
    #expect(abs((scores["nmi"] ?? 0) - (log(2.0) - conditional) / entropies) < 1e-12)
  }

  @Test func printsATable() throws {
    let outcome = try place().run(["evaluate", "found.npy", "--labels", "classes.txt"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("ACC         0.8333\n"))
    let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ") }
    // Of the four found as a three are; of the three b two are found.
    #expect(rows.contains(["a", "0.7500", "1.0000", "0.8571", "3"]))
    #expect(rows.contains(["b", "1.0000", "0.6667", "0.8000", "3"]))
  }

  @Test func readsARunFolder() throws {
    let place = try FittedRun.shared().place
    let outcome = try place.run(["evaluate", "run", "--labels", "labels.npy", "--json"])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(try object(outcome.output)["acc"] as? Double == 1)
  }

  @Test func takesTheClustersOfATableNotItsClasses() throws {
    let place = try place()
    let table = """
      index,cluster,certainty,class
      0,0,0.9,a
      1,0,0.9,a
      2,0,0.9,a
      3,0,0.9,b
      4,1,0.9,b
      5,1,0.9,b

      """
    try Data(table.utf8).write(to: place.file("assignments.csv"))
    let outcome = try place.run([
      "evaluate", "assignments.csv", "--labels", "assignments.csv", "--json",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(abs((try object(outcome.output)["acc"] as? Double ?? 0) - 5.0 / 6) < 1e-12)
  }

  /// A table of several columns, one of which is named, and the heading of a list.
  @Test func takesTheColumnThatIsNamed() throws {
    let place = try place()
    try Data("x,y,kind\n1,4,a\n1,4,a\n2,6,b\n3,8,b\n4,9,c\n5,9,c\n".utf8).write(
      to: place.file("table.csv"))
    func acc(_ column: [String]) throws -> Double? {
      let outcome = try place.run(
        ["evaluate", "table.csv", "--labels", "table.csv", "--json"] + column)
      return outcome.status == 0 ? try object(outcome.output)["acc"] as? Double : nil
    }
    // y is a place here, and no class.
    #expect(try acc([]) == nil)
    let lines = "a\na\nb\nb\nc\nc\n"
    try Data(lines.utf8).write(to: place.file("kinds.txt"))
    for column in ["kind", "3", "-1", "last"] {
      let outcome = try place.run([
        "evaluate", "kinds.txt", "--labels", "table.csv", "--label-column=\(column)", "--json",
      ])
      #expect(outcome.status == 0, "\(outcome.error)")
      #expect(try object(outcome.output)["acc"] as? Double == 1)
    }
    try Data("kinds\n\(lines)".utf8).write(to: place.file("headed.txt"))
    let headed = try place.run(["evaluate", "kinds.txt", "--labels", "headed.txt"])
    #expect(headed.status == 65 && headed.error.contains("'kinds', is a heading, remove it"))
  }

  /// Row numbers as classes, and nothing at all.
  @Test func refusesWhatCannotBeCounted() throws {
    let place = try place()
    let numbers = (0..<9000).map { "\($0)" }.joined(separator: "\n") + "\n"
    try Data(numbers.utf8).write(to: place.file("ids.txt"))
    let outcome = try place.run(["evaluate", "ids.txt", "--labels", "ids.txt"])
    #expect(outcome.status == 65 && outcome.error.contains("too many to tabulate"))
    try NumPyFile([Int]()).bytes.write(to: place.file("none.npy"))
    let empty = try place.run(["evaluate", "none.npy", "--labels", "none.npy"])
    #expect(empty.status == 65 && empty.complaints.count == 1)
  }

  @Test func refusesAnotherCount() throws {
    let place = try place()
    try Data("a\na\nb\n".utf8).write(to: place.file("three.txt"))
    let outcome = try place.run(["evaluate", "found.npy", "--labels", "three.txt"])
    #expect(outcome.status == 65)
    #expect(outcome.output.isEmpty)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.error.contains("three.txt has 3 labels, but found.npy has 6 rows"))
    #expect(try place.run(["evaluate", "nothing", "--labels", "three.txt"]).status == 66)
  }
}
