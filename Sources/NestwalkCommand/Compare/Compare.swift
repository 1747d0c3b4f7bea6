import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Records
import Scenarios
import Studies

/// `nestwalk compare`: what the same work costs on several architectures and machines, and why.
struct Compare: Command {
  var workload: ComparedWorkload?
  var profiles: [ProfileArgument] = []
  var hosts: [HostFormat] = []
  var guests: [GuestFormat] = []
  var memory = ByteSize(1 << 30)
  var pages: Int?
  var backing: ByteSize?
  var access: ComparedAccess?
  var sharers: Int?
  var batch = 1
  var populate: PopulationDepth?
  var splitting: LogSplitting?
  var device = ComparedDevice.process
  var printScenario = false
  var json: FilePath?
  var csv: FilePath?

  static let name = "compare"
  static let summary = "compare what the same faults cost on several ISAs and machines"
  static let discussion = [
    "Plays the same work on a machine of each ISA, counts faults, table reads and everything that"
      + " resolving them uses, and prices it by a cost profile: the source texts' profile of each ISA,"
      + " or those that are given. Every time is a sum of counts times prices.",
    "first-touch: a running guest touches new pages. cold-resume: a machine that was loaded from a"
      + " snapshot touches its working set, its tables among it. cow-storm: machines that were forked"
      + " from one, and have read its pages, write to them. dirty-log: a guest writes while its writes"
      + " are logged, as for a migration. mmio: a guest accesses a device."
      + " nested: a guest of a guest touches a page (x86-64).",
    "Reads by last walks are the table reads of the walk of each access that arrives in the end; reads"
      + " of stopped walks are those that walks had made when a fault stopped them. Both are priced as"
      + " table reads, apart from the faults.",
    "A fault's time is told by what it went to, and below that by how often a fault uses each"
      + " component and at which price. Parts are rounded so that they add up to their sum.",
  ]
  static let examples = [
    CommandExample("nestwalk compare first-touch", "What a new page costs on each ISA."),
    CommandExample(
      "nestwalk compare first-touch --profile xeon-8269cy --profile kunpeng-920 --backing 2M",
      "The same on two machines that were measured, with large pages."),
    CommandExample(
      "nestwalk compare first-touch --populate process --batch 8",
      "What is left of it where memory is backed before, and a fault maps eight neighbours."),
    CommandExample(
      "nestwalk compare cow-storm --sharers 8 --memory 256M",
      "What it costs when eight machines of one snapshot write to what they share."),
    CommandExample(
      "nestwalk compare cold-resume --guest arm-s1-4k --guest arm-s1-16k --guest arm-s1-64k",
      "What the granule of an Arm guest changes where its host's pages are of 4K."),
    CommandExample(
      "nestwalk compare cold-resume --pages 4096 --csv bill.csv",
      "How deep faults cascade after a resume, with every line of the bill."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("WORKLOAD", \.workload, "What is done (default: first-touch)"),
    .option(
      "profile", \.profiles, value: "PROFILE",
      "Price by this profile, by its name or in a file, instead of the textbook's of each ISA"),
    .option(
      "host", \.hosts, value: "FORMAT",
      "Take tables of this format for the profiles of its ISA, instead of ept4, arm-s2-4k, sv39x4",
      offering: HostFormat.allCases.filter { $0.shape.pageShift == 12 }),
    .option(
      "guest", \.guests, value: "FORMAT",
      "Take guests of this format for the second stages of its ISA, instead of the one that goes with each;"
        + " a guest's pages may be larger than the host's 4K"),
    .option("memory", \.memory, value: "SIZE", "The memory of each machine"),
    .option(
      "pages", \.pages, value: "N",
      "How many pages each machine touches, or accesses are made to a device",
      default: "all; 2048 after a resume; 10000 of a device"),
    .option(
      "backing", \.backing, value: "SIZE", "The largest pages of the host: 4K, 2M or 1G",
      default: "4K; 2M for dirty-log"),
    .option(
      "access", \.access, value: "ACCESS", "What is done with a page",
      default: "write; read after a resume"),
    .option(
      "sharers", \.sharers, value: "N", "How many machines of a cow-storm share their pages",
      default: "4"),
    .option(
      "batch", \.batch, value: "N",
      "How many pages of 4K, side by side, a fault maps at most: a power of two up to 512"),
    .option(
      "populate", \.populate, value: "DEPTH",
      "Prepare all memory before: in the process's table alone, or at the second stage for reading or"
        + " for writing", default: "none"),
    .option(
      "splitting", \.splitting, value: "HOW",
      "What becomes of large pages while writes are logged: all split at the start (eager), each at its"
        + " first write with all its small pages (onFault), or with the one that is written (breaking)",
      default: "KVM's: eager on x86-64, breaking on arm64, onFault on riscv64"),
    .option("device", \.device, value: "WHERE", "Who emulates the device"),
    .flag(
      "print-scenario", \.printScenario,
      "Print the scenario that the options make, for “nestwalk run”, and compare nothing"),
    .option(
      "json", \.json, value: "FILE", "Write all counts and costs as JSON; “-” is standard output"),
    .option(
      "csv", \.csv, value: "FILE", "Write each line of the bills as CSV; “-” is standard output"),
  ]

  func run() throws(CommandFailure) -> ExitStatus {
    var chosen: [CostProfile] = []
    for argument in profiles { chosen.append(try argument.profile()) }
    let scenario = scenario(chosen)
    if printScenario {
      do throws(ComparisonProblem) {
        _ = try scenario.machines()
      } catch {
        throw CommandFailure(.badInput, error.description)
      }
      return Program.show(NodeWriter.write(scenario.node))
    }
    let report = try ComparisonRun.report(scenario)
    return Program.show(try ComparisonRun.write(report, json: json, csv: csv))
  }
}
