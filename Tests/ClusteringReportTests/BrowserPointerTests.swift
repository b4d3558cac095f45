// SPDX-License-Identifier: Apache-2.0

import ClusteringReport
import DeepClustering
import Foundation
import Testing

/// The explorer under a mouse and under fingers.
extension BrowserTests {
  /// Where the samples are on the canvas, and ways to point at them.
  private static let pointing = """
    const canvas = document.querySelector('.view canvas'), tip = document.querySelector('.tip');
    const panel = document.querySelector('.chosen');
    // The browser tells of this scrolling when it likes, which would take a card away.
    document.addEventListener('scroll', (event) => event.stopPropagation(), true);
    canvas.scrollIntoView({ behavior: 'instant', block: 'center' });
    const box = canvas.getBoundingClientRect();
    // A pointer that no hand holds cannot be captured.
    canvas.setPointerCapture = () => {};
    const wait = () => new Promise((done) => setTimeout(done, 100));
    const look = () => {
      const raw = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      const pixels = new Uint32Array(raw.buffer), xs = [], ys = [];
      pixels.forEach((pixel, place) => {
        if (pixel === pixels[0]) return;
        xs.push(place % canvas.width); ys.push(Math.floor(place / canvas.width));
      });
      const sum = xs.reduce((total, x, i) => (total + x * 31 + ys[i]) % 1e9, 0);
      return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys), sum };
    };
    const seen = () => tip.hidden ? null : tip.textContent;
    const press = (act) => document.querySelector(`[data-act="${act}"]`).click();
    const point = (type, [x, y], more) => canvas.dispatchEvent(new PointerEvent(type, {
      pointerId: 1, pointerType: 'mouse', clientX: box.left + x, clientY: box.top + y,
      bubbles: true, cancelable: true, ...more }));
    const hover = (place) => { point('pointermove', place); return seen(); };
    const click = (place) => { hover(place); point('pointerdown', place); point('pointerup', place); };
    // The samples lie on a diagonal, the first at the left below, the ninth at the right above.
    let ends;
    const place = (i) => [
      ends.left + (ends.right - ends.left) * i / 8, ends.bottom - (ends.bottom - ends.top) * i / 8];
    const empty = [20, 200];
    """

  @Test func thePointerMovesAndZoomsTheMap() throws {
    let script = """
      \(Self.pointing)
      const wheel = ([x, y], more) => canvas.dispatchEvent(new WheelEvent('wheel', {
        deltaY: -400, clientX: box.left + x, clientY: box.top + y, bubbles: true, cancelable: true,
        ...more }));
      const touch = { pointerType: 'touch' };
      (async () => {
        const result = {};
        press('numbers'); await wait(); ends = result.start = look();
        const [x, y] = place(4);
        point('pointerdown', [x, y]);
        for (const step of [1, 2, 3]) point('pointermove', [x + 20 * step, y + 3 * step]);
        point('pointerup', [x + 60, y + 9]);
        await wait(); result.dragged = look(); result.dropped = [seen(), panel.hidden ? null : 'panel'];
        press('reset'); await wait(); result.reset = look();

        result.scrolls = wheel(place(6)); await wait(); result.scrolled = look();
        result.scrollsWithControl = wheel(place(6), { ctrlKey: true }); await wait();
        result.zoomed = [hover(place(6)), hover(place(5))];
        press('reset'); canvas.focus({ preventScroll: true });
        result.scrollsWithFocus = wheel(place(4), { deltaY: 200 }); await wait();
        result.smaller = look(); canvas.blur(); press('reset'); await wait();

        for (const pointerId of [1, 2]) point('pointerdown', place(4), { pointerId, ...touch });
        for (const far of [20, 40]) for (const pointerId of [1, 2])
          point('pointermove', [pointerId === 1 ? x + far : x - far, y], { pointerId, ...touch });
        for (const pointerId of [1, 2]) point('pointerup', place(4), { pointerId, ...touch });
        await wait(); result.pinched = [hover(place(4)), hover(place(3))];
        press('reset'); await wait();
        point('dblclick', place(4)); await wait(); result.twice = [hover(place(4)), hover(place(3))];
        press('reset'); await wait(); result.end = look();
        answer(result);
      })();
      """
    let run = try run()
    let answer = try Browser.ask(RunReport(folder: run.folder).html(), script)
    #expect(answer["problems"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    func ends(_ key: String) -> [String: Int] { value[key] as? [String: Int] ?? [:] }
    let start = ends("start")
    for (end, way) in [("left", 60), ("right", 60), ("top", 9), ("bottom", 9)] {
      #expect(ends("dragged")[end] == start[end].map { $0 + way }, "\(end)")
    }
    // To drag is not to click.
    #expect((value["dropped"] as? [Any])?.allSatisfy { $0 is NSNull } == true)
    for key in ["reset", "scrolled", "end"] { #expect(ends(key) == start, "\(key)") }
    // A page scrolls past a map that nobody asked to zoom.
    #expect(value["scrolls"] as? Bool == true)
    #expect(value["scrollsWithControl"] as? Bool == false)
    #expect(value["scrollsWithFocus"] as? Bool == false)
    #expect(ends("smaller")["right"] ?? .max < start["right"] ?? 0)
    #expect(ends("smaller")["left"] ?? 0 > start["left"] ?? .max)
    // What is under the pointer stays there, and its neighbour goes away.
    for (key, sample) in [("zoomed", 6), ("pinched", 4), ("twice", 4)] {
      let cards = try #require(value[key] as? [Any], "\(key)")
      #expect((cards[0] as? String)?.contains("Sample \(sample)") == true, "\(key)")
      #expect(cards[1] is NSNull, "\(key)")
    }
  }

  @Test func thePointerAsksSamplesAndClusters() throws {
    let script = """
      \(Self.pointing)
      (async () => {
        const result = {};
        press('numbers'); await wait(); ends = look();
        result.hover = hover(place(6));
        const tile = tip.querySelector('.tile');
        result.tile = [tile.className, tile.style.getPropertyValue('--x'), tile.style.getPropertyValue('--y')];
        result.nothing = hover(empty);
        hover(place(3)); point('pointerleave', empty); result.outside = seen();

        click(place(5)); await wait();
        result.card = seen(); result.link = tip.querySelector('a').getAttribute('href');
        result.panel = panel.hidden ? null : panel.textContent;
        result.images = panel.querySelectorAll('.tile').length;
        result.lit = document.querySelector('.legend [aria-pressed="true"]').textContent;
        hover(place(2)); point('pointerleave', empty); result.kept = seen();
        panel.querySelector('.near button').click(); result.near = panel.querySelector('h3').textContent;

        // A card that scrolling took away keeps no other from coming.
        dispatchEvent(new Event('scroll')); result.scrolled = seen();
        result.again = hover(place(2));
        click(empty); result.cleared = [seen(), panel.hidden ? null : 'panel'];
        document.querySelector('[data-mode="class"]').click();
        click(place(5)); result.inClasses = [seen() === result.card, panel.hidden];
        answer(result);
      })();
      """
    let run = try run()
    let answer = try Browser.ask(RunReport(folder: run.folder).html(), script)
    #expect(answer["problems"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    func text(_ key: String) -> String? { value[key] as? String }
    #expect(text("hover") == "a/6.txtSample 6Cluster 1 · aClass aCertainty 0.700")
    // The fourth picture of a sheet of two in a row.
    #expect(value["tile"] as? [String] == ["tile big ps", "1", "1"])
    for key in ["nothing", "outside", "scrolled"] { #expect(value[key] is NSNull, "\(key)") }
    let card = "a/5.txtSample 5Cluster 1 · aClass aCertainty 1.000See this cluster’s images"
    #expect(text("card") == card && text("kept") == card)
    #expect(text("link") == "#cluster-1")
    let panel = text("panel") ?? ""
    for part in ["Cluster 1 · a", "3 samples", "silhouette −0.250", "Cluster 0 · b4"] {
      #expect(panel.contains(part), "\(part) in \(panel)")
    }
    #expect(value["images"] as? Int == 2)
    #expect(text("lit") == "1 · a3")
    #expect(text("near") == "Cluster 0 · b")
    #expect(text("again")?.contains("Sample 2") == true)
    #expect((value["cleared"] as? [Any])?.allSatisfy { $0 is NSNull } == true)
    #expect(value["inClasses"] as? [Bool] == [true, true])
  }
}
