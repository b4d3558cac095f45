// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Torch

/// Points around centres that lie far from each other, the clusters in turn.
struct Blobs {
  let values: [Float]
  let labels: [Int]
  let columns: Int

  /// Centre c is 1 in column c and 0 elsewhere, so there are at most as many as columns.
  init(rows: Int, clusters: Int = 3, columns: Int = 8, deviation: Double = 0.1, seed: UInt64 = 5) {
    var generator = SplitMix64(seed: seed)
    self.columns = columns
    labels = (0..<rows).map { $0 % clusters }
    values = labels.flatMap { label in
      (0..<columns).map { column in
        Float((column == label ? 1 : 0) + deviation * generator.nextGaussian())
      }
    }
  }

  var tensor: Tensor { Tensor(values, shape: [labels.count, columns]) }

  /// The settings of a run on the points, written to `blobs.csv` and `labels.csv` of a folder.
  func configuration(_ method: String, in folder: DataFolder) throws -> RunConfiguration {
    let lines = labels.indices.map { row in
      values[(row * columns)..<((row + 1) * columns)].map { "\($0)" }.joined(separator: ",")
    }
    try folder.write("blobs.csv", lines.joined(separator: "\n") + "\n")
    try folder.write("labels.csv", labels.map { "\($0)" }.joined(separator: "\n") + "\n")
    var configuration = RunConfiguration(data: folder.path("blobs.csv"))
    configuration.labels = folder.path("labels.csv")
    (configuration.method, configuration.clusters) = (method, 3)
    return configuration
  }

  /// The clustering accuracy of labels.
  func accuracy(_ predicted: [Int]) -> Double {
    Scores(predicted: predicted, labels: labels).acc ?? 0
  }
}

/// The nearest of K centroids for each row, the lowest of equal ones, in double precision.
func bruteNearest(_ rows: Tensor, _ centroids: Tensor) -> [Int] {
  let (x, c): ([Double], [Double]) = (rows.scalars(), centroids.scalars())
  let (k, d) = (centroids.shape[0], centroids.shape[1])
  return (0..<rows.shape[0]).map { row in
    let distances = (0..<k).map { cluster in
      (0..<d).reduce(0.0) { sum, column in
        let difference = x[row * d + column] - c[cluster * d + column]
        return sum + difference * difference
      }
    }
    return distances.indices.min { (distances[$0], $0) < (distances[$1], $1) } ?? -1
  }
}

extension Tensor {
  /// A column of numbers.
  init(column values: [Float]) { self.init(values, shape: [values.count, 1]) }

  /// The bits of the elements, to compare runs by.
  var bits: [UInt32] { scalars(as: Float.self).map(\.bitPattern) }
}
