// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file that holds arrays of numbers under names: NumPy's `.npz`, MATLAB's and HDF5's.
protocol ArrayFile {
  /// The file, for messages.
  var name: String { get }
  /// The names of the arrays of numbers, in the order of the file; groups end in a slash each.
  var arrayNames: [String] { get }
  /// The array of a name, as it is stored.
  func array(_ name: String) throws(InputError) -> StoredArray
  /// The array of a name as classes.
  func labels(_ name: String) throws(InputError) -> ClassLabels
}

extension ArrayFile {
  func labels(_ array: String) throws(InputError) -> ClassLabels {
    guard case .dense(let numbers) = try self.array(array) else {
      throw InputError(
        .data, "\(array) of \(name) is a sparse matrix, and labels are one number for each row")
    }
    return try ClassLabels(array: numbers)
  }
}

/// An array as a file stores it.
enum StoredArray {
  /// All values one after another.
  case dense(NPYArray)
  /// Rows of a sparse matrix.
  case table(NumberTable)

  func table() throws(InputError) -> NumberTable {
    switch self {
    case .dense(let array): try NumberTable(array)
    case .table(let table): table
    }
  }
}

/// The formats of array files.
enum ArrayFiles {
  /// The file that bytes are; nil when they are of another format.
  static func open(_ bytes: [UInt8], name: String) throws(InputError) -> (any ArrayFile)? {
    if NPZ.matches(bytes) { return try NPZ(bytes, name: name) }
    if MATFile.matches(bytes) { return try MATFile(bytes, name: name) }
    if HDF5File.matches(bytes) { return try HDF5File(bytes, name: name) }
    return nil
  }
}

/// A path with the name of an array behind it, such as `usps.h5:train/data`.
struct ArrayPath {
  /// The path of the file.
  let file: String
  /// The array, or a group of arrays; nil for the usual ones.
  let array: String?

  /// A colon separates the two where a file of the name before it is there.
  init(_ path: String) {
    guard let colon = path.lastIndex(of: ":"), !FileManager.default.fileExists(atPath: path),
      FileManager.default.fileExists(atPath: String(path[..<colon]))
    else {
      (file, array) = (path, nil)
      return
    }
    (file, array) = (String(path[..<colon]), String(path[path.index(after: colon)...]))
  }
}
