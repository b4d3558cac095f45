// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// Files that scikit-learn, SciPy and h5py wrote, and what these read in them.
struct ArrayFileGolden: Decodable {
  struct Case: Decodable, CustomTestStringConvertible {
    struct Contents: Decodable {
      var name: String
      var shape: [Int]
      var values: [Double]
    }
    var name: String
    var file: String
    var arrays: [Contents]
    var labels: [Int]?
    var error: String?

    var testDescription: String { name }
    func bytes() throws -> [UInt8] { try fixture(file) }
  }
  var svmlight: [Case]
  var mat: [Case]
  var hdf5: [Case]

  static func load() throws -> ArrayFileGolden { try GoldenFile.load("array-files") }
}

/// Expects the arrays of a case in a file of it.
private func expect(
  _ wanted: ArrayFileGolden.Case, location: SourceLocation = #_sourceLocation
) throws {
  let bytes = try wanted.bytes()
  if let words = wanted.error {
    let error = refusal(location) {
      let file = try #require(try ArrayFiles.open(bytes, name: "F"))
      return try ArrayChoice(file).contents(nil).table.rows
    }
    #expect(
      error?.description.contains(words) == true, "\(wanted.name): \(error?.description ?? "")")
    return
  }
  let file = try #require(try ArrayFiles.open(bytes, name: "F"), "\(wanted.name)")
  for array in wanted.arrays {
    switch try file.array(array.name) {
    case .dense(let read):
      #expect(read.shape == array.shape, "\(wanted.name)")
      #expect(read.floats() == array.values.map { Float($0) }, "\(wanted.name) \(array.name)")
    case .table(let read):
      #expect([read.rows, read.columns] == array.shape, "\(wanted.name)")
      #expect(read.values == array.values.map { Float($0) }, "\(wanted.name) \(array.name)")
    }
  }
  guard let labels = wanted.labels else { return }
  let contents = try ArrayChoice(file).contents(nil)
  let read = try #require(contents.labels, "\(wanted.name)")
  #expect(read.indices.compactMap { Int(read.names[$0]) } == labels, "\(wanted.name)")
  #expect(contents.table.rows == labels.count)
}

/// Opens bytes and reads all of their arrays: of damaged ones any answer will do but a crash.
///
/// - Returns: Whether there were arrays, and all could be read.
@discardableResult private func exercise(_ bytes: [UInt8]) -> Bool {
  guard let file = try? ArrayFiles.open(bytes, name: "F") else { return false }
  let names = file.arrayNames.prefix(40)
  let read = names.filter { (try? file.array($0)) != nil }
  _ = try? ArrayChoice(file).contents(nil)
  return !names.isEmpty && read.count == names.count
}

/// Files cut off at many lengths, and files with single bytes changed.
private func exerciseDamage(_ cases: [ArrayFileGolden.Case], seed: UInt64) throws {
  var generator = SplitMix64(seed: seed)
  // Some of the cases hold what is refused even when whole.
  #expect(try cases.contains { exercise(try $0.bytes()) })
  for bytes in try cases.map({ try $0.bytes() }) {
    let step = max(bytes.count / 250, 1)
    let cuts = stride(from: 0, to: bytes.count, by: step)
    #expect(cuts.contains { !exercise(Array(bytes[..<$0])) })
    for length in cuts { exercise(Array(bytes[..<length])) }
    for _ in 0..<250 {
      var damaged = bytes
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        damaged[place] =
          [0, 0xFF, 0x7F, 1, damaged[place] ^ 0x10, 0x80].randomElement(
            using: &generator) ?? 0
      }
      exercise(damaged)
    }
  }
}

@Suite struct ArrayFilesTests {
  private let golden: ArrayFileGolden

  init() throws { golden = try ArrayFileGolden.load() }

  @Test func readsMATLABFilesAsSciPyDoes() throws {
    for wanted in golden.mat { try expect(wanted) }
  }

  @Test func readsHDF5FilesAsH5pyDoes() throws {
    for wanted in golden.hdf5 { try expect(wanted) }
  }

  @Test func survivesDamagedMATLABFiles() throws { try exerciseDamage(golden.mat, seed: 1) }

  @Test func survivesDamagedHDF5Files() throws {
    try exerciseDamage(golden.hdf5.filter { $0.file.count < 3000 }, seed: 2)
  }

  @Test func choosesArraysByTheirNames() throws {
    let folder = try DataFolder()
    let split = try #require(golden.hdf5.first { $0.name == "train and test" })
    let path = try folder.write("set.h5", split.bytes())
    let train = try #require(split.arrays.first { $0.name == "train/data" })
    let test = try #require(split.arrays.first { $0.name == "test/data" })
    let all = try Dataset.load(path)
    #expect(all.values == (train.values + test.values).map { Float($0) } && all.name == "set")
    let one = try Dataset.load("\(path):train/data")
    #expect(one.values == train.values.map { Float($0) })
    #expect(one.labels?.count == 4)
    #expect(try Dataset.load("\(path):test").values == test.values.map { Float($0) })
    #expect(try Dataset.load("\(path):test/data", labels: "\(path):test/target").rows == 3)
    let error = refusal { try Dataset.load("\(path):valid") }
    #expect(error?.kind == .usage && error?.description.contains("train/data") == true)
    let table = try folder.write("table.csv", "1,2\n3,4\n")
    #expect(refusal { try Dataset.load("\(table):x") }?.kind == .usage)
    #expect(try ClassLabels.read(path).indices == all.labels)
    #expect(refusal { try Dataset.load(path, labelColumn: "last") }?.kind == .usage)
  }

  @Test func saysWhatIsCutOff() throws {
    let folder = try DataFolder()
    for (ending, wanted) in [("mat", golden.mat[0]), ("h5", golden.hdf5[0])] {
      let path = try folder.write("cut.\(ending)", Array(wanted.bytes().dropLast(60)))
      let error = refusal { try Dataset.load(path) }
      #expect(error?.description.hasPrefix("\(path) ") == true)
      #expect(error?.description.contains("cut off") == true, "\(error?.description ?? "")")
      let none = try folder.write("none.\(ending)", [1, 2, 3, 0])
      #expect(
        refusal { try Dataset.load(none) }?.description.contains("does not start as one") == true)
    }
  }

  @Test(.enabled(if: RealData.isHere, RealData.reason))
  func readsTheRealUSPS() throws {
    let root = try #require(Catalog().dataFolder)
    let data = try Dataset.load(root.appendingPathComponent("usps/usps.h5").path)
    let usps = try Dataset.load("usps")
    #expect(data.rows == usps.rows && data.columns == usps.columns && data.labels == usps.labels)
    let worst = zip(data.values, usps.values).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(worst < 1e-6)
  }

  @Test(.enabled(if: RealData.isHere, RealData.reason))
  func readsTheRealReuters() throws {
    let root = try #require(Catalog().dataFolder)
    let path = root.appendingPathComponent("reuters21578/Reuters21578.mat").path
    let data = try Dataset.load(path)
    #expect(data.rows == 8293 && data.columns == 18_933 && data.classNames?.count == 65)
    #expect(Array((data.classCounts ?? []).prefix(4)) == [3713, 2055, 321, 298])
    #expect(data.values.reduce(0) { $0 + ($1 == 0 ? 0 : 1) } == 389_455)
  }
}

@Suite struct SVMLightTests {
  private let folder: DataFolder

  init() throws { folder = try DataFolder() }

  @Test func agreesWithScikitLearn() throws {
    for wanted in try ArrayFileGolden.load().svmlight {
      // By its ending, and by what it holds.
      for ending in ["svmlight", "txt"] {
        let data = try Dataset.load(folder.write("a.\(ending)", wanted.bytes()))
        #expect([data.rows, data.columns] == wanted.arrays[0].shape, "\(wanted.name)")
        #expect(data.values == wanted.arrays[0].values.map { Float($0) }, "\(wanted.name)")
        let names = try #require(data.classNames)
        #expect(data.labels?.compactMap { Int(names[$0]) } == wanted.labels, "\(wanted.name)")
      }
    }
  }

  @Test func leavesOutLabelsThatAreNoClasses() throws {
    let data = try Dataset.load(folder.write("a.libsvm", "0.5 1:1\n2 2:1\n"))
    #expect(data.labels == nil && data.notes.count == 1 && data.values == [1, 0, 0, 1])
  }

  @Test(arguments: [
    ("1 1:1\nx 1:2\n", "line 2 of"), ("1 1:1 1:2\n", "column 1 after column 1"),
    ("1 3:1 2:2\n", "column 2 after column 3"), ("1 1:1 two\n", "'two'"), ("1 -1:4\n", "'-1:4'"),
    ("1 1:\n", "'1:'"), ("# nothing\n", "has no rows"), ("1 9223372036854775807:1\n", "too large"),
    ("1 4611686018427387904:1\n1 1:1\n", "would need"),
  ])
  func namesTheLine(text: String, words: String) throws {
    let path = try folder.write("a.svmlight", text)
    let error = refusal { try Dataset.load(path) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func survivesDamage() throws {
    var generator = SplitMix64(seed: 3)
    let bytes = try ArrayFileGolden.load().svmlight[1].bytes()
    #expect((try? SVMLight.parse(bytes, name: "F")) != nil)
    #expect((try? SVMLight.parse([], name: "F")) == nil)
    for length in bytes.indices { _ = try? SVMLight.parse(Array(bytes[..<length]), name: "F") }
    for _ in 0..<500 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      _ = try? SVMLight.parse(damaged, name: "F")
    }
  }
}
