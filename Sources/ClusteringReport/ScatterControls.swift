// SPDX-License-Identifier: Apache-2.0

import DeepClustering
/// The part of the map's script that listens: pointers, wheel, keys, buttons and the legend.
enum ScatterControls {
  static let source = #"""
    // ---- Pointers: one moves, two zoom ----
    const pointers = new Map();
    let moved = 0, pinch = 0;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, at(event)); moved = 0; pinch = 0;
    });
    canvas.addEventListener('pointermove', (event) => {
      const now = at(event), before = pointers.get(event.pointerId);
      if (!before) {
        if (Tip.isPinned() || event.pointerType === 'touch') return;
        const i = nearest(...now);
        canvas.style.cursor = i < 0 ? 'grab' : 'pointer';
        if (i < 0) Tip.hide(); else Tip.show(cardOf(i, false), event.clientX, event.clientY);
        return;
      }
      pointers.set(event.pointerId, now);
      moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
      if (moved < 4) return;
      Tip.hide(); canvas.style.cursor = 'grabbing';
      if (pointers.size === 2) {
        const [a, b] = [...pointers.values()], gap = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (pinch) zoomAt(gap / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
        pinch = gap;
      } else if (pointers.size === 1) {
        centre = [centre[0] - (now[0] - before[0]) / scale, centre[1] + (now[1] - before[1]) / scale];
        schedule();
      }
    });
    const release = (event) => {
      if (!pointers.delete(event.pointerId)) return;
      canvas.style.cursor = 'grab'; pinch = 0;
      if (event.type !== 'pointerup' || moved >= 4) return;
      // A click keeps the card; in the colours of the clusters it also chooses the point's.
      const i = nearest(...at(event)), picked = i < 0 ? -1 : cluster[i];
      if (mode === modes.cluster && picked !== chosen) choose(picked < 0 ? chosen : picked);
      if (i < 0) { Tip.hide(); return; }
      Tip.show(cardOf(i, true), event.clientX, event.clientY, true);
    };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
    canvas.addEventListener('pointerleave', () => { if (!Tip.isPinned()) Tip.hide(); });
    canvas.addEventListener('dblclick', (event) => zoomAt(2, ...at(event)));
    // A page must scroll past a map: the wheel alone zooms only once the map was clicked.
    canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault(); Tip.hide();
      zoomAt(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), ...at(event));
    }, { passive: false });
    // The card of a point beside it; the view follows when the point is outside.
    const goTo = (i) => {
      if (i < 0) return;
      cursor = i;
      const place = () => [(xy[2 * i] - centre[0]) * scale + width / 2, (centre[1] - xy[2 * i + 1]) * scale + height / 2];
      let [px, py] = place();
      if (px < 20 || py < 20 || px > width - 20 || py > height - 20) {
        centre = [xy[2 * i], xy[2 * i + 1]]; [px, py] = place();
      }
      const box = canvas.getBoundingClientRect();
      Tip.show(cardOf(i, false), box.left + px, box.top + py); schedule(true);
    };
    // The nearest visible point to (x, y), only in the direction (dx, dy) unless that is (0, 0).
    const search = (x, y, dx, dy) => {
      let best = -1, least = Infinity;
      for (let i = 0; i < n; i++) {
        if (i === cursor || !mode.visible[mode.of[i]]) continue;
        const ax = xy[2 * i] - x, ay = xy[2 * i + 1] - y, along = ax * dx + ay * dy;
        const across = Math.abs(ax * dy) + Math.abs(ay * dx);
        if ((dx || dy) && (along <= 3 / scale || across > along)) continue;
        const d = ax * ax + ay * ay;
        if (d < least) { best = i; least = d; }
      }
      return best;
    };
    canvas.addEventListener('keydown', (event) => {
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      const move = moves[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (move && event.shiftKey) {
        const from = cursor >= 0 ? [xy[2 * cursor], xy[2 * cursor + 1]] : centre;
        goTo(search(...from, ...move));
      } else if (move) {
        Tip.hide(); cursor = -1;
        centre = [centre[0] + move[0] * 60 / scale, centre[1] + move[1] * 60 / scale];
      } else if (event.key === '+' || event.key === '=') zoomAt(1.4, width / 2, height / 2);
      else if (event.key === '-') zoomAt(1 / 1.4, width / 2, height / 2);
      else if (event.key === '0') fit();
      else if (event.key === 'Enter' || event.key === ' ') { cursor = -1; goTo(search(...centre, 0, 0)); }
      else if (event.key === 'Escape') {
        Tip.hide(); cursor = -1;
        if (chosen >= 0) choose(chosen); else canvas.blur();
      } else return;
      event.preventDefault(); schedule();
    });
    canvas.addEventListener('blur', () => { if (cursor >= 0) { cursor = -1; Tip.hide(); schedule(true); } });

    // ---- Buttons ----
    const acts = {
      in: () => zoomAt(1.6, width / 2, height / 2),
      out: () => zoomAt(1 / 1.6, width / 2, height / 2),
      reset: () => { fit(); canvas.style.touchAction = 'pan-y'; schedule(true); },
      full: () => document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen?.(),
      numbers: (button) => {
        numbers = !numbers; button.setAttribute('aria-pressed', String(numbers)); schedule(true);
      },
      ellipses: (button) => {
        ellipses = !ellipses; button.setAttribute('aria-pressed', String(ellipses)); schedule(true);
      },
    };
    for (const button of root.querySelectorAll('[data-act]'))
      button.addEventListener('click', () => { Tip.hide(); acts[button.dataset.act](button); });
    const modeButtons = [...root.querySelectorAll('[data-mode]')];
    for (const button of modeButtons) button.addEventListener('click', () => {
      for (const other of modeButtons) other.setAttribute('aria-pressed', String(other === button));
      mode = modes[button.dataset.mode]; focus = -1; chosen = -1; cursor = -1;
      Tip.hide(); buildLegend(); showPanel(); schedule(true);
    });

    // ---- Legend ----
    const rgbText = (color) => `rgb(${color.join(' ')})`;
    const buildLegend = () => {
      legend.replaceChildren();
      if (mode === modes.certainty) { buildScale(); return; }
      const colors = mode.colors(isDark());
      const top = document.createElement('div');
      top.className = 'all';
      for (const [text, on] of [['Show all', true], ['Hide all', false]]) {
        const button = document.createElement('button');
        button.type = 'button'; button.textContent = text;
        button.addEventListener('click', () => { mode.visible.fill(on); buildLegend(); schedule(true); });
        top.append(button);
      }
      const list = document.createElement('ul'), caption = document.createElement('p');
      caption.className = 'note';
      caption.textContent = mode !== modes.cluster || data.clusters.every((g) => g.match < 0) ? ''
        : 'Cluster · matched class';
      mode.names.forEach((name, index) => {
        const item = document.createElement('li'), box = document.createElement('input');
        const button = document.createElement('button'), dot = document.createElement('span');
        const text = document.createElement('span'), count = document.createElement('small');
        box.type = 'checkbox'; box.checked = mode.visible[index]; box.title = 'Show or hide';
        box.setAttribute('aria-label', `Show ${name}`);
        box.addEventListener('change', () => {
          mode.visible[index] = box.checked;
          if (!box.checked && chosen === index) choose(index); else schedule(true);
        });
        dot.className = 'dot'; dot.style.background = rgbText(colors[index]);
        // A long name is cut before its last letters: names of one family differ there.
        const cut = name.length > 16 ? name.length - 8 : name.length;
        adder(text)('span', name.slice(0, cut)); adder(text)('span', name.slice(cut));
        text.className = 'name'; button.title = name;
        count.textContent = mode.counts[index].toLocaleString('en');
        button.type = 'button'; button.append(dot, text, count);
        button.setAttribute('aria-pressed', String(chosen === index));
        button.addEventListener('click', () => {
          choose(index); legend.querySelectorAll('li button')[index]?.focus();
        });
        button.addEventListener('pointerenter', (event) => {
          if (event.pointerType === 'mouse' && mode.visible[index]) { focus = index; schedule(true); }
        });
        button.addEventListener('pointerleave', () => { if (focus >= 0) { focus = -1; schedule(true); } });
        item.append(box, button); list.append(item);
      });
      legend.append(top, caption, list);
    };
    const buildScale = () => {
      const box = document.createElement('div'), bar = document.createElement('div');
      const ends = document.createElement('div'), text = document.createElement('label');
      const slider = document.createElement('input');
      box.className = 'scale'; bar.className = 'ramp'; ends.className = 'ends';
      bar.style.background = `linear-gradient(90deg, ${mode.colors(isDark()).map(rgbText).join(',')})`;
      for (const end of ['0', 'certainty', '1']) ends.append(Object.assign(document.createElement('span'), { textContent: end }));
      slider.type = 'range'; slider.min = 1; slider.max = levels; slider.step = 1;
      slider.value = mode.visible.filter(Boolean).length;
      const say = () => {
        let shown = 0;
        mode.visible.forEach((on, i) => { if (on) shown += mode.counts[i]; });
        text.textContent = `Up to ${(slider.value / levels).toFixed(2)}: ${shown.toLocaleString('en')} samples`;
      };
      slider.id = 'certainty-limit'; text.htmlFor = slider.id;
      slider.addEventListener('input', () => {
        mode.visible = mode.visible.map((_, i) => i < slider.value); say(); schedule();
      });
      say(); box.append(bar, ends, slider, text); legend.append(box);
    };
    buildLegend();
    """#
}
