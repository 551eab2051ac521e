/// How the page looks: light, dark and on paper. Nothing is fetched; fonts are the system's.
enum HTMLStyle {
  static let text = [
    "/* Colours: Okabe and Ito's, told apart by all eyes; shapes and words say the same. */",
    ":root{\(variables(light))}", base, plots, rules(GraphDrawing.styleRules.light), HeatLevels.light,
    "@media screen and (prefers-color-scheme:dark){:root{\(variables(dark));color-scheme:dark}",
    rules(GraphDrawing.styleRules.dark), HeatLevels.dark + "}",
    narrow, paper,
  ].joined(separator: "\n")

  private static let light = [
    "paper": "#ffffff", "ground": "#f6f7f9", "ink": "#1b212b", "faint": "#5a6575", "rule": "#d9dee6",
    "run": "#0072b2", "alone": "#8a6100", "bad": "#c43d00", "badground": "#fdeee6", "good": "#00705a",
    "goodground": "#e6f4f0", "band": "#8b94a355", "bar": "#5b8fc7",
  ]

  private static let dark = [
    "paper": "#14181f", "ground": "#1c222b", "ink": "#e4e9f1", "faint": "#9fabbc", "rule": "#343d4b",
    "run": "#63b8ee", "alone": "#e3b341", "bad": "#ff8f57", "badground": "#3a2218", "good": "#4ccbaa",
    "goodground": "#14322b", "band": "#8b94a34d", "bar": "#5b93cc",
  ]

  private static func variables(_ colours: [String: String]) -> String {
    colours.sorted { $0.key < $1.key }.map { "--\($0.key):\($0.value)" }.joined(separator: ";")
  }

  private static func rules(_ list: [String]) -> String { list.joined(separator: "\n") }

  private static let base = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,'Segoe UI',\
    'DejaVu Sans',sans-serif}
    main,header,footer{max-width:1080px;margin:0 auto;padding:0 20px}
    header{padding-top:28px}footer{padding-top:12px;padding-bottom:40px;color:var(--faint);font-size:13px}
    h1{font-size:26px;line-height:1.25;margin:2px 0 14px;overflow-wrap:anywhere}
    h2{font-size:20px;line-height:1.3;margin:44px 0 6px;padding-top:14px;border-top:1px solid var(--rule);\
    overflow-wrap:anywhere}
    h3{font-size:16px;line-height:1.35;margin:30px 0 6px;overflow-wrap:anywhere}
    h4{font-size:14px;line-height:1.4;margin:16px 0 2px;overflow-wrap:anywhere}.culprit-card h4{margin-top:0}
    p{margin:6px 0;max-width:96ch;overflow-wrap:anywhere}
    a{color:var(--run)}code,.number,.digest{font-variant-numeric:tabular-nums}
    code,.digest{font-family:ui-monospace,'SF Mono','DejaVu Sans Mono',monospace;font-size:.9em;overflow-wrap:anywhere}
    .over{color:var(--faint);font-size:13px;margin:0}.faint{color:var(--faint)}p.faint{font-size:14px;margin:4px 0}
    .verdict{display:flex;gap:12px;align-items:baseline;margin:0;padding:12px 16px;border-radius:8px;max-width:none;\
    border-left:6px solid}
    .verdict b{white-space:nowrap}
    .verdict.good{background:var(--goodground);border-color:var(--good)}.verdict.good b{color:var(--good)}
    .verdict.bad{background:var(--badground);border-color:var(--bad)}.verdict.bad b{color:var(--bad)}
    .ok{color:var(--good);white-space:nowrap}.no{color:var(--bad);font-weight:600;white-space:nowrap}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(122px,1fr));gap:12px;margin:16px 0;padding:0}
    .tiles div{background:var(--ground);border-radius:8px;padding:10px 14px}
    .tiles dt{color:var(--faint);font-size:13px}
    .tiles dd{margin:0;font-size:21px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    .tiles dd small{font-size:13px;font-weight:400;color:var(--faint);display:block}
    .finding{border:1px solid var(--rule);border-left:6px solid var(--bad);border-radius:8px;padding:12px 16px;\
    margin:16px 0}
    .finding p{margin:2px 0 4px;max-width:none}.finding .main{font-size:17px;font-weight:600}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.4;margin:8px 0}
    th,td{text-align:left;vertical-align:top;padding:5px 8px;border-bottom:1px solid var(--rule)}
    thead th{font-weight:600;color:var(--faint);vertical-align:bottom;border-bottom-color:var(--faint)}
    tbody th{font-weight:400}
    th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    th.group{text-align:center;border-bottom-color:var(--rule)}
    td.name,th.name{overflow-wrap:anywhere;min-width:150px}
    .outputs td.name,.outputs th.name{min-width:100px}tr.bad.split>*{border-bottom:0}
    tr.bad.more td{padding-top:0;color:var(--faint);font-size:12.5px;overflow-wrap:anywhere}
    td small,th small{display:block;color:var(--faint);font-size:.88em}
    tr.bad{background:var(--badground)}
    .tag{font-size:11.5px;color:var(--faint);border:1px solid var(--rule);border-radius:4px;padding:0 5px;\
    white-space:nowrap}
    figure{margin:10px 0}figcaption{color:var(--faint);font-size:13px;max-width:90ch;overflow-wrap:anywhere}
    .culprits{display:grid;grid-template-columns:1fr;gap:18px}
    .culprit-card{border:1px solid var(--rule);border-radius:8px;padding:12px 16px}
    .panels{display:grid;grid-template-columns:1fr 1fr;gap:6px 22px;align-items:start}
    .panels figure{margin:6px 0}.panels .wide{grid-column:1/-1}
    .panels figcaption{font-weight:600}
    .names{columns:3 220px;column-gap:24px;padding:0;margin:6px 0;list-style:none;font-size:13px}
    .names li{overflow-wrap:anywhere;break-inside:avoid;padding:1px 0}
    .facts{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:4px 20px;margin:8px 0;font-size:14px}
    .facts dt{color:var(--faint)}.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
    nav{margin:14px 0 0;font-size:14px}nav a{margin-right:16px;white-space:nowrap}
    """

  private static let plots = """
    svg.plot,svg.network,svg.closeup{display:block;width:100%;height:auto;overflow:visible}
    svg.network{max-width:var(--natural);margin:0 auto}svg.closeup{overflow:hidden}.list{white-space:nowrap}
    .plot text{font-size:12px;fill:var(--ink);font-family:inherit}
    .plot .tick{fill:var(--faint);font-size:11.5px;font-variant-numeric:tabular-nums}
    .plot .name{fill:var(--faint)}.plot .culprit{font-weight:600;fill:var(--bad)}
    .plot .grid{stroke:var(--rule);stroke-width:1;fill:none}.plot .axis{stroke:var(--faint);stroke-width:1;fill:none}
    .plot .way{fill:none;stroke-width:1.3;opacity:.55}.plot .span{fill:none;stroke-width:1;opacity:.5}
    .cumulative .way,.cumulative .span{stroke:var(--run)}.cumulative circle{fill:var(--run)}
    .isolated .way,.isolated .span{stroke:var(--alone)}
    .isolated .mark path{fill:var(--paper);stroke:var(--alone);stroke-width:1.3}.isolated .mark .span{fill:none}
    .cumulative .outside path{fill:none;stroke:var(--bad);stroke-width:1.8}
    .isolated .outside path{fill:var(--bad);stroke:var(--paper);stroke-width:1.2}
    .plot .mark:hover{stroke-width:3}
    .plot .pointer{stroke:var(--bad);stroke-width:1;stroke-dasharray:2 3;fill:none}
    .tolerance path{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:6 4;fill:none}
    .oracle path{fill:var(--band);stroke:none}
    .bar.inside,.bar.equal{fill:var(--bar)}.bar.outside{fill:var(--bad)}.bar.equal{opacity:.55}
    .heat .ground{fill:var(--paper);stroke:var(--rule)}.heat .none{fill:var(--paper)}
    .plot .infinite{fill:#56b4e9}
    .cells path{shape-rendering:crispEdges}
    svg.ruler{width:100%;min-width:150px;height:16px}
    .ruler .limit{stroke:var(--ink);stroke-width:1.4;stroke-dasharray:3 2}
    .closeup{border:1px solid var(--rule);border-radius:8px;background:var(--paper)}
    .window{fill:none;stroke:var(--run);stroke-width:4}
    """

  private static let narrow = """
    @media screen and (max-width:620px){.panels{grid-template-columns:1fr}.verdict{display:block}}
    @media screen and (max-width:860px){.layers .tick,.layers .name,.channels .tick,.channels .name{font-size:14.5px}
    .layers .key text,.layers .culprit{font-size:13px}
    .histogram text,.histogram .tick,.heat text,.heat .tick{font-size:14px}
    table{font-size:12.5px}th,td{padding:5px}}
    """

  private static let paper = """
    @page{margin:14mm 12mm}
    @media print{:root{color-scheme:light}body{font-size:10pt}
    .layers .tick,.layers .name,.channels .tick,.channels .name{font-size:14px}
    .layers .key text,.layers .culprit{font-size:13px}
    .histogram text,.histogram .tick,.heat text,.heat .tick{font-size:14px}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    main,header,footer{max-width:none;padding-left:0;padding-right:0}
    nav{display:none}.scroll{overflow:visible}
    table{font-size:8pt}th,td{padding:2px 5px}td.name,th.name{min-width:0}
    thead{display:table-header-group}tr,figure,.culprit-card,.finding,.tiles div,.names li{break-inside:avoid}
    h2,h3,h4,.lead{break-after:avoid}section.page{break-before:page}
    section.page>h2{border-top:0;margin-top:0;padding-top:0}
    svg.network,svg.closeup{max-height:225mm}a{color:inherit;text-decoration:none}}
    """
}
