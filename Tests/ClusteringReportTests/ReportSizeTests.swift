// SPDX-License-Identifier: Apache-2.0

import ClusteringReport
import DeepClustering
import Foundation
import Testing

/// The promise that a report of MNIST's size can be sent by mail.
@Suite struct ReportSizeTests {
  @Test func seventyThousandPointsWithPicturesStayBelowFifteenMegabytes() throws {
    let (rows, clusters) = (70_000, 10)
    let record: [String: Any] = [
      "format": 1, "clusters": clusters, "method": ["name": "dec"], "matching": Array(0..<10),
      "data": [
        "name": "noise", "rows": rows, "classNames": (0..<10).map { "class \($0)" },
        "imageShape": ["height": 28, "width": 28, "channels": 1],
      ],
      "contingency": [[Int]](repeating: [Int](repeating: 700, count: 10), count: 10),
    ]
    let run = try TemporaryRun(record, metrics: nil)
    var state: UInt64 = 1
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let assignments = (0..<rows).map { _ in Int(next() % 10) }
    try NPY.write(assignments, shape: [rows], to: run.file("assignments.npy"))
    try NPY.write(assignments.reversed(), shape: [rows], to: run.file("labels.npy"))
    let certainty = (0..<rows).map { _ in Float(next() % 1000) / 1000 }
    try NPY.write(certainty, shape: [rows], to: run.file("certainty.npy"))
    let projection = (0..<2 * rows).map { _ in Float(next() % 65536) }
    try NPY.write(projection, shape: [rows, 2], to: run.file("projection.npy"))
    // Noise cannot be compressed: no pictures take more room. As many as a fit keeps.
    let pictures = 7653
    let noise = (0..<pictures * 784).map { _ in UInt8(truncatingIfNeeded: next()) }
    try NPY.write(noise, shape: [pictures, 28, 28, 1], to: run.file("pictures/samples.npy"))
    try NPY.write(
      (0..<pictures).map { $0 * rows / pictures }, shape: [pictures],
      to: run.file("pictures/samples_index.npy"))
    for name in ["most_certain", "least_certain"] {
      try NPY.write(
        Array(noise.prefix(clusters * 10 * 784)), shape: [clusters, 10, 28, 28, 1],
        to: run.file("pictures/\(name).npy"))
      try NPY.write(
        Array(0..<clusters * 10), shape: [clusters, 10],
        to: run.file("pictures/\(name)_index.npy"))
    }
    let page = try RunReport(folder: run.folder).write()
    let size = try #require(
      FileManager.default.attributesOfItem(atPath: page.path)[.size] as? Int)
    #expect(size > 8_000_000, "the pictures are in it")
    #expect(size < 15_000_000)
  }
}
