// SPDX-License-Identifier: Apache-2.0

extension ContingencyTable {
  /// The fraction of samples that belong to the largest class of their cluster, 0 to 1.
  ///
  /// Several clusters may share a class, so it never falls when clusters are split; compare it
  /// only between results with the same number of clusters.
  public var purity: Double {
    let explained = clusterLabels.indices.reduce(0) { sum, row in
      sum + classLabels.indices.reduce(0) { max($0, self[cluster: row, class: $1]) }
    }
    return Double(explained) / Double(samples)
  }
}
