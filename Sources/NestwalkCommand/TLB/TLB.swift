import Console
import Guests
import Paging
import Quantities
import Records
import Studies

/// `nestwalk tlb`: what translation costs a workload on a core.
struct TLB: Command {
  var pattern: PatternName?
  var footprint: ByteSize?
  var element: ByteSize?
  var stride: ByteSize?
  var exponent: DecimalNumber?
  var writes: Int?
  var seed: Int?
  var trace: FilePath?
  var traceFormat: TraceFormat?
  var accesses: Int?
  var warmUp: Int?
  var core: CoreName?
  var guest: GuestFormat?
  var host: HostFormat?
  var guestPages: [ByteSize] = []
  var hostPages: [ByteSize] = []
  var placement = PlacementName.compact
  var work: DecimalNumber?
  var measured: Int?
  var missCycles: DecimalNumber?
  var clock: DecimalNumber?
  var seconds: DecimalNumber?
  var json: FilePath?
  var svg: FilePath?

  static let name = "tlb"
  static let summary = "tell what TLBs and page sizes make of a workload's translation"
  static let discussion = [
    "Makes the accesses of a pattern, or of a recorded trace, through the TLBs and walk caches of a"
      + " core, with real tables for every pair of page sizes and for bare metal, and counts misses,"
      + " table reads and cycles. What a table read costs is an assumption, which is printed.",
    "A trace is text: Valgrind's lackey (--trace-mem=yes), “perf mem report -D”, “perf script” of"
      + " samples with addresses, or one hexadecimal address a line.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk tlb --pattern zipf --footprint 16G --work 20",
      "What 2M and 1G pages at either stage change for a skewed workload."),
    CommandExample(
      "nestwalk tlb --footprint 60G --guest-page 4K --placement scattered",
      "Random reads of 60 GiB, with tables all over the memory."),
    CommandExample(
      "nestwalk tlb --trace accesses.txt --json -", "The accesses that lackey has recorded."),
  ]
  static let parameters: [Parameter<Self>] = [
    .option("pattern", \.pattern, value: "PATTERN", "The order of the accesses", default: "random"),
    .option(
      "footprint", \.footprint, value: "SIZE", "The memory that they go to", default: "4G"),
    .option("element", \.element, value: "SIZE", "What one access touches", default: "64"),
    .option("stride", \.stride, value: "SIZE", "The step of a stride", default: "4K"),
    .option("exponent", \.exponent, value: "X", "The exponent of Zipf's law", default: "0.99"),
    .option("writes", \.writes, value: "PERCENT", "How many accesses write", default: "0"),
    .option("seed", \.seed, value: "N", "Where the random generator starts", default: "1"),
    .option(
      "trace", \.trace, value: "FILE",
      "Make the accesses of a recorded trace instead; “-” is standard input"),
    .option(
      "trace-format", \.traceFormat, value: "FORMAT", "How the trace is written",
      default: "as its first line tells"),
    .option(
      "accesses", \.accesses, value: "N", "How many accesses are counted",
      default: "1000000, or all of a trace"),
    .option(
      "warm-up", \.warmUp, value: "N", "How many are made before and not counted",
      default: "100000, or none of a trace"),
    .option(
      "core", \.core, value: "NAME", "The core with its TLBs and walk caches",
      default: "the first of the tables' architecture"),
    .option(
      "guest", \.guest, value: "FORMAT", "The format of the guest's tables",
      default: "what goes with --host or --core"),
    .option(
      "host", \.host, value: "FORMAT", "The format of the hypervisor's tables",
      default: "what goes with --guest"),
    .option(
      "guest-page", \.guestPages, value: "SIZE",
      "A size of the guest's pages, instead of all up to 1G"),
    .option(
      "host-page", \.hostPages, value: "SIZE",
      "A size of the hypervisor's pages, instead of all up to 1G"),
    .option(
      "placement", \.placement, value: "PLACEMENT",
      "Where tables lie: side by side, or all over a range as large as the data"),
    .option(
      "work", \.work, value: "CYCLES",
      "The cycles of work that an access comes with, for the share of the run time"),
    .option(
      "measured", \.measured, value: "MISSES",
      "Price misses that were counted on a machine, too; needs --seconds"),
    .option(
      "miss-cycles", \.missCycles, value: "CYCLES", "The cycles of a miss, for --measured",
      default: "as found"),
    .option("clock", \.clock, value: "GHZ", "The clock, for --measured", default: "3"),
    .option("seconds", \.seconds, value: "S", "How long the machine ran, for --measured"),
    .option("json", \.json, value: "FILE", "Write the outcome as JSON; “-” is standard output"),
    .option("svg", \.svg, value: "FILE", "Draw the cycles as SVG; “-” is standard output"),
  ]

  func run() throws(CommandFailure) -> ExitStatus {
    let report = try report()
    let outputs = [
      (json, { Self.json(report) }), (svg, { Array(TLBDrawing.svg(report).utf8) }),
    ]
    var text = TLBText.text(report)
    for (file, bytes) in outputs {
      guard let file else { continue }
      if file.isStandardStream {
        text = String(decoding: bytes(), as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: bytes())
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return Program.show(text)
  }

  static func json(_ report: TLBReport) -> [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(report)
    writer.endLine()
    return writer.bytes
  }

  func report() throws(CommandFailure) -> TLBReport {
    let run = TLBRun(study: study, pairs: pairs)
    var report = TLBReport(
      study: study, placement: placement, accesses: .workload(patternName, workload),
      workCycles: work?.value, outcomes: [])
    if let trace {
      let result: (outcomes: [TranslationOutcome], format: TraceFormat?)
      do {
        let file = try trace.isStandardStream ? File.standardInput() : File.reading(trace.path)
        result = try run.outcomes(file, traceFormat, count: accesses)
      } catch let error as CommandFailure {
        throw error
      } catch {
        throw CommandFailure(.badInput, "\(error)")
      }
      report.outcomes = result.outcomes
      report.accesses = .trace(
        trace.isStandardStream ? "standard input" : trace.path, result.format)
    } else {
      report.outcomes = try run.outcomes(workload, count: accesses ?? 1_000_000)
    }
    if let measured, let seconds {
      report.measured = MeasuredMisses(
        misses: UInt64(measured),
        cyclesPerMiss: missCycles?.value ?? report.reference?.cyclesPerMiss ?? 0,
        megahertz: (clock?.value ?? 3) * 1000, runSeconds: seconds.value)
    }
    return report
  }
}
