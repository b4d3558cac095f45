// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

/// A file of reference numbers that `scripts/golden.py` wrote.
enum GoldenFile {
  /// Reads `Golden/<name>.json` from the folder of the tests.
  static func load<Content: Decodable>(
    _ name: String, as type: Content.Type = Content.self
  ) throws -> Content {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Golden/\(name).json"))
    return try JSONDecoder().decode(type, from: data)
  }
}

/// A tensor in such a file.
struct GoldenTensor: Decodable {
  let shape: [Int]
  let values: [Double]

  /// In single precision.
  var tensor: Tensor { Tensor(values.map { Float($0) }, shape: shape) }
}

/// Expects the shape and, up to `tolerance` · (1 + |value|), the values.
func expect(
  _ tensor: Tensor, equals wanted: GoldenTensor, within tolerance: Double,
  _ what: String = "", at location: SourceLocation = #_sourceLocation
) {
  #expect(tensor.shape == wanted.shape, "\(what)", sourceLocation: location)
  let values: [Double] = tensor.scalars()
  for (index, (value, reference)) in zip(values, wanted.values).enumerated() {
    let close = abs(value - reference) <= tolerance * (1 + abs(reference))
    #expect(close, "\(what)[\(index)]: \(value), not \(reference)", sourceLocation: location)
  }
}
