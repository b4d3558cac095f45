// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deepclust predict`.
@Suite struct PredictTests {
  @Test func agreesWithTheFitOnItsOwnData() throws {
    let place = try FittedRun.shared().place
    let outcome = try place.run(["predict", "run", "small.npy"])
    #expect(outcome.status == 0, "\(outcome.error)")
    let fitted = try NumPyFile(place.file("run/assignments.npy")).values(as: Int.self)
    #expect(outcome.output.split(separator: "\n").map { Int($0) } == fitted)

    let written = try place.run([
      "predict", "run", "small.csv", "--label-column", "class", "--output", "predicted.npy",
    ])
    #expect(written.status == 0 && written.output.isEmpty)
    #expect(
      try Data(contentsOf: place.file("predicted.npy"))
        == Data(contentsOf: place.file("run/assignments.npy")))
  }

  @Test func tellsProbabilities() throws {
    let place = try FittedRun.shared().place
    let outcome = try place.run([
      "predict", "run", "small.npy", "--probabilities", "--output", "probabilities.npy",
    ])
    #expect(outcome.status == 0, "\(outcome.error)")
    let array = try NumPyFile(place.file("probabilities.npy"))
    #expect(array.shape == [300, 3])
    let values = try array.values(as: Float.self)
    let fitted = try NumPyFile(place.file("run/assignments.npy")).values(as: Int.self)
    for row in 0..<300 {
      let row3 = Array(values[(row * 3)..<(row * 3 + 3)])
      #expect(abs(row3.reduce(0, +) - 1) < 1e-5)
      #expect(row3.firstIndex(of: row3.max() ?? 0) == fitted[row])
    }
  }

  @Test func tellsTheEmbedding() throws {
    let place = try FittedRun.shared().place
    try place.run(["predict", "run", "small.npy", "--embedding", "--output", "codes.npy"])
    #expect(
      try Data(contentsOf: place.file("codes.npy"))
        == Data(contentsOf: place.file("run/embedding.npy")))
    let printed = try place.run(["predict", "run", "small.npy", "--embedding"])
    let values = try NumPyFile(place.file("codes.npy")).values(as: Float.self)
    #expect(
      printed.output.split(whereSeparator: { ",\n".contains($0) }).map { Float($0) } == values)
    try place.run(["predict", "run", "small.npy", "--embedding", "--output", "codes.csv"])
    #expect(
      try String(contentsOf: place.file("codes.csv"), encoding: .utf8)
        == "embedding_0,embedding_1,embedding_2\n" + printed.output)
  }

  /// Columns are found by their names; those of the same place would be in other clusters.
  @Test func findsColumnsByTheirNames() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let fit = try place.run([
      "fit", "small.csv", "--label-column", "class", "--method", "kmeans", "-k", "3", "--output",
      "run", "--quiet",
    ])
    #expect(fit.status == 0, "\(fit.error)")
    let fitted = try NumPyFile(place.file("run/assignments.npy")).values(as: Int.self)
    let turned = Array(NamedTable.features.reversed())
    try NamedTable.write("turned.csv", ["class"] + turned + ["id"], to: place)

    let warned = try place.run(["predict", "run", "turned.csv"])
    #expect(warned.status == 0, "\(warned.error)")
    #expect(warned.output.split(separator: "\n").map { Int($0) } == fitted)
    #expect(
      warned.complaints == [
        "warning: 2 columns of turned.csv were left out, as the model was not fitted to them: "
          + "'class', 'id'"
      ])
    let named = try place.run([
      "predict", "run", "turned.csv", "--label-column", "class", "--ignore-columns", "id",
    ])
    #expect(named.error.isEmpty && named.output == warned.output)

    // Without names it is the places that count.
    let text = try String(contentsOf: place.file("turned.csv"), encoding: .utf8)
    let rows = text.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").dropFirst().prefix(8).joined(separator: ",")
    }
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(to: place.file("bare.csv"))
    let bare = try place.run(["predict", "run", "bare.csv"])
    #expect(bare.status == 0 && bare.error.isEmpty && bare.output != warned.output)

    let few = turned.filter { $0 != "x3" && $0 != "x5" }
    try NamedTable.write("few.csv", few + ["id", "class"], to: place)
    let missing = try place.run(["predict", "run", "few.csv"])
    #expect(missing.status == 65 && missing.output.isEmpty)
    #expect(
      missing.complaints == [
        "deepclust: few.csv lacks 2 of the 8 columns that the model was fitted to: 'x3', 'x5'; "
          + "give all of them, in any order"
      ])
  }

  /// The run's model remembers no names of an array, so that the option is needed.
  @Test func leavesColumnsOutWhereTheModelHasNoNames() throws {
    let fitted = try FittedRun.shared()
    let place = try Workplace()
    try NamedTable.write(to: place)
    let run = fitted.place.file("run").path
    let words = ["predict", run, "named.csv", "--label-column", "class"]
    let refused = try place.run(words)
    #expect(refused.status == 65 && refused.error.contains("say --ignore-columns id"))
    let outcome = try place.run(words + ["--ignore-columns", "id,when"])
    #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let assignments = try NumPyFile(fitted.place.file("run/assignments.npy")).values(as: Int.self)
    #expect(outcome.output.split(separator: "\n").map { Int($0) } == assignments)
  }

  @Test func refusesDataThatDoNotFit() throws {
    let fitted = try FittedRun.shared()
    let narrow = try Workplace()
    try NumPyFile([1, 2, 3, 4, 5, 6], shape: [2, 3]).bytes.write(to: narrow.file("narrow.npy"))
    let run = fitted.place.file("run").path
    let outcome = try narrow.run(["predict", run, "narrow.npy"])
    #expect(outcome.status == 65)
    #expect(
      outcome.complaints
        == ["deepclust: narrow.npy has 3 columns, and the model was fitted to 8"])

    try NumPyFile([Float](), shape: [0, 8]).bytes.write(to: narrow.file("empty.npy"))
    let empty = try narrow.run(["predict", run, "empty.npy"])
    #expect(empty.status == 65 && empty.complaints == ["deepclust: empty.npy has no rows"])

    var values = [Float](repeating: 1, count: 16)
    values[11] = .nan
    try NumPyFile(values, shape: [2, 8]).bytes.write(to: narrow.file("nan.npy"))
    let notFinite = try narrow.run(["predict", run, "nan.npy"])
    #expect(notFinite.status == 65)
    #expect(notFinite.complaints.count == 1)
    #expect(notFinite.error.contains("row 2, column 4 of nan.npy"))
  }

  @Test func refusesWhatIsNoFinishedRun() throws {
    let fitted = try FittedRun.shared()
    let place = try Workplace()
    let none = try place.run(["predict", "nothing", "small.npy"])
    #expect(none.status == 66)
    #expect(none.complaints == ["deepclust: nothing is no run folder: it has no run.json"])
    let unwritable = try fitted.place.run([
      "predict", "run", "small.npy", "--output", "small.npy/predicted.npy",
    ])
    #expect(unwritable.status == 73)
    #expect(unwritable.error.contains("small.npy/predicted.npy could not be created"))
    // What is there is not written over, and a name says what is to be written.
    let taken = try fitted.place.run(["predict", "run", "small.npy", "--output", "small.npy"])
    #expect(taken.status == 73 && taken.error.contains("small.npy exists already"))
    let other = try fitted.place.run(["predict", "run", "small.npy", "--output", "found.txt"])
    #expect(other.status == 64 && other.error.contains(".npy or .csv file, not found.txt"))
    let both = try fitted.place.run([
      "predict", "run", "small.npy", "--probabilities", "--embedding",
    ])
    #expect(both.status == 64)
  }
}
