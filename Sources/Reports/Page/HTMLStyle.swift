/// How a page looks.
///
/// The colours of parts are told apart by who sees colours differently, on light and on dark, and stand
/// in the order in which parts are added up.
enum HTMLStyle {
  private static let light = [
    "4269d0", "efb118", "ff725c", "3ca951", "a463f2", "6cc5b0", "9c6b4e", "ff8ab7", "97bbf5",
    "9498a0",
  ]
  private static let dark = [
    "7c98e8", "f2c14e", "ff8f7d", "63c474", "b98af5", "84d6c3", "b98a6e", "ffa3c7", "aecbf8",
    "a9adb5",
  ]

  private static func colours(_ list: [String]) -> String {
    list.enumerated().map { "--c\($0):#\($1);" }.joined()
  }

  private static var classes: String {
    light.indices.map { number in
      ".area.c\(number),i.c\(number){fill:var(--c\(number));background:var(--c\(number))}"
        + ".line.c\(number){stroke:var(--c\(number))}"
    }.joined(separator: "\n")
  }

  /// The style sheet.
  static var text: String {
    """

    :root{color-scheme:light dark;--ink:#1d2026;--soft:#5b626e;--paper:#fff;--card:#f5f6f8;
    --rule:#dfe2e8;--accent:#c2410c;\(colours(light))}
    @media (prefers-color-scheme:dark){:root{--ink:#e7e9ee;--soft:#a2a9b6;--paper:#14161a;
    --card:#1d2026;--rule:#343943;--accent:#fb923c;\(colours(dark))}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--paper);color:var(--ink);
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
    main{max-width:52rem;margin:0 auto;padding:1.5rem 1rem 4rem}
    h1{font-size:1.5rem;line-height:1.25;margin:0 0 .5rem}
    h2{font-size:1.15rem;margin:2.5rem 0 .75rem;border-top:1px solid var(--rule);padding-top:1.25rem}
    .answer{font-size:1.2rem;margin:.25rem 0 1.25rem}
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0}
    .figures div{background:var(--card);border-radius:.5rem;padding:.6rem .8rem}
    .figures dt{color:var(--soft);font-size:.8rem}
    .figures dd{margin:0;font-size:1.15rem;font-variant-numeric:tabular-nums}
    figure{margin:1.25rem 0;background:var(--card);border-radius:.6rem;padding:.9rem}
    figcaption{font-weight:600;margin-bottom:.5rem}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:0 0 .5rem;padding:0;
    font-size:.85rem;color:var(--soft)}
    .legend i{display:inline-block;width:.75rem;height:.75rem;border-radius:.15rem;margin-right:.4rem}
    .wide{overflow-x:auto}
    svg{display:block;width:100%;min-width:34rem;height:auto}
    svg text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif;
    paint-order:stroke;stroke:var(--card);stroke-width:3px;stroke-linejoin:round}
    .label{fill:var(--soft)}.strong{fill:var(--ink)}
    .end{text-anchor:end}.middle{text-anchor:middle}
    .grid{stroke:var(--rule)}.axis{stroke:var(--soft)}
    .line{fill:none;stroke-width:2}
    .mark{stroke:var(--soft);stroke-dasharray:3 3}
    .target{stroke:var(--accent);stroke-width:2}
    \(classes)
    details{margin-top:.5rem;font-size:.9rem}
    summary{cursor:pointer;color:var(--soft)}
    table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
    th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid var(--rule);white-space:nowrap}
    th:first-child,td:first-child{text-align:left}
    th.prose,td.prose{text-align:left;white-space:normal;min-width:14rem}
    .wide+.wide{margin-top:1.2rem}
    th{color:var(--soft);font-weight:600}
    tr.marked td{color:var(--accent);font-weight:600}
    pre{background:var(--card);border-radius:.5rem;padding:.9rem;overflow-x:auto;
    font:13px/1.45 ui-monospace,"Liberation Mono",monospace}
    @media print{body{font-size:11pt}figure,.figures div{break-inside:avoid;border:1px solid var(--rule)}
    details{display:none}}

    """
  }
}
