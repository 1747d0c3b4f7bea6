import Console
import Quantities
import Reports
import Scenarios
import Studies

extension DensityCommand {
  /// The inventory that a document is, if it is one.
  func inventory(
    _ document: DocumentFile, overrides: [OverrideArgument]
  ) throws(CommandFailure) -> Inventory? {
    guard Inventory.isOne(document.text) else { return nil }
    let inventory: Inventory
    do throws(DocumentError) {
      inventory = try Inventory.document.read(
        document.text, file: document.name, overrides: overrides.map(\.override),
        limits: Inventory.limits)
    } catch {
      throw CommandFailure(.badInput, "the file is refused:\n\(error)")
    }
    let problems = inventory.implausible
    guard problems.isEmpty else {
      let lines = problems.prefix(100).map { "\(document.name): \($0)" }
      throw CommandFailure(.badInput, "the file is refused:\n" + lines.joined(separator: "\n"))
    }
    return inventory
  }

  /// How many more machines fit on the hosts of an inventory.
  func answer(_ inventory: Inventory) throws(CommandFailure) -> String {
    guard let memory else {
      throw CommandFailure(
        .badInput,
        "“--memory” is missing: an inventory says what runs, and not what is to be added.")
    }
    var hosts: [RackReport.Host] = []
    let running = Self.running(inventory)
    for host in inventory.hosts {
      let machines = running[host.name] ?? []
      var added = flavour
      added.name = "added"
      let base = DensityHost(host)
      added.host =
        DensityFlavour(
          InventoryMachine("", memoryBytes: .assumed(1 << 30)), on: base
        ).host
      var density = Density(
        host, running: machines, adding: added, processorRatio: processorRatio)
      if let reserved { density.host.reservedBytes = reserved.bytes }
      if let swap { density.host.swapBytes = swap.bytes }
      if let risk {
        density.overcommit = Density.Overcommit(
          risk: risk.share.value,
          correlation: Density.Overcommit.correlation(of: machines) ?? 0)
      }
      var outcome: DensityOutcome?
      var problem: String?
      do throws(DensityError) {
        outcome = try density.run()
      } catch {
        switch error {
        case .leastDoNotFit: problem = "promised too much"
        case .noPool: problem = "no such pool"
        default: throw CommandFailure(.badInput, "\(host.name): \(error)")
        }
      }
      let nodes = NodeFit(
        host, density.host, running: machines, adding: added, isOvercommitted: risk != nil)
      hosts.append(
        RackReport.Host(
          host.name, running: machines.count, outcome, problem: problem, nodes: nodes))
    }
    let report = RackReport(
      inventory.name, adding: "\(memory) and \(TextLayout.count(virtualProcessors, "vCPU"))", hosts)
    return try write(report.text, json: report.json, csv: report.csv)
  }

  /// What was predicted of the hosts of an inventory beside what was measured there.
  func check(_ inventory: Inventory) throws(CommandFailure) -> String {
    let running = Self.running(inventory)
    let report = CheckReport(
      inventory.name,
      inventory.hosts.map { DensityCheck($0, machines: running[$0.name] ?? []) })
    return try write(report.text, json: report.json, csv: report.csv)
  }

  /// The machines of each host; those that name none run on the only one.
  static func running(_ inventory: Inventory) -> [String: [InventoryMachine]] {
    var running: [String: [InventoryMachine]] = [:]
    for machine in inventory.machines {
      running[machine.host ?? inventory.hosts[0].name, default: []].append(machine)
    }
    return running
  }

  /// Writes the files that are asked for, and gives what belongs on standard output.
  func write(
    _ text: String, json bytes: [UInt8], csv lines: String
  ) throws(CommandFailure) -> String {
    var shown: String?
    for (file, bytes) in [(json, bytes), (csv, Array(lines.utf8))] {
      guard let file else { continue }
      if file.isStandardStream {
        shown = String(decoding: bytes, as: UTF8.self)
      } else {
        do throws(SystemError) {
          try OutputFile.write(file.path, bytes: bytes)
        } catch {
          throw CommandFailure(.failed, error.description)
        }
      }
    }
    return shown ?? text
  }
}
