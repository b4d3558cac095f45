// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Data and arguments that cannot work: one sentence, the right exit code, nothing left behind.
@Suite struct BadInputTests {
  /// A file that cannot be clustered into three, and what is said of it.
  struct Case: CustomTestStringConvertible, Sendable {
    var file: String
    var bytes: Data
    var status: Int32 = 65
    /// Parts of the sentence: the file and the place.
    var says: [String]
    var testDescription: String { file }
  }

  static let cases: [Case] = [
    Case(
      file: "nan.npy", bytes: array(changing: [4 * 8 + 2: .nan]),
      says: ["row 5, column 3 of nan.npy is NaN"]),
    Case(
      file: "infinity.npy", bytes: array(changing: [299 * 8 + 7: -.infinity]),
      says: ["row 300, column 8 of infinity.npy is -infinity"]),
    Case(file: "empty.csv", bytes: Data(), says: ["empty.csv is empty"]),
    Case(
      file: "no-rows.npy", bytes: NumPyFile([Float](), shape: [0, 8]).bytes,
      says: ["no-rows.npy is empty", "0 rows"]),
    Case(
      file: "one-row.npy", bytes: NumPyFile([1, 2, 3], shape: [1, 3]).bytes,
      says: ["one-row.npy has one row"]),
    Case(
      file: "two-kinds.npy", bytes: NumPyFile([1, 2, 3, 4, 1, 2, 3, 4], shape: [4, 2]).bytes,
      says: ["3 clusters", "two-kinds.npy", "2 distinct rows"]),
    Case(
      file: "all-equal.npy", bytes: NumPyFile([1, 2, 1, 2, 1, 2, 1, 2], shape: [4, 2]).bytes,
      says: ["4 rows of all-equal.npy are equal"]),
    Case(
      file: "tiny.npy", bytes: NumPyFile([1e-30, 2e-30, 3e-30, 0], shape: [4, 1]).bytes,
      says: ["no value of tiny.npy is farther than 3e-30 from zero", "standard-score"]),
    Case(
      file: "ragged.csv", bytes: Data("1,2,3\n4,5,6\n7,8\n".utf8), says: ["line 3 of ragged.csv"]),
    Case(
      file: "words.csv", bytes: Data("1,2,3\n4,five,6\n7,8,9\n".utf8),
      says: ["line 2, column 2 of words.csv is 'five'"]),
    Case(
      file: "cut.csv.gz", bytes: Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x33, 0xD4]),
      says: ["cut.csv.gz is cut off"]),
    Case(
      file: "cut.npy", bytes: array(changing: [:]).dropLast(100),
      says: ["cut.npy claims a shape of 300 × 8", "9500 bytes"]),
    Case(
      file: "overflow.npy", bytes: header(shape: [1 << 62, 16]),
      says: ["overflow.npy claims a shape of 4611686018427387904 × 16"]),
    Case(
      file: "cut-idx3-ubyte", bytes: idx(lengths: [1000, 28, 28]),
      says: ["cut-idx3-ubyte claims a shape of 1000 × 28 × 28"]),
    Case(
      file: "overflow-idx3-ubyte", bytes: idx(lengths: [.max, .max, .max]),
      says: ["overflow-idx3-ubyte claims a shape of 4294967295 × 4294967295 × 4294967295"]),
  ]

  @Test(arguments: cases)
  func refusesDataInOneSentence(_ bad: Case) throws {
    let place = try Workplace()
    try bad.bytes.write(to: place.file(bad.file))
    let outcome = try place.run([
      "fit", bad.file, "--method", "kmeans", "--clusters", "3", "--output", "runs/bad", "--quiet",
    ])
    #expect(outcome.status == bad.status)
    #expect(outcome.output.isEmpty)
    #expect(outcome.complaints.count == 1, "\(outcome.error)")
    #expect(outcome.error.hasPrefix("deepclust: "))
    #expect(
      outcome.error.wholeMatch(of: /deepclust: [^A-Z](.|\s)*[^.]\n/) != nil, "\(outcome.error)")
    for part in bad.says { #expect(outcome.error.contains(part), "\(outcome.error)") }
    #expect(!place.has("runs"), "a run that cannot be leaves no folder")
  }

  @Test(
    arguments: [
      (["--clusters", "0"], 64, "number of clusters is 0"),
      (["--clusters=-2"], 64, "number of clusters is -2"),
      (["--method", "hdbscan", "-k", "7"], 64, "the number of clusters itself: 7 is not read"),
      (["--method", "dbscan", "-k", "7"], 64, "so leave out --clusters"),
      (["--cluster-range", "9-2"], 64, "two whole numbers from 2 on, the least first"),
      (["--cluster-range", "1-5"], 64, "such as 2-60, not 1-5"),
      (["--method", "kmeans", "--cluster-range", "2-9"], 64, "use --clusters auto"),
      (["-k", "3", "--cluster-range", "2-9"], 64, "range 2-9 is tried where K is chosen"),
      (["--method", "dbscan", "--cluster-range", "2-9"], 64, "dbscan finds K itself"),
      (["-k", "auto", "--cluster-range", "31-40"], 65, "300 rows can tell of 30 clusters at most"),
      (["--set", "clusters=7"], 64, "--set does not take clusters"),
      (["--method", "n2d", "--set", "mixture.clusters=7"], 64, "use -k 7"),
      (["--method", "kmean"], 64, "no method kmean: did you mean kmeans"),
      (["--profile", "fast"], 64, "no profile fast"),
      (["--labels", "few.npy"], 65, "few.npy has 299 labels, but small.npy has 300 rows"),
      (["--labels", "none.npy"], 66, "no file none.npy"),
      (["--label-column", "class"], 64, "small.npy is not a text table"),
      (
        ["--ignore-columns", "id"], 64, "small.npy is not a text table, so it has no named columns"
      ),
      (["--device", "gpu"], 64, "no device gpu"),
      (["--precision", "half"], 64, "float32, bfloat16"),
      (["--threads", "0"], 64, "threads must be at least 1"),
      (["--set", "epochs"], 64, "key=value"),
      (["--set", "epoch=3"], 64, "did you mean pretraining.epochs?"),
      (["--set", "epochs=1.5"], 64, "pretraining.epochs cannot be 1.5: it must be a whole number"),
      (["--set", "start=best"], 64, "start cannot be best: it must be one of k-means, graph"),
      (["--set", "hidden=500,0"], 64, "pretraining.layout.hidden cannot be 500,0"),
      (["--set", "pretraining.batchSize=-1"], 64, "cannot be -1: it must be above 0"),
      (["--set", "tolerance=-1"], 64, "tolerance cannot be -1: it must be 0 or more"),
      (
        ["--config", "bad.yaml"], 64,
        "bad.yaml: there is no setting clutsers; did you mean clusters?"
      ),
      (["--config", "broken.yaml"], 64, "broken.yaml is not YAML: line 2, column 1: "),
      (["--config", "none.yaml"], 66, "there is no file "),
    ] as [([String], Int32, String)])
  func refusesArgumentsInOneSentence(words: [String], status: Int32, says: String) throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    try NumPyFile([Int](repeating: 0, count: 299)).bytes.write(to: place.file("few.npy"))
    try Data("clutsers: 3\n".utf8).write(to: place.file("bad.yaml"))
    try Data("data: [3\n".utf8).write(to: place.file("broken.yaml"))
    let outcome = try place.run(["fit", "small.npy", "--quiet", "--output", "runs/bad"] + words)
    #expect(outcome.status == status)
    #expect(outcome.output.isEmpty)
    #expect(outcome.complaints.count == 1, "\(outcome.error)")
    #expect(outcome.error.contains(says), "\(outcome.error)")
    #expect(!place.has("runs"))
  }

  @Test func suggestsNamesOfData() throws {
    let place = try Workplace()
    let near = try place.run(["fit", "mnits", "--output", "runs/bad"])
    #expect(near.status == 64)
    #expect(near.error.contains("did you mean mnist?"))
    let path = try place.run(["fit", "./none.npy", "--quiet", "--output", "runs/bad"])
    #expect(path.status == 66)
    #expect(path.complaints == ["deepclust: there is no file ./none.npy"])
    #expect(!place.has("runs"))
  }

  @Test func refusesACatalogFileOfAnotherChecksum() throws {
    let place = try Workplace()
    let folder = place.file("data/digits")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("1,2,3\n".utf8).write(to: folder.appendingPathComponent("digits.csv.gz"))
    let outcome = try place.run(
      ["fit", "digits", "--quiet", "--output", "runs/bad"], data: place.file("data").path)
    #expect(outcome.status == 69)
    #expect(outcome.complaints.count == 1)
    #expect(outcome.error.contains("digits.csv.gz is not the original digits.csv.gz: its SHA-256"))
    #expect(!place.has("runs"))
  }

  @Test(
    .enabled(
      if: !FileManager.default.fileExists(atPath: "/dev/nvidia0"), "there is a CUDA device"))
  func saysWhenThereIsNoCUDA() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let outcome = try place.run(["fit", "small.npy", "--device", "cuda", "--output", "runs/bad"])
    #expect(outcome.status == 69)
    #expect(outcome.complaints.count == 1 && outcome.error.count < 300, "\(outcome.error)")
    #expect(outcome.error.contains("CUDA") && outcome.error.contains("--device cpu"))
    #expect(!place.has("runs"))
  }

  /// Odd, but not wrong: read and said.
  @Test func warnsOfConstantColumns() throws {
    let place = try Workplace()
    let constant = Dictionary(uniqueKeysWithValues: (0..<300).map { ($0 * 8 + 3, Float(7)) })
    try Self.array(changing: constant).write(to: place.file("constant.npy"))
    let outcome = try place.run([
      "fit", "constant.npy", "--method", "kmeans", "-k", "3", "--quiet", "--output", "run",
    ])
    #expect(outcome.status == 0)
    #expect(
      outcome.complaints
        == ["warning: 1 of 8 columns is constant; it tells nothing about clusters"])
    let warnings = try record(place.file("run"))["warnings"] as? [String]
    #expect(warnings?.count == 1)
  }

  /// Fortran order and big-endian numbers are the same data, down to the digest.
  @Test func readsOtherLayoutsOfArrays() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    var turned = [Float](repeating: 0, count: 2400)
    for row in 0..<300 {
      for column in 0..<8 { turned[column * 300 + row] = SmallData.values[row * 8 + column] }
    }
    var fortran = NumPyFile(turned, shape: [300, 8])
    fortran.isFortran = true
    try fortran.bytes.write(to: place.file("fortran.npy"))
    var big = NumPyFile(SmallData.values, shape: [300, 8])
    big.descriptor = ">f4"
    big.body = SmallData.values.map(\.bitPattern.bigEndian).withUnsafeBytes { Data($0) }
    try big.bytes.write(to: place.file("big.npy"))
    let digests = try ["small.npy", "fortran.npy", "big.npy"].map { name in
      let outcome = try place.run(["data", "info", name])
      return outcome.output.split(separator: "\n").first { $0.hasPrefix("digest") }
    }
    #expect(digests[0] != nil && digests[1] == digests[0] && digests[2] == digests[0])
  }

  @Test func stopsWhenTheNetworkDiverges() throws {
    let place = try Workplace()
    try SmallData.write(to: place)
    let outcome = try place.run(
      ["fit", "small.npy", "--quiet", "--output", "runs/bad"] + SmallData.dec
        + ["--set", "pretraining.optimizer.kind=sgd"]
        + ["--set", "pretraining.optimizer.learningRate=1000000"])
    #expect(outcome.status == 65)
    // One for the starts with a smaller rate, one for giving up.
    #expect(outcome.complaints.count == 2, "\(outcome.error)")
    #expect(outcome.error.contains("the pretraining diverged"))
    #expect(outcome.error.contains("pretraining.optimizer.learningRate"))
    // What was learned until then stays to be looked at.
    #expect(place.has("runs/bad/metrics.jsonl"))
  }

  private static func array(changing changes: [Int: Float]) -> Data {
    var values = SmallData.values
    for (index, value) in changes { values[index] = value }
    return NumPyFile(values, shape: [SmallData.rows, SmallData.columns]).bytes
  }

  private static func header(shape: [Int]) -> Data {
    var file = NumPyFile([1, 2, 3, 4], shape: [4])
    file.shape = shape
    return file.bytes
  }

  private static func idx(lengths: [UInt32]) -> Data {
    var data = Data([0, 0, 8, UInt8(lengths.count)])
    for length in lengths { withUnsafeBytes(of: length.bigEndian) { data.append(contentsOf: $0) } }
    return data + Data(count: 100)
  }
}
