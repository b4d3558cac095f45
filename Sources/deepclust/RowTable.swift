// SPDX-License-Identifier: Apache-2.0
import DeepClustering
import Foundation

/// Refuses a file to write that is there, or whose name says another form, before anything is computed.
func checkOutput(_ path: String, _ option: String, endings: String...) throws(InputError) {
  guard endings.contains(URL(fileURLWithPath: path).pathExtension) else {
    let forms = endings.map { ".\($0)" }.joined(separator: " or ")
    throw InputError(.usage, "\(option) is a \(forms) file, not \(path)")
  }
  guard !FileManager.default.fileExists(atPath: path) else {
    throw InputError(.cannotCreate, "\(path) exists already")
  }
}

/// What is told of each row of the data, printed, or written as .npy or .csv.
struct RowTable {
  /// Rows × columns.
  enum Values {
    case whole([Int])
    case real([Float], columns: Int)
  }

  let values: Values
  /// What the numbers are, for the heading of a CSV file: cluster, or probability of probability_0.
  let title: String
  /// The file of each row, the last column of text; nil where rows are not files.
  let fileNames: [String]?

  /// Prints the rows, or writes them to a file that was checked.
  func put(_ output: String?) throws {
    guard let output else {
      for row in 0..<rows { print(line(row)) }
      return
    }
    let url = URL(fileURLWithPath: output)
    if url.pathExtension == "csv" {
      let lines = [heading] + (0..<rows).map(line)
      try writeAtomically(Data((lines.joined(separator: "\n") + "\n").utf8), to: url)
      return
    }
    switch values {
    case .whole(let numbers): try NPY.write(numbers, shape: [rows], to: url)
    case .real(let numbers, let columns): try NPY.write(numbers, shape: [rows, columns], to: url)
    }
  }

  private var rows: Int {
    switch values {
    case .whole(let numbers): numbers.count
    case .real(let numbers, let columns): numbers.count / columns
    }
  }

  private var heading: String {
    let titles =
      switch values {
      case .whole: [title]
      case .real(_, let columns): (0..<columns).map { "\(title)_\($0)" }
      }
    return (titles + (fileNames == nil ? [] : ["file"])).joined(separator: ",")
  }

  private func line(_ row: Int) -> String {
    let fields =
      switch values {
      case .whole(let numbers): ["\(numbers[row])"]
      case .real(let numbers, let columns):
        numbers[(row * columns)..<((row + 1) * columns)].map { "\($0)" }
      }
    return (fields + (fileNames.map { [csvField($0[row])] } ?? [])).joined(separator: ",")
  }
}
