// SPDX-License-Identifier: Apache-2.0

import ClusteringReport
import DeepClustering
import Foundation
import Testing

/// The pages on paper.
extension BrowserTests {
  @Test func aReportPrintsOnAFewSheets() throws {
    let run = try run()
    try run.writeFilm()
    let print = try Browser.print(RunReport(folder: run.folder).html())
    #expect((4...7).contains(print.sheets), "\(print.sheets)")
    func sheets(_ title: String) -> [Int] {
      print.headings.filter { $0.title == title }.map(\.sheet)
    }
    // The first says what was found, and shows it.
    #expect(sheets("toy in 3 clusters") == [1])
    #expect(sheets("Map of the embedding") == [1])
    #expect(sheets("Images of each cluster") == [2])
    #expect(sheets("The run").count == 1)
    #expect(Set(print.headings.map(\.sheet)) == Set(1...print.sheets), "no sheet is blank")
    // The map is drawn for its place on paper, not as wide as the window.
    #expect(print.text.contains("/Width 1800\n/Height 1350"))
  }

  @Test func aComparisonPrints() throws {
    let (one, two) = (try run(), try run())
    let folders = [one.folder, two.folder]
    let page = try ComparisonReport(folders: folders, agreement: Agreement.between(folders)).html()
    let print = try Browser.print(page)
    #expect((2...4).contains(print.sheets), "\(print.sheets)")
    // A table too wide for paper would make the whole page smaller.
    let first = print.headings.filter { $0.sheet == 1 }.map(\.title)
    #expect(Set(first).isSuperset(of: ["2 runs of toy", "Scores", "Maps"]))
    #expect(Set(print.headings.map(\.sheet)) == Set(1...print.sheets), "no sheet is blank")
  }

  /// Paper is light though the screen is dark, and the screen is afterwards as it was.
  @Test func printingLeavesTheScreenAsItWas() throws {
    let run = try run()
    try run.writeFilm()
    let answer = try Browser.ask(
      RunReport(folder: run.folder).html(),
      """
      const wait = () => new Promise((done) => setTimeout(done, 100));
      const look = (name) => {
        const canvas = document.querySelector(`${name} canvas`);
        const raw = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const sum = raw.reduce((sum, value, place) => (sum + value * (place % 9973)) % 1e9, 0);
        return [canvas.width, canvas.height, sum, ...raw.slice(0, 3)];
      };
      const both = () => [look('.explorer'), look('.film')];
      const colour = () => document.querySelector('.legend .dot').style.background;
      (async () => {
        const result = {};
        document.querySelector('[data-act="in"]').click(); await wait();
        dispatchEvent(new Event('beforeprint')); result.light = both();
        dispatchEvent(new Event('afterprint')); await wait();
        ReportTheme.set('dark'); await wait(); result.screen = both(); result.dot = colour();
        dispatchEvent(new Event('beforeprint')); result.paper = both();
        dispatchEvent(new Event('afterprint')); result.after = both(); result.same = colour() === result.dot;
        answer(result);
      })();
      """)
    #expect(answer["problems"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    func canvases(_ key: String) -> [[Int]] { value[key] as? [[Int]] ?? [] }
    try #require(canvases("screen").count == 2)
    #expect(canvases("paper") == canvases("light"))
    #expect(canvases("paper")[0].prefix(2) == [1800, 1350])
    #expect(canvases("paper")[0].suffix(3) == [255, 255, 255])
    #expect(canvases("screen")[0].suffix(3) != [255, 255, 255])
    #expect(canvases("after") == canvases("screen"))
    #expect(value["same"] as? Bool == true)
  }
}
