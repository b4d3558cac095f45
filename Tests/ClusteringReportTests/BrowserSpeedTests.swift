// SPDX-License-Identifier: Apache-2.0

import ClusteringReport
import DeepClustering
import Foundation
import Testing

/// The promise that a map of MNIST's size stays fluid.
extension BrowserTests {
  /// Ten clusters of 7,000 samples each.
  private func manyPoints() throws -> TemporaryRun {
    let rows = 70_000
    let record: [String: Any] = [
      "format": 1, "clusters": 10, "method": ["name": "dec"],
      "data": ["name": "many", "rows": rows],
    ]
    let run = try TemporaryRun(record, metrics: nil)
    var state: UInt64 = 1
    func noise() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24)
    }
    var projection: [Float] = []
    projection.reserveCapacity(2 * rows)
    for row in 0..<rows {
      let cluster = row % 10
      for centre in [cluster, cluster * cluster % 10] {
        projection.append(Float(centre) * 0.7 + noise() + noise() + noise())
      }
    }
    try NPY.write(projection, shape: [rows, 2], to: run.file("projection.npy"))
    try NPY.write((0..<rows).map { $0 % 10 }, shape: [rows], to: run.file("assignments.npy"))
    let certainty = (0..<rows).map { Float($0 % 1000) / 1000 }
    try NPY.write(certainty, shape: [rows], to: run.file("certainty.npy"))
    return run
  }

  /// Drags and zooms for thirty frames.
  ///
  /// It answers, in microseconds, how long the page draws each of them, and how long after one the
  /// next begins.
  private static let frames = """
    const root = document.getElementById('explorer'), canvas = root.querySelector('canvas');
    canvas.scrollIntoView({ behavior: 'instant', block: 'center' });
    const box = canvas.getBoundingClientRect(), [x, y] = [box.width / 2, box.height / 2];
    canvas.setPointerCapture = () => {};
    const drawing = [], starts = [], plain = requestAnimationFrame;
    window.requestAnimationFrame = (draw) => plain((now) => {
      const begin = performance.now();
      draw(now);
      drawing.push(performance.now() - begin); starts.push(now);
    });
    const after = (Kind, type, x, y, more) => new Promise((done) => {
      canvas.dispatchEvent(new Kind(type, { pointerId: 1, pointerType: 'mouse', bubbles: true,
        cancelable: true, clientX: box.left + x, clientY: box.top + y, ...more }));
      plain(done);
    });
    (async () => {
      await after(PointerEvent, 'pointerdown', x, y);
      for (let i = 1; i <= 10; i++) await after(PointerEvent, 'pointermove', x + 12 * i, y + 5 * i);
      await after(PointerEvent, 'pointerup', x + 120, y + 50);
      for (let i = 0; i < 20; i++)
        await after(WheelEvent, 'wheel', x, y, { ctrlKey: true, deltaY: i < 10 ? -120 : 160 });
      const gaps = starts.slice(1).map((start, i) => start - starts[i]);
      const whole = (times) => times.map((time) => Math.round(1000 * time));
      answer({ drawing: whole(drawing), gaps: whole(gaps) });
    })();
    """

  /// With two cores that had other work as well, a frame took 6 to 16 ms, and the next came after
  /// 17 ms as the display asks for; with a path of the canvas for each point it was 73 and 90 ms.
  @Test func aFrameOfSeventyThousandPointsTakesAtMostSixtyMilliseconds() throws {
    let run = try manyPoints()
    let page = try RunReport(folder: run.folder).html()
    let answer = try Browser.ask(page, Self.frames, inRealTime: true)
    #expect(answer["problems"] as? [String] == [])
    let value = try #require(answer["value"] as? [String: Any])
    for kind in ["drawing", "gaps"] {
      let times = try #require(value[kind] as? [Int]).sorted()
      try #require(times.count >= 29)
      #expect(times[0] > 0, "the clock goes")
      // The first quartile, and three turns of the display: other processes want the cores too.
      #expect(times[times.count / 4] < 60_000, "\(kind): \(times)")
    }
  }
}
