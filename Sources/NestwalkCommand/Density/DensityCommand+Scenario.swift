import Console
import Quantities
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
    "\(memory ?? ByteSize(0)) and \(TextLayout.count(virtualProcessors, "vCPU")) on"
      + " \(hostMemory ?? ByteSize(0))"
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
    var host = DensityHost(memoryBytes: hostMemory?.bytes ?? 0)
    if let reserved { host.reservedBytes = reserved.bytes }
    host.processors = processors
    host.processorRatio = processorRatio
    host.nodes = nodes ?? 1
    host.swapBytes = swap?.bytes ?? 0
    if pool {
      // What machines take beside the pool must have room too: a sixteenth stays outside.
      let rest = host.usableBytes
      host.pools = [
        DensityHost.Pool(
          pageBytes: pageBytes, pages: (rest - rest / 16) / pageBytes)
      ]
    }
    var density = Density([flavour], on: host)
    density.bindsNodes = host.nodes > 1
    if let risk { density.overcommit = Density.Overcommit(risk: risk.share.value) }
    return density
  }
}
