/// The look of all pages: one stylesheet, two themes, no files beside it.
enum Stylesheet {
  /// The whole stylesheet.
  static var source: String {
    """
    :root{color-scheme:light;\(light)}
    @media (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;\(dark)}}
    :root[data-theme=dark]{color-scheme:dark;\(dark)}
    \(layout)
    \(tables)
    \(parts)
    \(runs)
    \(methods)
    """
  }

  private static var light: String {
    "--surface:#fff;--shade-ink:#1b1f24;--page:#fafaf8;--raised:#fff;--ink:#1b1f24;--muted:#5f6773;--line:#e3e4e0;"
      + "--grid:#ebece8;--axis:#a9afb8;--isoline:#374151;--accent:#0b63a5;--mark:#ffe08a;"
      + "--mark-ink:#3a2a00;--bad:#b42318;--bad-soft:#fdecea;--caution:#8a5a00;--caution-soft:#fdf3dc;"
      + "--calm:#45505c;--calm-soft:#eef0f1;--code:#f3f3ef;--series-base:#6b7280;"
      + series(\.light) + ";" + DivergingColors.declarations(DivergingColors.light)
  }

  private static var dark: String {
    "--surface:#16191d;--shade-ink:#fff;--page:#101215;--raised:#16191d;--ink:#e6e8ea;--muted:#98a1ac;--line:#2b3036;"
      + "--grid:#23272c;--axis:#59616b;--isoline:#d5d9de;--accent:#7ab8ee;--mark:#6b5200;"
      + "--mark-ink:#ffeeb8;--bad:#ff9d8f;--bad-soft:#3a1d1a;--caution:#f0c465;--caution-soft:#352a12;"
      + "--calm:#b5bdc6;--calm-soft:#23282d;--code:#1c2024;--series-base:#9aa3ae;"
      + series(\.dark) + ";" + DivergingColors.declarations(DivergingColors.dark)
  }

  private static func series(_ theme: KeyPath<(light: String, dark: String), String>) -> String {
    SeriesStyle.colors.enumerated().map {
      "--series-\($0.offset + 1):\($0.element[keyPath: theme])"
    }
    .joined(separator: ";")
  }

  private static let layout = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 Inter,ui-sans-serif,system-ui,\
    -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
    main,body>header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
    body>header{padding-top:56px}
    h1{font-size:2.1rem;line-height:1.15;letter-spacing:-.022em;margin:0 0 14px;font-weight:680;\
    text-wrap:balance}
    h2{font-size:1.4rem;line-height:1.25;letter-spacing:-.014em;margin:0 0 6px;font-weight:650}
    h3{font-size:1rem;margin:0 0 2px;font-weight:620}
    p{margin:0 0 12px;max-width:74ch}
    section{padding:44px 0 0}
    section>p{color:var(--muted)}
    body>header>p{font-size:1.06rem;color:var(--muted)}
    a{color:var(--accent);text-decoration:none}
    a:hover{text-decoration:underline}
    nav{display:flex;flex-wrap:wrap;gap:2px 18px;font-size:.9rem;border-top:1px solid var(--line);\
    border-bottom:1px solid var(--line);padding:9px 0;margin-top:22px}
    .grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:18px;\
    margin-top:18px}
    .grid.small{grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr))}
    .top{display:flex;justify-content:space-between;align-items:center;gap:16px;margin-bottom:26px;\
    font-size:.86rem;color:var(--muted)}
    footer{padding-top:48px;padding-bottom:56px;color:var(--muted);font-size:.86rem}
    @media print{button,nav{display:none}body{background:#fff}.card{break-inside:avoid}}
    """

  private static let tables = """
    .scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
    table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9rem;line-height:22px;\
    font-variant-numeric:tabular-nums}
    th,td{text-align:left;padding:8px 12px 8px 0;border-bottom:1px solid var(--line);\
    white-space:nowrap;vertical-align:middle}
    th:last-child,td:last-child{padding-right:0}
    tr:last-child>*{border-bottom:0}
    thead th{font-weight:560;font-size:.8rem;color:var(--muted);vertical-align:bottom}
    tbody th{font-weight:560}
    .number{text-align:right}
    .number+:not(.number){padding-left:14px}
    td.strong,th.strong{font-weight:650}
    td.muted,th.muted{color:var(--muted)}
    td.good,th.good{color:var(--series-6)}
    td.caution,th.caution{color:var(--caution)}
    td.bad,th.bad{color:var(--bad)}
    .number small{color:var(--muted);font-size:.82em;line-height:1;display:inline-block;\
    margin-left:.3em;white-space:nowrap}
    th.number,td.number:has(small){white-space:normal}
    thead th:first-child,tbody th{position:sticky;left:0;background:var(--raised)}
    td .chart{width:72px;height:18px;display:block}
    """

  private static let runs = """
    [hidden]{display:none!important}
    section>.badge,.card>.badge{margin-bottom:2px}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,180px),1fr));gap:12px;\
    margin-top:18px}
    .tile{padding:13px 15px}
    .tile h3{font-size:.82rem;font-weight:560;color:var(--muted);overflow-wrap:anywhere}
    .tile p{margin:0}
    .tile .big{font-size:1.5rem;line-height:1.3;font-weight:650;font-variant-numeric:tabular-nums}
    .tile .chart{width:96px;height:24px;margin:2px 0}
    details>summary{cursor:pointer;font-weight:560}
    details[open]>summary{margin-bottom:12px}
    .completions td.text{white-space:pre-wrap;overflow-wrap:anywhere;min-width:14em;\
    font-family:Charter,"Iowan Old Style",Georgia,Cambria,"DejaVu Serif",serif;padding-right:22px}
    .completions th,.completions td{vertical-align:top}
    .given{color:var(--muted)}
    .badge.good{color:var(--series-6)}
    td.wrapped{white-space:normal;min-width:24em}
    @media (max-width:560px){.tiles{grid-template-columns:1fr 1fr}
    .completions thead{display:none}
    .completions tr{display:flex;flex-wrap:wrap;gap:2px 14px;padding:10px 0;\
    border-bottom:1px solid var(--line)}
    .completions tr:last-child{border-bottom:0}
    .completions th,.completions td{border:0;padding:0;position:static;font-size:.86rem}
    .completions td.text{order:-1;flex-basis:100%;padding:0;font-size:.95rem}
    .completions [data-name]::before{content:attr(data-name) " ";color:var(--muted);font-weight:400}}
    """

  private static let parts = """
    .card{background:var(--raised);border:1px solid var(--line);border-radius:10px;padding:18px 20px;\
    margin:0;min-width:0}
    section>.card{margin-top:18px}
    section>.remark{margin:16px 0 0;padding-left:14px;border-left:3px solid var(--line);color:var(--ink)}
    figcaption{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 9px;margin-bottom:10px}
    .note{color:var(--muted);font-size:.86rem}
    .chart{display:block;width:100%;height:auto;max-width:540px;overflow:visible}
    figure>.chart{margin:0 auto}
    .verdict{font-size:1.1rem;line-height:1.4;font-weight:600;margin:4px 0 6px;text-wrap:pretty}
    .badge{display:inline-block;border-radius:99px;padding:1px 10px;font-size:.78rem;font-weight:600;\
    line-height:1.6;white-space:nowrap;color:var(--calm);background:var(--calm-soft)}
    .badge.bad{color:var(--bad);background:var(--bad-soft)}
    .badge.caution{color:var(--caution);background:var(--caution-soft)}
    .eyebrow{font-size:.74rem;letter-spacing:.07em;text-transform:uppercase;color:var(--muted);\
    font-weight:600;margin:0}
    .methods{list-style:none;margin:0;padding:0}
    .methods li{display:grid;grid-template-columns:18px minmax(0,1fr) auto;gap:2px 8px;\
    align-items:center;padding:9px 0;border-top:1px solid var(--line)}
    .methods p{grid-column:2/-1;margin:0;font-size:.86rem;color:var(--muted)}
    .methods b{font-weight:600;font-size:.95rem}
    .swatch{display:inline-block;width:14px;height:14px;vertical-align:-2px;margin-right:8px}
    .methods .swatch{margin:0}
    .key{display:flex;flex-wrap:wrap;gap:6px;margin-top:14px}
    .key button,.theme{font:inherit;font-size:.85rem;color:inherit;background:var(--raised);cursor:pointer;\
    border:1px solid var(--line);border-radius:99px;padding:3px 12px}
    .key button:disabled{color:inherit;cursor:default}
    .key button:hover,.theme:hover{border-color:var(--axis)}
    .key button[aria-pressed=true]{border-color:var(--ink)}
    [data-series]{transition:opacity .12s}
    [data-series].dim{opacity:.08}
    mark{background:var(--mark);color:var(--mark-ink);border-radius:3px;padding:0 2px}
    pre{background:var(--code);border-radius:8px;padding:13px 15px;overflow-x:auto;margin:0;\
    font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    code{font:.88em ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
    .samples{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,290px),1fr));\
    gap:1px;border:1px solid var(--line);border-radius:8px;overflow:hidden;margin-top:12px}
    .sample{background:var(--raised);box-shadow:0 0 0 1px var(--line);padding:12px 14px;font-size:.92rem;min-width:0}
    .sample.base{background:var(--calm-soft)}
    .sample header{display:flex;justify-content:space-between;gap:10px;margin:0 0 5px;\
    font-size:.82rem;font-weight:600;max-width:none}
    .sample header span{font-weight:400;color:var(--muted);font-variant-numeric:tabular-nums;\
    text-align:right}
    .sample p{margin:0;overflow-wrap:anywhere;white-space:pre-wrap;font-family:Charter,"Iowan Old Style",\
    Georgia,Cambria,"DejaVu Serif",serif}
    .prompt{font-family:Charter,"Iowan Old Style",Georgia,Cambria,"DejaVu Serif",serif;\
    font-size:1.04rem;margin:2px 0 0;overflow-wrap:anywhere}
    dl{display:grid;grid-template-columns:minmax(0,auto) minmax(0,1fr);gap:5px 20px;margin:8px 0 0;\
    font-size:.9rem}
    dt{color:var(--muted);overflow-wrap:anywhere}
    dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
    .reading dl{grid-template-columns:minmax(110px,max-content) minmax(0,1fr)}
    .reading dt{color:var(--ink);font-weight:560}
    .reading dd{color:var(--muted);max-width:74ch}
    @media (max-width:560px){main,body>header,footer{padding-left:14px;padding-right:14px}
    body>header{padding-top:26px}h1{font-size:1.62rem}h2{font-size:1.25rem}section{padding-top:36px}
    .card{padding:14px 13px}figure.card{padding:13px 10px}.chart text{font-size:12px}
    .reading dl{display:block}.reading dd{margin-bottom:10px}}
    """
}
