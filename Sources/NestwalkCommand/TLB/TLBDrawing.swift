import Console
import Paging
import Quantities
import Studies

/// A report on translation as a bar chart: the cycles of an access for each pair of page sizes.
enum TLBDrawing {
  private static let margin = 24
  private static let top = 76
  private static let labelWidth = 190
  private static let barWidth = 460
  private static let barHeight = 22
  private static let rowHeight = 32

  /// Colours for light and dark surroundings; without support for the query it is the light one.
  private static let style = """
    text{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;fill:#1c2128}
    .title{font-size:16px;font-weight:bold}.unit{font-size:11px;fill:#57606a}
    .paper{fill:#ffffff}.host{fill:#ddeafd;stroke:#2f6fb7}.guest{fill:#fdebd0;stroke:#a86408}
    @media (prefers-color-scheme:dark){
    text{fill:#e6edf3}.unit{fill:#a3adb8}.paper{fill:#14181d}
    .host{fill:#16304f;stroke:#6aa7ea}.guest{fill:#46300f;stroke:#dba55a}}
    """

  static func svg(_ report: TLBReport) -> String {
    let most = report.outcomes.map(\.cyclesPerAccess).max() ?? 0
    let width = 2 * margin + labelWidth + barWidth + 90
    let height = top + report.outcomes.count * rowHeight + margin
    let title = "Translation on \(report.study.core.title)"
    let values = report.outcomes.map { outcome in
      "\(TLBText.name(outcome.pages)): \(TextLayout.decimal(outcome.cyclesPerAccess, 2))"
    }
    var drawing = SVGDocument(
      width: width, height: height, title: title,
      description: "Cycles an access. \(values.joined(separator: "; ")).", style: style)
    drawing.rectangle(x: 0, y: 0, width: width, height: height, class: "paper")
    drawing.text(title, x: margin, y: margin + 12, class: "title")
    drawing.text(
      "cycles of translation an access, by the guest's pages and the hypervisor's", x: margin,
      y: margin + 34, class: "unit")
    for (number, outcome) in report.outcomes.enumerated() {
      let y = top + number * rowHeight
      let length = most == 0 ? 0 : Int(Double(barWidth) * outcome.cyclesPerAccess / most)
      let guest = ByteSize(outcome.pages.guest).argument
      drawing.text(
        "\(guest), \(TLBText.host(outcome.pages.host))", x: margin, y: y + 16, class: "label")
      drawing.rectangle(
        x: margin + labelWidth, y: y, width: max(1, length), height: barHeight, radius: 3,
        class: outcome.pages.host == nil ? "guest" : "host")
      drawing.text(
        TextLayout.decimal(outcome.cyclesPerAccess, 2), x: margin + labelWidth + length + 8,
        y: y + 16, class: "value")
    }
    return drawing.text
  }
}
