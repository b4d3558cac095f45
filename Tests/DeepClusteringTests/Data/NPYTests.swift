// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct NPYTests {
  @Test(arguments: NumPyFixtures.kinds)
  func readsEveryKindOfNumber(kind: NumPyFixtures.Kind) throws {
    let array = try NPY.parse(fixture(kind.base64), name: "a.npy")
    #expect(array.shape == [2, 3])
    #expect(array.floats() == kind.values)
    #expect(array.element.rawValue == String(kind.description.dropFirst()))
    if kind.values.allSatisfy({ $0 == $0.rounded() }) {
      #expect(try array.integers() == kind.values.map { Int($0) })
    } else {
      let error = refusal { try array.integers() }
      #expect(error?.description.contains("value 1 of a.npy is 1.5") == true)
    }
    if ["u1", "b1"].contains(array.element.rawValue) {
      #expect(try array.bytes() == kind.values.map { UInt8($0) })
    } else {
      #expect(refusal { try array.bytes() }?.kind == .data)
    }
  }

  @Test func saysWhereADoubleIsBeyondSinglePrecision() throws {
    func array(_ values: [Double], isFortranOrder: Bool = false) throws -> NPYArray {
      var bytes: [UInt8] = []
      for value in values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      }
      return try NPYArray(
        shape: [2, 3], element: .float64, isFortranOrder: isFortranOrder, storage: bytes, offset: 0,
        name: "a.npy")
    }
    let values = [0, 1, .infinity, 3, -1e300, 5]
    let plain = refusal { try NumberTable(array(values)) }
    #expect(
      plain?.description.hasPrefix(
        "row 2, column 2 of a.npy is -1e+300, which is beyond single precision") == true)
    let turned = refusal { try NumberTable(array(values, isFortranOrder: true)) }
    #expect(turned?.description.hasPrefix("row 1, column 3 of a.npy is -1e+300") == true)
    // Infinity itself is for the validation to find.
    #expect(try NumberTable(array([0, 1, .infinity, 3, 4, 5])).values[2] == .infinity)
  }

  @Test func turnsFortranOrderIntoCOrder() throws {
    let cube = try NPY.parse(fixture(NumPyFixtures.fortran), name: "a.npy")
    #expect(cube.shape == [2, 3, 4])
    #expect(try cube.integers() == Array(0..<24))
    #expect(cube.floats() == (0..<24).map(Float.init))
    let matrix = try NPY.parse(fixture(NumPyFixtures.fortranBigEndian), name: "a.npy")
    #expect(matrix.floats() == [0, 1, 2, 3, 4, 5])
    // One behind another, the values keep their order too.
    let table = try NumberTable([matrix, matrix])
    #expect(table.values == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5])
  }

  @Test(arguments: [NumPyFixtures.version2, NumPyFixtures.version3])
  func readsLaterVersions(base64: String) throws {
    #expect(try NPY.parse(fixture(base64), name: "a").floats() == [0, 1, 2, 3, 4, 5])
  }

  @Test func refusesWhatIsNoArrayOfNumbers() throws {
    let records = refusal { try NPY.parse(fixture(NumPyFixtures.records), name: "r.npy") }
    #expect(records?.description.contains("r.npy has a header that is not understood") == true)
    let words = refusal { try NPY.parse(fixture(NumPyFixtures.words), name: "w.npy") }
    #expect(words?.description.contains("the kind '<U3'") == true)
    let other = refusal { try NPY.parse(Array("hello, world".utf8), name: "h.npy") }
    #expect(other?.description == "h.npy is not an NPY file: it does not start as one")
  }

  private func file(_ header: String, version: UInt8 = 1, data: Int = 24) -> [UInt8] {
    let text = Array(header.utf8)
    return [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(text.count & 255)]
      + [UInt8(text.count >> 8)] + text + [UInt8](repeating: 0, count: data)
  }

  @Test func refusesAHeaderThatClaimsMoreThanTheFileHas() {
    let short = file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }")
    let error = refusal { try NPY.parse(short, name: "s.npy") }
    #expect(
      error?.description
        == "s.npy claims a shape of 2 × 4, 32 bytes, but only 24 bytes follow its header; it may "
        + "be cut off")
    #expect(error?.kind == .data)
  }

  @Test(arguments: [
    "(4611686018427387904, 4)", "(99999999999999999999999, 2)", "(3037000500, 3037000500)",
    "(-1, 4)", "(0, 4611686018427387904, 4)",
  ])
  func refusesAShapeThatOverflows(shape: String) {
    let bytes = file("{'descr': '<f8', 'fortran_order': False, 'shape': \(shape), }")
    let error = refusal { try NPY.parse(bytes, name: "o.npy") }
    #expect(error?.description.contains("which is larger than any file") == true)
  }

  @Test func refusesACutHeader() {
    let whole = file("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }")
    for length in [6, 9, 11, 40] {
      #expect(refusal { try NPY.parse(Array(whole.prefix(length)), name: "c.npy") }?.kind == .data)
    }
    let version = refusal {
      try NPY.parse(file("{'descr': '<f4'}", version: 4), name: "v.npy")
    }
    #expect(version?.description.contains("NPY version 4") == true)
  }

  @Test func writesWhatNumPyWrites() throws {
    let folder = try DataFolder()
    let url = folder.url.appendingPathComponent("a.npy")
    try NPY.write([0, 1, 2, 3, 4, 5] as [Float], shape: [2, 3], to: url)
    var expected = file(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
        + String(repeating: " ", count: 58) + "\n", data: 0)
    for value in 0..<6 {
      withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { expected += Array($0) }
    }
    #expect(try FileBytes.read(url.path) == expected)
    #expect(expected.count == 128 + 24)
  }

  @Test func writesAndReadsBack() throws {
    let folder = try DataFolder()
    let url = folder.url.appendingPathComponent("a.npy")
    try NPY.write([-1, Int(Int32.max) + 1, 7], shape: [3], to: url)
    var array = try NPY.read(url)
    #expect(array.shape == [3] && array.element == .int64)
    #expect(try array.integers() == [-1, 2_147_483_648, 7])
    try NPY.write([1, 2, 3, 4, 5, 255] as [UInt8], shape: [1, 2, 3], to: url)
    array = try NPY.read(url)
    #expect(array.shape == [1, 2, 3] && array.element == .uint8)
    #expect(try array.bytes() == [1, 2, 3, 4, 5, 255])
    try NPY.write([] as [Float], shape: [0, 4], to: url)
    #expect(try NPY.read(url).shape == [0, 4])
  }

  @Test func saysWhenAFileCannotBeWritten() throws {
    let folder = try DataFolder()
    let url = folder.url.appendingPathComponent("missing/a.npy")
    let error = refusal { try NPY.write([1] as [Int], shape: [1], to: url) }
    #expect(error?.kind == .cannotCreate)
    #expect(error?.description.contains(url.path) == true)
  }
}
