// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct HeldOutTests {
  private let blobs = Blobs(rows: 120)

  private func dataset(of rows: Int = 120) -> Dataset {
    Dataset(
      name: "blobs", values: Array(blobs.values.prefix(rows * 8)), rows: rows, columns: 8,
      labels: Array(blobs.labels.prefix(rows)), classNames: ["a", "b", "c"])
  }

  @Test func thePartsAreAllRowsInTheirOrder() throws {
    let whole = dataset()
    let parts = try whole.holdingOut(0.25, seed: 7)
    #expect(parts.training.rows == 90 && parts.heldOut.rows == 30)
    func rows(_ part: Dataset) -> [[Float]] {
      (0..<part.rows).map { Array(part.values[($0 * 8)..<($0 * 8 + 8)]) }
    }
    let all = rows(whole)
    let places = [parts.training, parts.heldOut].map { part in
      rows(part).compactMap { all.firstIndex(of: $0) }
    }
    #expect(places.allSatisfy { $0 == $0.sorted() })
    #expect(places.joined().sorted() == Array(0..<120))
    #expect(parts.heldOut.labels == places[1].map { blobs.labels[$0] })
    #expect(try whole.holdingOut(0.25, seed: 7).heldOut.values == parts.heldOut.values)
    #expect(try whole.holdingOut(0.25, seed: 8).heldOut.values != parts.heldOut.values)
  }

  @Test(arguments: [0, 1, -0.1, 1.5, .nan])
  func aShareThatIsNoneIsRefused(_ share: Double) {
    #expect(throws: InputError.self) { try dataset().holdingOut(share, seed: 1) }
  }

  @Test func aPartWithoutRowsIsRefused() {
    #expect(throws: InputError.self) { try dataset(of: 4).holdingOut(0.1, seed: 1) }
    #expect(throws: InputError.self) { try dataset(of: 4).holdingOut(0.9, seed: 1) }
  }

  /// Centroids at 0 and 4; the squared distances of 1, −2 and 5 are 1, 4 and 1.
  @Test func theLossOfCentroidsIsTheMeanSquaredDistance() {
    let model = CentroidModel(
      network: nil, centroids: Tensor([0, 4], shape: [2, 1]), degreesOfFreedom: nil,
      embedding: Tensor([0, 4], shape: [2, 1]))
    #expect(model.loss(of: Tensor([1, -2, 5], shape: [3, 1])) == 2)
  }

  /// KL(P‖Q) by its definition, in doubles.
  @Test func theLossOfAKernelIsItsDivergence() {
    let points: [Double] = [-1, 0.5, 2, 6]
    let centroids: [Double] = [0, 4]
    let kernels = points.map { x in centroids.map { 1 / (1 + (x - $0) * (x - $0)) } }
    let q = kernels.map { row in row.map { $0 / row.reduce(0, +) } }
    let f = (0..<2).map { j in q.reduce(0) { $0 + $1[j] } }
    let weights = q.map { row in (0..<2).map { row[$0] * row[$0] / f[$0] } }
    let p = weights.map { row in row.map { $0 / row.reduce(0, +) } }
    var expected = 0.0
    for (p, q) in zip(p.joined(), q.joined()) { expected += p * log(p / q) / 4 }
    let model = CentroidModel(
      network: nil, centroids: Tensor([0, 4], shape: [2, 1]), degreesOfFreedom: 1,
      embedding: Tensor([0, 4], shape: [2, 1]))
    let loss = model.loss(of: Tensor(points.map(Float.init), shape: [4, 1]))
    #expect(abs(loss - expected) < 1e-6 && expected > 0.01)
  }

  @Test func aRunMeasuresTheRowsThatItDidNotSee() throws {
    let folder = try DataFolder()
    var configuration = try blobs.configuration("kmeans", in: folder)
    configuration.threads = 1
    configuration.preprocessing = .standardScore
    configuration.heldOut = 0.25
    let run = try Run(configuration, folder: folder.url.appendingPathComponent("run"))
    let record = try run.execute()
    let heldOut = try #require(record.heldOut)
    #expect(record.data.rows == 90 && heldOut.rows == 30)
    #expect(record.clusterSizes?.reduce(0, +) == 90)
    #expect(heldOut.scores?.acc == 1)
    // The rows that are left keep their numbers.
    let numbers = try NPY.read(run.folder.file("rows.npy")).integers()
    #expect(numbers.count == 90 && numbers != Array(0..<90) && (numbers.max() ?? 0) < 120)
    let table = try String(contentsOf: run.folder.file("assignments.csv"), encoding: .utf8)
    #expect(table.split(separator: "\n")[90].hasPrefix("\(numbers[89]),"))

    // The same by hand, with the scaling of the rows that were seen.
    let parts = try dataset().holdingOut(0.25, seed: 1)
    let fitted = try FittedModel<CentroidModel>(
      contentsOf: run.folder.file("model.safetensors"))
    func loss(_ part: Dataset) -> Double {
      let scaling = Preprocessing.standardScore.fitted(to: parts.training)
      var values = part.values
      scaling.apply(to: &values, columns: 8)
      return fitted.model.loss(of: Tensor(values, shape: [part.rows, 8]))
    }
    let found = try #require(heldOut.generalizability)
    #expect(abs(found - loss(parts.training) / loss(parts.heldOut)) < 1e-6)
    #expect(abs(found - 1) < 0.5 && found != 1)
  }

  @Test func aMethodThatKnowsNoOtherRowsIsRefused() throws {
    let folder = try DataFolder()
    var configuration = RunConfiguration(data: "three-gaussians")
    (configuration.method, configuration.heldOut) = ("dbscan", 0.2)
    #expect(throws: InputError.self) {
      try Run(configuration, folder: folder.url.appendingPathComponent("run"))
    }
  }
}
