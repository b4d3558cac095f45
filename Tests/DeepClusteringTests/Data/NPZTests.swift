// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

@Suite struct NPZTests {
  @Test(arguments: [NumPyFixtures.storedNPZ, NumPyFixtures.deflatedNPZ])
  func readsFeaturesAndLabels(base64: String) throws {
    let contents = try NPZ.parse(fixture(base64), name: "a.npz")
    #expect(contents.table.values == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(contents.table.rows == 4 && contents.table.columns == 2)
    #expect(contents.labels?.indices == [0, 0, 2, 1])
    #expect(contents.labels?.names == ["3", "7", "9"])
    #expect(try NPZ.labels(fixture(base64), name: "a.npz").indices == [0, 0, 2, 1])
  }

  @Test func takesTheOnlyMatrixOfAnyName() throws {
    let contents = try NPZ.parse(fixture(NumPyFixtures.unnamedNPZ), name: "a.npz")
    #expect(contents.table.values == [0, 1, 2, 3, 4, 5, 6, 7])
    #expect(contents.labels == nil)
    let error = refusal { try NPZ.parse(fixture(NumPyFixtures.ambiguousNPZ), name: "a.npz") }
    #expect(error?.description.contains("a.npz holds first.npy, second.npy") == true)
    let chosen = try NPZ.parse(
      fixture(NumPyFixtures.ambiguousNPZ), name: "a.npz", wanted: "second")
    #expect(chosen.table.rows > 0)
    let unknown = refusal {
      try NPZ.parse(fixture(NumPyFixtures.ambiguousNPZ), name: "a.npz", wanted: "secnd")
    }
    #expect(unknown?.description == "a.npz has no array secnd: did you mean second?")
    let labels = refusal { try NPZ.labels(fixture(NumPyFixtures.ambiguousNPZ), name: "a.npz") }
    #expect(labels?.description.contains("a.npz has no labels") == true)
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
    let contents = try NPZ.parse(archive, name: "a.npz")
    #expect(contents.table.values == [1, 2, 3, 4] && contents.labels == nil)
    #expect(contents.notes.count == 1 && contents.notes[0].contains("no classes were read"))
    #expect(contents.notes[0].contains("whole numbers"))
    let alone = try #require(ZipWriter.archive([others[0]]))
    #expect(refusal { try NPZ.parse(alone, name: "a.npz") }?.description.contains("U2") == true)
  }

  @Test(arguments: [
    ("model/data.pkl", "written by torch.save"), ("xl/workbook.xml", "is a spreadsheet"),
  ])
  func otherArchivesAreToldByTheirKind(member: String, says: String) throws {
    let archive = try #require(ZipWriter.archive([(member, [1, 2, 3])]))
    let error = refusal { try NPZ.parse(archive, name: "a") }
    #expect(error?.description.contains(says) == true)
  }

  @Test func fillsASparseMatrixWithItsZeros() throws {
    let table = try NPZ.parse(fixture(NumPyFixtures.sparseNPZ), name: "s.npz").table
    #expect(table.rows == 3 && table.columns == 3)
    #expect(table.values == [0, 0, 1.5, 0, 0, 0, -2, 0, 4.25])
  }

  @Test func addsValuesStoredTwice() throws {
    let table = try NPZ.parse(fixture(NumPyFixtures.repeatedSparseNPZ), name: "s.npz").table
    #expect(table.values == [0, 3, 0, 0, 0, 8])
  }

  @Test func refusesOtherSparseMatrices() throws {
    let column = refusal { try NPZ.parse(fixture(NumPyFixtures.columnSparseNPZ), name: "s.npz") }
    #expect(column?.description.contains("in the form csc; convert it with tocsr()") == true)
    let broken = refusal { try NPZ.parse(fixture(NumPyFixtures.brokenSparseNPZ), name: "s.npz") }
    #expect(broken?.description.contains("row 2 has a value in column 8 of 3") == true)
  }

  @Test func readsWideMembers() throws {
    let table = try NPZ.parse(fixture(NumPyFixtures.wideNPZ), name: "w.npz").table
    #expect(table.values == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test func refusesDamage() throws {
    let whole = try fixture(NumPyFixtures.deflatedNPZ)
    let cut = refusal { try NPZ.parse(Array(whole.dropLast(40)), name: "c.npz") }
    #expect(cut?.description.contains("c.npz is not a whole zip file") == true)
    // Any single changed byte of a member is found by its checksum, its header or its numbers.
    for place in stride(from: 4, to: whole.count, by: 7) {
      var bytes = whole
      bytes[place] ^= 0x15
      do {
        _ = try NPZ.parse(bytes, name: "d.npz")
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
