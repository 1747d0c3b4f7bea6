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
    "\(memory ?? ByteSize(0)) and \(TextLayout.count(vcpus, "vCPU")) on"
      + " \(hostMemory ?? ByteSize(0))"
  }

  /// The machines that the options describe.
  var flavour: DensityFlavour {
    var flavour = DensityFlavour("machine", memoryBytes: memory?.bytes ?? 0)
    flavour.processors = vcpus
    flavour.backingBytes = backing.bytes
    flavour.usesPool = pool
    flavour.isEager = eager
    flavour.monitor = monitor
    flavour.workingSet = WorkingSet(workingSet.map(\.bytes), origin: "--working-set")
    flavour.returns = returns
    return flavour
  }

  /// The question that the options ask.
  private var described: Density {
    var host = DensityHost(memoryBytes: hostMemory?.bytes ?? 0)
    if let reserved { host.reservedBytes = reserved.bytes }
    host.processors = processors
    host.processorRatio = ratio.value
    host.nodes = nodes
    host.swapBytes = swap?.bytes ?? 0
    if pool {
      // What machines take beside the pool must have room too: a sixteenth stays outside.
      let rest = host.usableBytes
      host.pools = [
        DensityHost.Pool(
          pageBytes: backing.bytes, pages: (rest - rest / 16) / backing.bytes)
      ]
    }
    var density = Density([flavour], on: host)
    density.bindsNodes = nodes > 1
    if let risk { density.overcommit = Density.Overcommit(risk: risk.share.value) }
    return density
  }
}
