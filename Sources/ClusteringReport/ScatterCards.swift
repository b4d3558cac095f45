// SPDX-License-Identifier: Apache-2.0

/// The part of the map's script that says what is shown: the card of a sample and the panel of a
/// cluster.
enum ScatterCards {
  static let source = #"""
    // ---- Pictures: of some samples in strips, of many in one sheet ----
    const adder = (box) => (name, text) => {
      const node = document.createElement(name);
      node.textContent = text; box.append(node); return node;
    };
    const rowOf = new Map();
    const sheetRows = data.sheet ? (() => {
      const raw = bytes(data.sheet.samples), view = new DataView(raw.buffer);
      return Uint32Array.from({ length: raw.length >> 2 }, (_, i) => view.getUint32(4 * i, true));
    })() : [];
    sheetRows.forEach((sample, place) => rowOf.set(sample, place));
    const pictured = [];
    for (let i = 0; i < n && data.sheet; i++) if (rowOf.has(sampleOf(i))) pictured.push(i);
    const tileOf = (sample) => {
      const tile = document.createElement('span'), strip = data.pictures[sample];
      if (strip) {
        tile.className = `tile big ${strip[0]}`; tile.style.setProperty('--place', strip[1]);
        return tile;
      }
      const place = rowOf.get(sample);
      if (place === undefined) return null;
      tile.className = 'tile big ps';
      tile.style.setProperty('--x', place % data.sheet.columns);
      tile.style.setProperty('--y', Math.floor(place / data.sheet.columns));
      return tile;
    };
    // The nearest point of the same cluster that there is a picture of, within 30 pixels.
    const besides = (i) => {
      let best = -1, least = (30 / scale) ** 2;
      for (const j of pictured) {
        const d = (xy[2 * j] - xy[2 * i]) ** 2 + (xy[2 * j + 1] - xy[2 * i + 1]) ** 2;
        if (d < least && cluster[j] === cluster[i]) { best = j; least = d; }
      }
      return best;
    };
    const clusterName = (index) => {
      const name = data.clusters[index].name;
      return /^(Cluster|Noise)/.test(name) ? name : `Cluster ${name}`;
    };
    const cardOf = (i, pinned) => {
      const box = document.createElement('div'), add = adder(box), sample = sampleOf(i);
      let tile = tileOf(sample);
      if (tile) box.append(tile);
      else if (pictured.length) {
        const other = besides(i);
        tile = other >= 0 && tileOf(sampleOf(other));
        if (tile) {
          box.append(tile);
          add('small', `Picture: its neighbour ${sampleOf(other).toLocaleString('en')}`);
        }
      }
      const name = data.names?.[i];
      add('strong', name ?? `Sample ${sample.toLocaleString('en')}`);
      if (name) add('div', `Sample ${sample.toLocaleString('en')}`);
      add('div', clusterName(cluster[i]));
      if (label) {
        const wrong = data.clusters[cluster[i]].match !== label[i];
        add('div', `Class ${data.classes[label[i]].name}`).className = wrong ? 'wrong' : '';
      }
      if (certainty) add('div', `Certainty ${(certainty[i] / 65535).toFixed(3)}`);
      const card = pinned && document.getElementById(`cluster-${cluster[i]}`);
      if (card) { const link = add('a', 'See this cluster’s images'); link.href = `#${card.id}`; }
      return box;
    };

    // ---- The panel of the chosen cluster ----
    const panel = root.querySelector('.chosen');
    const facts = (index) => {
      const list = [`${modes.cluster.counts[index].toLocaleString('en')} samples`];
      let right = 0, sum = 0, count = 0;
      for (let i = 0; i < n; i++) {
        if (cluster[i] !== index) continue;
        count++;
        if (certainty) sum += certainty[i] / 65535;
        if (label && data.clusters[index].match === label[i]) right++;
      }
      if (label && count && data.clusters[index].match >= 0)
        list.push(`${(100 * right / count).toFixed(1)}% are class ${data.classes[data.clusters[index].match].name}`);
      if (certainty && count) list.push(`mean certainty ${(sum / count).toFixed(3)}`);
      if (data.clusters[index].silhouette) list.push(`silhouette ${data.clusters[index].silhouette}`);
      return list.join(' · ');
    };
    const showPanel = () => {
      panel.hidden = chosen < 0 || mode !== modes.cluster;
      panel.replaceChildren();
      if (panel.hidden) return;
      const group = data.clusters[chosen], head = document.createElement('header');
      const title = adder(head)('h3', clusterName(chosen)), dot = document.createElement('span');
      dot.className = 'dot'; dot.style.background = shadeOf(group.color, isDark()); title.prepend(dot);
      const close = adder(head)('button', 'Close');
      close.type = 'button'; close.addEventListener('click', () => choose(chosen));
      panel.append(head);
      adder(panel)('p', facts(chosen)).className = 'note';
      if (group.words) {
        adder(panel)('h4', 'Words that tell it'); adder(panel)('p', group.words);
      }
      if (group.shown) {
        const strip = document.createElement('div');
        strip.className = 'strip'; strip.setAttribute('role', 'img');
        strip.setAttribute('aria-label', `The ${group.shown} most certain samples of cluster ${chosen}`);
        for (let place = 0; place < group.shown; place++) {
          const tile = adder(strip)('span', '');
          tile.className = `tile pm${chosen}`; tile.style.setProperty('--place', place);
        }
        adder(panel)('h4', 'Most certain'); panel.append(strip);
      }
      if (group.near) {
        adder(panel)('h4', 'Nearest clusters, by the distance of the centres');
        const list = document.createElement('div');
        list.className = 'near';
        for (const [other, distance] of group.near) {
          const button = adder(list)('button', ''), mark = document.createElement('span');
          button.type = 'button'; mark.className = 'dot';
          mark.style.background = shadeOf(data.clusters[other].color, isDark());
          button.append(mark, clusterName(other));
          adder(button)('small', distance);
          button.addEventListener('click', () => choose(other));
        }
        panel.append(list);
      }
    };
    const choose = (index) => {
      chosen = chosen === index ? -1 : index; focus = -1;
      if (chosen >= 0) mode.visible[chosen] = true;
      buildLegend(); showPanel(); schedule(true);
    };
    """#
}
