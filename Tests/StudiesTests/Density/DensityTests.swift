import Paging
import Studies
import Testing

@Suite("How many machines fit")
struct DensityTests {
  private let gibibyte: UInt64 = 1 << 30

  private func host(_ gibibytes: UInt64) -> DensityHost {
    DensityHost(memoryBytes: gibibytes << 30)
  }

  @Test("is the usable memory by what one takes, for one kind of machine")
  func single() throws {
    for memory in [1, 2, 8] as [UInt64] {
      let flavour = DensityFlavour("one", memoryBytes: memory << 30)
      let host = host(256)
      let outcome = try Density([flavour], on: host).run()
      let each = MachineOverhead(flavour).charged(to: .machine, atWorst: true)
      #expect(outcome.count == host.usableBytes / each)
      #expect(outcome.isBest)
      #expect(outcome.constraints.first?.kind == .memory)
    }
  }

  @Test("is bound first by what lets the fewest in, and then by the next")
  func order() throws {
    var flavour = DensityFlavour("one", memoryBytes: 4 << 30)
    flavour.processors = 4
    flavour.named = [DensityFlavour.Named("ports", 2)]
    var host = host(512)
    host.processors = 32
    host.processorRatio = 3
    host.named = [DensityFlavour.Named("ports", 60)]
    let outcome = try Density([flavour], on: host).run()
    #expect(outcome.count == 24)
    #expect(
      outcome.constraints.map(\.kind) == [.processors, .named("ports"), .memory])
    #expect(outcome.constraints.map(\.alone).prefix(2) == [24, 30])
    #expect(outcome.constraints[0].stops == ["one"])
  }

  @Test("is less where a machine must lie on one node")
  func nodes() throws {
    let flavour = DensityFlavour("one", memoryBytes: 40 << 30)
    var host = host(128)
    host.nodes = 2
    var density = Density([flavour], on: host)
    #expect(try density.run().count == 3)
    density.bindsNodes = true
    let outcome = try density.run()
    #expect(outcome.count == 2)
    #expect(outcome.flavours[0].onNodes == [1, 1])
    #expect(outcome.acrossNodes == 3)
  }

  @Test("a request for 10 GiB of 17 fails for the page tables, and huge pages let it in (F57)")
  func puzzle() throws {
    var flavour = DensityFlavour("request", memoryBytes: 10 << 30)
    flavour.monitor = .firecracker
    flavour.most = 1
    var host = host(64)
    host.reservedBytes = 0
    func with(_ page: UInt64) throws -> (DensityOutcome, UInt64) {
      host.processes = [
        DensityHost.Processes(
          "database", count: 104, residentBytes: 47 << 30,
          mappings: [
            .init(bytes: 75 << 29, pageBytes: page), .init(bytes: 5 << 29, pageBytes: 4096),
          ])
      ]
      return (try Density([flavour], on: host).run(), host.processTableBytes)
    }
    let (small, tables) = try with(4096)
    #expect(host.memoryBytes - host.processBytes == 17 << 30)
    #expect(small.count == 0)
    #expect(abs(Double(tables) / Double(gibibyte) - 8.1) < 0.1)
    let (large, fewer) = try with(2 << 20)
    #expect(large.count == 1)
    #expect(abs(Double(fewer >> 20) / 512 - 1) < 0.05)
  }

  @Test("keeps to the risk that is allowed, and more risk lets in as many or more")
  func risk() throws {
    var flavour = DensityFlavour("one", memoryBytes: 8 << 30)
    flavour.workingSet = WorkingSet([2 << 30, 2 << 30, 3 << 30, 7 << 30], origin: "test")
    flavour.returns = .reporting
    var density = Density([flavour], on: host(256))
    let sure = try density.run().count
    var before = sure
    for risk in [1e-6, 1e-3, 0.01, 0.05, 0.2] {
      density.overcommit = Density.Overcommit(risk: risk)
      let outcome = try density.run()
      let found = try #require(outcome.risk)
      #expect(found <= risk)
      #expect(outcome.count >= before)
      before = outcome.count
      // One more machine would be too many.
      let next = outcome.curve.first { $0.machines == outcome.count + 1 }
      #expect(try #require(next).risk > risk)
    }
    #expect(before > sure)
    // Guests that are all busy at once are promised less.
    density.overcommit = Density.Overcommit(risk: 0.01)
    let apart = try density.run().count
    density.overcommit = Density.Overcommit(risk: 0.01, correlation: 0.5)
    #expect(try density.run().count < apart)
  }

  @Test("what guests have touched and keep must have a place in memory or swap")
  func kept() throws {
    var flavour = DensityFlavour("one", memoryBytes: 8 << 30)
    flavour.workingSet = WorkingSet([2 << 30], origin: "test")
    var host = host(64)
    var density = Density([flavour], on: host)
    let sure = try density.run().count
    density.overcommit = Density.Overcommit(risk: 0.01)
    #expect(try density.run().count == sure, "without swap nothing can be promised twice")
    host.swapBytes = 64 << 30
    density.host = host
    let outcome = try density.run()
    #expect(outcome.count > sure)
    #expect(outcome.constraints.first?.kind == .swap)
  }

  @Test("the risk of a few machines is that of counting every case")
  func risks() throws {
    // Machines of which each uses 1 or 3 GiB: more than half of nine must be busy to use too much.
    var flavour = DensityFlavour("one", memoryBytes: 4 << 30)
    flavour.workingSet = WorkingSet([1 << 30, 3 << 30], origin: "test")
    flavour.returns = .reporting
    flavour.least = 9
    flavour.most = 9
    flavour.monitor = .firecracker
    var host = host(20)
    host.reservedBytes = 0
    var density = Density([flavour], on: host)
    density.overcommit = Density.Overcommit(risk: 1)
    // 9 GiB and 2 GiB for each busy one: 20 GiB and what is added bear five of them.
    let expected = Double(84 + 36 + 9 + 1) / 512
    let found = try #require(try density.run().risk)
    #expect(abs(found - expected) < 1e-9)
  }

  @Test("what is placed lies on hosts that hold it, none fewer than the bound")
  func placement() throws {
    var large = DensityFlavour("large", memoryBytes: 30 << 30)
    large.placed = 5
    var small = DensityFlavour("small", memoryBytes: 9 << 30)
    small.placed = 11
    var huge = DensityFlavour("huge", memoryBytes: 100 << 30)
    huge.placed = 1
    let outcome = try Density([large, small, huge], on: host(64)).run()
    let placement = try #require(outcome.placement)
    #expect(placement.unplaced == [0, 0, 1])
    #expect(placement.hosts.reduce(0) { $0 + $1[0] } == 5)
    #expect(placement.hosts.reduce(0) { $0 + $1[1] } == 11)
    #expect(placement.hosts.count >= placement.bound)
    let sizes = [large, small, huge].map {
      MachineOverhead($0).charged(to: .machine, atWorst: true)
    }
    for host in placement.hosts {
      let used = zip(host, sizes).reduce(UInt64(0)) { $0 + $1.0 * $1.1 }
      #expect(used <= 63 << 30)
    }
  }

  @Test("asks only what can be answered")
  func errors() {
    var flavour = DensityFlavour("one", memoryBytes: 8 << 30)
    #expect(throws: DensityError.noMachines) { try Density([], on: host(64)).run() }
    flavour.least = 20
    #expect(throws: DensityError.leastDoNotFit) { try Density([flavour], on: host(64)).run() }
    flavour.host = .sv48x4
    #expect(throws: DensityError.foreignMachine(flavour: "one")) {
      try Density([flavour], on: host(64)).run()
    }
  }
}
