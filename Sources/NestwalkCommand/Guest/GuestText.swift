import Console
import Guests
import Paging
import Quantities

/// A guest's boot as text of 80 columns, the answer first.
struct GuestText {
  let report: GuestReport

  static func text(_ report: GuestReport) -> String {
    let text = GuestText(report: report)
    let lines =
      text.answer + [""] + text.phases + [""] + text.uses + [""] + text.notes
    return lines.joined(separator: "\n") + "\n"
  }

  private var answer: [String] {
    let profile = report.profile
    let pages = report.newPages
    let mebibytes = TextLayout.decimal(Double(pages) / 256, 1)
    return TextLayout.wrap(
      "\(profile.name) with \(ByteSize(profile.layout.memoryBytes).argument): ready after"
        + " \(Self.milliseconds(profile.readyNanoseconds)) ms where touches cost nothing. Its"
        + " processor touches \(pages) pages (\(mebibytes) MiB), and \(report.filledPages) are"
        + " filled by devices or the monitor.",
      width: TextLayout.width)
  }

  private var phases: [String] {
    var lines = [
      TextLayout.column("", 13) + TextLayout.right("work", 9) + TextLayout.right("wait", 8)
        + TextLayout.right("", 9) + TextLayout.right("pages touched first by", 27)
        + TextLayout.right("touched", 9),
      TextLayout.column("phase", 13) + TextLayout.right("ms", 9) + TextLayout.right("ms", 8)
        + TextLayout.right("filled", 9) + TextLayout.right("reads", 9)
        + TextLayout.right("writes", 9) + TextLayout.right("fetches", 9)
        + TextLayout.right("again", 9),
    ]
    for (phase, counts) in zip(report.profile.phases, report.counts) {
      var line = TextLayout.column(phase.name, 13)
      line += TextLayout.right(Self.milliseconds(counts.computeNanoseconds), 9)
      line += TextLayout.right(Self.milliseconds(counts.waitNanoseconds), 8)
      for kind in [BootTouch.Kind.device, .read, .write, .fetch] {
        line += TextLayout.right("\(counts.newPages[kind] ?? 0)", 9)
      }
      lines.append(line + TextLayout.right("\(counts.repeated)", 9))
    }
    return lines
  }

  private var uses: [String] {
    let shown = report.touchingPhases.prefix(4)
    var header = TextLayout.column("pages touched", 20)
    for phase in shown { header += TextLayout.right(report.profile.phases[phase].name, 12) }
    var lines = [header + TextLayout.right("in all", 9)]
    for use in Self.order where report.newPages(use) > 0 {
      var line = TextLayout.column("  " + use.title, 20)
      for phase in shown {
        line += TextLayout.right("\(report.counts[phase].newPagesByUse[use] ?? 0)", 12)
      }
      lines.append(line + TextLayout.right("\(report.newPages(use))", 9))
    }
    return lines
  }

  private static let order: [GuestPageUse] = [
    .firstMebibyte, .kernelFile, .kernel, .guestTables, .structPages, .initramfs, .firmwareTables,
    .other,
  ]

  private var notes: [String] {
    let profile = report.profile
    var sentences = [
      "Pages are of 4K. “Filled” ones cost the virtual machine monitor, not stage 2, and are touched"
        + " later or never; “touched again” are pages of earlier phases.",
      "The guest maps its memory in pages of \(ByteSize(profile.mapping.pageBytes).argument), with"
        + " \(profile.mapping.format) tables that it writes itself before they are walked.",
    ]
    var sources: [(names: [String], source: String)] = []
    for phase in profile.phases {
      if let known = sources.firstIndex(where: { $0.source == phase.source }) {
        sources[known].names.append(phase.name)
      } else {
        sources.append(([phase.name], phase.source))
      }
    }
    sentences += sources.map { "\($0.names.joined(separator: ", ")): \($0.source)." }
    return sentences.flatMap { sentence in
      TextLayout.wrap(sentence, width: TextLayout.width - 2).enumerated().map { number, line in
        (number == 0 ? "- " : "  ") + line
      }
    }
  }

  static func milliseconds(_ nanoseconds: UInt64) -> String {
    TextLayout.decimal(Double(nanoseconds) / 1e6, 1)
  }
}
