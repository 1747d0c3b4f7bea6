import Console
import Quantities
import Reports
import Scenarios
import Studies

/// `nestwalk density`: how many virtual machines fit a host, and what binds first.
struct DensityCommand: Command {
  var file: FilePath?
  var overrides: [OverrideArgument] = []
  var memory: ByteSize?
  var vcpus: Int?
  var hostMemory: ByteSize?
  var reserved: ByteSize?
  var processors: Int?
  var ratio: DecimalNumber?
  var nodes: Int?
  var node: [NodeArgument] = []
  var swap: ByteSize?
  var backing: ByteSize?
  var pool = false
  var eager = false
  var monitor: MonitorKind?
  var workingSet: [ByteSize] = []
  var returns: DensityFlavour.Return?
  var risk: ShareArgument?
  var parts = false
  var rules = false
  var settings = false
  var check = false
  var place: PlaceArgument?
  var printScenario = false
  var json: FilePath?
  var csv: FilePath?
  var html: FilePath?

  static let name = "density"
  static let summary = "tell how many machines fit a host, and what binds first"
  static let discussion = [
    "FILE is a scenario that asks this, or an inventory of real hosts; without one, --memory and"
      + " --host-memory describe machines of one kind and a host. The answer says how many fit, what"
      + " binds first and what next, where the host's memory goes, and what a machine takes beside its"
      + " guest's memory, each part with its source and whom it is charged to.",
    "On an inventory it says how many more machines such as --memory and --vcpus fit beside those that"
      + " run, anywhere and each on one NUMA node. --place says on how few of its hosts a list of"
      + " machines has a place. --check compares what is predicted of those that run with what was"
      + " measured. The exit status is 3 where some of a list have no place.",
  ]
  static let examples = [
    CommandExample(
      "nestwalk density --memory 2G --vcpus 2 --host-memory 512G",
      "How many machines of 2 GiB fit 512 GiB."),
    CommandExample(
      "nestwalk density --memory 16G --vcpus 4 --node 384G:48 --node 128G:16 --ratio 2",
      "Machines that each lie on one of two NUMA nodes that are not alike."),
    CommandExample(
      "nestwalk density --memory 8G --host-memory 256G --swap 64G --working-set 2G"
        + " --working-set 6G --risk 1%",
      "The same where guests use 2 or 6 GiB and may want too much for 1 % of the time."),
    CommandExample(
      "nestwalk density Scenarios/density-mixed.yaml --settings --html density.html",
      "Three kinds of machines, with settings to apply and a page to read."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("FILE", \.file, "A scenario or an inventory; “-” is standard input"),
    .option(
      "set", \.overrides, value: "PATH=VALUE",
      "Give a field of the file another value, such as machines[0].backing=2M"),
    .option("memory", \.memory, value: "SIZE", "The memory of each machine"),
    .option("vcpus", \.vcpus, value: "N", "The virtual processors of each machine", default: "1"),
    .option(
      "host-memory", \.hostMemory, value: "SIZE", "The memory that the host's kernel manages"),
    .option("reserved", \.reserved, value: "SIZE", "What is kept for the host", default: "1G"),
    .option(
      "processors", \.processors, value: "N", "The host's processors", default: "not counted"),
    .option(
      "ratio", \.ratio, value: "RATIO", "How many virtual processors may share a processor",
      default: "1"),
    .option(
      "nodes", \.nodes, value: "N", "On how many NUMA nodes machines lie, each on one of them",
      default: "1"),
    .option(
      "node", \.node, value: "SIZE[:N]",
      "A NUMA node with its memory and processors, where nodes are not alike; one for each"),
    .option("swap", \.swap, value: "SIZE", "The host's swap", default: "none"),
    .option(
      "backing", \.backing, value: "SIZE", "The largest pages of the host: 4K, 2M or 1G",
      default: "4K"),
    .flag("pool", \.pool, "Take memory from a pool of such pages, all but what is kept"),
    .flag("eager", \.eager, "Have all memory of a machine from its start on"),
    .option(
      "monitor", \.monitor, value: "PROGRAM", "The program that runs each machine",
      default: "qemu"),
    .option(
      "working-set", \.workingSet, value: "SIZE",
      "What a guest uses; several are equally likely"),
    .option(
      "returns", \.returns, value: "HOW", "What becomes of memory that a guest does not use",
      default: "none"),
    .option(
      "risk", \.risk, value: "SHARE", "Promise memory twice, with this probability of pressure"),
    .flag("parts", \.parts, "Show the parts of each kind of machine"),
    .flag("rules", \.rules, "Show how others' rules differ, part by part"),
    .flag("settings", \.settings, "Show the settings to apply"),
    .flag(
      "check", \.check,
      "Compare what is predicted of an inventory's machines with what was measured"
    ),
    .option(
      "place", \.place, value: "WHAT",
      "Place so many machines such as --memory, or those of a scenario or inventory, on the hosts of"
        + " an inventory"),
    .flag("print-scenario", \.printScenario, "Print the scenario instead of its answer"),
    .option("json", \.json, value: "FILE", "Write the answer as JSON; “-” is standard output"),
    .option(
      "csv", \.csv, value: "FILE", "Write the parts of each machine as CSV; “-” is standard output"),
    .option("html", \.html, value: "FILE", "Write a page with charts that stands alone"),
  ]

  func problems() -> [String] {
    var problems: [String] = []
    if place != nil, file == nil {
      problems.append("“--place” needs a FILE: an inventory whose hosts machines are placed on.")
    } else if check, file == nil {
      problems.append("“--check” needs a FILE: an inventory, such as “import libvirt” writes.")
    } else if file == nil {
      if memory == nil {
        problems.append("Name a FILE, or the memory of a machine with “--memory”.")
      }
      if hostMemory == nil, node.isEmpty {
        problems.append("Name a FILE, or the host's memory with “--host-memory”.")
      }
      if !overrides.isEmpty { problems.append("“--set” changes a field of a FILE: name one.") }
    } else if hostMemory != nil {
      problems.append("“--host-memory” describes a host, and so does FILE: name one of them.")
    }
    if check, place != nil { problems.append("“--check” and “--place” exclude each other.") }
    if let backing, ![4096, 2 << 20, 1 << 30].contains(backing.bytes) {
      problems.append("“--backing” is \(backing); it must be 4K, 2M or 1G.")
    }
    if pool, (backing?.bytes ?? 4096) == 4096 {
      problems.append("A pool has pages of “--backing 2M” or “--backing 1G”.")
    }
    if let vcpus, vcpus < 1 || vcpus > 4096 {
      problems.append("“--vcpus” is \(vcpus); it must be 1 to 4096.")
    }
    if let nodes, nodes < 1 || nodes > 64 {
      problems.append("“--nodes” is \(nodes); it must be 1 to 64.")
    }
    problems += nodeProblems
    if let processors, processors < 1 || processors > 100_000 {
      problems.append("“--processors” is \(processors); it must be 1 to 100000.")
    }
    if !(0.01...1000).contains(processorRatio) {
      problems.append("“--ratio” must be from 0.01 to 1000.")
    }
    if let memory {
      if memory.bytes < 1 << 20 || memory.bytes % 4096 != 0 || memory.bytes > 1 << 46 {
        problems.append(
          "“--memory” is \(memory); it must be a multiple of 4 KiB from 1 MiB to 64 TiB.")
      }
      if let most = workingSet.max(), most > memory {
        problems.append("“--working-set” is \(most); it must be at most “--memory”, \(memory).")
      }
    }
    if let hostMemory, hostMemory.bytes > 1 << 56 || hostMemory.bytes < 1 << 20 {
      problems.append("“--host-memory” is \(hostMemory); it must be from 1 MiB to 64 PiB.")
    }
    if let swap, swap.bytes > 1 << 56 {
      problems.append("“--swap” is \(swap); it must be at most 64 PiB.")
    }
    if let reserved, reserved.bytes > 1 << 56 {
      problems.append("“--reserved” is \(reserved); it must be at most 64 PiB.")
    }
    if [json, csv, html].count(where: { $0?.isStandardStream == true }) > 1 {
      problems.append("Only one of the outputs can go to standard output.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    let document: DocumentFile? = if let file { try DocumentFile(file) } else { nil }
    if let document, let inventory = try inventory(document, overrides: overrides) {
      if html != nil {
        throw CommandFailure(
          .badInput, "“--html” shows one host; an inventory has text, JSON and CSV.")
      }
      if check {
        try refuseUnused(in: .check)
        return Program.show(try self.check(inventory))
      }
      if let place {
        try refuseUnused(in: place.namesFile ? .placingFile : .placing)
        return try self.place(place, on: inventory)
      }
      try refuseUnused(in: .inventory)
      return Program.show(try answer(inventory))
    }
    if place != nil {
      throw CommandFailure(
        .badInput,
        "“--place” is for the hosts of an inventory; a scenario's machines say “place” for hosts that"
          + " are alike.")
    }
    if check {
      throw CommandFailure(
        .badInput, "“--check” compares with what an inventory measured; a scenario has nothing.")
    }
    if document != nil { try refuseUnused(in: .scenario) }
    if printScenario { try refuseUnused(in: .printing) }
    let (scenario, source) = try scenario(document)
    let written = NodeWriter.write(scenario.node)
    if printScenario { return Program.show(written) }
    let outcome: DensityOutcome
    do throws(DensityError) {
      outcome = try scenario.density.run()
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    let report = DensityReport(
      scenario.title, scenario.density, outcome, source: source ?? written)
    let status = Program.show(try write(report))
    let isPlaced = outcome.placement?.unplaced.allSatisfy { $0 == 0 } ?? true
    return status == .success && !isPlaced ? .targetMissed : status
  }

  /// Writes the files that are asked for, and gives what belongs on standard output.
  private func write(_ report: DensityReport) throws(CommandFailure) -> String {
    var text: String?
    let outputs: [(FilePath?, () -> [UInt8])] = [
      (json, { report.json }), (csv, { Array(report.csv.utf8) }),
      (html, { Array(report.page.utf8) }),
    ]
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
    var detail = DensityText.Detail()
    detail.parts = parts
    detail.rules = rules
    detail.settings = settings
    return text ?? DensityText.text(report, detail)
  }
}

extension MonitorKind: ArgumentValue {}
extension DensityFlavour.Return: ArgumentValue {}
