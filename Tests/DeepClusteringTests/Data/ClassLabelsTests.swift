// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct ClassLabelsTests {
  @Test func numbersClassesInTheirOwnOrder() {
    let numbers = ClassLabels([10, 2, -1, 10])
    #expect(numbers.indices == [2, 1, 0, 2] && numbers.names == ["-1", "2", "10"])
    let words = ClassLabels(["pear", "apple", "pear"])
    #expect(words.indices == [1, 0, 1] && words.names == ["apple", "pear"])
    // Whole numbers however they are written are numbers; one word among them makes all words.
    #expect(ClassLabels(["6.0000", "10", "6"]).names == ["6", "10"])
    #expect(ClassLabels(["10", "9", "x"]).names == ["10", "9", "x"])
    #expect(ClassLabels(["0.5", "10"]).names == ["0.5", "10"])
  }

  @Test(arguments: [
    "b\na\nb\n", "class\nb\na\nb\n", "index,label,extra\n0,b,1\n1,a,1\n2,b,1\n", "b\r\na\r\nb",
  ])
  func readsText(text: String) throws {
    let folder = try DataFolder()
    let path = try folder.write("labels.txt", text)
    let labels = try ClassLabels.read(path)
    #expect(labels.indices == [1, 0, 1] && labels.names == ["a", "b"])
    try folder.write("labels.txt.gz", gzip(Array(text.utf8)))
    #expect(try ClassLabels.read(path + ".gz") == labels)
  }

  @Test func readsANamedColumnAndAHeaderOverNumbers() throws {
    let folder = try DataFolder()
    let path = try folder.write("a.csv", "id,kind\n1,5\n2,3\n")
    #expect(try ClassLabels.read(path, column: "kind").indices == [1, 0])
    #expect(try ClassLabels.read(path, column: "2").indices == [1, 0])
    #expect(refusal { try ClassLabels.read(path) }?.description.contains("2 columns") == true)
    let lone = try folder.write("b.csv", "digit\n5\n3\n")
    #expect(try ClassLabels.read(lone).names == ["3", "5"])
    let words = try folder.write("c.txt", "alt atheism\nsci space\nalt atheism\n")
    #expect(try ClassLabels.read(words).names == ["alt atheism", "sci space"])
  }

  @Test func readsBinaryFiles() throws {
    let folder = try DataFolder()
    let npy = folder.url.appendingPathComponent("y.npy")
    try NPY.write([4, 4, 2], shape: [3, 1], to: npy)
    #expect(try ClassLabels.read(npy.path).indices == [1, 1, 0])
    let npz = try folder.write("y.npz", fixture(NumPyFixtures.storedNPZ))
    #expect(try ClassLabels.read(npz).indices == [0, 0, 2, 1])
    let idx = try folder.write("y-idx1-ubyte.gz", gzip([0, 0, 8, 1, 0, 0, 0, 2, 9, 7]))
    #expect(try ClassLabels.read(idx).names == ["7", "9"])
    try NPY.write([4, 4, 2, 2], shape: [2, 2], to: npy)
    #expect(refusal { try ClassLabels.read(npy.path) }?.description.contains("2 × 2") == true)
    try NPY.write([0.5] as [Float], shape: [1], to: npy)
    #expect(refusal { try ClassLabels.read(npy.path) }?.description.contains("is 0.5") == true)
  }

  /// NumPy's words, little-endian and big, and its bytes.
  @Test(arguments: [NumPyFixtures.littleWords, NumPyFixtures.bigWords, NumPyFixtures.byteWords])
  func readsWords(base64: String) throws {
    let folder = try DataFolder()
    let bytes = try [UInt8](#require(Data(base64Encoded: base64)))
    let labels = try ClassLabels.read(folder.write("y.npy", bytes))
    let isBytes = base64 == NumPyFixtures.byteWords
    #expect(labels.names == (isBytes ? ["aa", "b", "c"] : ["a", "bc", "né"]))
    #expect(labels.indices == (isBytes ? [1, 0, 1, 2] : [2, 0, 2, 1]))
    let cut = try folder.write("cut.npy", Array(bytes.dropLast()))
    #expect(
      refusal { try ClassLabels.read(cut) }?.description.contains("or it is cut off") == true)
  }

  @Test func refusesWhatIsMissing() throws {
    let folder = try DataFolder()
    let none = refusal { try ClassLabels.read(folder.path("none.txt")) }
    #expect(none?.kind == .missing)
    let empty = try folder.write("empty.txt", "\n")
    #expect(refusal { try ClassLabels.read(empty) }?.description.contains("is empty") == true)
    let binary = try folder.write("b.txt", [1, 0, 2])
    #expect(refusal { try ClassLabels.read(binary) }?.description.contains("neither") == true)
    let gap = try folder.write("gap.csv", "id,label\n1,a\n2,\n")
    #expect(refusal { try ClassLabels.read(gap) }?.description == "label 2 of \(gap) is missing")
  }
}
