import Console
import Guests
import Paging
import Quantities
import Studies

/// A report on translation as text of 80 columns, the answer first.
struct TLBText {
  let report: TLBReport

  static func text(_ report: TLBReport) -> String {
    let text = TLBText(report: report)
    var lines = text.answer
    lines += [""] + text.matrix
    lines += [""] + text.table
    lines += text.savings
    lines += text.measured
    lines += [""] + text.assumptions
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The answer

  private var answer: [String] {
    guard let reference = report.reference else { return [] }
    let miss = TextLayout.decimal(100 * reference.missesPerAccess, 2)
    var sentence =
      "\(subject) on \(report.study.core.title): with \(Self.name(reference.pages)) \(miss) % of the"
      + " accesses miss the TLBs, and translation costs"
      + " \(TextLayout.decimal(reference.cyclesPerAccess, 2)) cycles an access"
    if let share = report.share(reference) {
      sentence += ", \(Self.percent(share)) of the run time"
    }
    sentence += "."
    if let best = report.outcomes.filter({ $0.pages.host != nil }).min(by: { $0.cycles < $1.cycles }
    ),
      best.pages != reference.pages, best.cycles < reference.cycles
    {
      sentence += " Least is \(TextLayout.decimal(best.cyclesPerAccess, 2)), with"
      sentence += " \(Self.name(best.pages))."
    }
    return TextLayout.wrap(sentence, width: TextLayout.width)
  }

  private var subject: String {
    switch report.accesses {
    case .workload(let name, let workload):
      "\(name.title) over \(ByteSize(workload.footprintBytes).argument)"
    case .trace(let file, _): "The accesses of \(file)"
    }
  }

  static func name(_ pages: PagePair) -> String {
    let guest = ByteSize(pages.guest).argument
    guard let host = pages.host else { return "pages of \(guest) on bare metal" }
    return host == pages.guest
      ? "pages of \(guest) at both stages"
      : "pages of \(guest) over the hypervisor's of \(ByteSize(host).argument)"
  }

  static func host(_ host: UInt64?) -> String { host.map { ByteSize($0).argument } ?? "bare metal" }

  static func percent(_ part: Double) -> String { TextLayout.decimal(100 * part, 1) + " %" }

  // MARK: Page sizes

  private var matrix: [String] {
    let hosts = report.hostSizes
    var header = TextLayout.column("guest's pages", 15)
    for host in hosts { header += TextLayout.right(Self.host(host), 12) }
    var lines = [
      "Cycles of translation an access, by the guest's pages and the hypervisor's:", "", header,
    ]
    for guest in report.guestSizes {
      var line = TextLayout.column(ByteSize(guest).argument, 15)
      for host in hosts {
        let outcome = report.outcome(guest, host)
        line += TextLayout.right(
          outcome.map { TextLayout.decimal($0.cyclesPerAccess, 2) } ?? "", 12)
      }
      lines.append(line)
    }
    return lines
  }

  private var table: [String] {
    var header =
      TextLayout.column("guest", 6) + TextLayout.column("host", 11)
      + TextLayout.right("misses", 9) + TextLayout.right("per access", 11)
      + TextLayout.right("reads/miss", 11) + TextLayout.right("of", 4)
      + TextLayout.right("cyc/miss", 9) + TextLayout.right("p50", 6) + TextLayout.right("p99", 6)
    if report.workCycles != nil { header += TextLayout.right("share", 7) }
    var lines = [header]
    for outcome in report.outcomes {
      var line =
        TextLayout.column(ByteSize(outcome.pages.guest).argument, 6)
        + TextLayout.column(Self.host(outcome.pages.host), 11)
        + TextLayout.right("\(outcome.misses)", 9)
        + TextLayout.right(TextLayout.decimal(outcome.missesPerAccess, 5), 11)
        + TextLayout.right(TextLayout.decimal(outcome.readsPerMiss, 2), 11)
        + TextLayout.right("\(outcome.uncachedReads)", 4)
        + TextLayout.right(TextLayout.decimal(outcome.cyclesPerMiss, 1), 9)
        + TextLayout.right("\(outcome.medianWalkCycles)", 6)
        + TextLayout.right("\(outcome.slowWalkCycles)", 6)
      if let share = report.share(outcome) {
        line += TextLayout.right(TextLayout.decimal(100 * share, 1) + "%", 7)
      }
      lines.append(line)
    }
    return lines
  }

  // MARK: Where the reads went

  private var savings: [String] {
    guard let reference = report.reference, reference.misses > 0 else { return [] }
    let whole = reference.misses * reference.uncachedReads
    var lines = [""]
    lines += TextLayout.wrap(
      "With \(Self.name(reference.pages)), \(reference.misses) walks without walk caches would take"
        + " \(whole) table reads. They took \(reference.reads).", width: TextLayout.width)
    for saving in TLBReport.savings(reference) where saving.kind.hits + saving.kind.misses > 0 {
      let rate = Double(saving.kind.hits) / Double(saving.kind.hits + saving.kind.misses)
      lines.append(
        "  " + TextLayout.column(saving.words, 34) + "saved"
          + TextLayout.right("\(saving.kind.reads)", 12) + " reads, hits \(Self.percent(rate))")
    }
    lines += readsByCache(reference)
    return lines
  }

  private func readsByCache(_ outcome: TranslationOutcome) -> [String] {
    let latency = report.study.latency
    let names = latency.caches.map { ($0.name, $0.cycles) } + [("memory", latency.memoryCycles)]
    let parts = zip(names, outcome.readsByCache).map { name, reads in
      "\(Self.percent(outcome.reads == 0 ? 0 : Double(reads) / Double(outcome.reads))) in \(name.0)"
    }
    return TextLayout.wrap(
      "The table reads found their line: \(parts.joined(separator: ", ")).",
      width: TextLayout.width)
  }

  // MARK: Misses of a machine

  private var measured: [String] {
    guard let measured = report.measured else { return [] }
    let sentence =
      "\(measured.misses) misses of \(DecimalNumber(measured.cyclesPerMiss).argument) cycles are"
      + " \(TextLayout.decimal(measured.cycles, 0)) cycles, at"
      + " \(DecimalNumber(measured.megahertz / 1000).argument) GHz"
      + " \(TextLayout.decimal(measured.seconds, 4)) s:"
      + " \(TextLayout.decimal(100 * measured.share, 2)) % of"
      + " \(DecimalNumber(measured.runSeconds).argument) s."
    return [""] + TextLayout.wrap(sentence, width: TextLayout.width)
  }

  // MARK: What is assumed

  private var assumptions: [String] {
    let study = report.study
    let latency = study.latency
    var costs = latency.caches.map { "\($0.cycles) cycles from \($0.name)" }
    costs.append("\(latency.memoryCycles) from memory")
    var sentences = [
      "Tables: \(study.guest) over \(study.host), \(report.placement.rawValue)"
        + tableBytes + ".",
      "A table read costs \(costs.joined(separator: ", ")); an access waits"
        + " \(latency.secondLevelTLBCycles) cycles for the second-level TLB. Source: \(latency.source).",
      "Table reads and the accesses share the caches, without prefetch; walks come one after another.",
    ]
    sentences += coreSources
    if report.workCycles == nil { sentences.append("Give --work for the share of the run time.") }
    return ["Assumptions:"]
      + sentences.flatMap { sentence in
        TextLayout.wrap(sentence, width: TextLayout.width - 2).enumerated().map { number, line in
          (number == 0 ? "- " : "  ") + line
        }
      }
  }

  /// Where the figures of the core come from, each source once.
  private var coreSources: [String] {
    let core = report.study.core
    let tlbs = (core.data + core.instruction + core.second + core.secondInstruction).map(\.source)
    var walks = (core.guestTables + core.hostTables).map(\.source)
    if let nested = core.nested { walks.append(nested.source) }
    return [("TLBs", tlbs), ("walk caches", walks)].compactMap { what, sources in
      var seen: [CoreModel.Source] = []
      for source in sources where !seen.contains(source) { seen.append(source) }
      guard !seen.isEmpty else { return nil }
      return "The core's \(what): \(seen.map(\.description).joined(separator: "; "))."
    }
  }

  private var tableBytes: String {
    guard let reference = report.reference else { return "" }
    let megabytes = { (bytes: UInt64) in TextLayout.decimal(Double(bytes) / 1_048_576, 1) }
    return " (\(megabytes(reference.guestTableBytes)) MiB over"
      + " \(megabytes(reference.hostTableBytes)) MiB with \(Self.name(reference.pages)))"
  }
}
