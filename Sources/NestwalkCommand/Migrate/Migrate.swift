import Console
import Costs
import HostMemory
import Hypervisor
import Paging
import Quantities
import Scenarios
import Studies

/// `nestwalk migrate`: what logging a machine's writes takes, and what its migration becomes.
struct Migrate: Command {
  var file: FilePath?
  var phases = false
  var processors: Int?
  var memoryPerProcessor: ByteSize?
  var backing: ByteSize?
  var method: LoggingMethod?
  var splitting: LoggingPhases.Splitting?
  var recovery: LoggingRecovery?
  var iterations: Int?
  var written: ShareArgument?
  var keepsWriting = false
  var scansAccess = false
  var lacksAccessFlags = false
  var ringEntries: Int?
  var clearChunk: ByteSize?
  var seed: Int?
  var host: HostFormat?
  var profile: ProfileArgument?
  var json: FilePath?
  var csv: FilePath?
  var script: FilePath?
  var overrides: [OverrideArgument] = []
  var writeRate: DataRate?
  var bandwidth: DataRate?
  var threads: Int?
  var html: FilePath?
  var printScenario = false
  var machine: MovedMachineArgument?

  static let name = "migrate"
  static let summary = "tell which tracking of writes lets a machine move in time"
  static let discussion = [
    "FILE is a scenario of a migration (study: migration); without one, --rate with --vcpus,"
      + " --memory-per-vcpu and --bandwidth describes a machine that writes any of its pages. The same"
      + " migration is played with each mechanism, size of pages and way to split them, side by side:"
      + " rounds, time, downtime, what the guest loses, and the faults that it takes. The exit status is 3"
      + " where none of them moves the machine.",
    "Of a FILE with several machines, which differ by their seeds, the first one is played by itself, with the part of"
      + " the link that it has while as many send as may; --machine chooses another one, or all of them"
      + " together on their link.",
    "With --phases a machine's writes are logged in the phases of Linux's dirty_log_perf_test: populate,"
      + " enable, then dirty, get and clear over and over, and disable. FILE then says the machine,"
      + " its pages, how they are tracked and split, and the profile, and options overrule it. Each"
      + " processor writes to memory of its own. Faults, flushes and entries are counted on a machine that plays them, and priced by"
      + " a cost profile.",
    "With --scan-access an iteration ends as Linux's access_tracking_perf_test has it: a scan marks what was"
      + " accessed as idle, and the processors read what they wrote. How the next access is seen, by a flag"
      + " or by a fault, is the hardware's (--no-access-flags).",
    "A phase of one thread takes what it works. Processors work side by side, so that theirs take as"
      + " long as the slowest one; on RISC-V they stand in line for one lock. What the guest's own"
      + " accesses take is in no time.",
    "A script says instead, step by step, which pages are written and when the log is asked, as a real"
      + " kernel can be; Docs/DirtyLog.md describes it.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk migrate Scenarios/migrate-database.yaml --backing 2M",
      "What each mechanism makes of a database with a hot set."),
    CommandExample(
      "nestwalk migrate Scenarios/evacuate-host.yaml --machine all --backing 2M --split eager",
      "Which mechanism empties a host of 32 machines the soonest."),
    CommandExample(
      "nestwalk migrate --vcpus 8 --memory-per-vcpu 512M --rate 20MB/s --bandwidth 25Gbit/s",
      "The same question without a file."),
    CommandExample(
      "nestwalk migrate --phases --vcpus 4 --memory-per-vcpu 1G --write-fraction 10%",
      "Write protection of 4 GiB in pages of 2M, split as KVM does."),
    CommandExample(
      "nestwalk migrate Scenarios/migrate-database.yaml --phases --write-fraction 5%",
      "The phases of a scenario's machine, tracked as it says."),
    CommandExample(
      "nestwalk migrate --phases --mechanism pml --split lazy --recover refault --json -",
      "Intel's page-modification log, with every count as JSON."),
    CommandExample(
      "nestwalk migrate --phases --host arm-s2-4k --mechanism ring --csv phases.csv",
      "A dirty ring on Arm, as a table for a spreadsheet."),
  ]

  func problems() -> [String] {
    guard script == nil else { return scriptProblems }
    return phases ? phaseProblems : fileProblems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    if let script { return try runScript(script) }
    return try phases ? runPhases() : runFile()
  }
}
