// SPDX-License-Identifier: Apache-2.0

/// The page's style sheet.
enum Stylesheet {
  static let source = """
    :root{color-scheme:light;\(ChartStyle.lightColors)}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;\
    \(ChartStyle.darkColors)}}
    :root[data-theme=dark]{color-scheme:dark;\(ChartStyle.darkColors)}
    \(ChartStyle.rules)
    \(Palette.darkRules)
    \(layout)
    \(parts)
    \(map)
    \(print)
    """

  private static let layout = """
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;scroll-padding-top:4.25rem;-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,\
    -apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif;\
    font-variant-numeric:tabular-nums;overflow-wrap:break-word}
    a{color:var(--accent)}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
    .wrap{max-width:1240px;margin:0 auto;padding:0 clamp(12px,3vw,32px)}
    .top{position:sticky;top:0;z-index:5;background:color-mix(in srgb,var(--page) 88%,transparent);\
    backdrop-filter:blur(10px);border-bottom:1px solid var(--line)}
    .top .wrap{display:flex;align-items:center;gap:12px;min-height:52px}
    nav{display:flex;gap:2px;overflow-x:auto;flex:1;scrollbar-width:none}
    nav a{padding:6px 10px;border-radius:8px;color:var(--muted);text-decoration:none;\
    white-space:nowrap;font-size:.9rem}
    nav a:hover,nav a[aria-current]{color:var(--ink);background:var(--sunken)}
    button{font:inherit;font-size:.875rem;color:var(--ink);background:var(--surface);\
    border:1px solid var(--line);border-radius:8px;padding:5px 10px;cursor:pointer;min-height:34px}
    button:hover{background:var(--sunken)}
    .skip{position:absolute;left:-999px}.skip:focus{left:12px;top:8px;z-index:9}
    section{padding-top:2.75rem;scroll-margin-top:-1.75rem}
    section>h2{font-size:1.4rem;line-height:1.25;margin:0 0 .25rem;letter-spacing:-.01em}
    section>.lead{margin:0 0 1rem;color:var(--muted);max-width:72ch}
    h3{font-size:1rem;margin:0;line-height:1.35}
    h4{font-size:.8rem;font-weight:600;color:var(--muted);margin:.9rem 0 .35rem}
    p{margin:.5rem 0}.note{color:var(--muted);font-size:.875rem;margin:.25rem 0 0}
    .card{background:var(--surface);border:1px solid var(--line);border-radius:14px;\
    padding:clamp(12px,1.6vw,20px);margin:0;min-width:0}
    .grid-2,.grid-3{display:grid;gap:16px;grid-template-columns:minmax(0,1fr);align-items:start}
    @media (min-width:700px){.grid-2:not(.grid-wide),.grid-3,.grid-wide>.stack:last-child\
    {grid-template-columns:repeat(2,minmax(0,1fr))}}
    /* The last of an odd number has the row for itself. */
    .stack>.grid-2>:last-child:nth-child(odd){grid-column:1/-1}
    @media (max-width:1079px){.grid-3>:last-child:nth-child(odd){grid-column:1/-1}}
    @media (min-width:1080px){.grid-3{grid-template-columns:repeat(3,minmax(0,1fr))}\
    .grid-wide{grid-template-columns:minmax(0,1.6fr) minmax(0,1fr)}\
    .grid-wide>.stack:last-child{grid-template-columns:minmax(0,1fr)}}
    footer{padding:3rem 0 2.5rem;color:var(--muted);font-size:.875rem}
    """

  private static let parts = """
    .hero{padding-top:2.25rem}
    .eyebrow{display:flex;gap:10px;align-items:center;flex-wrap:wrap;color:var(--muted);margin:0;\
    font-size:.9rem}
    h1{font-size:clamp(1.85rem,5vw,3rem);line-height:1.08;letter-spacing:-.025em;margin:.35rem 0 .6rem;\
    text-wrap:balance}
    .hero .lead{font-size:clamp(1rem,1.6vw,1.15rem);max-width:68ch;margin:0 0 .6rem}
    .hero .source{color:var(--muted);font-size:.875rem;margin:0 0 1.4rem;max-width:90ch}
    .pill{border-radius:99px;padding:2px 10px;font-size:.8rem;border:1px solid var(--line);\
    background:var(--surface);color:var(--ink)}
    .pill.alert{background:var(--warn-surface);color:var(--warn);border-color:transparent}
    .tiles{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(132px,1fr));margin:0}
    .tiles>div{background:var(--surface);border:1px solid var(--line);border-radius:14px;\
    padding:12px 14px 14px}
    .tiles dt{font-size:.8rem;color:var(--muted);line-height:1.3}
    .tiles dd{margin:0;font-size:1.7rem;line-height:1.25;font-weight:650;letter-spacing:-.02em}
    .tiles dd.long{font-size:1.3rem;line-height:1.63}
    .tiles .sub{display:block;font-size:.78rem;font-weight:400;letter-spacing:0;color:var(--muted);\
    line-height:1.35}
    .meter{display:block;height:5px;border-radius:3px;background:var(--sunken);margin:7px 0 5px;\
    position:relative}
    .meter i{position:absolute;inset:0 auto 0 0;background:var(--accent);border-radius:3px}
    .meter b{position:absolute;top:-3px;width:2px;height:11px;background:var(--ink)}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(45%,210px),1fr));\
    gap:12px 24px;margin:0}
    .facts dt{font-size:.8rem;color:var(--muted)}.facts dd{margin:0;font-size:.94rem}
    .facts .wide{grid-column:1/-1}
    .spent{display:flex;height:14px;border-radius:5px;overflow:hidden;gap:2px;margin:14px 0 8px}
    .spent i{min-width:2px}
    .keys{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:.85rem;color:var(--muted);margin:0;\
    padding:0;list-style:none}
    .dot{display:inline-block;width:.72em;height:.72em;border-radius:50%;margin-right:.45em;\
    box-shadow:0 0 0 1px var(--outline);flex:none}
    .warnings{list-style:none;margin:1.25rem 0 0;padding:0;display:grid;gap:8px}
    .warnings li{background:var(--warn-surface);color:var(--warn);border-radius:12px;\
    padding:10px 14px;font-size:.94rem}
    .warnings code{color:inherit}
    .notes{list-style:none;margin:1rem 0 0;padding:0;color:var(--muted);font-size:.875rem}
    .findings{margin-bottom:16px}.findings ul{margin:.4rem 0 0;padding-left:1.2rem}
    .deciles{margin-top:16px}.later>.deciles{margin-top:0}.deciles ol{list-style:none;margin:0;padding:0}
    .deciles li{display:grid;grid-template-columns:7em minmax(0,1fr);gap:12px;align-items:center;margin:3px 0}
    .deciles span{color:var(--muted);font-size:.875rem;font-variant-numeric:tabular-nums}
    .deciles img{width:100%;max-width:calc(10*var(--tile));image-rendering:var(--rendering)}
    .figure h3{margin-bottom:.5rem}
    /* A shade at the side where there is more; the first two layers move with the content and cover it. */
    .scroller{overflow-x:auto;background:linear-gradient(to right,var(--surface) 40%,transparent) local 0 0,\
    linear-gradient(to left,var(--surface) 40%,transparent) local 100% 0,\
    linear-gradient(to right,var(--more),transparent) scroll 0 0,\
    linear-gradient(to left,var(--more),transparent) scroll 100% 0;\
    background-repeat:no-repeat;background-size:40px 100%,40px 100%,14px 100%,14px 100%}
    .chart{display:block;width:100%;height:auto;max-width:480px}
    .figure .chart:focus-visible{outline-offset:4px}
    .scroller .chart{min-width:calc(var(--natural)*.78);max-width:none;width:min(100%,calc(var(--natural)*1.25))}
    /* Two in a row are wider than drawn; their type stays that of the page. */
    @media (min-width:1080px){.charts .chart{max-width:none;font-size:8.5px}\
    .charts .line{stroke-width:1.25}\
    }
    .tile{display:block;width:var(--tile,44px);aspect-ratio:var(--aspect,1);border-radius:4px;\
    background-size:calc(var(--count)*100%) 100%;\
    background-position:calc(var(--place,0)*100%/max(var(--count) - 1,1)) 0;\
    image-rendering:var(--rendering,pixelated);position:relative;flex:none;\
    print-color-adjust:exact;-webkit-print-color-adjust:exact}
    .strip{display:grid;gap:4px;grid-template-columns:repeat(auto-fill,minmax(var(--tile,44px),1fr))}
    .strip .tile{width:100%}
    @media screen and (max-width:699px){.strip{grid-template:repeat(2,auto)/none;grid-auto-flow:column;\
    grid-auto-columns:var(--tile,44px);overflow-x:auto;scrollbar-width:thin;padding-bottom:4px}}
    .tile.off{outline:2px solid var(--wrong);outline-offset:-2px}
    .tile i{position:absolute;right:0;bottom:0;font:600 9px/1.35 system-ui,sans-serif;\
    background:var(--wrong);color:var(--wrong-ink);padding:0 3px;border-radius:4px 0 3px 0;\
    max-width:100%;overflow:hidden;white-space:nowrap;text-overflow:ellipsis}
    .cluster header{display:flex;gap:12px;align-items:center}
    .cluster .centroid{width:64px}.cluster:target{border-color:var(--accent);\
    box-shadow:0 0 0 1px var(--accent)}
    .chip{display:inline-block;background:var(--sunken);border-radius:6px;padding:0 7px;\
    font-weight:500;font-size:.9em}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    th,td{text-align:left;padding:5px 10px 5px 0;border-bottom:1px solid var(--line);\
    vertical-align:top}
    th{font-weight:500;color:var(--muted)}td.number,th.number{text-align:right}
    tbody th{font-weight:400;color:var(--ink)}
    .runs td,.runs th{white-space:nowrap;padding-right:16px}.runs .words{white-space:normal;min-width:13rem}
    .runs td:last-child{padding-right:4px}.runs strong{font-weight:700}
    .shaded{background:color-mix(in srgb,var(--heat) var(--strength),transparent);padding-left:8px;\
    print-color-adjust:exact;-webkit-print-color-adjust:exact}
    .map{display:block;width:100%;height:auto}
    .stack{display:grid;gap:16px;min-width:0;align-items:start}.later{margin-top:16px}
    details summary{cursor:pointer;color:var(--muted);font-size:.9rem;margin-top:.75rem}
    .command{display:grid;grid-template-columns:1fr auto;gap:4px 8px;align-items:end;\
    margin:.6rem 0 1rem}.command h4{margin:0;align-self:center}
    .command pre{margin:0;grid-column:1/-1}.command button{min-height:28px;padding:2px 9px}
    pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--sunken);border-radius:10px;padding:9px 12px;overflow-x:auto;\
    font:.84rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;\
    font-size:.9em}pre code{font-size:1em}
    .tip{position:fixed;left:0;top:0;z-index:20;pointer-events:none;background:var(--ink);\
    color:var(--page);border-radius:8px;padding:7px 10px;font-size:.82rem;line-height:1.4;\
    max-width:min(280px,80vw);box-shadow:0 4px 18px rgba(0,0,0,.25)}
    .tip.pinned{pointer-events:auto}.tip a{color:inherit}.tip .wrong{text-decoration:underline \
    wavy var(--wrong)}
    .tip .big{width:84px;margin-bottom:6px}.tip small{display:block;opacity:.75;margin:-3px 0 4px}
    .ps{background-size:calc(var(--sheet-columns)*100%) calc(var(--sheet-rows)*100%);\
    background-position:calc(var(--x)*100%/max(var(--sheet-columns) - 1,1)) \
    calc(var(--y)*100%/max(var(--sheet-rows) - 1,1))}
    """

  private static let map = """
    .explorer,.film{padding:0;overflow:hidden}
    .explorer>.note{padding:0 16px 12px}
    .explorer .bar,.film .bar{display:flex;flex-wrap:wrap;gap:8px 16px;justify-content:space-between;\
    padding:12px;border-bottom:1px solid var(--line)}
    .segments,.buttons{display:flex;gap:4px;flex-wrap:wrap}
    .segments{background:var(--sunken);border-radius:10px;padding:3px}
    .segments button{border:0;background:none;color:var(--muted);min-height:30px}
    .segments [aria-pressed=true]{background:var(--surface);color:var(--ink);\
    box-shadow:0 1px 3px var(--outline)}
    .buttons [aria-pressed=true]{border-color:var(--accent)}
    .stage{display:grid;grid-template-columns:minmax(0,1fr)}
    .view{position:relative;height:min(100vw,72vh);min-height:300px}
    .view canvas{position:absolute;inset:0;width:100%;height:100%;display:block;cursor:grab;\
    touch-action:pan-y}
    .view canvas:focus-visible{outline-offset:-2px;border-radius:0}
    .hint{margin:0;padding:2px 12px 8px;font-size:.78rem;color:var(--muted)}
    .hint .touch{display:none}
    @media (hover:none){.hint .touch{display:inline}.hint .mouse{display:none}}
    .legend{padding:10px 12px;border-top:1px solid var(--line);max-height:260px;overflow:auto}
    .legend ul{list-style:none;margin:0;padding:0;display:grid;\
    grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:2px}
    .legend li{display:flex;align-items:center;gap:4px}
    .legend input[type=checkbox]{accent-color:var(--accent);width:16px;height:16px;margin:0 2px;flex:none}
    .legend li button{display:flex;align-items:center;flex:1;min-width:0;border:0;background:none;\
    text-align:left;padding:3px 6px;min-height:30px}
    .legend li button:hover{background:var(--sunken)}
    .legend .name{flex:1;min-width:0;display:flex;white-space:pre}
    .legend .name span:first-child{overflow:hidden;text-overflow:ellipsis}
    .legend .name span:last-child{flex:none}
    .legend small{color:var(--muted);margin-left:8px}
    .legend [aria-pressed=true]{background:var(--sunken);box-shadow:inset 0 0 0 1.5px var(--accent)}
    .legend .all{display:flex;gap:6px;margin-bottom:8px}.legend .all button{font-size:.8rem;\
    min-height:28px;padding:2px 8px}
    .legend .note{margin:0 6px 4px}.legend .note:empty{display:none}
    .chosen{border-top:1px solid var(--line);padding:12px 16px 16px}
    .chosen header{display:flex;align-items:center;justify-content:space-between;gap:12px}
    .near{display:flex;flex-wrap:wrap;gap:6px}.near small{color:var(--muted);margin-left:8px}
    .scale .ramp{height:14px;border-radius:4px}
    .scale .ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--muted)}
    .scale input{width:100%;accent-color:var(--accent);margin:10px 0 2px}
    .scale label{font-size:.85rem}
    @media (min-width:860px){.stage{grid-template-columns:minmax(0,1fr) 232px}\
    .view{height:min(680px,76vh)}.legend{border-top:0;border-left:1px solid var(--line);\
    max-height:min(680px,76vh)}.legend ul{grid-template-columns:minmax(0,1fr)}}
    .film .view{height:min(80vw,520px)}.film canvas{cursor:auto}
    .reel{display:flex;align-items:center;gap:14px;padding:10px 16px 14px;font-size:.9rem;color:var(--muted)}
    .reel span{min-width:9.5rem}.reel input{flex:1;min-width:0;accent-color:var(--accent)}
    .explorer:fullscreen{display:flex;flex-direction:column;border:0;border-radius:0}
    .explorer:fullscreen .stage{flex:1;min-height:0;grid-template-rows:minmax(0,1fr)}.explorer:fullscreen .plane{display:flex;flex-direction:column}\
    .explorer:fullscreen .view{flex:1;height:auto}
    .explorer:fullscreen .legend{max-height:30vh}
    @media (min-width:860px){.explorer:fullscreen .legend{max-height:none}}
    /* Over the list, so that the map under the pointer stays where it is. */
    .explorer:fullscreen .chosen{position:absolute;right:0;bottom:0;width:232px;max-height:55%;overflow:auto;\
    background:var(--surface)}
    .explorer:fullscreen:has(.chosen:not([hidden])) .legend{padding-bottom:55vh}
    """

  private static let print = """
    @media print{
    :root,:root[data-theme=dark],:root:not([data-theme=light]){color-scheme:light;\
    \(ChartStyle.lightColors);--page:#fff}
    .top,.buttons,.segments,.hint,.legend .all,.legend input,.chosen header button,[data-copy],.skip,.tip,\
    details:not([open]){display:none!important}
    html{font-size:10pt}body{font-size:1rem}.wrap{max-width:none;padding:0 1px}
    .hero{padding-top:0}section{padding-top:1.5rem}footer{padding:1rem 0 0}
    h2,h3,h4,.lead{break-after:avoid;break-inside:avoid}
    .grid-wide{grid-template-columns:minmax(0,1fr)}.later.grid-wide{grid-template-columns:1.5fr 1fr}
    .tiles{grid-template-columns:repeat(auto-fit,minmax(28mm,1fr));gap:8px}
    .tiles>div{padding:8px 10px}.tiles dd{font-size:1.4rem}.tiles dd.long{font-size:1.1rem}
    .scroller{overflow:visible}.scroller .chart{min-width:0}
    .runs{font-size:.8rem}.runs td,.runs th{padding-right:8px}.runs :not(.number){white-space:normal}.runs td:last-child{min-width:0}
    .grid-3:has(.map){grid-template-columns:repeat(3,minmax(0,1fr))}.grid-3:has(.map)>:last-child{grid-column:auto}
    .card,.tiles>div{break-inside:avoid;-webkit-box-decoration-break:clone;box-decoration-break:clone}
    .strip{grid-template-columns:repeat(auto-fill,minmax(calc(var(--tile,44px)*.68),1fr))}
    .grid-2,.grid-3,.stack{gap:10px}.cluster{padding:8px 12px}.cluster .centroid{width:48px}.cluster h4{margin-top:.4rem}
    /* The legend is beside the map where it is as short as that. */
    .stage{grid-template-columns:minmax(0,1fr) 46mm}.view{height:auto;aspect-ratio:4/3;min-height:0}
    .stage:has(.legend li:nth-child(17)){grid-template-columns:minmax(0,1fr)}
    .view canvas{outline:none;object-fit:contain}
    .legend{max-height:none;overflow:visible;border:0}.legend li button{min-height:0;padding:2px 6px}
    .film .view{height:68mm;aspect-ratio:auto}
    .explorer .bar,.film .bar,.reel input{display:none}.spent i,.dot,.meter i,.meter b,.tile{print-color-adjust:exact;\
    -webkit-print-color-adjust:exact}
    }
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    """
}
