import Console
import HostMemory
import Quantities
import Records

/// `nestwalk replay`: what replacement policies make of a trace.
struct Replay: Command {
  var trace: FilePath?
  var policy = PolicyList(ReplacementPolicy.allCases)
  var frames: FrameCounts?
  var format: ReplayFormat?
  var pageSize = ByteSize(4096)
  var clockLoad = ReplacementSettings.ClockLoad.clear
  var handSpread: Int?
  var window: Int?
  var frequencyCounts = ReplacementSettings.FrequencyCounts.resident
  var curve = false
  var json: FilePath?
  var csv: FilePath?

  static let name = "replay"
  static let summary = "tell how often replacement policies miss on a trace"
  static let discussion = [
    "Makes the references of a trace in so many frames, and counts misses and evictions under each"
      + " policy. Docs/Replacement.md says what each policy does, to the last tie.",
    "The formats: u32 is page numbers of 32 bits, lowest byte first; pages is a page number a line, in"
      + " decimal or after 0x in hexadecimal, and perhaps “r” or “w”; lackey, perf-mem and perf-script"
      + " are what those tools write; addresses is a hexadecimal address a line. An address is a"
      + " reference to the page of its first byte. A file named *.u32 is u32; any other is read as its"
      + " first line tells, where a decimal number is a page's.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk replay accesses.u32 --policy lru,arc,opt --frames 1000",
      "The misses of three policies with a thousand frames."),
    CommandExample(
      "nestwalk replay lackey.txt --frames 16-4096:x2 --json -",
      "Every policy on a trace of Valgrind's, for nine numbers of frames."),
    CommandExample(
      "nestwalk replay accesses.u32 --policy lru --curve --csv curve.csv",
      "The curve of LRU's misses, from one pass over the trace."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional(
      "TRACE", \.trace, "The references; “-” is standard input", isRequired: true),
    .option(
      "policy", \.policy, value: "NAMES", "The policies, with commas between, of"),
    .option(
      "frames", \.frames, value: "COUNTS",
      "Numbers of frames and ranges, with commas between: 100,200 or 1-10, 100-1000:100 in steps,"
        + " 1-1024:x2 by a factor"),
    .flag(
      "curve",
      \.curve,
      "Go once over the trace for all numbers of frames, where a policy is a stack algorithm; without"
        + " --frames they are powers of two up to the number of pages"),
    .option(
      "format", \.format, value: "FORMAT", "How the trace is written",
      default: "as its name or first line tells"),
    .option("page-size", \.pageSize, value: "SIZE", "The size of the pages that addresses are in"),
    .option(
      "clock-load", \.clockLoad, value: "BIT",
      "How clock, clock2 and twohand load a page: with its reference bit set or clear"),
    .option(
      "hand-spread", \.handSpread, value: "N", "How many frames the first hand of twohand is ahead",
      default: "a quarter of the frames"),
    .option(
      "window", \.window, value: "N", "The window of ws in references",
      default: "as many as there are frames"),
    .option(
      "lfu-counts", \.frequencyCounts, value: "WHICH",
      "What lfu counts: references while a page is resident, or all"),
    .option(
      "json", \.json, value: "FILE",
      "Write a JSON object a line for each policy and number of frames; “-” is standard output"),
    .option("csv", \.csv, value: "FILE", "Write the same as CSV; “-” is standard output"),
  ]

  private var settings: ReplacementSettings {
    var settings = ReplacementSettings()
    settings.clockLoad = clockLoad
    settings.handSpread = handSpread
    settings.window = window
    settings.frequencyCounts = frequencyCounts
    return settings
  }

  func problems() -> [String] {
    var problems: [String] = []
    if frames == nil, !curve {
      problems.append("“--frames” is missing: say how many frames there are, or “--curve”.")
    }
    if pageSize.bytes == 0 || pageSize.bytes & (pageSize.bytes - 1) != 0 {
      problems.append("“--page-size” is “\(pageSize.argument)”: it must be a power of two.")
    }
    for (option, number) in [("hand-spread", handSpread), ("window", window)] {
      guard let number, !(1...FrameCounts.most ~= number) else { continue }
      problems.append("“--\(option)” is \(number): it must be from 1 to \(FrameCounts.most).")
    }
    if json?.isStandardStream == true, csv?.isStandardStream == true {
      problems.append("“--json” and “--csv” can't both be “-”.")
    }
    let files = [("TRACE", trace), ("--json", json), ("--csv", csv)].filter {
      $0.1?.isStandardStream == false
    }
    for (number, (option, file)) in files.enumerated() {
      for (other, same) in files[..<number] where same?.path == file?.path {
        problems.append("“\(other)” and “\(option)” can't both be “\(file?.path ?? "")”.")
      }
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    guard let trace else { preconditionFailure("a trace is required") }
    let shift = UInt64(pageSize.bytes.trailingZeroBitCount)
    let (references, found) = try ReplayTrace(format: format, pageShift: shift).read(trace)
    let report = ReplayReport(
      references, file: trace.isStandardStream ? "<stdin>" : trace.path, found, policy.policies,
      frames: frames?.counts ?? [], isCurve: curve, settings)
    let outputs = [
      (json, { Self.json(report) }), (csv, { Array(report.csv.utf8) }),
    ]
    var text: String?
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
    return Program.show(text ?? ReplayText.text(report))
  }

  private static func json(_ report: ReplayReport) -> [UInt8] {
    var writer = JSONWriter(.compact)
    for row in report.rows { writer.line(row) }
    return writer.bytes
  }
}

extension ReplacementSettings.ClockLoad: ArgumentValue {}
extension ReplacementSettings.FrequencyCounts: ArgumentValue {}
