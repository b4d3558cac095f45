// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of reference numbers that `scripts/golden.py` wrote.
enum GoldenFile {
  /// Reads `Golden/<name>.json` from the folder of the tests.
  static func load<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Golden/\(name).json"))
    return try JSONDecoder().decode(type, from: data)
  }
}
