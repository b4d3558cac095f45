// SPDX-License-Identifier: Apache-2.0

/// The script of ``ScatterExplorer``.
///
/// It draws into a pixel buffer instead of calling canvas primitives: 70,000 discs take a few
/// milliseconds everywhere, without WebGL, which headless and remote browsers often lack.
enum ScatterScript {
  static let source = #"""
    (() => {
    'use strict';
    const root = document.getElementById('explorer');
    if (!root) return;
    const data = JSON.parse(document.getElementById('explorer-data').textContent);
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const words = (text) => {
      const raw = bytes(text);
      return Uint16Array.from({ length: raw.length >> 1 }, (_, i) => raw[2 * i] | raw[2 * i + 1] << 8);
    };
    const n = data.count, xy = words(data.xy), cluster = words(data.cluster);
    const label = data.class && words(data.class);
    const certainty = data.certainty && words(data.certainty);
    const sampleOf = (i) => Math.floor(i * data.total / n);
    const canvas = root.querySelector('canvas'), view = root.querySelector('.view');
    const legend = root.querySelector('.legend');
    const context = canvas.getContext('2d', { alpha: false });

    // Points are drawn in a shuffled order, so that no cluster covers another by its number.
    const order = new Uint32Array(n);
    for (let i = 0, seed = 1; i < n; i++) {
      seed = Math.imul(seed, 1664525) + 1013904223 >>> 0;
      const j = Math.floor(seed / 4294967296 * (i + 1));
      order[i] = order[j]; order[j] = i;
    }

    // ---- What a point's group is in each colouring, and the groups' colours ----
    const levels = 32;
    const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    const mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));
    const ramp = (t, dark) => {
      const stops = dark ? ['#ff7a1a', '#c9b48f', '#5b93ee'] : ['#f05a00', '#b9a98c', '#154dc5'];
      return t < 0.5 ? mix(rgb(stops[0]), rgb(stops[1]), t * 2) : mix(rgb(stops[1]), rgb(stops[2]), t * 2 - 1);
    };
    const isWrong = (i) => data.clusters[cluster[i]].match !== label[i];
    const modes = {
      cluster: { of: cluster, names: data.clusters.map((g) => g.name),
        colors: (dark) => data.clusters.map((g) => rgb(shadeOf(g.color, dark))) },
    };
    if (label) modes.class = { of: label, names: data.classes.map((g) => g.name),
      colors: (dark) => data.classes.map((g) => rgb(shadeOf(g.color, dark))) };
    if (certainty) modes.certainty = { of: certainty.map((v) => Math.min(levels - 1, v * levels >> 16)),
      names: Array.from({ length: levels }, (_, i) => String(i)),
      colors: (dark) => Array.from({ length: levels }, (_, i) => ramp(i / (levels - 1), dark)) };
    if (label) {
      const of = new Uint16Array(n);
      for (let i = 0; i < n; i++) of[i] = isWrong(i) ? 1 : 0;
      modes.error = { of, names: ['Matched', 'Wrong cluster'],
        colors: (dark) => dark ? [[84, 101, 122], [255, 122, 51]] : [[176, 190, 207], [217, 63, 4]] };
    }
    for (const mode of Object.values(modes)) {
      mode.visible = mode.names.map(() => true);
      mode.counts = new Uint32Array(mode.names.length);
      for (let i = 0; i < n; i++) mode.counts[mode.of[i]]++;
    }
    // focus: the group under the pointer in the legend; chosen: the one clicked; cursor: the point
    // that the keys are at.
    let mode = modes.cluster, focus = -1, chosen = -1, cursor = -1, numbers = true, printing = false;
    let ellipses = root.querySelector('[data-act="ellipses"]').getAttribute('aria-pressed') === 'true';

    // ---- The view: centre in data units, pixels a unit ----
    let width = 1, height = 1, centre = data.extent.map((v) => v / 2), scale = 1, fitted = 1;
    const fit = () => {
      fitted = 0.93 * Math.min(width / data.extent[0], height / data.extent[1]);
      scale = fitted; centre = [data.extent[0] / 2, data.extent[1] / 2];
    };
    const zoomAt = (factor, px, py) => {
      const next = Math.min(Math.max(scale * factor, fitted * 0.6), fitted * 200);
      const x = centre[0] + (px - width / 2) / scale, y = centre[1] - (py - height / 2) / scale;
      centre = [x - (px - width / 2) / next, y + (py - height / 2) / next];
      scale = next; canvas.style.touchAction = scale > fitted * 1.02 ? 'none' : 'pan-y';
      schedule();
    };

    const isDark = () => !printing && document.documentElement.dataset.effective === 'dark';
    const colorOf = (name, fallback) => {
      const text = getComputedStyle(root).getPropertyValue(name).trim();
      const full = /^#[0-9a-f]{3}$/i.test(text) ? '#' + [...text.slice(1)].map((c) => c + c).join('') : text;
      return /^#[0-9a-f]{6}$/i.test(full) ? rgb(full) : fallback;
    };
    const pack = (c) => (255 << 24 | c[2] << 16 | c[1] << 8 | c[0]) >>> 0;

    // ---- Drawing ----
    let image = null, pixels = null, sharpCost = 0;
    const draw = (ratio) => {
      const begin = performance.now();
      const W = Math.max(1, Math.round(width * ratio)), H = Math.max(1, Math.round(height * ratio));
      if (canvas.width !== W || canvas.height !== H) { canvas.width = W; canvas.height = H; image = null; }
      if (!image) { image = context.createImageData(W, H); pixels = new Uint32Array(image.data.buffer); }
      const surface = printing ? [255, 255, 255] : colorOf('--surface', [255, 255, 255]);
      pixels.fill(pack(surface));
      const zoom = scale / fitted;
      const base = Math.min(4, Math.max(1.15, 3.4 * Math.pow(1500 / n, 0.28)));
      const radius = Math.min(base * Math.pow(zoom, 0.4), 6) * ratio;
      // Beyond radius + 1/2 a disc covers nothing.
      const reach = Math.max(0, Math.ceil(radius + 0.5) - 1), size = 2 * reach + 1;
      const strength = n > 20000 ? Math.min(0.92, 0.6 + 0.1 * zoom) : 0.88;
      const kernel = new Uint16Array(size * size);
      for (let j = 0; j < size; j++) for (let i = 0; i < size; i++)
        kernel[j * size + i] = Math.round(256 * strength
          * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(i - reach, j - reach))));
      const colors = mode.colors(isDark()).map(pack);
      const faded = pack(mix(surface, isDark() ? [120, 130, 145] : [150, 160, 175], 0.35));
      const of = mode.of, visible = mode.visible;
      const s = scale * ratio, ox = W / 2 - centre[0] * s, oy = H / 2 + centre[1] * s;
      const splat = (i, color) => {
        const X = Math.round(xy[2 * i] * s + ox) - reach, Y = Math.round(oy - xy[2 * i + 1] * s) - reach;
        if (X < 0 || Y < 0 || X + size > W || Y + size > H) return;
        const crb = color & 0xff00ff, cg = color & 0x00ff00;
        for (let j = 0, k = 0; j < size; j++) {
          let at = (Y + j) * W + X;
          for (let i2 = 0; i2 < size; i2++, k++, at++) {
            const a = kernel[k];
            if (a === 0) continue;
            const p = pixels[at], b = 256 - a;
            const rb = Math.imul(p & 0xff00ff, b) + Math.imul(crb, a) >>> 8 & 0xff00ff;
            const g = Math.imul(p & 0x00ff00, b) + Math.imul(cg, a) >>> 8 & 0x00ff00;
            pixels[at] = (0xff000000 | rb | g) >>> 0;
          }
        }
      };
      const lit = focus >= 0 ? focus : chosen;
      if (lit >= 0) {
        for (let k = 0; k < n; k++) { const i = order[k]; if (visible[of[i]] && of[i] !== lit) splat(i, faded); }
        for (let k = 0; k < n; k++) { const i = order[k]; if (of[i] === lit) splat(i, colors[lit]); }
      } else {
        for (let k = 0; k < n; k++) { const i = order[k]; if (visible[of[i]]) splat(i, colors[of[i]]); }
      }
      context.putImageData(image, 0, 0);
      if (ellipses) drawEllipses(ratio, s, ox, oy, surface);
      if (numbers) drawNumbers(ratio, s, ox, oy, surface);
      if (cursor >= 0 && !printing) {
        context.beginPath();
        context.arc(xy[2 * cursor] * s + ox, oy - xy[2 * cursor + 1] * s, radius + 5 * ratio, 0, 7);
        for (const [width, color] of [[5, `rgb(${surface})`], [2.5, `rgb(${colorOf('--ink', [20, 20, 20])})`]]) {
          context.lineWidth = width * ratio; context.strokeStyle = color; context.stroke();
        }
      }
      const cost = performance.now() - begin;
      if (ratio === ratioNow()) sharpCost = cost;
      root.dataset.cost = cost.toFixed(1);
    };

    const isShown = (index) => mode !== modes.cluster || mode.visible[index];
    const drawEllipses = (ratio, s, ox, oy, surface) => {
      data.clusters.forEach((group, index) => {
        if (!group.ellipse || !isShown(index)) return;
        const [x, y, long, short, angle] = group.ellipse;
        context.beginPath();
        context.ellipse(x * s + ox, oy - y * s, long * s, short * s, -angle, 0, 7);
        const ink = printing ? [17, 17, 17] : colorOf('--ink', [20, 20, 20]);
        for (const [width, color] of [[4, surface], [1.5, ink]]) {
          context.lineWidth = width * ratio; context.strokeStyle = `rgb(${color})`; context.stroke();
        }
        if (!data.planar) return;
        // The mean, by a cross.
        const [X, Y, arm] = [x * s + ox, oy - y * s, 5 * ratio];
        context.beginPath();
        context.moveTo(X - arm, Y - arm); context.lineTo(X + arm, Y + arm);
        context.moveTo(X - arm, Y + arm); context.lineTo(X + arm, Y - arm);
        for (const [width, color] of [[5, surface], [2, ink]]) {
          context.lineWidth = width * ratio; context.strokeStyle = `rgb(${color})`; context.stroke();
        }
      });
    };
    // Each cluster's number stands at the median of its points, where most of them are.
    const medians = data.clusters.map(() => [[], []]);
    for (let i = 0; i < n; i++) {
      medians[cluster[i]][0].push(xy[2 * i]); medians[cluster[i]][1].push(xy[2 * i + 1]);
    }
    const places = medians.map((pair) => pair[0].length
      ? pair.map((list) => Uint16Array.from(list).sort()[list.length >> 1]) : null);
    const drawNumbers = (ratio, s, ox, oy, surface) => {
      context.font = `700 ${13 * ratio}px system-ui, sans-serif`;
      context.textAlign = 'center'; context.textBaseline = 'middle'; context.lineJoin = 'round';
      context.lineWidth = 4 * ratio; context.strokeStyle = `rgb(${surface})`;
      context.fillStyle = printing ? '#111' : `rgb(${colorOf('--ink', [20, 20, 20])})`;
      places.forEach((place, index) => {
        if (!place || data.clusters[index].noise || !isShown(index)) return;
        // Beside the cross of the mean, where there is one.
        const aside = data.planar && ellipses ? 13 * ratio : 0;
        const x = place[0] * s + ox + aside, y = oy - place[1] * s - aside;
        context.strokeText(String(index), x, y); context.fillText(String(index), x, y);
      });
    };

    // While something moves, frames that would be slow are drawn at a lower resolution.
    let frame = 0, settle = 0;
    const ratioNow = () => Math.min(window.devicePixelRatio || 1, 2);
    const schedule = (still) => {
      if (!frame) frame = requestAnimationFrame(() => {
        frame = 0;
        const sharp = still || sharpCost < 12 || ratioNow() <= 1;
        draw(sharp ? ratioNow() : Math.min(1, ratioNow()));
        if (!sharp) { clearTimeout(settle); settle = setTimeout(() => draw(ratioNow()), 160); }
      });
    };
    const resize = (size) => {
      const zoom = scale / fitted, at = centre;
      width = size.width; height = size.height; fit();
      scale = fitted * zoom; centre = at;
    };
    new ResizeObserver(() => {
      const box = view.getBoundingClientRect();
      if (!box.width || !box.height || printing) return;
      resize(box); schedule(true);
    }).observe(view);
    addEventListener('report-theme', () => { buildLegend(); showPanel(); schedule(true); });
    // The place on paper has another shape than that on the screen, and nothing tells its size.
    const paper = { width: 600, height: 450 };
    let screen = null;
    addEventListener('beforeprint', () => {
      if (!printing) screen = { width, height };
      printing = true; resize(paper); buildLegend(); showPanel(); draw(3);
    });
    addEventListener('afterprint', () => {
      if (!printing) return;
      printing = false; resize(screen); buildLegend(); showPanel(); draw(ratioNow());
    });

    // ---- Finding the point under the pointer: points sorted by the cell of a grid ----
    const cells = 256, start = new Uint32Array(cells * cells + 1), sorted = new Uint32Array(n);
    const cellOf = (i) => (xy[2 * i + 1] >> 8) * cells + (xy[2 * i] >> 8);
    for (let i = 0; i < n; i++) start[cellOf(i) + 1]++;
    for (let c = 0; c < cells * cells; c++) start[c + 1] += start[c];
    const fill = start.slice();
    for (let i = 0; i < n; i++) sorted[fill[cellOf(i)]++] = i;
    const nearest = (px, py) => {
      const x = centre[0] + (px - width / 2) / scale, y = centre[1] - (py - height / 2) / scale;
      const reach = 9 / scale, clamp = (v) => Math.min(cells - 1, Math.max(0, v >> 8));
      let best = -1, bestDistance = reach * reach;
      for (let row = clamp(y - reach); row <= clamp(y + reach); row++)
        for (let at = start[row * cells + clamp(x - reach)]; at < start[row * cells + clamp(x + reach) + 1]; at++) {
          const i = sorted[at], dx = xy[2 * i] - x, dy = xy[2 * i + 1] - y, d = dx * dx + dy * dy;
          if (d < bestDistance && mode.visible[mode.of[i]]) { best = i; bestDistance = d; }
        }
      return best;
    };
    /*INTERACTION*/
    })();
    """#

  static let whole = source.replacing(
    "/*INTERACTION*/", with: ScatterCards.source + ScatterControls.source)
}
