import Console
import Quantities
import Reports
import Scenarios
import Studies

extension DensityCommand {
  /// Shows where machines are placed on an inventory's hosts; the status says whether all are.
  func place(
    _ what: PlaceArgument, on inventory: Inventory
  ) throws(CommandFailure) -> ExitStatus {
    let flavours = try placed(what, on: inventory)
    for flavour in flavours where flavour.usesPool && flavour.backingBytes == 4096 {
      throw CommandFailure(.badInput, "A pool has pages of “--backing 2M” or “--backing 1G”.")
    }
    let placement = RackPlacement(
      flavours, on: inventory, processorRatio: processorRatio, isOvercommitted: risk != nil
    ) { host in
      if let reserved { host.reservedBytes = reserved.bytes }
      if let swap { host.swapBytes = swap.bytes }
    }
    let report = PlacementReport(inventory.name, placement)
    let status = Program.show(try write(report.text, json: report.json, csv: report.csv))
    let isPlaced = placement.unplaced.allSatisfy { $0 == 0 }
    return status == .success && !isPlaced ? .targetMissed : status
  }

  /// The kinds of machines that are placed, each with how many there are of it.
  private func placed(
    _ what: PlaceArgument, on inventory: Inventory
  ) throws(CommandFailure) -> [DensityFlavour] {
    guard let host = inventory.hosts.first else {
      throw CommandFailure(.badInput, "\(inventory.name) has no host to place machines on.")
    }
    let base = DensityHost(host)
    switch what {
    case .machines(let count):
      guard memory != nil else {
        throw CommandFailure(
          .badInput,
          "“--memory” is missing: it says what the \(count) machines are that are placed.")
      }
      var machines = flavour
      machines.host =
        DensityFlavour(InventoryMachine("", memoryBytes: .assumed(1 << 30)), on: base).host
      machines.placed = count
      return [machines]
    case .file(let path):
      let document = try DocumentFile(path)
      if let other = try self.inventory(document, overrides: []) {
        let hosts = Dictionary(
          other.hosts.map { ($0.name, DensityHost($0)) }, uniquingKeysWith: { first, _ in first })
        return DensityFlavour.kinds(of: other.machines) { machine in
          machine.host.flatMap { hosts[$0] } ?? other.hosts.first.map { DensityHost($0) } ?? base
        }
      }
      do throws(DocumentError) {
        let scenario = try DensityScenario.document.read(document.text, file: document.name)
        return scenario.density.flavours.map { flavour in
          var flavour = flavour
          flavour.placed = flavour.placed ?? 1
          return flavour
        }
      } catch {
        throw CommandFailure(.badInput, "the file is refused:\n\(error)")
      }
    }
  }
}
