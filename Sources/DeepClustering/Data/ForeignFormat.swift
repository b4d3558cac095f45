// SPDX-License-Identifier: Apache-2.0

/// Formats of other programs that are not read, told by how a file starts, and what to do instead.
enum ForeignFormat {
  private static let starts: [(start: [UInt8], name: String, remedy: String)] = [
    ([0xFF, 0xFE], "UTF-16 text", "save it as UTF-8"),
    ([0xFE, 0xFF], "UTF-16 text", "save it as UTF-8"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "packed by xz", "unpack it with xz -d"),
    ([0x28, 0xB5, 0x2F, 0xFD], "packed by zstd", "unpack it with zstd -d"),
    (Array("BZh".utf8), "packed by bzip2", "unpack it with bzip2 -d"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "unpack it"),
    (Array("Rar!".utf8), "a RAR archive", "unpack it"),
    (Array("PAR1".utf8), "a Parquet file", "write the columns as CSV or .npy"),
    (Array("ARROW1".utf8), "an Arrow file", "write the columns as CSV or .npy"),
    ([0xD0, 0xCF, 0x11, 0xE0], "a document of an old Office program", "save it as CSV"),
    (Array("SQLite format".utf8), "an SQLite database", "write a table of it as CSV"),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image", "give the folder of the images"),
    ([0xFF, 0xD8, 0xFF], "a JPEG image", "give the folder of the images"),
    (Array("GIF8".utf8), "a GIF image", "give a folder of PNG or JPEG images"),
    ([0x80, 2], "a Python pickle", "save the array with numpy.save"),
    ([0x80, 3], "a Python pickle", "save the array with numpy.save"),
    ([0x80, 4], "a Python pickle", "save the array with numpy.save"),
    ([0x80, 5], "a Python pickle", "save the array with numpy.save"),
    (
      Array("%%MatrixMarket".utf8), "a MatrixMarket file",
      "save it by scipy.sparse.save_npz after scipy.io.mmread"
    ),
    (Array("@relation".utf8), "an ARFF file", "write its rows as CSV"),
    (Array("<!doctype".utf8), "a web page", "fetch the data again"),
    (Array("<html".utf8), "a web page", "fetch the data again"),
    (Array("<?xml".utf8), "an XML file", "write its rows as CSV"),
  ]

  /// Refuses a file that starts as one of them, in letters of any case.
  static func refuse(_ bytes: [UInt8], name: String) throws(InputError) {
    let first = lowered(bytes.prefix(16))
    guard let found = starts.first(where: { first.starts(with: lowered($0.start[...])) }) else {
      return
    }
    throw InputError(.data, "\(name) is \(found.name), which is not read: \(found.remedy)")
  }

  private static func lowered(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    bytes.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
  }
}
