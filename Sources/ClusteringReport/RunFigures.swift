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

  /// A figure, which is drawn when it is asked for.
  private struct Figure {
    enum Content {
      case drawing(() -> Chart)
      case picture(() -> PNGImage)
    }

    var name: String
    var content: Content
  }

  /// The names of the figures, which those of their files begin with.
  var names: [String] { figures.map(\.name) }

  /// The names and contents of the files.
  func files() -> [(name: String, contents: Data)] {
    figures.flatMap { figure -> [(name: String, contents: Data)] in
      guard case .drawing(let draw) = figure.content else { return [file(figure)] }
      let chart = draw()
      let drawing = chart.file()
      let image = SVGRenderer.shared?.image(
        of: drawing, width: Self.pixels(chart.width), height: Self.pixels(chart.height))
      return [("\(figure.name).svg", Data(drawing.utf8))]
        + (image.map { [("\(figure.name).png", Data($0.encoded()))] } ?? [])
    }
  }

  /// The names and contents of some figures: a drawing as SVG, a picture as PNG.
  func files(of wanted: [String]) -> [(name: String, contents: Data)] {
    figures.filter { wanted.contains($0.name) }.map(file)
  }

  private func file(_ figure: Figure) -> (name: String, contents: Data) {
    switch figure.content {
    case .drawing(let chart): ("\(figure.name).svg", Data(chart().file().utf8))
    case .picture(let image): ("\(figure.name).png", Data(image().encoded()))
    }
  }

  private var figures: [Figure] {
    let names = GroupNames(run)
    let maps = MapFigures(run: run, names: names)
    let colorings = maps.colorings
    var drawings: [Figure] = []
    func draw(_ wanted: String, _ chart: @escaping () -> Chart) {
      var (name, number) = (wanted, 2)
      while drawings.contains(where: { $0.name == name }) {
        name = "\(wanted)-\(number)"
        number += 1
      }
      drawings.append(Figure(name: name, content: .drawing(chart)))
    }
    for chart in ClusterCharts(run: run, names: names).all { draw(chart.name) { chart } }
    for chart in TrainingSection(run: run).charts { draw(Self.fileName(chart.title)) { chart } }
    if let tried = ClusterCountCard(run: run).chart() { draw(tried.name) { tried } }
    if let film = FilmFigure(run: run, names: names).chart() { draw(film.name) { film } }
    for coloring in colorings { draw(coloring.name) { maps.chart(coloring) } }

    var pictures: [Figure] = []
    func picture(_ name: String, _ image: @escaping () -> PNGImage) {
      pictures.append(Figure(name: name, content: .picture(image)))
    }
    for coloring in colorings {
      picture("\(coloring.name)-points") { maps.image(coloring, side: 1600) }
    }
    if let contingency = run.record.contingency, names.classCount > 0 {
      let noise = run.noise(classes: names.classCount)
      let rows = names.clustersByClass.map { contingency[$0] } + [noise].compactMap { $0 }
      picture("confusion-cells") { HeatMap.image(rows) }
    }
    let grids = [
      ("pictures-most-certain", run.mostCertain), ("pictures-least-certain", run.leastCertain),
      ("pictures-centroids", run.centroids), ("pictures-generated", run.generated),
    ]
    for case (let name, let pictures?) in grids {
      picture(name) { ImageGrid(pictures: pictures, clusters: names.clustersByClass).image() }
    }
    if let deciles = run.deciles {
      picture("pictures-by-certainty") {
        ImageGrid(pictures: deciles, clusters: Array(0..<10)).image()
      }
    }
    return drawings + pictures
  }

  /// The pixels of a length in a drawing: three a unit.
  private static func pixels(_ length: Double) -> Int { max(Int((3 * length).rounded()), 1) }

  /// "Pretraining loss" as "pretraining-loss".
  private static func fileName(_ title: String) -> String {
    let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return words.isEmpty ? "chart" : words.joined(separator: "-")
  }
}
