// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct DatasetReaderTests {
  private let folder: DataFolder

  init() throws {
    folder = try DataFolder()
  }

  @Test func readsByContentsWhateverTheName() throws {
    let npy = folder.url.appendingPathComponent("grid.npy")
    try NPY.write([1, 2, 3, 4, 5, 6] as [Float], shape: [3, 2], to: npy)
    let grid = try Dataset.load(npy.path)
    #expect(grid.name == "grid" && grid.source == npy.path && grid.imageShape == nil)
    #expect(grid.values == [1, 2, 3, 4, 5, 6] && grid.rows == 3 && grid.columns == 2)
    let bytes = try FileBytes.read(npy.path)
    let packed = try Dataset.load(folder.write("grid.bin.gz", gzip(bytes)))
    #expect(packed.values == grid.values && packed.digest() == grid.digest())
    let npz = try Dataset.load(folder.write("both.npz", fixture(NumPyFixtures.deflatedNPZ)))
    #expect(npz.values.count == 8 && npz.labels == [0, 0, 2, 1])
    let csv = try Dataset.load(
      folder.write("a.csv.gz", gzip(Array("1,2,x\n3,4,y\n".utf8))), labelColumn: "last")
    #expect(csv.name == "a" && csv.values == [1, 2, 3, 4] && csv.classNames == ["x", "y"])
  }

  @Test func knowsImagesByTheirDimensions() throws {
    let url = folder.url.appendingPathComponent("i.npy")
    let values = (0..<24).map { UInt8($0) }
    try NPY.write(values, shape: [2, 3, 4], to: url)
    #expect(try Dataset.load(url.path).imageShape == ImageShape(height: 3, width: 4))
    try NPY.write(values, shape: [2, 2, 2, 3], to: url)
    let colour = try Dataset.load(url.path)
    #expect(colour.imageShape == ImageShape(height: 2, width: 2, channels: 3))
    #expect(colour.columns == 12 && colour.values[13] == 13)
    try NPY.write(values, shape: [24], to: url)
    #expect(try Dataset.load(url.path).columns == 1)
    for shape in [[1, 1, 1, 24], [1, 1, 1, 1, 24]] {
      try NPY.write(values, shape: shape, to: url)
      let error = refusal { try Dataset.load(url.path) }
      #expect(error?.description.contains("× 24; rows × columns") == true)
    }
    let scalar = try folder.write("s.npy", fixture(NumPyFixtures.scalar))
    #expect(refusal { try Dataset.load(scalar) }?.description.contains("shape ()") == true)
  }

  @Test func takesLabelsFromAFile() throws {
    let data = try folder.write("d.csv", "1,2\n3,4\n5,6\n")
    let labels = try folder.write("l.txt", "b\na\nb\n")
    let dataset = try Dataset.load(data, labels: labels)
    #expect(dataset.labels == [1, 0, 1] && dataset.classNames == ["a", "b"])
    let short = try folder.write("s.txt", "b\na\n")
    let error = refusal { try Dataset.load(data, labels: short) }
    #expect(error?.kind == .data)
    #expect(error?.description == "\(short) has 2 labels, but \(data) has 3 rows")
    let headed = try folder.write("headed.csv", "species\na\nb\na\n")
    #expect(
      refusal { try Dataset.load(data, labels: headed) }?.description
        .hasSuffix(
          "4 labels, but \(data) has 3 rows; if its first line, 'species', is a heading, remove it")
        == true)
    let both = refusal { try Dataset.load(data, labels: labels, labelColumn: "1") }
    #expect(both?.kind == .usage)
  }

  @Test func refusesALabelColumnWhereThereIsNone() throws {
    let npz = try folder.write("a.npz", fixture(NumPyFixtures.storedNPZ))
    #expect(refusal { try Dataset.load(npz, labelColumn: "last") }?.kind == .usage)
    let named = refusal { try Dataset.load("three-gaussians", labelColumn: "last") }
    #expect(named?.description.contains("has its labels") == true)
  }

  @Test func namesTheColumnsOfATable() throws {
    let path = try folder.write("t.csv", "id,a,b,kind\nx,1,2,u\ny,3,4,v\nz,5,6,u\n")
    let table = try Dataset.load(path, labelColumn: "kind", ignoreColumns: ["id"])
    #expect(table.values == [1, 2, 3, 4, 5, 6] && table.columnNames == ["a", "b"])
    #expect(table.labels == [0, 1, 0] && table.notes.isEmpty)
    let part = try Dataset.load(path + "@2", labelColumn: "kind", ignoreColumns: ["id"])
    #expect(part.rows == 2 && part.columnNames == ["a", "b"])
    let turned = try Dataset.load(path, features: ["b", "a"])
    #expect(turned.values == [2, 1, 4, 3, 6, 5] && turned.columnNames == ["b", "a"])
    #expect(turned.notes.count == 1 && turned.notes[0].contains("'id', 'kind'"))
    #expect(try Dataset.load(folder.write("n.csv", "1,2\n3,4\n")).columnNames == nil)
  }

  @Test func refusesColumnsToIgnoreWhereThereAreNone() throws {
    let npz = try folder.write("a.npz", fixture(NumPyFixtures.storedNPZ))
    let array = refusal { try Dataset.load(npz, ignoreColumns: ["id"]) }
    #expect(array?.kind == .usage)
    #expect(
      array?.description
        == "\(npz) is not a text table, so it has no named columns; drop --ignore-columns")
    try folder.write("texts/one", "a word or two")
    let texts = refusal { try Dataset.load(folder.path("texts"), ignoreColumns: ["id"]) }
    #expect(texts?.description.contains("is not a text table") == true)
    let named = refusal { try Dataset.load("three-gaussians", ignoreColumns: ["x"]) }
    #expect(named?.kind == .usage)
    #expect(named?.description.contains("has no names over its columns") == true)
    // What a model was fitted to may be asked for of any data.
    #expect(try Dataset.load("three-gaussians", features: ["x"]).columns == 2)
  }

  @Test func suggestsNamesForAnUnknownOne() {
    let near = refusal { try Dataset.load("fashon-mnist") }
    #expect(near?.kind == .usage)
    #expect(
      near?.description
        == "there is no data set and no file called 'fashon-mnist'; did you mean fashion-mnist?")
    let far = refusal { try Dataset.load("xyzzy") }
    #expect(far?.description.contains("the names are mnist, fashion-mnist, usps") == true)
    let path = refusal { try Dataset.load("nowhere/data.csv") }
    #expect(path?.kind == .missing)
    #expect(path?.description == "there is no file nowhere/data.csv")
  }

  @Test func refusesOtherFormats() throws {
    let cases: [(String, [UInt8], String)] = [
      ("empty.csv", [], "is empty"), ("a.npy", Array("1,2\n".utf8), "is not an NPY file"),
      ("b.npz.gz", gzip(Array("1,2\n".utf8)), "is not an NPZ file"),
      ("train-images-idx3-ubyte", [1, 2, 3], "is not an IDX file"),
      ("c.hdf", [0x89, 0x48, 0x44, 0x46, 0, 1], "is of a format that is not read"),
      (
        "e.csv", [0xFF, 0xFE, 49, 0, 44, 0, 50, 0],
        "is UTF-16 text, which is not read: save it as UTF-8"
      ),
      ("f.csv.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0], "is packed by xz"),
      ("g.mtx", Array("%%MatrixMarket matrix coordinate\n1 1 1\n".utf8), "is a MatrixMarket file"),
      ("h.arff", Array("@RELATION iris\n".utf8), "is an ARFF file"),
      ("i.pkl", [0x80, 4, 0x95, 0], "is a Python pickle"),
      ("j.png", [0x89, 0x50, 0x4E, 0x47, 0], "is a PNG image"),
      (
        "k.zip", ZipWriter.archive([("cats/", []), ("cats/a.png", [1])]) ?? [],
        "is a zip file of other things than NumPy's arrays, such as cats/a.png"
      ),
      ("d.csv.gz", Array(gzip(Array("1,2\n3,4\n".utf8)).dropLast(9)), "is cut off"),
    ]
    for (name, bytes, words) in cases {
      let path = try folder.write(name, bytes)
      let error = refusal { try Dataset.load(path) }
      #expect(error?.kind == .data)
      #expect(error?.description.contains("\(path) \(words)") == true, "\(name): \(error as Any)")
    }
  }

  @Test func refusesAnUnreadableFile() throws {
    let path = folder.path("loop.csv")
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: folder.path("nothing"))
    #expect(refusal { try Dataset.load(path) }?.kind == .missing)
  }

  @Test func refusesASparseMatrixThatMemoryCannotHold() {
    let error = refusal {
      try NumberTable.refuseTooLarge(rows: 1 << 30, columns: 1 << 20, name: "s.npz")
    }
    #expect(error?.description.contains("s.npz, 1073741824 rows of 1048576 columns") == true)
    let overflow = refusal {
      try NumberTable.refuseTooLarge(rows: .max, columns: 3, name: "s.npz")
    }
    #expect(overflow?.description.contains("more bytes than can be counted") == true)
  }
}
