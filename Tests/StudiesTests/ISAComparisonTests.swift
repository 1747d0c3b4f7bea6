import Costs
import HostMemory
import Hypervisor
import Paging
import Scenarios
import Studies
import Testing

@Suite("The same work on several ISAs")
struct ISAComparisonTests {
  /// Formats over each other, and the textbook profile of their ISA.
  struct Column: Sendable, CustomStringConvertible {
    let guest: GuestFormat
    let host: HostFormat
    let architecture: CostProfile.Architecture
    var machine: ComparedMachine {
      ComparedMachine(.twoStages(guest, host), ShippedProfiles.textbook(architecture))
    }
    var description: String { "\(guest) over \(host)" }

    static let all = [
      Column(guest: .x86Level4, host: .ept4, architecture: .x86),
      Column(guest: .x86Level5, host: .ept5, architecture: .x86),
      Column(guest: .x86Level4, host: .npt4, architecture: .x86),
      Column(guest: .arm4K, host: .arm4K, architecture: .arm),
      Column(guest: .arm16K, host: .arm4K, architecture: .arm),
      Column(guest: .arm64K, host: .arm4K, architecture: .arm),
      Column(guest: .sv39, host: .sv39x4, architecture: .riscv),
      Column(guest: .sv48, host: .sv48x4, architecture: .riscv),
    ]
  }

  private func study(
    _ workload: ComparedWorkload, memory: UInt64 = 64 << 20, touches: UInt64? = nil
  ) -> ISAComparison {
    var study = ISAComparison(workload)
    study.memoryBytes = memory
    study.touches = touches
    return study
  }

  @Test("n new pages are n faults, each with one walk that arrives", arguments: Column.all)
  func firstTouch(_ column: Column) throws {
    let outcome = try study(.firstTouch, touches: 700).outcome(on: column.machine)
    let levels = (column.guest.shape.levels + 1) * (column.host.shape.levels + 1) - 1
    #expect(outcome.touches == 700)
    #expect(outcome.ledger.faults(.missing) == 700)
    #expect(outcome.exits == 700 && outcome.faults == 700)
    #expect(outcome.tableReads == 700 * UInt64(levels))
    // Each walk that was stopped had found the page's address, and then looked for the page in vain: in the
    // last table, or for the first page of 2 MiB in the one above.
    let (guest, host) = (column.guest.shape.levels, column.host.shape.levels)
    let stopped = UInt64(700 * (guest * (host + 1) + host) - 2)
    #expect(outcome.stoppedTableReads == stopped)
    let price = try #require(column.machine.profile[.tableRead])
    #expect(outcome.stoppedWalkCost == CostRange(stopped, at: price))
    #expect(outcome.faultCost + outcome.walkCost + outcome.stoppedWalkCost == outcome.bill.total)
    #expect(outcome.ledger.amount(of: .zeroByte) == 700 * 4096)
    let parts = outcome.bill.movers.map(\.cost).reduce(.zero, +)
    #expect(parts == outcome.bill.total)
  }

  @Test("large pages of the host take a fault for each 2 MiB", arguments: Column.all)
  func large(_ column: Column) throws {
    var study = study(.firstTouch)
    study.backing = .large
    let outcome = try study.outcome(on: column.machine)
    // The tables lie in large pages of their own.
    #expect(outcome.ledger.faults(.missing) == study.dataBytes >> 21)
    #expect(outcome.touches == study.dataBytes / 4096)
    // A large page at the second stage is one read less for each table and for the page.
    let (guest, host) = (column.guest.shape.levels, column.host.shape.levels)
    #expect(outcome.tableReads == outcome.touches * UInt64((guest + 1) * host - 1))
  }

  @Test(
    "after a resume each page of tables that is visited is a cascade, once", arguments: Column.all)
  func coldResume(_ column: Column) throws {
    let study = study(.coldResume, touches: 300)
    let outcome = try study.outcome(on: column.machine)
    // The pages are spread evenly over the data, from 64 GiB on.
    let step = study.dataBytes / 4096 / 300
    var visited: Set<UInt64> = []
    for number in UInt64(0)..<300 {
      let address = 1 << 36 + number * step * 4096
      for level in 0..<column.guest.shape.levels {
        // A page of the host's holds 512 entries, all of a table or a part.
        let region = address >> UInt64(column.guest.shape.shift(ofLevel: level) + 9)
        visited.insert(UInt64(level) << 56 | region)
      }
    }
    #expect(outcome.ledger.faults(.cascade) == UInt64(visited.count))
    #expect(outcome.ledger.faults(.missing) == 300)
    #expect(outcome.exits == UInt64(visited.count) + 300)
    #expect(outcome.ledger.amount(of: .storageRequest) == outcome.exits)
    // The first page is reached through tables none of which was there.
    #expect(outcome.ledger.cascadeDepths[column.guest.shape.levels] == 1)
  }

  @Test(
    "k sharers that write to n pages take a fault each, and all but the last a copy",
    arguments: Column.all)
  func cowStorm(_ column: Column) throws {
    for sharers in [2, 5] {
      var study = study(.cowStorm, memory: 8 << 20, touches: 120)
      study.sharers = sharers
      let outcome = try study.outcome(on: column.machine)
      let (all, copied) = (UInt64(sharers) * 120, UInt64(sharers - 1) * 120)
      #expect(outcome.touches == all && outcome.exits == all)
      #expect(outcome.ledger.count(of: .fault(FaultEvent(.permission, .finalAccess, .copy))) == all)
      #expect(outcome.ledger.amount(of: .copyByte) == copied * 4096)
      #expect(outcome.ledger.amount(of: .allocate) == copied)
      #expect(outcome.ledger.amount(of: .changeEntry) == all)
      #expect(outcome.ledger.amount(of: .installEntry) == all)
      #expect(outcome.ledger.amount(of: .zeroByte) == 0)
      #expect(outcome.preparationLedger == Ledger())
    }
  }

  @Test("sharers that were populated for writing have copied before", arguments: Column.all)
  func cowStormPopulated(_ column: Column) throws {
    var study = study(.cowStorm, memory: 8 << 20, touches: 120)
    study.sharers = 3
    for depth in [PopulationDepth.process, .writing] {
      study.population = depth
      let outcome = try study.outcome(on: column.machine)
      #expect(outcome.exits == 0, "\(depth)")
      let pages = 2 * study.dataBytes / 4096
      #expect(outcome.preparationLedger.amount(of: .copyByte) == pages * 4096, "\(depth)")
    }
    study.population = .reading
    let outcome = try study.outcome(on: column.machine)
    #expect(outcome.ledger.faults(.permission) == 360)
    #expect(outcome.preparationLedger.amount(of: .copyByte) == 0)
  }

  @Test(
    "each depth of population leaves its own faults, and none is counted twice",
    arguments: Column.all)
  func populated(_ column: Column) throws {
    var study = study(.firstTouch, memory: 16 << 20, touches: 500)
    let plain = try study.outcome(on: column.machine)
    let pages = study.memoryBytes / 4096
    let tables = (study.memoryBytes - study.dataBytes) / 4096
    study.population = .process
    let process = try study.outcome(on: column.machine)
    #expect(process.ledger.faults(.missing) == 500)
    #expect(process.ledger.amount(of: .zeroByte) == 0)
    #expect(process.preparationLedger.amount(of: .zeroByte) == (pages - tables) * 4096)
    study.population = .reading
    let reading = try study.outcome(on: column.machine)
    #expect(reading.ledger.faults(.permission) == 500 && reading.exits == 500)
    #expect(reading.preparationLedger.amount(of: .installEntry) == pages - tables)
    study.population = .writing
    let writing = try study.outcome(on: column.machine)
    #expect(writing.faults == 0 && writing.faultCost == .zero)
    #expect(writing.preparationLedger.amount(of: .installEntry) == pages - tables)
    // The walks that arrive are those of any machine.
    for outcome in [process, reading, writing] { #expect(outcome.tableReads == plain.tableReads) }
  }

  @Test("n pages in order take a fault for each batch", arguments: Column.all)
  func batch(_ column: Column) throws {
    for batch in [1, 2, 16, 512] {
      var study = study(.firstTouch, touches: 700)
      study.batch = batch
      let outcome = try study.outcome(on: column.machine)
      #expect(outcome.faults == (700 + UInt64(batch) - 1) / UInt64(batch))
    }
  }

  @Test("n logged writes in L large pages, by each way to split them", arguments: Column.all)
  func dirtyLog(_ column: Column) throws {
    for splitting in LogSplitting.allCases {
      var study = study(.dirtyLog, memory: 8 << 20)
      study.splitting = splitting
      let outcome = try study.outcome(on: column.machine)
      let (pages, large) = (study.dataBytes >> 12, study.dataBytes >> 21)
      func count(_ cause: FaultCause, _ resolution: FaultResolution) -> UInt64 {
        outcome.ledger.count(of: .fault(FaultEvent(cause, .finalAccess, resolution)))
      }
      let found = [
        count(.permission, .log), count(.permission, .split), count(.missing, .allocate),
      ]
      switch splitting {
      case .eager: #expect(found == [pages, 0, 0])
      case .onFault: #expect(found == [pages - large, large, 0])
      case .breaking: #expect(found == [0, large, pages - large])
      }
      #expect(outcome.exits - outcome.ledger.faults(.cascade) == pages)
      let split = outcome.preparationLedger.amount(of: .installEntry)
      #expect(split == (splitting == .eager ? study.memoryBytes >> 12 : 0))
      // Where a walk of the guest's tables counts as a write, their pages are logged too.
      #expect((outcome.ledger.faults(.cascade) > 0) == (column.host.isa == .x86))
    }
  }

  @Test(
    "a device's register is a permission fault each time, whatever its cause", arguments: Column.all
  )
  func mmio(_ column: Column) throws {
    for device in [Slot.Kind.kernelDevice, .processDevice] {
      var study = study(.mmio, touches: 50)
      study.device = device
      let outcome = try study.outcome(on: column.machine)
      #expect(outcome.ledger.faults(.permission) == 50)
      #expect(outcome.exits == 50)
      #expect(outcome.ledger.amount(of: .emulate) == 50)
      #expect(outcome.ledger.amount(of: .userspaceExit) == (device == .processDevice ? 50 : 0))
    }
  }

  @Test(
    "a nested guest's page takes the published switches (V1)",
    arguments: [
      (NestingScheme.extended, UInt64(14), UInt64(7)), (.shadow, 24, 12), (.paravirtual, 12, 0),
    ])
  func nested(_ scheme: NestingScheme, _ switches: UInt64, _ exits: UInt64) throws {
    let profile = try #require(ShippedProfiles.named("xeon-8269cy"))
    let outcome = try study(.nested).outcome(on: ComparedMachine(.nested(scheme), profile))
    #expect(outcome.switches == switches)
    #expect(outcome.exits == exits)
    #expect(outcome.bill.cost(of: .emulate).likely == 0)
  }

  @Test("textbook faults cost what the source texts say, but for RISC-V's walk (F10, F13)")
  func textbook() throws {
    for (column, nanoseconds) in zip([Column.all[0], Column.all[3]], [6200.0, 7100]) {
      let outcome = try study(.firstTouch, touches: 100).outcome(on: column.machine)
      let fault = Double(outcome.bill.cost(of: FaultKind.missing).likely) / 1e8
      #expect(abs(fault - nanoseconds) < 1, "\(column): \(fault)")
    }
    let riscv = try study(.firstTouch, touches: 100).outcome(on: Column.all[4].machine)
    #expect(riscv.ledger.amount(of: .rewalk) == 0)
    #expect(riscv.bill.cost(of: FaultKind.missing).likely < 9_300_000 * 100 * 1000)
  }

  @Test("a profile without a price that is needed is refused, with all that it lacks")
  func pricing() throws {
    let exit = try #require(ShippedProfiles.textbook(.x86)[.exit])
    let profile = CostProfile(
      "short", machine: "none", architecture: .x86, prices: [.exit: exit, .decode: exit])
    let study = study(.mmio, touches: 1)
    #expect {
      try study.outcome(on: ComparedMachine(.twoStages(.x86Level4, .ept4), profile))
    } throws: { error in
      guard case .pricing(.noPrice("short", let lacking)) = error as? ISAComparisonError else {
        return false
      }
      return lacking.contains(.entry) && lacking.contains(.emulate) && !lacking.contains(.exit)
    }
  }

  @Test("numbers that make no sense are told")
  func problems() {
    #expect(study(.firstTouch).problems.isEmpty)
    #expect(study(.firstTouch, memory: 3 << 20).problems.count == 1)
    #expect(study(.firstTouch, touches: 0).problems.count == 1)
    #expect(study(.coldResume, touches: 1 << 30).problems.count == 1)
    #expect(study(.mmio, touches: 1 << 30).problems.isEmpty)
    var several = study(.cowStorm)
    several.sharers = 1
    several.batch = 6
    several.access = .read
    #expect(several.problems.count == 3)
    var logged = study(.dirtyLog)
    logged.population = .writing
    logged.batch = 8
    #expect(logged.problems.count == 2)
  }
}
