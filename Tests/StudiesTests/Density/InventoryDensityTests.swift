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

  @Test("what no host can be is told, and whatever is left has an answer", arguments: 0..<600)
  func extremes(seed: Int) {
    var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
    func number() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      // As many digits as happens, so that small numbers and the largest are all tried.
      return (state ^ state >> 29) >> (state >> 58)
    }
    func size() -> Observed<UInt64> { .measured(number(), "test") }
    func count() -> Observed<Int> { .measured(Int(number() % 1_000_001), "test") }
    var inventory = Inventory("extremes")
    for name in ["a", "b"] {
      var host = InventoryHost(name, memoryBytes: size())
      host.processors = count()
      host.reservedBytes = number() % 2 == 0 ? nil : size()
      host.swapBytes = size()
      host.availableBytes = size()
      host.pageTableBytes = size()
      host.secondStageBytes = size()
      host.nodes = (0..<Int(number() % 4)).map { number in
        var node = InventoryNode(number)
        node.memoryBytes = size()
        return node
      }
      host.hugePages = (0..<Int(number() % 3)).map { _ in
        InventoryHugePages(
          pageBytes: [4096, 2 << 20, 1 << 30, number()][Int(number() % 4)],
          nodeNumber: number() % 2 == 0 ? nil : Int(number() % 4), total: size())
      }
      inventory.hosts.append(host)
    }
    for name in 0..<Int(number() % 4) {
      var machine = InventoryMachine("vm\(name)", memoryBytes: size())
      machine.host = number() % 2 == 0 ? "a" : "b"
      machine.processors = count()
      machine.workingSetBytes = size()
      machine.residentBytes = size()
      machine.chargedBytes = size()
      machine.diskCacheBytes = size()
      machine.devices.videoBytes = size()
      machine.devices.ioThreads = count()
      machine.devices.passedThrough = count()
      machine.backingPageBytes = .measured(
        [4096, 2 << 20, 1 << 30, number()][Int(number() % 4)], "test")
      machine.usesPool = .measured(number() % 3 == 0, "test")
      machine.nodes = number() % 2 == 0 ? [] : [Int(number() % 4)]
      inventory.machines.append(machine)
    }
    guard inventory.implausible.isEmpty else {
      #expect(inventory.implausible.allSatisfy { $0.hasSuffix(".") })
      return
    }
    var added = DensityFlavour("added", memoryBytes: 1 << 30)
    added.placed = 3
    let placement = RackPlacement([added], on: inventory)
    #expect(placement.placed + placement.unplaced[0] == 3)
    for host in inventory.hosts {
      let running = inventory.machines(on: host)
      let check = DensityCheck(host, machines: running)
      #expect(check.comparisons.count <= 2 * running.count + 3)
      let density = Density(host, running: running, adding: added)
      let fit = NodeFit(
        host, density.host, running: running, adding: added, isOvercommitted: false)
      let outcome = try? density.run()
      if let fit, let outcome, let last = outcome.flavours.last {
        // What fits on single nodes fits anywhere, but for what nodes say they have and the host has not.
        let nodes = host.nodes.reduce(UInt64(0)) { $0 + ($1.memoryBytes?.value ?? 0) }
        if nodes <= host.memoryBytes.value { #expect(fit.machines <= last.count) }
      }
    }
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
