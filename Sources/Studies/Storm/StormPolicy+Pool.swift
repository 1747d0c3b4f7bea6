import Costs
import Guests
import HostMemory

/// Memory that was reserved for machines at the host's boot.
extension StormPolicy {
  /// What a machine of a flavour reserves of the pool; nothing where there is none.
  ///
  /// It is reserved before the machine starts, as QEMU's files of hugetlbfs are, so that no fault finds the
  /// pool empty.
  func reservedBytes(_ flavour: Flavour) -> UInt64? {
    guard poolBytes != nil else { return nil }
    let page = backing.bytes
    let layout = flavour.guest.layout
    return [layout.lowBytes, layout.highBytes].reduce(0) { $0 + ($1 + page - 1) & ~(page - 1) }
  }

  /// What a machine uses that has taken so many bytes of frames: with a pool all that it has reserved, and
  /// what was not of the pool.
  func usedBytes(_ flavour: Flavour, taken: UInt64, _ ledger: Ledger) -> UInt64 {
    guard let reserved = reservedBytes(flavour) else { return taken }
    let pool = ledger.amount(of: .allocate) * backing.bytes
    return reserved + (taken > pool ? taken - pool : 0)
  }

  /// What the pool has beyond all that the machines reserve, which nobody else can use; 0 without a pool.
  func idlePoolBytes(_ fleet: [Flavour]) throws(StormError) -> UInt64 {
    guard let poolBytes else { return 0 }
    var needed: UInt64 = 0
    for flavour in fleet {
      needed += UInt64(flavour.count) * (reservedBytes(flavour) ?? 0)
      guard needed <= poolBytes else {
        throw .poolTooSmall(flavour: flavour.name, needed: needed, pool: poolBytes)
      }
    }
    return poolBytes - needed
  }
}
