/// A page that stands alone: no script, no other file, readable on paper and on dark screens.
package struct HTMLPage {
  private let title: String
  private let answer: String
  private var parts: [String] = []
  private var charts = 0

  /// A page whose first sentence is the answer.
  package init(title: String, answer: String) {
    self.title = title
    self.answer = answer
  }

  /// Begins a section.
  package mutating func heading(_ text: String) {
    parts.append("<h2>\(text.escapedForHTML)</h2>")
  }

  /// Adds a paragraph.
  package mutating func paragraph(_ text: String) {
    parts.append("<p>\(text.escapedForHTML)</p>")
  }

  /// Adds figures that are read at a glance.
  package mutating func figures(_ figures: [(name: String, value: String)]) {
    parts.append("<dl class=\"figures\">")
    for figure in figures {
      parts.append(
        "<div><dt>\(figure.name.escapedForHTML)</dt><dd>\(figure.value.escapedForHTML)</dd></div>")
    }
    parts.append("</dl>")
  }

  /// Adds a chart with its table under it.
  package mutating func chart(_ chart: some Chart) {
    charts += 1
    parts.append("<figure>")
    parts.append("<figcaption>\(chart.title.escapedForHTML)</figcaption>")
    if !chart.legend.isEmpty {
      parts.append("<ul class=\"legend\">")
      for entry in chart.legend {
        parts.append("<li><i class=\"\(entry.style)\"></i>\(entry.name.escapedForHTML)</li>")
      }
      parts.append("</ul>")
    }
    parts.append("<div class=\"wide\">")
    parts.append(chart.drawing(named: "chart\(charts)"))
    parts.append("</div>")
    parts.append("<details><summary>The numbers</summary>")
    table(chart.table)
    parts.append("</details></figure>")
  }

  /// Adds a table.
  package mutating func table(_ table: TextTable) {
    parts.append("<div class=\"wide\"><table><thead><tr>")
    func cells(_ texts: [String], _ tag: String) -> String {
      texts.enumerated().map { column, text in
        let style = table.prose.contains(column) ? " class=\"prose\"" : ""
        return "<\(tag)\(style)>\(text.escapedForHTML)</\(tag)>"
      }.joined()
    }
    parts.append(cells(table.headings, "th"))
    parts.append("</tr></thead><tbody>")
    for (number, row) in table.rows.enumerated() {
      let style = table.marked.contains(number) ? " class=\"marked\"" : ""
      parts.append("<tr\(style)>\(cells(row, "td"))</tr>")
    }
    parts.append("</tbody></table></div>")
  }

  /// Adds text as it stands.
  package mutating func listing(_ text: String) {
    parts.append("<pre>\(text.escapedForHTML)</pre>")
  }

  /// The whole page.
  package var text: String {
    ([
      "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      // Without this a browser asks for an icon that isn't there.
      "<link rel=\"icon\" href=\"data:,\">",
      "<title>\(title.escapedForHTML)</title>", "<style>\(HTMLStyle.text)</style>", "</head>",
      "<body>", "<main>", "<h1>\(title.escapedForHTML)</h1>",
      "<p class=\"answer\">\(answer.escapedForHTML)</p>",
    ] + parts + ["</main>", "</body>", "</html>"]).joined(separator: "\n") + "\n"
  }
}
