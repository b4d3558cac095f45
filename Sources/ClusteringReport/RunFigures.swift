// SPDX-License-Identifier: Apache-2.0

public import DeepClustering
public import Foundation

/// The figures of a run as files of their own, for papers and slides.
///
/// Every chart and every map is an SVG with its colours and type in it, and the same drawing as a PNG
/// where librsvg is installed (``drawsPNG``); text is 12 units high in a drawing of 360, which is 8
/// points in a column of 84 mm, at 330 dots an inch. What is made of pixels is a PNG anywhere: the
/// points of the maps (transparent, for a legend of your own), the cells of the confusion (a square
/// each), the pictures of each cluster, a row a cluster in the order of the confusion, and those of
/// each tenth of the samples by certainty, a row a tenth, the least certain first.
///
/// ```swift
/// let files = try RunFigures(folder: run).write(to: URL(fileURLWithPath: "figures"))
/// ```
public struct RunFigures: Sendable {
  private let run: RunFolder

  /// Whether charts are written as PNG too: whether librsvg is installed on this machine.
  public static var drawsPNG: Bool { SVGRenderer.shared != nil }

  /// Reads a run folder.
  ///
  /// - Throws: ``InputError`` as ``RunReport/init(folder:)``.
  public init(folder: URL) throws(InputError) {
    run = try RunFolder(folder)
  }

  /// Writes the figures into a folder, which is made; files of the same names are replaced.
  ///
  /// - Returns: The files, those of charts first.
  /// - Throws: ``InputError`` of kind `cannotCreate` when the folder or a file cannot be written.
  @discardableResult
  public func write(to folder: URL) throws(InputError) -> [URL] {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        .cannotCreate,
        "the folder \(folder.path) cannot be made: \(error.localizedDescription)")
    }
    var urls: [URL] = []
    for (name, contents) in files() {
      let url = folder.appendingPathComponent(name)
      do {
        try contents.write(to: url, options: .atomic)
      } catch {
        throw InputError(
          .cannotCreate, "\(url.path) cannot be written: \(error.localizedDescription)")
      }
      urls.append(url)
    }
    return urls
  }

  /// The names and contents of the files.
  func files() -> [(name: String, contents: Data)] {
    let names = GroupNames(run)
    let maps = MapFigures(run: run, names: names)
    var taken: Set<String> = []
    var files: [(name: String, contents: Data)] = []
    var drawings: [(name: String, chart: Chart)] = []
    for chart in ClusterCharts(run: run, names: names).all { drawings.append((chart.name, chart)) }
    for chart in TrainingSection(run: run).charts {
      drawings.append((Self.fileName(chart.title), chart))
    }
    if let film = FilmFigure(run: run, names: names).chart() { drawings.append((film.name, film)) }
    for coloring in maps.colorings { drawings.append((coloring.name, maps.chart(coloring))) }
    for (wanted, chart) in drawings {
      var name = wanted
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(wanted)-\(number)"
        number += 1
      }
      let drawing = chart.file()
      files.append(("\(name).svg", Data(drawing.utf8)))
      let image = SVGRenderer.shared?.image(
        of: drawing, width: Self.pixels(chart.width), height: Self.pixels(chart.height))
      if let image { files.append(("\(name).png", Data(image.encoded()))) }
    }
    for coloring in maps.colorings {
      let points = maps.image(coloring, side: 1600)
      files.append(("\(coloring.name)-points.png", Data(points.encoded())))
    }
    if let contingency = run.record.contingency, names.classCount > 0 {
      let rows = names.clustersByClass.map { contingency[$0] }
      files.append(("confusion-cells.png", Data(HeatMap.image(rows).encoded())))
    }
    let grids = [
      ("pictures-most-certain", run.mostCertain), ("pictures-least-certain", run.leastCertain),
      ("pictures-centroids", run.centroids), ("pictures-generated", run.generated),
    ]
    for case (let name, let pictures?) in grids {
      let grid = ImageGrid(pictures: pictures, clusters: names.clustersByClass)
      files.append(("\(name).png", Data(grid.image().encoded())))
    }
    if let deciles = run.deciles {
      let grid = ImageGrid(pictures: deciles, clusters: Array(0..<10))
      files.append(("pictures-by-certainty.png", Data(grid.image().encoded())))
    }
    return files
  }

  /// The pixels of a length in a drawing: three a unit.
  private static func pixels(_ length: Double) -> Int { max(Int((3 * length).rounded()), 1) }

  /// "Pretraining loss" as "pretraining-loss".
  private static func fileName(_ title: String) -> String {
    let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return words.isEmpty ? "chart" : words.joined(separator: "-")
  }
}
