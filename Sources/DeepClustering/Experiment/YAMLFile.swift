// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Yams

/// A settings file: its text, whose mistakes are answered by a sentence that names the file.
struct YAMLFile {
  let url: URL
  let text: String

  /// Reads the text of a file.
  init(_ url: URL) throws(InputError) {
    self.url = url
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw InputError(.missing, "there is no file \(url.path)")
    }
    guard !isFolder.boolValue else {
      throw InputError(.missing, "\(url.path) is a folder, and not a settings file")
    }
    let bytes = try FileBytes.read(url.path)
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(.usage, "\(url.path) is no text, and so not a settings file")
    }
    self.text = text
  }

  /// The value of the file.
  func decode<Value: Decodable>(
    _ type: Value.Type, userInfo: [CodingUserInfoKey: any Sendable] = [:]
  ) throws(InputError) -> Value {
    do {
      return try YAMLDecoder().decode(type, from: text, userInfo: userInfo)
    } catch let error as DecodingError {
      if case .dataCorrupted(let context) = error, let fault = context.underlyingError as? YamlError
      {
        throw InputError(.usage, "\(url.path) is not YAML: \(Self.place(of: fault))")
      }
      throw InputError(.usage, "\(url.path): \(error.sentence)")
    } catch {
      throw InputError(.usage, "\(url.path) is not YAML: \(Self.place(of: error))")
    }
  }

  /// The keys and values of the file.
  func object() throws(InputError) -> [String: JSONValue] {
    guard case .object(let values) = try decode(JSONValue.self) else {
      throw InputError(.usage, "\(url.path) has no settings: write a key and a value in each line")
    }
    return values
  }

  /// Refuses keys that mean nothing, with the nearest that mean something.
  ///
  /// - Parameters:
  ///   - values: The keys are those of this object; another value is not looked at.
  ///   - known: The keys that there are.
  ///   - place: Where in the file, such as ` in entry 2 of methods`.
  /// - Throws: `InputError` for an unknown key.
  func refuseUnknown(
    _ values: JSONValue, known: [String], place: String = ""
  ) throws(InputError) {
    guard case .object(let values) = values,
      let unknown = values.keys.sorted().first(where: { !known.contains($0) })
    else { return }
    throw InputError(
      .usage,
      "\(url.path): there is no setting \(unknown)\(place); "
        + NearNames.hint(for: unknown, among: known))
  }

  /// Where a parser's problem is, and what it is.
  private static func place(of error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    default:
      "\(error)".split(separator: "\n").first.map(String.init) ?? ""
    }
  }
}
