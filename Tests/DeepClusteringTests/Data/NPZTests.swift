// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct NPZTests {
  private func choice(_ bytes: [UInt8], _ name: String = "a.npz") throws(InputError) -> ArrayChoice
  {
    ArrayChoice(try NPZ(bytes, name: name))
  }

  /// An archive of arrays of a few whole numbers.
  private func archive(_ arrays: [(String, [Int], shape: [Int])]) throws -> ArrayChoice {
    try choice(
      #require(
        ZipWriter.archive(arrays.map { ($0.0 + ".npy", NPY.encoded($0.1, shape: $0.shape)) })))
  }

  @Test(arguments: [NumPyFixtures.storedNPZ, NumPyFixtures.deflatedNPZ])
  func readsFeaturesAndLabels(base64: String) throws {
    let choice = try choice(fixture(base64))
    let contents = try choice.contents(nil)
    #expect(contents.table.values == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(contents.table.rows == 4 && contents.table.columns == 2)
    #expect(contents.labels?.indices == [0, 0, 2, 1])
    #expect(contents.labels?.names == ["3", "7", "9"])
    #expect(try choice.labels(nil).indices == [0, 0, 2, 1])
  }

  @Test func takesTheOnlyMatrixOfAnyName() throws {
    let contents = try choice(fixture(NumPyFixtures.unnamedNPZ)).contents(nil)
    #expect(contents.table.values == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(contents.labels == nil)
    let ambiguous = try choice(fixture(NumPyFixtures.ambiguousNPZ))
    let error = refusal { try ambiguous.contents(nil) }
    #expect(error?.description.contains("a.npz holds first, second") == true)
    #expect(try ambiguous.contents("second").table.rows > 0)
    let unknown = refusal { try ambiguous.contents("secnd") }
    #expect(unknown?.description == "a.npz has no array secnd: did you mean second?")
    let labels = refusal { try ambiguous.labels(nil) }
    #expect(labels?.description.contains("a.npz has no labels") == true)
  }

  /// The names that Keras gives MNIST, and others that say which part of the data they are.
  @Test(arguments: [
    ["x_train", "y_train", "x_test", "y_test"],
    ["test_labels", "test_images", "train_labels", "train_images"],
    ["Xtrain", "ytrain", "Xtest", "ytest"], ["X_trn", "Y_trn", "X_tst", "Y_tst"],
    ["train/data", "train/target", "test/data", "test/target"],
  ])
  func partsToTrainAndTestAreOneTable(names: [String]) throws {
    let file = try archive(
      names.map { name in
        let isTest = ["test", "tst"].contains(where: name.contains)
        let isLabels = ["y", "Y", "label", "target"].contains(where: name.contains)
        let rows = isTest ? 2 : 3
        return isLabels
          ? (name, (0..<rows).map { isTest ? 8 : $0 }, [rows])
          : (name, (0..<(2 * rows)).map { isTest ? 90 + $0 : $0 }, [rows, 2])
      })
    let all = try file.contents(nil)
    #expect(all.table.values == [0, 1, 2, 3, 4, 5, 90, 91, 92, 93])
    #expect(all.labels?.indices == [0, 1, 2, 3, 3] && all.labels?.names == ["0", "1", "2", "8"])
    #expect(try file.labels(nil) == all.labels)
  }

  @Test func anArrayHasTheClassesOfItsPart() throws {
    let parts: [(String, [Int], shape: [Int])] = [
      ("x_train", [1, 2, 3, 4], [2, 2]), ("y_train", [5, 6], [2]),
      ("x_test", [7, 8, 9, 10], [2, 2]),
      ("y_test", [3, 3], [2]), ("x_val", [0, 1], [1, 2]), ("extra", [0, 1, 2, 3], [2, 2]),
    ]
    let file = try archive(parts)
    #expect(try file.contents("x_test").labels?.names == ["3"])
    #expect(try file.contents("x_train").labels?.names == ["5", "6"])
    #expect(try file.contents("x_val").labels == nil && file.contents("extra").labels == nil)
    // Three parts are not one table of their own.
    #expect(refusal { try file.contents(nil) }?.description.contains("x_val") == true)
    let beside = try archive([
      ("x", [1, 2, 3, 4], [2, 2]), ("y", [5, 6], [2]), ("codes", [0, 1, 2, 3], [2, 2]),
      ("few", [1, 2], [1, 2]),
    ])
    #expect(try beside.contents("codes").labels?.names == ["5", "6"])
    #expect(try beside.contents("few").labels == nil)
    #expect(try beside.contents("y").labels == nil)
  }

  @Test func aPartWithoutClassesIsTold() throws {
    let contents = try archive([
      ("x_train", [1, 2, 3, 4], [2, 2]), ("y_train", [5, 6], [2]), ("x_test", [7, 8], [1, 2]),
    ]).contents(nil)
    #expect(contents.table.rows == 3 && contents.labels == nil)
    #expect(
      contents.notes == ["no classes were read: only one of the two parts of a.npz has classes"])
  }

  @Test func aColumnCalledXIsNotTheFeaturesBesideATable() throws {
    let contents = try archive([("x", [1, 2], [2]), ("data", [1, 2, 3, 4], [2, 2])]).contents(nil)
    #expect(contents.table.columns == 2)
    #expect(
      try archive([("x", [1, 2], [2]), ("y", [1, 2], [2])]).contents(nil).table.columns == 1)
  }

  /// Names beside the features, and arrays that are called y and hold no classes.
  @Test func whatCannotBeClassesIsLeftOut() throws {
    let features = ("embeddings.npy", NPY.encoded([1, 2, 3, 4] as [Float], shape: [2, 2]))
    var names = NPY.encoded([0, 0], shape: [2])
    let kind = try #require(names.firstRange(of: Array("<i8".utf8)))
    names.replaceSubrange(kind, with: "<U2".utf8)
    let others = [
      ("files.npy", names), ("y.npy", NPY.encoded([0.5, 1.5] as [Float], shape: [2])),
    ]
    let archive = try #require(ZipWriter.archive([features] + others))
    let contents = try choice(archive).contents(nil)
    #expect(contents.table.values == [1, 2, 3, 4] && contents.labels == nil)
    #expect(contents.notes.count == 1 && contents.notes[0].contains("no classes were read"))
    #expect(contents.notes[0].contains("whole numbers"))
    let alone = try #require(ZipWriter.archive([others[0]]))
    #expect(refusal { try choice(alone).contents(nil) }?.description.contains("U2") == true)
  }

  @Test(arguments: [
    ("model/data.pkl", "written by torch.save"), ("xl/workbook.xml", "is a spreadsheet"),
  ])
  func otherArchivesAreToldByTheirKind(member: String, says: String) throws {
    let archive = try #require(ZipWriter.archive([(member, [1, 2, 3])]))
    let error = refusal { try choice(archive, "a") }
    #expect(error?.description.contains(says) == true)
  }

  @Test func fillsASparseMatrixWithItsZeros() throws {
    let table = try choice(fixture(NumPyFixtures.sparseNPZ)).contents(nil).table
    #expect(table.rows == 3 && table.columns == 3)
    #expect(table.values == [0, 0, 1.5, 0, 0, 0, -2, 0, 4.25])
  }

  @Test func addsValuesStoredTwice() throws {
    let table = try choice(fixture(NumPyFixtures.repeatedSparseNPZ)).contents(nil).table
    #expect(table.values == [0, 3, 0, 0, 0, 8])
  }

  @Test func refusesOtherSparseMatrices() throws {
    let column = refusal {
      try choice(fixture(NumPyFixtures.columnSparseNPZ)).contents(nil)
    }
    #expect(column?.description.contains("in the form csc; convert it with tocsr()") == true)
    let broken = refusal {
      try choice(fixture(NumPyFixtures.brokenSparseNPZ)).contents(nil)
    }
    #expect(broken?.description.contains("row 2 has a value in column 8 of 3") == true)
  }

  @Test func readsWideMembers() throws {
    let table = try choice(fixture(NumPyFixtures.wideNPZ)).contents(nil).table
    #expect(table.values == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test func refusesDamage() throws {
    let whole = try fixture(NumPyFixtures.deflatedNPZ)
    let cut = refusal { try choice(Array(whole.dropLast(40)), "c.npz") }
    #expect(cut?.description.contains("c.npz is not a whole zip file") == true)
    // Any single changed byte of a member is found by its checksum, its header or its numbers.
    for place in stride(from: 4, to: whole.count, by: 7) {
      var bytes = whole
      bytes[place] ^= 0x15
      do {
        _ = try choice(bytes, "d.npz").contents(nil)
      } catch {
        #expect(error.kind == .data && error.description.contains("d.npz"))
      }
    }
  }

  private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A zip file of one stored member, its sizes and offsets in the 64-bit form, built by hand.
  private func wideZip(_ name: String, _ bytes: [UInt8], claimed: Int? = nil) -> [UInt8] {
    let size = claimed ?? bytes.count
    let checksum = little(Int(GZip.crc32(of: bytes)), 4)
    let ones = little(0xFFFF_FFFF, 4)
    let local =
      little(0x0403_4b50, 4) + little(45, 2) + little(0, 2) + little(0, 2) + little(0, 4)
      + checksum + ones + ones + little(name.utf8.count, 2) + little(20, 2) + Array(name.utf8)
      + little(1, 2) + little(16, 2) + little(size, 8) + little(size, 8)
    let directory =
      little(0x0201_4b50, 4) + little(45, 2) + little(45, 2) + little(0, 2) + little(0, 2)
      + little(0, 4) + checksum + ones + ones + little(name.utf8.count, 2) + little(28, 2)
      + little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + ones + Array(name.utf8)
      + little(1, 2) + little(24, 2) + little(size, 8) + little(size, 8) + little(0, 8)
    let start = local.count + bytes.count
    let wideEnd =
      little(0x0606_4b50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 4)
      + little(0, 4) + little(1, 8) + little(1, 8) + little(directory.count, 8) + little(start, 8)
    let locator =
      little(0x0706_4b50, 4) + little(0, 4) + little(start + directory.count, 8) + little(1, 4)
    let end =
      little(0x0605_4b50, 4) + little(0, 4) + little(0xFFFF, 2) + little(0xFFFF, 2) + ones + ones
      + little(0, 2)
    return local + bytes + directory + wideEnd + locator + end
  }

  @Test func readsAZip64Directory() throws {
    let bytes = Array("some bytes".utf8)
    let archive = try ZipArchive(wideZip("a/b.txt", bytes), name: "z.zip")
    let member = try #require(archive.member(named: "a/b.txt"))
    #expect(try archive.unpack(member) == bytes)
  }

  @Test func refusesAZip64MemberThatClaimsTooMuch() throws {
    for claimed in [11, 1 << 40, Int.max] {
      let bytes = wideZip("a", Array("some bytes".utf8), claimed: claimed)
      let archive = try ZipArchive(bytes, name: "z.zip")
      let member = try #require(archive.member(named: "a"))
      let error = refusal { try archive.unpack(member) }
      #expect(error?.description.contains("a in z.zip") == true)
    }
  }
}
