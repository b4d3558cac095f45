// SPDX-License-Identifier: Apache-2.0

import DeepClustering

/// Some samples in the plane, step after step of the clustering, to play or to go through by hand.
struct FilmSection {
  var run: RunFolder
  var names: GroupNames

  func section() -> Section? {
    guard let film = run.film, let assignments = run.assignments else { return nil }
    let hasLabels = run.labels != nil
    let last = film.steps.last ?? 0
    return Section(
      id: "film", heading: "The embedding through training", label: "Film",
      lead: "\(NumberText.grouped(film.samples.count)) samples at \(film.steps.count) steps of the "
        + "clustering, from the codes it began with to those of the end, "
        + (film.isLayout
          ? "laid out by t-SNE, each step from the places of the next. "
          : "always in the plane in which the last spread most. ")
        + "The colours are those of the end\(hasLabels ? ", by cluster or by class" : "").",
      content: """
        <figure class="card film" id="film-player">
        <div class="bar">\(modes(hasLabels))<div class="buttons">\
        <button type="button" data-act="play">Play</button></div></div>
        <div class="view"><canvas role="img" aria-label="\(NumberText.grouped(film.samples.count)) samples in \
        two dimensions at one step of the clustering"></canvas></div>
        <label class="reel"><span>Step <output>\(last)</output> of \(last)</span>\
        <input type="range" min="0" max="\(film.steps.count - 1)" step="any" \
        value="\(film.steps.count - 1)"></label>
        <noscript><p class="note">The film needs JavaScript.</p></noscript>
        <script type="application/json" id="film-data">\(json(film, assignments))</script>
        </figure>
        """)
  }

  private func modes(_ hasLabels: Bool) -> Markup {
    guard hasLabels else { return "<div></div>" }
    return """
      <div class="segments" role="group" aria-label="Colour by">\
      <button type="button" data-mode="cluster" aria-pressed="true">Cluster</button>\
      <button type="button" data-mode="class" aria-pressed="false">Class</button></div>
      """
  }

  private func json(_ film: RunFolder.Film, _ assignments: [Int]) -> Markup {
    let everything = Array(0..<film.positions.count / 2)
    let grid = PlaneGrid(of: film.positions, everything)
    let (positions, extent) = (grid.positions(film.positions, everything), grid.extent)
    // Noise comes after all clusters.
    let clusters = film.samples.map {
      UInt16(clamping: assignments[$0] < 0 ? names.clusterCount : assignments[$0])
    }
    var fields = [
      "\"count\":\(film.samples.count)",
      "\"steps\":[\(film.steps.map(String.init).joined(separator: ","))]",
      "\"extent\":[\(extent.x),\(extent.y)]", "\"xy\":\(ScatterExplorer.base64(positions))",
      "\"cluster\":\(ScatterExplorer.base64(clusters))",
      "\"clusterColors\":\(list((0..<names.clusterCount).map { Palette.color(names.color(ofCluster: $0)) } + [Palette.none]))",
      "\"classColors\":\(list((0..<names.classCount).map { Palette.color($0) }))",
    ]
    if let labels = run.labels {
      let classes = film.samples.map { UInt16(clamping: labels[$0]) }
      fields.append("\"class\":\(ScatterExplorer.base64(classes))")
    }
    return Markup(verbatim: "{\(fields.joined(separator: ","))}")
  }

  private func list(_ colors: [Palette.Color]) -> String {
    "[\(colors.map { "\"\($0.hex)\"" }.joined(separator: ","))]"
  }

  static let script = #"""
    (() => {
    'use strict';
    const root = document.getElementById('film-player');
    if (!root) return;
    const data = JSON.parse(document.getElementById('film-data').textContent);
    const words = (text) => {
      const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
      return Uint16Array.from({ length: raw.length >> 1 }, (_, i) => raw[2 * i] | raw[2 * i + 1] << 8);
    };
    const n = data.count, frames = data.steps.length, xy = words(data.xy);
    const modes = {
      cluster: { of: words(data.cluster), colors: data.clusterColors },
      class: data.class && { of: words(data.class), colors: data.classColors },
    };
    const canvas = root.querySelector('canvas'), view = root.querySelector('.view');
    const reel = root.querySelector('input'), output = root.querySelector('output');
    const button = root.querySelector('[data-act=play]'), context = canvas.getContext('2d');
    let mode = modes.cluster, playing = 0, printing = false;

    // Between two frames every sample moves along a straight line.
    const draw = () => {
      const dark = !printing && document.documentElement.dataset.effective === 'dark';
      const colors = mode.colors.map((hex) => shadeOf(hex, dark));
      const ratio = printing ? 3 : Math.min(window.devicePixelRatio || 1, 2);
      const box = printing ? { width: 600, height: 340 } : view.getBoundingClientRect();
      if (!box.width) return;
      canvas.width = Math.round(box.width * ratio); canvas.height = Math.round(box.height * ratio);
      const time = Math.min(Number(reel.value), frames - 1), first = Math.min(Math.floor(time), frames - 2);
      const part = time - first, from = 2 * n * first, to = from + 2 * n;
      const scale = 0.94 * Math.min(canvas.width / data.extent[0], canvas.height / data.extent[1]);
      const left = (canvas.width - scale * data.extent[0]) / 2, bottom = (canvas.height + scale * data.extent[1]) / 2;
      const radius = Math.max(1.6, Math.min(3, 90 / Math.sqrt(n))) * ratio;
      context.globalAlpha = 0.8;
      for (let i = 0; i < n; i++) {
        const x = xy[from + 2 * i] * (1 - part) + xy[to + 2 * i] * part;
        const y = xy[from + 2 * i + 1] * (1 - part) + xy[to + 2 * i + 1] * part;
        context.fillStyle = colors[mode.of[i]];
        context.beginPath(); context.arc(left + x * scale, bottom - y * scale, radius, 0, 7); context.fill();
      }
      const step = data.steps[Math.round(time)];
      output.textContent = step; reel.setAttribute('aria-valuetext', `Step ${step}`);
    };
    const stop = () => { cancelAnimationFrame(playing); playing = 0; button.textContent = 'Play'; };
    const play = () => {
      if (Number(reel.value) >= frames - 1) reel.value = 0;
      button.textContent = 'Pause';
      let before = performance.now();
      const next = (now) => {
        reel.value = Math.min(frames - 1, Number(reel.value) + (now - before) * (frames - 1) / 8000);
        before = now; draw();
        if (Number(reel.value) >= frames - 1) stop(); else playing = requestAnimationFrame(next);
      };
      playing = requestAnimationFrame(next);
    };
    button.addEventListener('click', () => { if (playing) stop(); else play(); });
    reel.addEventListener('input', () => { stop(); draw(); });
    reel.addEventListener('keydown', (event) => {
      const to = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!to) return;
      event.preventDefault(); stop(); reel.value = Math.round(Number(reel.value)) + to; draw();
    });
    for (const choice of root.querySelectorAll('[data-mode]')) choice.addEventListener('click', () => {
      mode = modes[choice.dataset.mode];
      for (const other of root.querySelectorAll('[data-mode]')) other.setAttribute('aria-pressed', other === choice);
      draw();
    });
    addEventListener('report-theme', draw);
    addEventListener('beforeprint', () => { printing = true; draw(); });
    addEventListener('afterprint', () => { printing = false; draw(); });
    new ResizeObserver(draw).observe(view);
    })();
    """#
}
