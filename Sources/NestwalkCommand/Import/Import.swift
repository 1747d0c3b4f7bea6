import Console
import LiveHost
import Quantities
import Records
import Scenarios
import Studies

/// `nestwalk import`: an inventory from what real hosts say.
struct Import: Command {
  var sources: [String] = []
  var uri: String?
  var timeout = TimeSpan(picoseconds: 10 * Self.second)
  var interval = TimeSpan(picoseconds: 5 * Self.second)
  var sampled: TimeSpan?
  var allowWrite = false
  var hostMemory: ByteSize?
  var inventoryName: String?
  var output = FilePath("-")

  static let second: UInt64 = 1_000_000_000_000

  static let name = "import"
  static let summary = "read an inventory from real hosts"
  static let discussion = [
    "Reads what hosts, monitors and clusters say of their memory and of their virtual machines, and"
      + " writes an inventory, each value with its origin: measured, derived or assumed. Nothing is"
      + " changed, and nothing needs root.",
    "A source is “proc”, which is this host; “libvirt”; or a file: HOST.tar as “nestwalk"
      + " capture-script” captures a host, VM.json as Firecracker is configured, SAMPLES.csv with the"
      + " columns time,vm,resident,workingSet, OBJECTS.yaml as kubectl prints Nodes and"
      + " VirtualMachineInstances, or an inventory that others complete.",
    "What could not be read of a host stands in the inventory and on standard error. Docs/Import.md"
      + " says which statistic sets which value.",
  ]
  static let examples = [
    CommandExample("nestwalk import proc", "What this host says of its memory."),
    CommandExample(
      "nestwalk import libvirt --uri qemu:///system --output fleet.yaml",
      "The host's running domains, with what they use."),
    CommandExample(
      "nestwalk import rack1.tar rack2.tar --output rack.yaml", "Two hosts that were captured."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("SOURCE", \.sources, "Where to read: proc, libvirt, or files", isRequired: true),
    .option(
      "uri", \.uri, value: "URI", "The libvirt to connect to", default: "libvirt’s own choice"),
    .option("timeout", \.timeout, value: "TIME", "How long libvirt may take for an answer"),
    .option("interval", \.interval, value: "TIME", "The time between samples of libvirt"),
    .option(
      "for", \.sampled, value: "TIME", "How long to take samples after the first",
      default: "one sample"),
    .flag(
      "allow-write", \.allowWrite,
      "Give balloons without a statistics period one, as long as samples are taken"),
    .option(
      "host-memory", \.hostMemory, value: "SIZE", "The memory of a host that no source tells of"),
    .option("name", \.inventoryName, value: "NAME", "What the inventory is called"),
    .option("output", \.output, value: "FILE", "Where to write; “-” is standard output"),
  ]

  func problems() -> [String] {
    var problems = sources.filter { ImportSource($0) == nil }.map { source in
      let guess = Spelling.nearest(to: source, among: ImportSource.words)
      return "SOURCE is “\(source)”: it must be \(ImportSource.rule)"
        + (guess.map { "; is “\($0)” meant?" } ?? ".")
    }
    for (name, time, least) in [
      ("timeout", timeout, 1), ("interval", interval, 1), ("for", sampled ?? interval, 1),
    ] as [(String, TimeSpan, UInt64)] {
      let seconds = time.picoseconds / Self.second
      if time.picoseconds % Self.second != 0 || !(least...1_000_000 ~= seconds) {
        problems.append("“--\(name)” must be a whole number of seconds, from \(least) to 1000000.")
      }
    }
    if !sources.contains("libvirt") {
      if uri != nil { problems.append("“--uri” is for the source “libvirt”.") }
      if allowWrite { problems.append("“--allow-write” is for the source “libvirt”.") }
      if sampled != nil { problems.append("“--for” is for the source “libvirt”.") }
    }
    for (index, source) in sources.enumerated() where sources[..<index].contains(source) {
      problems.append("“\(source)” is given twice.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var gathered = GatheredInventory(named: inventoryName ?? "")
    var wrong: [String] = []
    for source in sources.compactMap({ ImportSource($0) }) {
      wrong += try read(source, into: &gathered)
    }
    if wrong.isEmpty {
      gathered.settle(hostBytes: hostMemory?.bytes)
      wrong = gathered.contradictions.map { "nestwalk import: \($0)." }
    }
    guard wrong.isEmpty else {
      try Self.complain(wrong)
      return .badInput
    }
    try Self.complain(
      gathered.inventory.problems.map { "nestwalk import: \($0.subject): \($0.sentence)" })
    let text = NodeWriter.write(gathered.inventory.node)
    guard !output.isStandardStream else { return Program.show(text) }
    do throws(SystemError) {
      try OutputFile.write(output.path, bytes: Array(text.utf8))
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    return .success
  }

  /// Adds what a source tells; gives what is wrong with it, a line each.
  private func read(
    _ source: ImportSource, into gathered: inout GatheredInventory
  ) throws(CommandFailure) -> [String] {
    if case .libvirt = source {
      gathered.add(try readLibvirt(), from: "libvirt")
      return []
    }
    var text: [UInt8] = []
    if let path = source.path {
      do throws(SystemError) {
        // What is too large for its reader is told by its reader.
        guard let bytes = try File.reading(path).contents(most: TarReader.Limits.bytes) else {
          return [
            "\(path): the file holds more than \(TarReader.Limits.bytes) bytes; no source does"
          ]
        }
        text = bytes
      } catch {
        return ["nestwalk import: \(error)"]
      }
    }
    do throws(ImportError) {
      switch source {
      case .libvirt: break
      case .proc: gathered.add(try HostReading.thisHost(), from: "proc")
      case .archive(let path):
        gathered.add(try HostReading.captured(text, name: path), from: path)
      case .firecracker(let path):
        gathered.add(try HostReading.firecracker(text, name: path))
      case .samples(let path): gathered.add(try SampleTable.read(text, name: path), from: path)
      case .objects(let path): return readObjects(text, path, into: &gathered)
      }
    } catch {
      return error.description.split(separator: "\n").map(String.init)
    }
    return []
  }

  private func readObjects(
    _ text: [UInt8], _ path: String, into gathered: inout GatheredInventory
  ) -> [String] {
    do throws(DocumentError) {
      let told =
        ClusterObjects.isOne(text)
        ? try ClusterObjects.read(text, file: path)
        : try Inventory.document.read(text, file: path, limits: Inventory.limits)
      gathered.add(told, from: path)
    } catch {
      return error.lines
    }
    return []
  }

  private func readLibvirt() throws(CommandFailure) -> Inventory {
    var host = LibvirtHost(uri: uri ?? "", now: Clock.seconds, wait: Clock.wait)
    host.library = Environment.value("NESTWALK_LIBVIRT")
    host.timeout = Int(timeout.picoseconds / Self.second)
    host.interval = Int(interval.picoseconds / Self.second)
    host.sampledSeconds = Int((sampled?.picoseconds ?? 0) / Self.second)
    host.allowsWriting = allowWrite
    do throws(LibvirtError) {
      return try host.inventory()
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }

  /// Writes lines to standard error, without a name in front, so that editors find the places.
  private static func complain(_ lines: [String]) throws(CommandFailure) {
    do throws(SystemError) {
      var errors = OutputStream(.standardError())
      try errors.write(lines.map { "\($0)\n" }.joined())
      try errors.flush()
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }
}
