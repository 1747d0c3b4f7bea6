import Costs
import HostMemory
import Hypervisor
import Paging

/// A virtual machine whose memory a host reclaims: its second stage maps what is in frames, its accessed bits
/// say what was touched, and what is taken away is zapped there.
final class ReclaimedMachine {
  private var machine: VirtualMachine
  private let about: ServiceMachine
  private let first: UInt32
  private var start = Ledger()
  private var flushesAtStart: UInt64 = 0
  private let prices: Prices

  /// What single acts take, in nanoseconds.
  private struct Prices {
    /// A fault that maps a page which is there.
    var fault: UInt64 = 0
    /// A fault for an accessed bit.
    var access: UInt64 = 0
    /// Forgetting an access, with and without a flush.
    var flushedAge: UInt64 = 0
    var age: UInt64 = 0
    /// Taking a page out.
    var unmap: UInt64 = 0
  }

  /// A machine for pages from `first` on.
  init(
    _ about: ServiceMachine, first: UInt32, pages: Int, processors: Int, on host: inout Host
  ) throws(MachineError) {
    self.about = about
    self.first = first
    machine = try VirtualMachine(
      Self.configuration(about, pages: pages, processors: processors), on: &host)
    prices = Self.prices(about, processors: processors)
  }

  private static func configuration(
    _ about: ServiceMachine, pages: Int, processors: Int
  ) -> MachineConfiguration {
    // Whole pages of 2 MiB, so that any slot is possible.
    let bytes = (UInt64(pages) * 4096 + 2 << 20 - 1) & ~(2 << 20 - 1)
    var configuration = MachineConfiguration(about.format, bytes: bytes)
    configuration.processors = max(processors, 1)
    configuration.hasEPTFlags = about.hasAccessFlags
    configuration.setsAccessedFlags = about.hasAccessFlags
    return configuration
  }

  private func address(_ page: UInt32) -> GuestPhysical {
    GuestPhysical(UInt64(page - first) * 4096)
  }

  /// Lets the guest touch a page; says whether the entry tells of it, and how long its faults took.
  func touch(
    _ page: UInt32, isWrite: Bool, on host: inout Host
  ) -> (isSeen: Bool, nanoseconds: UInt64) {
    let address = address(page)
    let before = machine.counters.pfFast
    let outcome = machine.touchPhysical(address, isWrite ? .write : .read, on: &host)
    let fast = machine.counters.pfFast - before
    let slow = UInt64(outcome.exits) - min(fast, UInt64(outcome.exits))
    precondition(outcome.end == .arrived, "a touch of \(address) ended as \(outcome.end)")
    return (
      machine.isAccessed(address, on: host), fast * prices.access + slow * prices.fault
    )
  }

  /// Does to the second stage what reclaim has done to a page; says how long that took.
  func apply(_ event: ReclaimEvent, on host: inout Host) -> UInt64 {
    switch event {
    case .forgotten(let page, let flushes):
      machine.forgetAccess(address(page), flushes: flushes, on: &host)
      return flushes ? prices.flushedAge : prices.age
    case .unmapped(let page, let isWritten):
      machine.unmap(address(page), isWritten: isWritten, on: &host)
      return prices.unmap
    case .evicted(let page):
      do {
        try machine.evict(address(page), on: &host)
      } catch {
        preconditionFailure("storage has room for all memory: \(error)")
      }
      return 0
    }
  }

  /// Whether a page is in a frame of the machine's.
  func isBacked(_ page: UInt32) -> Bool { machine.isBacked(address(page)) }

  /// Whether a page's entry says that it was accessed.
  func isAccessed(_ page: UInt32, on host: borrowing Host) -> Bool {
    machine.isAccessed(address(page), on: host)
  }

  /// The pages that the second stage maps.
  var mapped: Int64 { machine.counters.pages4K }

  /// What is counted from now on.
  func beginMeasurement() {
    start = machine.ledger
    flushesAtStart = machine.counters.remoteTLBFlush
  }

  /// What has been done since then.
  var use: StageTwoUse {
    let ledger = machine.ledger.since(start)
    var use = StageTwoUse()
    let missing = Activity.fault(FaultEvent(.missing, .finalAccess, .allocate))
    use.violations = ledger.count(of: missing)
    use.major = ledger.amount(of: .storageRequest, for: missing)
    for cause in [FaultCause.accessFlag, .missing] {
      use.accessFaults += ledger.count(of: .fault(FaultEvent(cause, .finalAccess, .age)))
    }
    use.aged = ledger.amount(of: .scanEntry, for: .work(.age))
    use.zapped = ledger.amount(of: .changeEntry, for: .work(.zap))
    use.flushes = machine.counters.remoteTLBFlush - flushesAtStart
    use.nanoseconds = Self.nanoseconds(ledger, about.profile)
    return use
  }

  /// What a ledger costs without its reads and writes of storage, whose time is the device's.
  private static func nanoseconds(_ ledger: Ledger, _ profile: CostProfile) -> UInt64 {
    guard let bill = try? Bill(ledger, profile) else { return 0 }
    let cost = bill.cost {
      $0.component != .storageRequest && $0.component != .storageByte
        && !$0.activity.isWalk
    }
    return UInt64(cost.likely / 1_000_000)
  }

  /// What the acts take, of a machine that does each once.
  private static func prices(_ about: ServiceMachine, processors: Int) -> Prices {
    var prices = Prices()
    guard var host = try? Host(bytes: 16 << 20),
      var machine = try? VirtualMachine(
        configuration(about, pages: 512, processors: processors), on: &host)
    else { return prices }
    let page = GuestPhysical(0x5000)
    func price(_ before: Ledger, _ after: Ledger) -> UInt64 {
      nanoseconds(after.since(before), about.profile)
    }
    machine.touchPhysical(GuestPhysical(0x4000), .write, on: &host)
    machine.touchPhysical(page, .write, on: &host)
    var before = machine.ledger
    machine.forgetAccess(page, flushes: true, on: &host)
    prices.flushedAge = price(before, machine.ledger)
    before = machine.ledger
    machine.touchPhysical(page, .write, on: &host)
    prices.access = price(before, machine.ledger)
    before = machine.ledger
    machine.forgetAccess(page, flushes: false, on: &host)
    prices.age = price(before, machine.ledger)
    before = machine.ledger
    machine.unmap(page, on: &host)
    prices.unmap = price(before, machine.ledger)
    before = machine.ledger
    machine.touchPhysical(page, .write, on: &host)
    prices.fault = price(before, machine.ledger)
    return prices
  }
}
