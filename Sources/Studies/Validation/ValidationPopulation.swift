import Costs
import Guests
import HostMemory
import Paging
import Simulation

/// Processors of one machine that write to pages for the first time, each to pages of its own or all to
/// the same.
///
/// It is played twice, with few pages and with twice as many: what more pages add is periodic, and is
/// told for as many as there are.
struct ValidationPopulation {
  let processors: Int
  /// How many pages each processor writes to.
  let pages: UInt64
  /// Whether they are the same pages.
  let isShared: Bool
  let path: StormPolicy.FaultPath
  let profile: CostProfile
  /// So many pages of each processor are played at first.
  private static let played: UInt64 = 128

  init(
    processors: Int, pages: UInt64, isShared: Bool, _ path: StormPolicy.FaultPath,
    _ profile: CostProfile
  ) {
    self.processors = processors
    self.pages = pages
    self.isShared = isShared
    self.path = path
    self.profile = profile
  }

  /// What was counted, in picoseconds if it is a time, and the components whose prices it depends on.
  func played(
    _ count: ValidationPlay.PopulationCount
  ) throws(ValidationError) -> (number: Double, components: [Component]) {
    let few = try outcome(pages: Self.played)
    let more = try outcome(pages: Self.played * 2)
    let number = Self.number(count, of: more) - Self.number(count, of: few)
    return (
      number * Double(pages) / Double(Self.played), isTimed(count) ? more.pricedComponents : []
    )
  }

  /// Whether a number is a matter of time: who faults in vain on pages that all touch is one, too.
  private func isTimed(_ count: ValidationPlay.PopulationCount) -> Bool {
    switch count {
    case .time: true
    case .spurious, .faults: isShared
    case .pages: false
    }
  }

  private static func number(
    _ count: ValidationPlay.PopulationCount, of outcome: StormOutcome
  ) -> Double {
    let ledger = outcome.ledger
    switch count {
    case .faults: return Double(ledger.exits)
    case .pages:
      return Double(ledger.count(of: .fault(FaultEvent(.missing, .finalAccess, .allocate))))
    case .spurious:
      return Double(ledger.count(of: .fault(FaultEvent(.missing, .finalAccess, .spurious))))
    case .time: return Double(outcome.ready.most.picoseconds)
    }
  }

  private func outcome(pages: UInt64) throws(ValidationError) -> StormOutcome {
    let all = isShared ? pages : pages * UInt64(processors)
    let first: UInt64 = 256
    let bytes = ((first + all) * 4096 + 32 << 20) & ~(2 << 20 - 1)
    let guest = GuestProfile(
      "population", GuestLayout(memoryBytes: bytes),
      phases: [
        GuestPhase(
          "population",
          .runs([GuestPhase.Run(page: first, count: all, kind: .write)], nanoseconds: 0),
          endsReady: true, source: "a test of KVM")
      ],
      mapping: GuestMapping(
        .x86Level4, base: GuestVirtual(0xffff_8880_0000_0000), pageBytes: 2 << 20))
    var flavour = Flavour("population", count: 1, guest, over: .ept4)
    flavour.processors = processors
    flavour.active = processors
    flavour.touches = isShared ? .repeated : .divided
    var storm = Storm([flavour], profile: profile)
    storm.host.processors = processors
    storm.host.zeroBytesPerSecond = nil
    storm.policy.faultPath = path
    do throws(StormError) {
      return try storm.run()
    } catch {
      throw .storm(error)
    }
  }
}
