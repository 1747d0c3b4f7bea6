import Console
import HostMemory
import Quantities
import Records
import Reports
import Studies

/// `nestwalk merge`: what same-page merging gives back, and when.
struct Merge: Command {
  var vms: Int?
  var memory: ByteSize?
  var zero: Int?
  var common: Int?
  var volatile: Int?
  var images: Int?
  var bootsOver: DecimalNumber?
  var huge = false
  var seconds: DecimalNumber?
  var samples: Int?
  var pagesToScan: Int?
  var sleep = 20
  var maxPageSharing = 256
  var useZeroPages = false
  var noSmartScan = false
  var advisor = false
  var kernel = KernelRelease.standard
  var pageCost = 6600
  var script: FilePath?
  var json: FilePath?

  static let name = "merge"
  static let summary = "tell what same-page merging gives back, and when"
  static let discussion = [
    "Lets the kernel's same-page merging (KSM) run over a fleet of VMs in virtual time, page by page,"
      + " and shows its counters as time passes. The mix of pages is an assumption of yours; what"
      + " merging makes of it is counted.",
    "A script says instead, step by step, what is in memory and when the scanner wakes;"
      + " Docs/Merging.md describes it.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk merge --vms 20 --memory 512M --common 40 --pages-to-scan 1000",
      "What twenty VMs of one image give back, and when."),
    CommandExample(
      "nestwalk merge --images 4 --use-zero-pages --advisor --seconds 3600",
      "VMs of four images, with the advisor that sets the scanner's pace."),
    CommandExample(
      "nestwalk merge --script steps.txt", "The counters after the steps of a script."),
  ]
  static let parameters: [Parameter<Self>] = [
    .option("vms", \.vms, value: "N", "How many VMs there are", default: "10"),
    .option("memory", \.memory, value: "SIZE", "The memory that each VM uses", default: "1G"),
    .option("zero", \.zero, value: "PERCENT", "Pages of zeros", default: "20"),
    .option(
      "common", \.common, value: "PERCENT", "Pages that every VM of the same image has, each once",
      default: "30"),
    .option(
      "volatile", \.volatile, value: "PERCENT",
      "Pages that change between two visits; the rest is"
        + " there once and stays", default: "5"),
    .option(
      "images", \.images, value: "N", "How many images the VMs were made from, in turn",
      default: "1"),
    .option(
      "boots-over", \.bootsOver, value: "S",
      "Over how many seconds the VMs boot, one after another", default: "0"),
    .flag("huge", \.huge, "Back the VMs with 2M pages, which merging must break"),
    .option("seconds", \.seconds, value: "S", "How long to watch", default: "1800"),
    .option("samples", \.samples, value: "N", "How many lines to show", default: "10"),
    .option(
      "pages-to-scan", \.pagesToScan, value: "N", "How many pages a wake-up visits",
      default: "100, or the advisor's"),
    .option("sleep", \.sleep, value: "MS", "The milliseconds between wake-ups"),
    .option(
      "max-page-sharing", \.maxPageSharing, value: "N", "How many mappings a copy may have"),
    .flag("use-zero-pages", \.useZeroPages, "Map pages of zeros to the kernel's page of zeros"),
    .flag("no-smart-scan", \.noSmartScan, "Visit lone pages in every scan"),
    .flag("advisor", \.advisor, "Let the scan-time advisor set the pages to scan"),
    .option("kernel", \.kernel, value: "RELEASE", "The Linux release whose rules hold"),
    .option("page-cost", \.pageCost, value: "NS", "The CPU time of visiting a page"),
    .option(
      "script", \.script, value: "FILE",
      "Make the steps of a script instead; “-” is standard input"),
    .option("json", \.json, value: "FILE", "Write the outcome as JSON; “-” is standard output"),
  ]

  var settings: MergingSettings {
    var settings = MergingSettings()
    settings.pagesToScan = pagesToScan ?? 100
    settings.sleepMilliseconds = sleep
    settings.maxPageSharing = maxPageSharing
    settings.usesZeroPages = useZeroPages
    settings.isSmartScan = !noSmartScan
    settings.advisor = advisor ? ScanTimeAdvisor() : nil
    settings.kernel = kernel.kernel
    if pageCost != Int(settings.cost.scanNanoseconds) {
      settings.cost = MergingCost(
        scanNanoseconds: UInt64(max(pageCost, 0)), source: "--page-cost")
    }
    return settings
  }

  var study: MergingStudy {
    var study = MergingStudy()
    study.vms = vms ?? 10
    study.bytesPerVM = memory?.bytes ?? 1 << 30
    study.mix.zeroPercent = zero ?? 20
    study.mix.commonPercent = common ?? 30
    study.mix.volatilePercent = volatile ?? 5
    study.mix.images = images ?? 1
    study.bootSeconds = bootsOver?.value ?? 0
    study.isHuge = huge
    study.seconds = seconds?.value ?? 1800
    study.samples = samples ?? 10
    study.settings = settings
    return study
  }

  /// The options that were given and describe a fleet and how long it is watched.
  private var fleetOptions: [String] {
    let options: [(name: String, isGiven: Bool)] = [
      ("vms", vms != nil), ("memory", memory != nil), ("zero", zero != nil),
      ("common", common != nil), ("volatile", volatile != nil), ("images", images != nil),
      ("boots-over", bootsOver != nil), ("huge", huge), ("seconds", seconds != nil),
      ("samples", samples != nil),
    ]
    return options.filter(\.isGiven).map(\.name)
  }

  func problems() -> [String] {
    var problems: [String] = []
    if script == nil {
      problems += study.problems
    } else {
      problems += fleetOptions.map { "“--\($0)” has no use with “--script”, whose steps say it." }
    }
    if maxPageSharing < 2 { problems.append("“--max-page-sharing” must be at least 2.") }
    if let pagesToScan {
      if pagesToScan < 1 { problems.append("“--pages-to-scan” must be at least 1.") }
      if advisor { problems.append("“--pages-to-scan” and “--advisor” exclude each other.") }
    }
    if advisor, !kernel.kernel.hasAdvisor {
      problems.append("Linux \(kernel.argument) has no advisor; it came with 6.8.")
    }
    if !(0...3_600_000 ~= sleep) { problems.append("“--sleep” must be from 0 to 3600000.") }
    if !(0...1_000_000_000 ~= pageCost) {
      problems.append("“--page-cost” must be from 0 to 1000000000.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var text: String
    var writer = JSONWriter(script == nil ? .indented : .compact)
    if let script {
      let found = try MergeScript.counters(script, settings)
      text = found.map { MergingText.line($0) + "\n" }.joined()
      for counters in found {
        writer.value(counters)
        writer.endLine()
      }
    } else {
      let outcome: MergingOutcome
      do throws(MergingError) {
        outcome = try study.outcome()
      } catch {
        throw CommandFailure(.badInput, error.description)
      }
      text = MergingText.text(study, outcome)
      writer.value(study, outcome)
      writer.endLine()
    }
    if let json {
      if json.isStandardStream {
        text = String(decoding: writer.bytes, as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(json.path, bytes: writer.bytes)
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return Program.show(text)
  }
}
