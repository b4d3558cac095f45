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
    let charts = [
      "confusion", "sizes", "f1", "certainty", "pretraining-loss", "clustering-loss",
      "samples-that-changed-cluster", "agreement", "occupancy", "scores-over-the-steps",
      "map-clusters", "map-classes", "map-certainty", "map-errors",
    ]
    let pixels = [
      "map-clusters-points.png", "map-classes-points.png", "map-certainty-points.png",
      "map-errors-points.png", "confusion-cells.png", "pictures-most-certain.png",
      "pictures-least-certain.png",
    ]
    let kinds = RunFigures.drawsPNG ? ["svg", "png"] : ["svg"]
    let drawings = charts.flatMap { chart in kinds.map { "\(chart).\($0)" } }
    #expect(files.map(\.lastPathComponent) == drawings + pixels)
    for file in files {
      let bytes = try Data(contentsOf: file)
      if file.pathExtension == "png" {
        #expect(bytes.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]))
      } else {
        #expect(bytes.prefix(5) == Data("<?xml".utf8))
      }
    }
  }

  /// On a map of classes stand their names, on the others the numbers of the clusters.
  @Test func mapsAreLabelledByWhatTheyColour() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    let target = run.file("figures")
    _ = try RunFigures(folder: run.folder).write(to: target)
    func marks(_ name: String) throws -> Set<String> {
      let text = try String(contentsOf: target.appendingPathComponent(name), encoding: .utf8)
      return Set(text.matches(of: /stroke-linejoin="round">([^<]*)</).map { String($0.1) })
    }
    let folder = try ClusteringReport.RunFolder(run.folder)
    let clusters = Set(try #require(folder.assignments).filter { $0 >= 0 }.map { "\($0)" })
    #expect(try marks("map-clusters.svg") == clusters)
    #expect(try marks("map-errors.svg") == clusters)
    #expect(try marks("map-classes.svg") == ["a", "b"])
  }

  @Test(.enabled(if: RunFigures.drawsPNG, "librsvg is not installed"))
  func drawingsBecomePixels() throws {
    let renderer = try #require(SVGRenderer.shared)
    let square = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1" width="2" height="1">
      <rect width="1" height="1" fill="#ff8000"/></svg>
      """
    let image = try #require(renderer.image(of: square, width: 4, height: 2))
    let (orange, white) = ([255, 128, 0] as [UInt8], [255, 255, 255] as [UInt8])
    let row = orange + orange + white + white
    #expect(image == PNGImage(width: 4, height: 2, channels: 3, pixels: row + row))
    #expect(renderer.image(of: "no drawing", width: 4, height: 2) == nil)
    // Letters are drawn, not only boxes.
    let text = Chart(
      name: "t", title: "t", summary: "t", width: 60, height: 20,
      body: "<text x=\"2\" y=\"15\">Accuracy</text>")
    let drawn = try #require(renderer.image(of: text.file(), width: 180, height: 60))
    #expect(drawn.pixels.count { $0 < 100 } > 300)
  }

  /// A hundred samples, the gradient of each the square of what it lacks of certainty.
  @Test func gradientsHaveMediansOfTenths() throws {
    let certainty = (0..<100).map { Float(99 - $0) / 100 }
    let chart = GradientChart(
      certainty: certainty, gradients: certainty.map { (1 - $0) * (1 - $0) })
    let medians = chart.medians()
    #expect(medians.count == 10)
    // Of 0.00 to 0.09: the sixth, and its gradient's neighbour.
    #expect(abs(medians[0].certainty - 0.05) < 1e-6 && abs(medians[0].gradient - 0.9216) < 0.02)
    #expect(zip(medians, medians.dropFirst()).allSatisfy { $0.gradient > $1.gradient })
    let drawing = chart.chart().body.text
    #expect(drawing.contains("<image ") && drawing.contains("<polyline class=\"line l1\""))
  }

  @Test func imagesByCertaintyHaveALineForEachTenth() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writePictures()
    try NPY.write(
      (0..<80).map { UInt8($0) }, shape: [10, 2, 2, 2, 1], to: run.file("pictures/deciles.npy"))
    try NPY.write(
      (0..<20).map { $0 % 9 }, shape: [10, 2], to: run.file("pictures/deciles_index.npy"))
    try NPY.write(
      (0..<9).map { Float($0) }, shape: [9], to: run.file("gradients.npy"))
    let page = try RunReport(folder: run.folder).html()
    #expect(page.components(separatedBy: "samples of certainty").count == 11)
    // Samples 0 and 1 are in the first line.
    #expect(page.contains("<span>0.90 to 1.00</span>"))
    #expect(page.contains("id=\"gradient\""))
    let files = try RunFigures(folder: run.folder).write(to: run.file("figures"))
    #expect(files.last?.lastPathComponent == "pictures-by-certainty.png")
    try NPY.write(
      (0..<72).map { UInt8($0) }, shape: [9, 2, 2, 2, 1], to: run.file("pictures/deciles.npy"))
    #expect(throws: InputError.self) { try RunReport(folder: run.folder) }
  }

  @Test func theFilmIsAFigureOfItsSteps() throws {
    let run = try TemporaryRun()
    try run.writeArrays()
    try run.writeFilm()
    let folder = try ClusteringReport.RunFolder(run.folder)
    let chart = try #require(FilmFigure(run: folder, names: GroupNames(folder)).chart())
    #expect(chart.body.text.components(separatedBy: "<image ").count == 4)
    #expect(chart.summary.hasSuffix("at the steps 0, 3, 6."))
    #expect(folder.film?.isLayout == false)
    // Below the one row of panels, the classes in their colours.
    #expect(chart.height > 150 && chart.body.text.components(separatedBy: "<circle ").count == 3)
    #expect(chart.body.text.contains("fill=\"#f46800\"/>") && chart.body.text.contains(">b<"))
    // Layouts by t-SNE come before the plane.
    try NPY.write(
      (0..<18).map { Float($0) }, shape: [3, 3, 2], to: run.file("film/layouts.npy"))
    let layout = try ClusteringReport.RunFolder(run.folder).film
    #expect(layout?.isLayout == true && layout?.positions.last == 17)
    #expect(try RunReport(folder: run.folder).html().contains("laid out by t-SNE"))
  }

  @Test func ellipsesHoldTheGaussian() {
    // Variances 2 and 1/2 along axes that are turned by 30 degrees, around (3, -1).
    let (c, s) = (Float(3).squareRoot() / 2, Float(0.5))
    let along: [(Float, Float)] = [(2, 0), (-2, 0), (0, 1), (0, -1)]
    let turned: [Float] = along.flatMap { x, y -> [Float] in
      let (across, up): (Float, Float) = (c * x - s * y, s * x + c * y)
      return [3 + across, up - 1]
    }
    let ellipses = ClusterEllipse.all(
      of: turned + [9, 9, 0, 0], assignments: [0, 0, 0, 0, -1, 1], count: 2)
    #expect(ellipses[1] == nil)
    let ellipse = ellipses[0]!
    #expect(abs(ellipse.x - 3) < 1e-6 && abs(ellipse.y + 1) < 1e-6)
    #expect(abs(ellipse.angle - .pi / 6) < 1e-6)
    // 5.9915 is the 95 % point of χ² with two degrees of freedom.
    #expect(abs(ellipse.long - (2 * 5.991465).squareRoot()) < 1e-5)
    #expect(abs(ellipse.short - (0.5 * 5.991465).squareRoot()) < 1e-5)
  }

  @Test func ellipsesTravelAsNumbersThatScriptsRead() throws {
    // The longer axis falls: its angle is negative.
    let projection: [Float] = [0, 4, 2, 2, 4, 0, 2, 3]
    let ellipse = ClusterEllipse.all(of: projection, assignments: [0, 0, 0, 0], count: 1)[0]
    let field = PlaneGrid(of: projection, [0, 1, 2, 3]).field(ellipse)
    let text = "{\(field.dropFirst())}"
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: [Double]]
    let numbers = try #require(object?["ellipse"])
    // The mean is (2, 2.25) of 4: half, and 9/16, of 65535.
    #expect(numbers.count == 5 && abs(numbers[0] - 32767.5) < 1 && abs(numbers[1] - 36863.4) < 1)
    #expect(numbers[4] < 0)
  }

  @Test func pointsOfAPlaneHaveEllipses() throws {
    var record = TemporaryRun.record
    var data = try #require(record["data"] as? [String: Any])
    data["columns"] = 2
    data["imageShape"] = nil
    record["data"] = data
    for (record, count) in [(record, 2), (TemporaryRun.record, 0)] {
      let run = try TemporaryRun(record)
      try run.writeArrays()
      let folder = try ClusteringReport.RunFolder(run.folder)
      let maps = MapFigures(run: folder, names: GroupNames(folder))
      let drawing = maps.chart(maps.colorings[0]).body.text
      // Clusters of four, three and two points.
      #expect(drawing.components(separatedBy: "<ellipse").count == count + 1)
      // And crosses at their means.
      #expect(drawing.components(separatedBy: "l8 8m0 -8l-8 8").count == count + 1)
      let page = try RunReport(folder: run.folder).html()
      #expect(page.contains("data-act=\"ellipses\" aria-pressed=\"\(count > 0)\""))
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
