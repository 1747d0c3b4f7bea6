import Studies
import Testing

@Suite("Inventories and density")
struct InventoryDensityTests {
  /// A host whose statistics are those that the model gives a fleet.
  private func fleet() -> (InventoryHost, [InventoryMachine]) {
    var host = InventoryHost("host", memoryBytes: .measured(64 << 30, "MemTotal"))
    host.reservedBytes = .assumed(1 << 30)
    var machines: [InventoryMachine] = []
    var tables: (second: UInt64, process: UInt64) = (0, 0)
    for (number, gibibytes) in [2, 4, 8].enumerated() {
      var machine = InventoryMachine(
        "vm\(number)", memoryBytes: .measured(UInt64(gibibytes) << 30, "maxMem"))
      machine.workingSetBytes = .derived(UInt64(gibibytes) << 29, "balloon")
      let overhead = MachineOverhead(DensityFlavour(machine, on: DensityHost(host)))
      let guest = overhead[.guestMemory]?.now ?? 0
      machine.residentBytes = .measured(guest + (overhead[.monitor]?.now ?? 0), "rss")
      machine.chargedBytes = .measured(
        overhead.charged(to: .machine, atWorst: false), "memory.current")
      tables.second += overhead[.secondStage]?.now ?? 0
      tables.process += overhead[.processTables]?.now ?? 0
      machines.append(machine)
    }
    host.secondStageBytes = .measured(tables.second, "SecPageTables")
    host.pageTableBytes = .measured(tables.process, "PageTables")
    return (host, machines)
  }

  @Test("a fleet whose statistics the model gave is predicted without an error")
  func ownFleet() throws {
    let (host, machines) = fleet()
    let check = DensityCheck(host, machines: machines)
    #expect(check.comparisons.count == 3 * 2 + 2)
    for comparison in check.comparisons {
      #expect(try #require(comparison.error).magnitude < 1e-6, "\(comparison)")
    }
    #expect(check.unmeasured.isEmpty)
  }

  @Test("a machine's own size is no part of what is predicted of it")
  func blind() throws {
    var (host, machines) = fleet()
    let before = DensityCheck(host, machines: machines)
    for index in machines.indices {
      machines[index].residentBytes?.value *= 2
      machines[index].usage = [InventoryUsage(second: 0, residentBytes: 1 << 20)]
    }
    host.secondStageBytes = nil
    host.pageTableBytes = nil
    let after = DensityCheck(host, machines: machines)
    for (left, right) in zip(before.comparisons, after.comparisons) {
      #expect(left.predicted == right.predicted)
    }
    #expect(try #require(after.comparisons[0].error) < -0.4)
  }

  @Test("what nobody measured is not compared")
  func unmeasured() {
    var host = InventoryHost("host", memoryBytes: .assumed(64 << 30))
    host.availableBytes = .assumed(1 << 30)
    let machine = InventoryMachine("vm", memoryBytes: .assumed(1 << 30))
    let check = DensityCheck(host, machines: [machine])
    #expect(check.comparisons.isEmpty)
    #expect(check.unmeasured == ["vm"])
  }

  @Test("machines that are alike are one kind, and all of them stay")
  func kinds() throws {
    var host = InventoryHost("host", memoryBytes: .measured(64 << 30, "MemTotal"))
    host.processors = .measured(8, "online")
    let machines = (0..<5).map { number in
      var machine = InventoryMachine("vm\(number)", memoryBytes: .measured(4 << 30, "maxMem"))
      machine.processors = .measured(number == 4 ? 2 : 1, "vcpus")
      return machine
    }
    let added = DensityFlavour("added", memoryBytes: 1 << 30)
    let density = Density(host, running: machines, adding: added)
    #expect(density.flavours.map(\.least) == [4, 1, 0])
    let outcome = try density.run()
    #expect(outcome.flavours.map(\.count) == [4, 1, 2])
    #expect(outcome.constraints.first { $0.stops.contains("added") }?.kind == .processors)
  }

  @Test("a pool that is counted by node counts once")
  func pools() {
    var host = InventoryHost("host", memoryBytes: .assumed(64 << 30))
    host.hugePages = [
      InventoryHugePages(pageBytes: 2 << 20, nodeNumber: 0, total: .assumed(10)),
      InventoryHugePages(pageBytes: 2 << 20, nodeNumber: 1, total: .assumed(20)),
      InventoryHugePages(pageBytes: 1 << 30, total: .assumed(4)),
      InventoryHugePages(pageBytes: 1 << 30, nodeNumber: 0, total: .assumed(4)),
    ]
    #expect(DensityHost(host).pools.map(\.pages) == [30, 4])
  }

  @Test("guests that go up and down together are correlated, and others are not")
  func correlation() throws {
    /// Machines that use what a function of the moment and their number says.
    func machines(_ use: (UInt64, UInt64) -> UInt64) -> [InventoryMachine] {
      (0..<4).map { number in
        var machine = InventoryMachine("vm\(number)", memoryBytes: .assumed(8 << 30))
        machine.usage = (0..<64).map { second in
          InventoryUsage(second: second, workingSetBytes: use(second, UInt64(number)) << 20)
        }
        return machine
      }
    }
    let together = machines { second, number in 100 + 50 * (second % 8) + number }
    #expect(try #require(Density.Overcommit.correlation(of: together)) > 0.999)
    // Each has a bit of the moment's number to itself: no two have anything in common.
    let apart = machines { second, number in 100 + 500 * (second >> number & 1) }
    #expect(try #require(Density.Overcommit.correlation(of: apart)) < 0.001)
    #expect(Density.Overcommit.correlation(of: Array(apart.prefix(1))) == nil)
    #expect(Density.Overcommit.correlation(of: machines { _, _ in 5 }) == nil)
  }
}
