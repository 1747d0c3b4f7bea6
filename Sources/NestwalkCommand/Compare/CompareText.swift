import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Scenarios
import Studies

/// A comparison as text of 80 columns: a row for each number, a column for each machine.
struct CompareText {
  let report: CompareReport
  /// The columns that a number has.
  let width: Int
  /// How many machines fit side by side.
  static let most = ComparisonScenario.mostMachines
  private static let labels = 22

  private init(_ report: CompareReport) {
    self.report = report
    width = (TextLayout.width - Self.labels) / max(1, report.outcomes.count)
  }

  static func text(_ report: CompareReport) -> String {
    let text = Self(report)
    let sections = [
      text.title, text.header, text.counts, text.faultTimes, text.faultUses, text.walkTimes,
      text.totals, text.preparationTimes, text.movers, text.words,
    ]
    let lines = sections.filter { !$0.isEmpty }.joined(separator: [""])
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: What is compared

  private var title: [String] { TextLayout.wrap(report.study.sentence, width: TextLayout.width) }

  private var header: [String] {
    let names = report.outcomes.map { broken($0.machine.profile.name, at: "-") }
    let tables = report.outcomes.map { broken($0.machine.tables.name, at: "/") }
    return rows("", names) + rows("tables", tables)
  }

  /// A name that is too wide, in two pieces.
  private func broken(_ name: String, at separator: Character) -> [String] {
    guard name.count > width - 2, let place = name.firstIndex(of: separator) else { return [name] }
    let next = name.index(after: place)
    return [String(name[..<next]), String(name[next...])]
  }

  private func rows(_ label: String, _ cells: [[String]]) -> [String] {
    (0..<(cells.map(\.count).max() ?? 0)).map { number in
      row(number == 0 ? label : "", cells.map { $0.count > number ? $0[number] : "" })
    }
  }

  func row(_ label: String, _ cells: [String]) -> String {
    var line = TextLayout.column(label, Self.labels)
    for cell in cells { line += TextLayout.right(String(cell.prefix(width - 1)), width) }
    while line.last == " " { line.removeLast() }
    return line
  }

  func row(_ label: String, _ cell: (ComparedOutcome) -> String) -> String {
    row(label, report.outcomes.map(cell))
  }

  // MARK: Counts

  private var counts: [String] {
    var lines = [row("faults") { CostText.count($0.faults) }]
    for kind in FaultKind.allCases {
      lines.append(row("  \(kind)") { CostText.count($0.ledger.faults(kind)) })
    }
    for depth in 1..<Ledger.depths
    where report.outcomes.contains(where: { $0.ledger.cascadeDepths[depth] > 0 }) {
      lines.append(
        row("    touches with \(depth)") { CostText.count($0.ledger.cascadeDepths[depth]) })
    }
    if report.outcomes.contains(where: { $0.switches != nil }) {
      lines.append(row("world switches") { CostText.count($0.switches ?? 0) })
      lines.append(row("exits to L0") { CostText.count($0.exits) })
    } else {
      lines.append(row("exits") { CostText.count($0.exits) })
      lines.append(row("reads by last walks") { CostText.count($0.tableReads) })
      lines.append(row("reads of stopped walks") { CostText.count($0.stoppedTableReads) })
    }
    return lines
  }

  // MARK: Totals

  private var totals: [String] {
    let first = report.outcomes.first?.bill.total.likely ?? 0
    return [
      row("total") { CostText.time($0.bill.total.likely) },
      row("  faults") { CostText.time($0.faultCost.likely) },
      row("  walks") { CostText.time($0.walkCost.likely) },
      row("  stopped walks") { CostText.time($0.stoppedWalkCost.likely) },
      row("at low prices") { CostText.time($0.bill.total.low) },
      row("at high prices") { CostText.time($0.bill.total.high) },
      row("ratio to the first") { outcome in
        first == 0 ? "-" : CostText.decimal(outcome.bill.total.likely, over: first, 2)
      },
      row("weakest grade") { $0.bill.weakest?.rawValue ?? "-" },
    ]
  }

  private var preparationTimes: [String] {
    let isLogged = report.study.workload == .dirtyLog
    guard report.study.population != nil || isLogged else { return [] }
    return [
      row(isLogged ? "starting the log" : "populating before") {
        CostText.time($0.preparationBill.total.likely)
      },
      row("  at low prices") { CostText.time($0.preparationBill.total.low) },
      row("  at high prices") { CostText.time($0.preparationBill.total.high) },
    ]
  }

  private var movers: [String] {
    (0..<3).compactMap { place in
      let names = report.outcomes.map { outcome in
        outcome.bill.movers.count > place && outcome.bill.movers[place].cost.spread > 0
          ? outcome.bill.movers[place].component.name : ""
      }
      guard names.contains(where: { !$0.isEmpty }) else { return nil }
      return row(place == 0 ? "moved most by" : "", names)
    }
  }
}

extension ISAComparison {
  /// What is compared, in a sentence.
  fileprivate var sentence: String {
    let count = CostText.count(touchCount)
    let pages = touchCount == 1 ? "4K page" : "4K pages"
    let times = touchCount == 1 ? "once" : "\(count) times"
    let memory = ByteSize(memoryBytes).argument
    let backing = ByteSize(backing.bytes).argument
    let verb = access == .read ? "reads" : "writes"
    var sentence =
      switch workload {
      case .firstTouch:
        "first-touch: a running guest \(verb) \(count) new \(pages) of a machine of \(memory), which its"
          + " host backs with pages of up to \(backing)."
      case .coldResume:
        "cold-resume: a machine of \(memory), loaded from a snapshot, \(verb) \(count) \(pages) all over"
          + " its memory; nothing is mapped at the second stage, and pages of up to \(backing) come"
          + " from storage."
      case .cowStorm:
        "cow-storm: \(machineCount) machines of \(memory), forked from one and with all pages read,"
          + " write \(count) \(pages) each; a page's last sharer keeps it without a copy."
      case .dirtyLog:
        "dirty-log: a guest \(verb) \(count) \(pages) of a machine of \(memory) in pages of up to"
          + " \(backing), all mapped, whose writes are logged by pages of 4K;"
          + " \(splitting.map { "splitting \($0.rawValue)" } ?? "large pages are split as KVM does")."
      case .mmio:
        "mmio: a guest \(verb) a register of a device \(times); the hypervisor's"
          + " \(device == .kernelDevice ? "kernel" : "process") emulates it."
      case .nested:
        "nested: a guest's guest touches a page whose way no table has yet, four levels of tables"
          + " everywhere."
      }
    switch population {
    case nil: break
    case .process: sentence += " All memory was populated before, in the process's table alone."
    case .reading: sentence += " All memory was populated before, for reading."
    case .writing: sentence += " All memory was populated before, for writing."
    }
    if batch > 1 { sentence += " A fault maps up to \(batch) neighbours." }
    return sentence
  }
}
