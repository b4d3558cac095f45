// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation

extension RunRecord {
  /// Reads and checks a record; `name` is the file, for messages.
  static func parse(_ bytes: Data, name: String) throws(InputError) -> RunRecord {
    struct Version: Decodable { var format: Int }
    do {
      let decoder = JSONDecoder()
      // The format comes first: what another format lacks would only confuse.
      let format = try decoder.decode(Version.self, from: bytes).format
      guard format == currentFormat else {
        throw InputError(
          .data,
          "\(name) has format \(format), and this version of deepclust reads format "
            + "\(currentFormat); use the version that made the run")
      }
      let record = try decoder.decode(RunRecord.self, from: bytes)
      try record.check(name)
      return record
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(.data, "\(name) is damaged: \(JSONProblem.sentence(error))")
    }
  }

  private func check(_ name: String) throws(InputError) {
    func refuse(_ key: String, _ problem: String) -> InputError {
      InputError(.data, "\(name) is damaged: '\(key)' \(problem)")
    }
    // None when all samples are noise.
    guard (0...100_000).contains(clusters) else { throw refuse("clusters", "is \(clusters)") }
    if let rows = data.rows, rows < 1 { throw refuse("data.rows", "is \(rows)") }
    if let shape = data.imageShape, shape.height < 1 || shape.width < 1 || shape.channels < 1 {
      throw refuse("data.imageShape", "has a length below 1")
    }
    if let sizes = clusterSizes {
      guard sizes.count == clusters else {
        throw refuse("clusterSizes", "has \(sizes.count) numbers for \(clusters) clusters")
      }
      guard sizes.allSatisfy({ $0 >= 0 }) else { throw refuse("clusterSizes", "is negative") }
    }
    if let silhouettes = clusterSilhouettes, silhouettes.count != clusters {
      throw refuse(
        "clusterSilhouettes", "has \(silhouettes.count) numbers for \(clusters) clusters")
    }
    if let nearest = nearestClusters {
      guard nearest.count == clusters else {
        throw refuse("nearestClusters", "has \(nearest.count) lists for \(clusters) clusters")
      }
      guard nearest.joined().allSatisfy({ (0..<clusters).contains($0.cluster) }) else {
        throw refuse("nearestClusters", "names a cluster that does not exist")
      }
    }
    let classes = contingency?.first?.count ?? data.classNames?.count ?? 0
    if let contingency {
      guard contingency.count == clusters, contingency.allSatisfy({ $0.count == classes }) else {
        throw refuse("contingency", "is not \(clusters) clusters × \(classes) classes")
      }
      guard contingency.allSatisfy({ $0.allSatisfy { $0 >= 0 } }) else {
        throw refuse("contingency", "is negative")
      }
      if let names = data.classNames, names.count != classes {
        throw refuse("contingency", "has \(classes) classes, and there are \(names.count) names")
      }
    }
    if let matching {
      guard matching.count == clusters else {
        throw refuse("matching", "has \(matching.count) numbers for \(clusters) clusters")
      }
      guard matching.allSatisfy({ (-1..<max(classes, 0)).contains($0) }) else {
        throw refuse("matching", "names a class that does not exist")
      }
    }
  }
}

/// What is wrong with a JSON text, in words that name the place.
enum JSONProblem {
  static func sentence(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it is not JSON" }
    switch error {
    case .keyNotFound(let key, let context):
      return "'\(path(context.codingPath + [key]))' is missing"
    case .typeMismatch(_, let context):
      return "'\(path(context.codingPath))' is of the wrong kind"
    case .valueNotFound(_, let context):
      return "'\(path(context.codingPath))' is null"
    case .dataCorrupted(let context) where !context.codingPath.isEmpty:
      return "'\(path(context.codingPath))' cannot be read"
    default:
      return "it is not JSON, or it is cut off"
    }
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
  }
}
