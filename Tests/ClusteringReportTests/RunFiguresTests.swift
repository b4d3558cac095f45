// SPDX-License-Identifier: Apache-2.0

import DeepClustering
import Foundation
import Testing

@testable import ClusteringReport

@Suite struct RunFiguresTests {
  @Test func writesEveryChartAndPicture() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    let target = run.file("figures/deep")
    let files = try RunFigures(folder: run.folder).write(to: target)
    #expect(
      files.map(\.lastPathComponent) == [
        "confusion.svg", "sizes.svg", "f1.svg", "certainty.svg", "pretraining-loss.svg",
        "clustering-loss.svg", "samples-that-changed-cluster.svg", "agreement.svg",
        "occupancy.svg", "scores-over-the-steps.svg", "map-clusters.svg", "map-classes.svg",
        "map-certainty.svg", "map-errors.svg", "map-clusters.png", "map-classes.png",
        "map-certainty.png", "map-errors.png", "confusion.png", "pictures-most-certain.png",
        "pictures-least-certain.png",
      ])
    for file in files {
      let bytes = try Data(contentsOf: file)
      if file.pathExtension == "png" {
        #expect(bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
      } else {
        #expect(bytes.prefix(5) == Data("<?xml".utf8))
      }
    }
  }

  @Test func aFolderThatCannotBeMadeIsRefused() throws {
    let run = try TemporaryRun()
    #expect(throws: InputError.self) {
      try RunFigures(folder: run.folder).write(to: run.file("run.json/figures"))
    }
  }

  @Test func pointsAreDrawnWhereTheyLie() {
    // One point in each of two opposite corners, the third left out.
    let red = Palette.Color(red: 255, green: 0, blue: 0)
    let blue = Palette.Color(red: 0, green: 0, blue: 255)
    let scatter = ScatterImage(
      projection: [0, 0, 10, 10, 0, 10], colors: [red, blue, nil], side: 100)
    let image = scatter.image()
    #expect(image.width == 100 && image.height == 100 && image.channels == 4)
    func pixel(_ x: Int, _ y: Int) -> [UInt8] {
      Array(image.pixels[(y * 100 + x) * 4..<(y * 100 + x) * 4 + 4])
    }
    // The margin is 3 pixels; y grows upwards.
    #expect(pixel(3, 96)[0] > 240 && pixel(3, 96)[2] < 10 && pixel(3, 96)[3] > 128)
    #expect(pixel(96, 3)[2] > 240 && pixel(96, 3)[3] > 128)
    #expect(pixel(3, 3)[3] == 0 && pixel(50, 50)[3] == 0)
    let places = scatter.places(of: [0, 1])
    #expect(abs(places[0].x - 0.03) < 1e-9 && abs(places[0].y - 0.97) < 1e-9)
    #expect(abs(places[1].x - 0.97) < 1e-9 && abs(places[1].y - 0.03) < 1e-9)
  }

  @Test func allPointsInOnePlaceStillGiveAPicture() {
    let color = Palette.color(0)
    let image = ScatterImage(projection: [2, 2, 2, 2], colors: [color, color], side: 50).image()
    #expect(image.pixels.contains { $0 != 0 })
  }

  @Test func gridsKeepRowsOfClustersAndGaps() {
    let pictures = ClusteringReport.RunFolder.Pictures(
      perCluster: 2, height: 1, width: 40, channels: 1,
      pixels: (0..<4).flatMap { [UInt8](repeating: UInt8(10 * $0), count: 40) },
      samples: [0, 1, 2, -1])
    let image = ImageGrid(pictures: pictures, clusters: [1, 0]).image()
    // Two of 40 pixels with gaps of 2; two lines with gaps.
    #expect(image.width == 86 && image.height == 8)
    func pixel(_ x: Int, _ y: Int) -> UInt8 { image.pixels[y * 86 + x] }
    // Cluster 1 comes first; its second picture is missing.
    #expect(pixel(2, 2) == 20 && pixel(44, 2) == 255)
    #expect(pixel(2, 5) == 0 && pixel(44, 5) == 10 && pixel(0, 0) == 255)
  }

  @Test func theConfusionIsASquareACell() {
    let image = HeatMap.image([[4, 0], [0, 0]])
    #expect(image.width == 48 && image.height == 48 && image.channels == 3)
    #expect(Array(image.pixels[0..<3]) == [21, 77, 197])
    #expect(Array(image.pixels[24 * 3..<24 * 3 + 3]) == [255, 255, 255])
  }
}
