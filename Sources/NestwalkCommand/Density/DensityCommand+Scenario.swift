import Console
import Quantities
import Reports
import Scenarios
import Studies

extension DensityCommand {
  /// What is asked, and the text that it was read from if it was.
  func scenario(
    _ document: DocumentFile?
  ) throws(CommandFailure) -> (DensityScenario, String?) {
    guard let document else { return (DensityScenario(title, described), nil) }
    do throws(DocumentError) {
      let scenario = try DensityScenario.document.read(
        document.text, file: document.name, overrides: overrides.map(\.override))
      return (scenario, String(decoding: document.text, as: UTF8.self))
    } catch {
      throw CommandFailure(.badInput, "the file is refused:\n\(error)")
    }
  }

  private var title: String {
    "\(Self.told(memory ?? ByteSize(0))) and"
      + " \(TextLayout.count(virtualProcessors, "vCPU")) on \(Self.told(hostSize))"
  }

  /// A size as it was given; one that had to be rounded to whole pages as it is read.
  private static func told(_ size: ByteSize) -> String {
    let exact = "\(size)"
    return size.bytes >= 1 << 20 && exact.hasSuffix(" KiB") ? StormReport.bytes(size.bytes) : exact
  }

  /// The host's memory: as given, or that of its nodes together.
  var hostSize: ByteSize {
    hostMemory ?? ByteSize(node.reduce(0) { $0 + $1.node.memoryBytes })
  }

  /// What is wrong with the nodes that are told one by one.
  var nodeProblems: [String] {
    guard !node.isEmpty else { return [] }
    var problems: [String] = []
    if nodes != nil { problems.append("“--nodes” and “--node” exclude each other.") }
    if node.count > 64 {
      problems.append("“--node” is given \(node.count) times; at most 64 count.")
    }
    let sum = node.reduce(UInt64(0)) { $0 + $1.node.memoryBytes }
    if let hostMemory, hostMemory.bytes != sum {
      problems.append(
        "“--host-memory” is \(hostMemory), and the nodes have \(ByteSize(sum)): leave it out.")
    }
    let own = node.compactMap(\.node.processors)
    if !own.isEmpty, own.count < node.count {
      problems.append("All of “--node” must say their processors, or none.")
    }
    if !own.isEmpty, processors != nil {
      problems.append("“--processors” and those of “--node” exclude each other.")
    }
    return problems
  }

  /// The virtual processors of each machine.
  var virtualProcessors: Int { vcpus ?? 1 }

  /// How many virtual processors may share a processor.
  var processorRatio: Double { ratio?.value ?? 1 }

  /// The bytes of the largest pages of the host.
  private var pageBytes: UInt64 { backing?.bytes ?? 4096 }

  /// The machines that the options describe.
  var flavour: DensityFlavour {
    var flavour = DensityFlavour("machine", memoryBytes: memory?.bytes ?? 0)
    flavour.processors = virtualProcessors
    flavour.backingBytes = pageBytes
    flavour.usesPool = pool
    flavour.isEager = eager
    flavour.monitor = monitor ?? .qemu
    flavour.workingSet = WorkingSet(workingSet.map(\.bytes), origin: "--working-set")
    // By its full name, for an optional has a “none” too.
    flavour.returns = returns ?? DensityFlavour.Return.none
    return flavour
  }

  /// The question that the options ask.
  private var described: Density {
    var host = DensityHost(memoryBytes: hostSize.bytes)
    if let reserved { host.reservedBytes = reserved.bytes }
    host.processors = processors
    host.processorRatio = processorRatio
    host.nodes = nodes ?? 1
    host.listedNodes = node.map(\.node)
    let own = node.compactMap(\.node.processors)
    if !own.isEmpty { host.processors = own.reduce(0, +) }
    host.swapBytes = swap?.bytes ?? 0
    if pool {
      // What machines take beside the pool must have room too: a sixteenth stays outside.
      func pages(_ rest: UInt64) -> UInt64 { (rest - rest / 16) / pageBytes }
      let ofNodes = host.usableBytesOnNodes.enumerated().map { number, rest in
        DensityHost.Pool(pageBytes: pageBytes, pages: pages(rest), node: number)
      }
      host.pools =
        ofNodes.isEmpty
        ? [DensityHost.Pool(pageBytes: pageBytes, pages: pages(host.usableBytes))] : ofNodes
    }
    var density = Density([flavour], on: host)
    density.bindsNodes = host.nodes > 1
    if let risk { density.overcommit = Density.Overcommit(risk: risk.share.value) }
    return density
  }
}
