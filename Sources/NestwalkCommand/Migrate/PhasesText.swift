import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Studies

/// The phases as text of 80 columns: a row for each.
struct PhasesText {
  let report: PhasesReport

  static func text(_ report: PhasesReport) -> String {
    let text = PhasesText(report: report)
    let lines = text.title + [""] + text.rows + [""] + text.notes
    return lines.joined(separator: "\n") + "\n"
  }

  private var study: LoggingPhases { report.study }

  private var title: [String] {
    let memory = ByteSize(study.bytesPerProcessor).argument
    let pages = CostText.count(study.writtenPerProcessor)
    let processors = study.processors == 1 ? "1 processor" : "\(study.processors) processors"
    let name = report.title.map { "\($0): " } ?? ""
    return TextLayout.wrap(
      name
        + "\(processors) with \(memory) each in pages of up to \(ByteSize(study.backing.bytes).argument)"
        + " (\(study.host)); writes logged by \(study.method.words), \(pages) pages of 4K for each"
        + " processor in an iteration; priced by \(report.profile.name).",
      width: TextLayout.width)
  }

  private static let columns: [(head: String, width: Int)] = [
    ("phase", 11), ("missing", 10), ("permission", 11), ("cascade", 8), ("flushes", 9),
    ("entries", 13), ("dirty", 10), ("time", 8),
  ]

  private var rows: [String] {
    var lines = [line(Self.columns.map(\.head))]
    for phase in report.phases {
      let ledger = phase.ledger
      lines.append(
        line([
          phase.name.rawValue + (phase.iteration.map { " \($0)" } ?? ""),
          "\(ledger.faults(.missing))", "\(ledger.faults(.permission))",
          "\(ledger.faults(.cascade))", "\(phase.flushRequests)", "\(phase.entriesWritten)",
          "\(phase.dirtyPages)", CostText.time(phase.elapsed.likely),
        ]))
    }
    return lines
  }

  private func line(_ cells: [String]) -> String {
    var text = ""
    for (number, (cell, column)) in zip(cells, Self.columns).enumerated() {
      text +=
        number == 0
        ? TextLayout.column(cell, column.width) : TextLayout.right(cell, column.width)
    }
    return text
  }

  private var notes: [String] {
    var sentences = [
      "“flushes” counts how often everyone was made to forget, “entries” the entries that were"
        + " written, “dirty” the pages that are known to be written at the end of the phase."
    ]
    let full = report.phases.reduce(0) { $0 + $1.logFullExits }
    if study.method.logsModifications {
      let kicks = report.phases.reduce(0) { $0 + $1.kicks }
      sentences.append(
        "Logs of 512 entries were full \(CostText.count(full)) times, and processors were made to leave"
          + " their guests \(CostText.count(kicks)) times to have theirs read.")
    }
    if study.method.hasRing {
      let full = report.phases.reduce(0) { $0 + $1.ringFullExits }
      let stopped = report.phases.reduce(UInt128(0)) { $0 + $1.stopped.likely }
      sentences.append(
        "Rings of \(study.ringEntries) entries were full \(CostText.count(full)) times, which stopped"
          + " their writers for \(CostText.time(stopped)) together.")
    }
    let scans = report.phases.filter { $0.name == .scan }
    if !scans.isEmpty {
      let accessed = scans.reduce(0) { $0 + $1.accessedPages }
      sentences.append(
        "\(TextLayout.count(scans.count, "scan")) found \(CostText.count(accessed)) pages of 4K that were"
          + " accessed, which the next access to each has to show again: by "
          + (study.hasAccessFlags ? "a flag." : "a fault."))
    }
    return sentences.flatMap { sentence in
      TextLayout.wrap(sentence, width: TextLayout.width - 2).enumerated().map { number, line in
        (number == 0 ? "- " : "  ") + line
      }
    }
  }
}

extension LoggingMethod {
  /// The method in words.
  fileprivate var words: String {
    switch self {
    case .writeProtection: "write protection"
    case .manual: "manual protection, initially all set"
    case .flags: "dirty flags"
    case .modificationLog: "the page-modification log"
    case .ring: "dirty rings"
    case .modificationRing: "dirty rings that the page-modification log fills"
    }
  }
}
