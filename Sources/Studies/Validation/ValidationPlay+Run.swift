import Costs
import HostMemory
import Hypervisor
import Paging
import Simulation

extension ValidationPlay {
  /// What a play came to: its number (times in picoseconds), and the rows that it took numbers from.
  typealias Played = (number: Double, inputs: [ValidationInput])

  /// Plays it.
  func played(for prediction: ValidationPrediction) throws(ValidationError) -> Played {
    switch self {
    case .nested(let scheme, let count, let profile):
      return try Self.nested(scheme, count, profile)
    case .touch(let host, let pages, let backing, let count, let profile, let components):
      return try Self.touch(host, pages, backing, count, profile, components)
    case .prices(let profile, let components):
      var ledger = Ledger()
      for component in components { ledger.use(component, for: .access) }
      return try Self.cost(ledger, profile, components)
    case .entries(let host, let bytes, let pageBytes, let component, let profile):
      return try Self.entries(host, bytes, pageBytes, component, profile)
    case .log(
      let host, let bytes, let backing, let splitting, let count, let component, let profile):
      let logged = try Self.log(host, bytes, backing, splitting, count)
      let number: UInt64
      switch count {
      case .entries: number = logged.smallPages
      case .faults: number = logged.ledger.exits
      case .time:
        let walks: Set<Component> = [.tableRead, .tableUpdate]
        return try Self.cost(
          logged.ledger, profile, Component.allCases.filter { !walks.contains($0) })
      }
      guard let component else { return (Double(number), []) }
      var ledger = Ledger()
      ledger.use(component, number, for: .access)
      return try Self.cost(ledger, profile, [component])
    case .queue(let processors, let rounds, let fit):
      let queue = try ValidationQueue(rounds: rounds, fit: fit)
      return (
        try queue.picoseconds(processors: processors),
        Self.inputs(fit, predicting: processors)
      )
    case .population(
      let processors, let pages, let isShared, let path, let count, let profile):
      let population = ValidationPopulation(
        processors: processors, pages: pages, isShared: isShared, path, profile)
      let (number, components) = try population.played(count)
      let rows = components.compactMap { profile[$0]?.source.row }
      return (number, rows.map { ValidationInput(row: $0, isOtherPoint: false) })
    case .watermarks(let bytes, let inZones, let hasHugePages, let count):
      return (Self.watermarks(bytes, inZones, hasHugePages, count), [])
    case .transfer(let bytes, let rate, let fit):
      let wire = ValidationTransfer.picoseconds(bytes, rate)
      guard let fit else { return (wire, []) }
      let rest = Double(fit.picoseconds) - ValidationTransfer.picoseconds(fit.bytes, rate)
      guard rest > 0 else { throw .notFitted("the bytes alone take longer than was published") }
      return (rest + wire, [ValidationInput(row: fit.row, isOtherPoint: fit.bytes != bytes)])
    case .restores(let machines, let bytes, let rate, let rateRow, let fit):
      let restores = try ValidationRestores(bytes: bytes, bitsPerSecond: rate, alone: fit)
      return (
        try restores.picoseconds(machines: machines),
        Self.inputs([fit], predicting: machines)
          + [ValidationInput(row: rateRow, isOtherPoint: true)]
      )
    case .overlap(let alone, let both):
      guard both.picoseconds >= alone.picoseconds else {
        throw .notFitted("both threads take less than one")
      }
      let other = both.picoseconds - alone.picoseconds
      return (
        Double(max(alone.picoseconds, other)),
        [alone, both].map { ValidationInput(row: $0.row, isOtherPoint: true) }
      )
    case .threads(let threads, let point):
      let work = Double(point.picoseconds) * Double(point.processors)
      return (work / Double(threads), Self.inputs([point], predicting: threads))
    }
  }

  private static func watermarks(
    _ bytes: UInt64, _ inZones: Bool, _ hasHugePages: Bool, _ count: WatermarkCount
  ) -> Double {
    var settings = WatermarkSettings()
    settings.hasTransparentHugePages = hasHugePages
    let zones =
      inZones
      ? ZoneExtent.x86(nodeBytes: [bytes]) : [ZoneExtent(.normal, managed: bytes >> 12)]
    let watermarks = Watermarks(zones, settings)
    switch count {
    case .minimum: return Double(watermarks.minFreeKibibytes)
    case .gap:
      guard let last = watermarks.marks.last, let zone = zones.last else { return 0 }
      return (Double(last.low - last.min) * 10_000 / Double(zone.managed)).rounded()
    }
  }

  private static func inputs(
    _ points: [ValidationPoint], predicting processors: Int
  ) -> [ValidationInput] {
    points.map { ValidationInput(row: $0.row, isOtherPoint: $0.processors != processors) }
  }

  /// What some components of a ledger cost, and the rows of their prices.
  private static func cost(
    _ ledger: Ledger, _ profile: CostProfile, _ components: [Component]
  ) throws(ValidationError) -> Played {
    var chosen = Ledger()
    for component in components {
      chosen.use(component, ledger.amount(of: component), for: .access)
    }
    do throws(PricingError) {
      let bill = try Bill(chosen, profile)
      let rows = bill.lines.compactMap { profile[$0.component]?.source.row }
      return (
        Double(bill.total.likely) / 1000,
        rows.map { ValidationInput(row: $0, isOtherPoint: false) }
      )
    } catch {
      throw .pricing(error)
    }
  }

  private static func nested(
    _ scheme: NestingScheme, _ count: NestedCount, _ profile: CostProfile
  ) throws(ValidationError) -> Played {
    let play: NestedPlay
    do throws(NestedError) {
      var machine = try NestedMachine(scheme)
      play = try machine.touch()
    } catch {
      throw .nested(error)
    }
    switch count {
    case .switches: return (Double(play.switches), [])
    case .exits: return (Double(play.exits), [])
    case .time: return try cost(play.ledger, profile, [.nestedSwitch, .softwareSwitch])
    }
  }

  private static func touch(
    _ host: HostFormat, _ pages: UInt64, _ backing: FrameOrder, _ count: TouchCount,
    _ profile: CostProfile, _ components: [Component]
  ) throws(ValidationError) -> Played {
    var study = ISAComparison(.firstTouch)
    study.touches = pages
    study.backing = backing
    study.memoryBytes = max(16 << 20, (pages * 4096 + (2 << 20) - 1) & ~((2 << 20) - 1))
    while study.dataBytes < pages * 4096 { study.memoryBytes += 2 << 20 }
    let outcome: ComparedOutcome
    do throws(ISAComparisonError) {
      outcome = try study.outcome(
        on: ComparedMachine(.twoStages(host.partner, host), profile))
    } catch {
      throw .comparison(error)
    }
    switch count {
    case .faults: return (Double(outcome.exits), [])
    case .reads: return (Double(outcome.tableReads) / Double(outcome.touches), [])
    case .time: return try cost(outcome.ledger, profile, components)
    }
  }

  /// Logs the writes of a machine whose memory is all there: what the start of the log takes, or a write
  /// to each of its pages.
  private static func log(
    _ format: HostFormat, _ bytes: UInt64, _ backing: FrameOrder, _ splitting: LogSplitting,
    _ count: LogCount
  ) throws(ValidationError) -> (ledger: Ledger, smallPages: UInt64) {
    do throws(MachineError) {
      // A 256th of the memory holds the tables of its small pages.
      var host = try Host(nodeBytes: [bytes + bytes / 256 + 2 << 30], storageBytes: 0)
      var configuration = MachineConfiguration(format, bytes: bytes)
      configuration.policy.backing = backing
      var machine = try VirtualMachine(configuration, on: &host)
      try machine.populate(to: .writing, on: &host)
      var before = machine.ledger
      try machine.startDirtyLog(slot: 0, splitting: splitting, on: &host)
      if count != .entries {
        before = machine.ledger
        for page in 0..<bytes >> 12 {
          machine.touchPhysical(GuestPhysical(page << 12), .write, on: &host)
        }
      }
      return (machine.ledger.since(before), UInt64(machine.counters.pages4K))
    } catch {
      throw .machine(error)
    }
  }

  private static func entries(
    _ host: HostFormat, _ bytes: UInt64, _ pageBytes: UInt64, _ component: Component?,
    _ profile: CostProfile
  ) throws(ValidationError) -> Played {
    let pages: Int
    do throws(ClaimError) {
      pages = try ClaimTables.host(host, bytes: bytes, pageBytes: pageBytes).pages
    } catch {
      throw .tables(error)
    }
    guard let component else { return (Double(pages), []) }
    var ledger = Ledger()
    ledger.use(component, UInt64(pages), for: .access)
    return try cost(ledger, profile, [component])
  }
}
