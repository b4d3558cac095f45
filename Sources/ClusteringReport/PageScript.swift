// SPDX-License-Identifier: Apache-2.0

/// The script of the whole page: theme, tool tips, curves under the pointer, copying, navigation.
enum PageScript {
  /// Runs in the head, before anything is drawn, so that a chosen theme does not flash.
  static let early = #"""
    (() => {
      const root = document.documentElement;
      let theme = 'auto';
      try { theme = localStorage.getItem('deepclust-theme') || 'auto'; } catch {}
      const apply = () => {
        if (theme === 'auto') delete root.dataset.theme; else root.dataset.theme = theme;
        root.dataset.effective = theme === 'auto'
          ? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light') : theme;
      };
      apply();
      window.ReportTheme = {
        get: () => theme,
        set: (next) => {
          theme = next;
          try { localStorage.setItem('deepclust-theme', next); } catch {}
          apply(); dispatchEvent(new Event('report-theme'));
        },
      };
      matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
        apply(); dispatchEvent(new Event('report-theme'));
      });
    })();
    """#

  static let source = #"""
    'use strict';
    const Tip = (() => {
      const box = document.createElement('div');
      box.className = 'tip'; box.hidden = true; box.setAttribute('role', 'status');
      document.body.append(box);
      return {
        show(content, x, y, pinned) {
          (document.fullscreenElement || document.body).append(box);
          box.replaceChildren(content); box.hidden = false; box.classList.toggle('pinned', !!pinned);
          const size = box.getBoundingClientRect();
          let left = x + 14, top = y + 14;
          if (left + size.width > innerWidth - 8) left = Math.max(8, x - size.width - 14);
          if (top + size.height > innerHeight - 8) top = Math.max(8, y - size.height - 14);
          box.style.translate = `${left}px ${top}px`;
        },
        hide() { box.hidden = true; },
        isPinned: () => !box.hidden && box.classList.contains('pinned'),
      };
    })();
    const tipText = (text) => {
      const box = document.createElement('div');
      text.split('\n').forEach((line, index) => {
        const node = document.createElement(index ? 'div' : 'strong');
        node.textContent = line; box.append(node);
      });
      return box;
    };

    // ---- Theme: automatic, light, dark in turn ----
    const themeButton = document.getElementById('theme');
    const themeNames = { auto: 'Auto', light: 'Light', dark: 'Dark' };
    const sayTheme = () => {
      themeButton.querySelector('span').textContent = themeNames[ReportTheme.get()];
      themeButton.setAttribute('aria-label', `Theme: ${themeNames[ReportTheme.get()]}. Change it.`);
    };
    themeButton.hidden = false; sayTheme();
    themeButton.addEventListener('click', () => {
      const list = ['auto', 'light', 'dark'];
      ReportTheme.set(list[(list.indexOf(ReportTheme.get()) + 1) % 3]); sayTheme();
    });

    // ---- Tool tips of everything that has data-tip ----
    const tipTarget = (event) => event.target.closest?.('[data-tip]');
    document.addEventListener('pointermove', (event) => {
      if (event.pointerType === 'touch') return;
      const target = tipTarget(event);
      if (target) Tip.show(tipText(target.dataset.tip), event.clientX, event.clientY);
      else if (!event.target.closest?.('canvas,.tip,[data-plot]')) {
        if (!Tip.isPinned()) Tip.hide();
      }
    });
    document.addEventListener('pointerup', (event) => {
      if (event.pointerType !== 'touch') return;
      const target = tipTarget(event);
      if (target) Tip.show(tipText(target.dataset.tip), event.clientX, event.clientY);
      else if (!event.target.closest?.('canvas,.tip,[data-plot]')) Tip.hide();
    });
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') Tip.hide(); });
    addEventListener('scroll', () => Tip.hide(), { passive: true });

    // A <title> in an SVG shows as a tool tip of the browser's; its words move to aria-label.
    for (const chart of document.querySelectorAll('svg.chart')) {
      const title = chart.querySelector('title');
      chart.setAttribute('aria-label', title.textContent);
      chart.removeAttribute('aria-labelledby');
      chart.setAttribute('aria-describedby', `${chart.id}-summary`);
      title.remove();
    }

    // ---- Curves: the values of the step under the pointer, or chosen by the arrow keys ----
    for (const chart of document.querySelectorAll('svg[data-plot]')) {
      const plot = JSON.parse(chart.dataset.plot), rows = plot.rows;
      if (!rows.length) continue;
      const make = (name) => document.createElementNS(chart.namespaceURI, name);
      const group = make('g'), line = make('line');
      line.setAttribute('class', 'cross'); line.setAttribute('y1', plot.top); line.setAttribute('y2', plot.bottom);
      group.append(line); group.style.display = 'none'; group.style.pointerEvents = 'none';
      const dots = plot.names.map((_, index) => {
        const dot = make('circle');
        dot.setAttribute('r', 4);
        if (plot.colors[index]) dot.style.fill = plot.colors[index];
        else dot.setAttribute('class', `d${Math.min(index, 3)}`);
        group.append(dot); return dot;
      });
      chart.append(group);
      let current = rows.length - 1;
      const show = () => {
        const row = rows[current], box = chart.getBoundingClientRect();
        const ratio = box.width / chart.viewBox.baseVal.width, lines = [row[1]];
        group.style.display = '';
        line.setAttribute('x1', row[0]); line.setAttribute('x2', row[0]);
        dots.forEach((dot, index) => {
          const value = row[2 + index];
          dot.style.display = value ? '' : 'none';
          if (!value) return;
          dot.setAttribute('cx', row[0]); dot.setAttribute('cy', value[0]);
          lines.push(`${plot.names[index]} ${value[1]}`);
        });
        Tip.show(tipText(lines.join('\n')), box.left + row[0] * ratio, box.top + plot.top * ratio);
      };
      const hide = () => { group.style.display = 'none'; Tip.hide(); };
      const move = (event) => {
        const box = chart.getBoundingClientRect();
        const x = (event.clientX - box.left) / box.width * chart.viewBox.baseVal.width;
        let low = 0, high = rows.length - 1;
        while (high - low > 1) { const middle = low + high >> 1; if (rows[middle][0] < x) low = middle; else high = middle; }
        current = x - rows[low][0] < rows[high][0] - x ? low : high;
        show();
      };
      chart.addEventListener('pointermove', move);
      chart.addEventListener('pointerdown', move);
      chart.addEventListener('pointerleave', hide);
      chart.addEventListener('focus', () => { if (chart.matches(':focus-visible')) show(); });
      chart.addEventListener('blur', hide);
      chart.addEventListener('keydown', (event) => {
        const to = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: rows.length - 1,
          PageUp: current - 10, PageDown: current + 10 }[event.key];
        if (to === undefined) return;
        event.preventDefault(); current = Math.min(rows.length - 1, Math.max(0, to)); show();
      });
    }

    // ---- Copying a command ----
    for (const button of document.querySelectorAll('[data-copy]')) {
      button.hidden = false;
      button.addEventListener('click', async () => {
        const code = button.parentElement.querySelector('code');
        try {
          await navigator.clipboard.writeText(code.textContent);
          button.textContent = 'Copied';
        } catch {
          getSelection().selectAllChildren(code); button.textContent = 'Selected';
        }
        setTimeout(() => { button.textContent = 'Copy'; }, 1600);
      });
    }

    // ---- Navigation: the section that is being read ----
    const links = new Map([...document.querySelectorAll('nav a')].map((a) => [a.hash.slice(1), a]));
    const spy = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting)
        for (const [id, link] of links) {
          if (id === entry.target.id) link.setAttribute('aria-current', 'true');
          else link.removeAttribute('aria-current');
        }
    }, { rootMargin: '-15% 0px -75% 0px' });
    for (const id of links.keys()) { const section = document.getElementById(id); if (section) spy.observe(section); }
    """#
}
