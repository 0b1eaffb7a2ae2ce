extension Stylesheet {
  /// The look of pages that compare methods: intervals in cells, heat tables, shaded tokens and alarms.
  static var methods: String { fixed + shades }

  /// One rule for every shade: of cells and scales always, of tokens where their section asks for it.
  private static var shades: String {
    (-TokenShade.reach...TokenShade.reach).filter { $0 != 0 }.map { step in
      let tokens = TokenShade.allCases.map {
        "[data-shade=\($0.rawValue)] .token[data-\($0.rawValue)=\"\(step)\"]"
      }
      let color = "background:\(DivergingColors.color(step: step));color:var(--shade-ink)"
      let line =
        abs(step) < 2
        ? ""
        : "border-bottom:\(abs(step) > 2 ? 2 : 1)px \(step > 0 ? "solid" : "dotted") currentColor"
      return
        "[data-step=\"\(step)\"]:is(td,i){\(color)}\(tokens.joined(separator: ",")){\(color);\(line)}"
    }.joined()
  }

  private static let fixed = """
    .findings dl{grid-template-columns:max-content minmax(0,1fr);gap:7px 18px;font-size:.95rem}
    .findings dd{max-width:78ch}
    .note.after{margin:10px 0 0}
    .range{display:block;font-size:.76rem;line-height:15px;font-weight:400;color:var(--muted)}
    .range.caution{color:var(--caution)}
    .estimates td{vertical-align:top;padding-top:10px}
    .estimates th[scope=row]{vertical-align:top;padding-top:10px}
    .estimates th,.estimates td{padding-right:13px}
    .estimates td .chart{width:84px;height:12px;margin:4px 0 2px auto}
    .estimates thead th{white-space:nowrap}
    .estimates td b{font-weight:720}
    details .scroll+h3{margin-top:22px}
    .panel-title{margin:20px 0 -6px;color:var(--muted);font-weight:560;font-size:.9rem}
    .tasks li{grid-template-columns:minmax(0,1fr) auto}
    .tasks p{grid-column:1/-1}
    .heat{border-spacing:3px;width:max-content}
    .heat th,.heat td{border:0;white-space:normal}
    .heat thead th{min-width:6.2em;max-width:8em;padding:4px 6px;text-align:center;line-height:1.25;\
    overflow-wrap:break-word}
    .heat thead th:first-child{text-align:left;padding-left:0}
    .heat tbody th{white-space:nowrap;padding-right:14px}
    .heat td{text-align:center;padding:5px 6px;border-radius:6px;background:var(--neutral);line-height:1.25;height:46px}
    .heat td .range{color:inherit}
    .heat thead .hole,.heat tbody .hole{padding-left:10px}
    .heat td.missing{color:var(--muted);background:repeating-linear-gradient(135deg,var(--neutral) 0 6px,\
    transparent 6px 12px)}
    .scale{display:inline-flex;align-items:center;gap:8px;font-size:.8rem;color:var(--muted);margin-top:10px;\
    font-variant-numeric:tabular-nums}
    .shades{display:inline-flex;border-radius:4px;overflow:hidden}
    .shades i{width:22px;height:13px;background:var(--neutral)}
    .bar{margin-top:18px}
    .bar .key{margin:0}
    .legend{display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px;margin-top:10px}
    .legend .scale{margin:0}
    .shading[data-shade=kl] [data-legend]:not([data-legend=kl]),\
    .shading[data-shade=reward] [data-legend]:not([data-legend=reward]),\
    .shading[data-shade=advantage] [data-legend]:not([data-legend=advantage]){display:none}
    .shading .sample .note{font-family:inherit;margin-bottom:6px}
    .shading .sample .readout{margin:8px 0 0}
    .shading .sample p{line-height:1.75}
    .shading .sample .note,.quoted{line-height:1.45}
    .token{border-radius:3px;padding:1px 0}
    .token.chosen{outline:2px solid var(--accent);outline-offset:1px}
    .timeline .card{margin-top:18px}
    .timeline .chart{max-width:620px}
    .timeline .chart a:hover path,.timeline .chart a:focus path{stroke:var(--ink)!important;stroke-width:2!important}
    .alarm{padding:12px 0 10px;border-top:1px solid var(--line)}
    .alarm p{margin:2px 0}
    .alarm:target,.alarm:focus{outline:none;background:var(--caution-soft);box-shadow:0 0 0 8px var(--caution-soft);\
    border-radius:2px}
    .quoted{border-left:3px solid var(--line);padding-left:12px;overflow-wrap:anywhere;white-space:pre-wrap;\
    font-family:Charter,"Iowan Old Style",Georgia,Cambria,"DejaVu Serif",serif}
    @media (max-width:560px){.findings dl{display:block}.findings dd{margin-bottom:10px}\
    .bar{padding:12px 13px}}
    @media print{[data-panel][hidden]{display:block!important}.panel-title{display:block!important}\
    .scroll{overflow:visible}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}

    """
}
