// SPDX-License-Identifier: Apache-2.0

import ClusteringReport
import DeepClustering
import Foundation
import Testing

/// The pages as a browser sees them.
@Suite(
  .serialized, .enabled(if: Browser.program != nil, "no Chromium is installed")
) struct BrowserTests {
  /// A run with all that the explorer shows.
  func run() throws -> TemporaryRun {
    let changes: [String: Any?] = [
      "nearestClusters": [
        [["cluster": 2, "distance": 1.5], ["cluster": 1, "distance": 4]],
        [["cluster": 0, "distance": 4]], [["cluster": 0, "distance": 1.5]],
      ],
      "clusterSilhouettes": [0.5, -0.25, NSNull()] as [Any],
    ]
    let run = try TemporaryRun(TemporaryRun.record(changes))
    try run.writeArrays()
    try run.writePictures()
    try NPY.write(
      (0..<16).map { UInt8($0 * 15) }, shape: [4, 2, 2, 1], to: run.file("pictures/samples.npy"))
    try NPY.write([0, 2, 4, 6], shape: [4], to: run.file("pictures/samples_index.npy"))
    try run.writeTexts()
    return run
  }

  /// Reads the map's pixels, before and after what keys and the legend do.
  private static let script = """
    const canvas = document.querySelector('.view canvas');
    const look = () => {
      const raw = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      const pixels = new Uint32Array(raw.buffer);
      let drawn = 0, sum = 0;
      pixels.forEach((pixel, place) => {
        if (pixel !== pixels[0]) { drawn++; sum = (sum + place) % 1e9; }
      });
      return { drawn, sum };
    };
    const later = (action) => new Promise((done) => { action(); setTimeout(() => done(look()), 250); });
    const press = (key, more) => canvas.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));
    const text = (selector) => document.querySelector(selector).textContent;
    (async () => {
      // The first frame comes when the browser has time for it.
      for (let tries = 0; tries < 40 && look().drawn === 0; tries++) await later(() => {});
      const result = { start: look() };
      canvas.focus();
      result.moved = await later(() => press('ArrowRight'));
      result.zoomed = await later(() => press('+'));
      result.back = await later(() => press('0'));
      const ellipses = document.querySelector('[data-act="ellipses"]');
      result.ellipses = await later(() => ellipses.click());
      result.pressed = ellipses.getAttribute('aria-pressed');
      await later(() => ellipses.click());
      await later(() => press('Enter'));
      result.card = text('.tip');
      await later(() => press('ArrowRight', { shiftKey: true }));
      result.next = text('.tip');
      await later(() => press('Escape'));
      result.chosen = await later(() => document.querySelectorAll('.legend li button')[0].click());
      result.panel = text('.chosen');
      await later(() => document.querySelectorAll('.chosen .near button')[0].click());
      result.other = text('.chosen h3');
      result.modes = [];
      for (const button of document.querySelectorAll('[data-mode]'))
        result.modes.push((await later(() => button.click())).drawn);
      result.wide = document.documentElement.scrollWidth <= innerWidth;
      answer(result);
    })();
    """

  @Test func theExplorerDrawsAndAnswersToKeysAndLegend() throws {
    let run = try run()
    let answer = try Browser.ask(RunReport(folder: run.folder).html(), Self.script)
    #expect(answer["problems"] as? [String] == [])
    #expect(answer["requests"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    func pixels(_ key: String) -> [String: Int] { value[key] as? [String: Int] ?? [:] }
    #expect(pixels("start")["drawn"] ?? 0 > 100)
    #expect(pixels("moved") != pixels("start"))
    #expect(pixels("zoomed") != pixels("moved"))
    #expect(pixels("back") == pixels("start"))
    #expect(pixels("ellipses")["drawn"] ?? 0 > pixels("start")["drawn"] ?? .max)
    #expect(value["pressed"] as? String == "true")
    // The samples lie on a diagonal: the fifth is in the middle, the sixth the next to the right.
    #expect((value["card"] as? String)?.contains("a/4.txtSample 4") == true)
    #expect((value["card"] as? String)?.contains("Certainty 1.000") == true)
    #expect((value["next"] as? String)?.contains("Sample 5") == true)
    #expect(pixels("chosen") != [:])
    let panel = value["panel"] as? String ?? ""
    for part in [
      "Cluster 0", "4 samples", "100.0% are class b", "silhouette 0.500", "Nearest", "1.5",
      "north, pole",
    ] {
      #expect(panel.contains(part), "\(part) in \(panel)")
    }
    #expect(value["other"] as? String == "Cluster 2")
    #expect((value["modes"] as? [Int])?.count == 4)
    #expect((value["modes"] as? [Int])?.allSatisfy { $0 > 100 } == true)
    #expect(value["wide"] as? Bool == true)
  }

  /// The reel's ends and its middle are three pictures, and a key goes to the next frame.
  @Test func theFilmFollowsItsReel() throws {
    let run = try run()
    try run.writeFilm()
    let answer = try Browser.ask(
      RunReport(folder: run.folder).html(),
      """
      const root = document.getElementById('film-player'), reel = root.querySelector('input');
      const canvas = root.querySelector('canvas'), step = () => root.querySelector('output').textContent;
      const look = () => {
        const raw = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return raw.reduce((sum, value, place) => (sum + value * (place % 9973)) % 1e9, 0);
      };
      const at = (value) => { reel.value = value; reel.dispatchEvent(new Event('input')); return [step(), look()]; };
      (async () => {
        const result = { start: [step(), look()], first: at(0), middle: at(0.5) };
        reel.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true, cancelable: true }));
        result.next = step();
        at(0);
        root.querySelector('[data-mode=class]').click();
        result.recoloured = look() !== result.first[1];
        root.querySelector('[data-act=play]').click();
        await new Promise((done) => setTimeout(done, 500));
        result.played = Number(reel.value) > 0;
        result.wide = document.documentElement.scrollWidth <= innerWidth;
        answer(result);
      })();
      """)
    #expect(answer["problems"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    func seen(_ key: String) -> (step: String?, picture: Int?) {
      let pair = value[key] as? [Any]
      return (pair?.first as? String, pair?.last as? Int)
    }
    #expect(seen("start").step == "6" && seen("first").step == "0")
    #expect(Set(["start", "first", "middle"].map { seen($0).picture }).count == 3)
    #expect(value["next"] as? String == "6")
    #expect(value["recoloured"] as? Bool == true && value["played"] as? Bool == true)
    #expect(value["wide"] as? Bool == true)
  }

  @Test func theComparisonLoadsWithoutErrors() throws {
    let (one, two) = (try run(), try run())
    let folders = [one.folder, two.folder]
    let page = try ComparisonReport(folders: folders, agreement: Agreement.between(folders)).html()
    let answer = try Browser.ask(
      page,
      """
      const chart = document.querySelector('svg[data-plot]');
      chart.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }));
      answer({ tip: document.querySelector('.tip').textContent,
        maps: [...document.querySelectorAll('img.map')].map((map) => map.naturalWidth) });
      """)
    #expect(answer["problems"] as? [String] == [])
    #expect(answer["requests"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    #expect((value["tip"] as? String)?.contains("Step 1") == true)
    #expect(value["maps"] as? [Int] == [560, 560])
  }
}
