// SPDX-License-Identifier: Apache-2.0

/// The style of drawings and the page's colours, light and dark.
enum ChartStyle {
  static let lightColors = """
    --page:#f5f6f8;--surface:#fff;--sunken:#f0f2f5;--more:#0000002e;--ink:#151a21;--muted:#566070;--line:#dfe3e9;\
    --accent:#154dc5;--second:#d95200;--third:#0b8a63;--warn:#8a4b00;--warn-surface:#fff4e0;\
    --wrong:#d0400a;--wrong-ink:#fff;--heat:#154dc5;--heat-ink:#fff;--outline:rgba(0,0,0,.18)
    """
  static let darkColors = """
    --page:#0d1015;--surface:#161b22;--sunken:#1f262f;--more:#000000a0;--ink:#e7ebf1;--muted:#9aa6b6;--line:#2b333e;\
    --accent:#7fb0ff;--second:#ff9147;--third:#3fd7a4;--warn:#ffc46b;--warn-surface:#2c2213;\
    --wrong:#ff7a33;--wrong-ink:#1d0d03;--heat:#6ea4ff;--heat-ink:#08101d;--outline:rgba(255,255,255,.28)
    """

  static let rules = """
    .chart{font:12px/1 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",\
    "DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;fill:var(--ink)}
    .chart .muted{fill:var(--muted)}
    .chart .end{text-anchor:end}.chart .mid{text-anchor:middle}.chart .strong{font-weight:600}
    .chart .grid{stroke:var(--line);stroke-width:1;shape-rendering:crispEdges}
    .chart .base{stroke:var(--muted);stroke-width:1;shape-rendering:crispEdges}
    .chart .line{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
    .chart .l0{stroke:var(--accent)}.chart .l1{stroke:var(--second);stroke-dasharray:7 4}
    .chart .l2{stroke:var(--third);stroke-dasharray:2 4}.chart .l3{stroke:var(--muted)}
    .chart .d0{fill:var(--accent)}.chart .d1{fill:var(--second)}.chart .d2{fill:var(--third)}
    .chart .d3{fill:var(--muted)}
    .chart .pale{opacity:.38}.chart .wrong{fill:var(--wrong)}
    .chart .plain{fill:var(--accent)}
    .chart .bar{stroke:var(--outline);stroke-width:.75}
    .chart .cell{fill:var(--heat)}.chart .bed{fill:var(--sunken)}
    .chart .on{fill:var(--heat-ink)}.chart .faint{fill:var(--muted);opacity:.75}
    .chart .match{fill:none;stroke:var(--ink);stroke-width:1.5}
    .chart .ring{fill:var(--surface);stroke:var(--ink);stroke-width:1.5}
    .chart .mark{fill:var(--ink);stroke:var(--surface);stroke-width:1}
    .chart .cross{stroke:var(--muted);stroke-width:1;stroke-dasharray:2 2}
    """

  /// The rules for a file of its own.
  ///
  /// Programs that draw SVG often know neither CSS variables nor colours with opacity nor the short
  /// form of `font`.
  static let standalone = Markup(
    verbatim: withoutVariables(
      rules.replacing(/font:12px\/1 [^;]*;/) { _ in
        "font-family:Helvetica,Arial,\"DejaVu Sans\",sans-serif;font-size:12px;"
      }))

  /// A text with the light colours in place of their names.
  static func withoutVariables(_ text: String) -> String {
    var result = text
    for part in lightColors.split(separator: ";") {
      let pair = part.split(separator: ":", maxSplits: 1)
      let value = pair[0] == "--outline" ? "#cfcfcf" : String(pair[1])
      result = result.replacing("var(\(pair[0]))", with: value)
    }
    return result
  }
}
