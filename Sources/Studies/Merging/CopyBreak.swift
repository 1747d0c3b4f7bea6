import Costs
import Hypervisor
import Paging

/// What it costs to write to a page that merging shares: the fault is played, and its counts are priced.
enum CopyBreak {
  private static let pages: UInt64 = 64

  /// What such a write costs beyond one to a page of one's own, in nanoseconds; nothing where the profile
  /// lacks a price.
  static func nanoseconds(_ profile: CostProfile) -> Double? {
    let format: HostFormat =
      switch profile.architecture {
      case .x86: .ept4
      case .arm: .arm4K
      case .riscv: .sv48x4
      }
    do {
      let bill = try Bill(try ledger(format), profile)
      return Double(bill.cost(of: FaultKind.permission).likely) / Double(pages) / 1e6
    } catch {
      return nil
    }
  }

  /// The counts of writes to pages that two machines share.
  static func ledger(_ format: HostFormat) throws -> Ledger {
    var host = try Host(bytes: 64 << 20)
    var keeper = try VirtualMachine(MachineConfiguration(format, bytes: 2 << 20), on: &host)
    var writer = try VirtualMachine(MachineConfiguration(format, bytes: 2 << 20), on: &host)
    for page in 0..<pages {
      let address = GuestPhysical(page << 12)
      keeper.touchPhysical(address, .write, on: &host)
      writer.touchPhysical(address, .write, on: &host)
      guard let frame = keeper.share(address, on: &host) else { continue }
      writer.merge([address], into: frame, on: &host)
      writer.touchPhysical(address, .read, on: &host)
    }
    let before = writer.ledger
    for page in 0..<pages {
      writer.touchPhysical(GuestPhysical(page << 12), .write, on: &host)
    }
    let ledger = writer.ledger.since(before)
    writer.shutDown(on: &host)
    keeper.shutDown(on: &host)
    return ledger
  }
}
