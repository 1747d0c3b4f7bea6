import Costs
import HostMemory
import Hypervisor
import Paging

/// The figures on faults whose page is there, and may not be used so.
extension Claims {
  static let permissionRows: [Row] = [
    (
      "F03", "Permission violations",
      { (claims) throws(ClaimError) in try claims.permissions() }
    )
  ]

  private func permissions() throws(ClaimError) -> Found {
    let profile = try textbook(.x86)
    let copy = try Self.copyOfShared(profile)
    var device = ISAComparison(.mmio)
    device.memoryBytes = 64 << 20
    device.touches = 1000
    let access = try Self.run(device, .x86Level4, .ept4, profile)
    var logging = ISAComparison(.dirtyLog)
    logging.memoryBytes = 16 << 20
    logging.backing = .small
    let write = try Self.run(logging, .x86Level4, .ept4, profile, backing: .small)
    let measured = try Self.run(device, .x86Level4, .ept4, profiles.measuredX86)
    return (
      [
        .model("time of a copy on write", .time, 10e9, copy, within: 0.05),
        .model(
          "time of a write that is logged", .time, 4e9,
          Double(write.bill.cost(of: FaultKind.permission).likely)
            / Double(write.ledger.faults(.permission)), within: 0.05),
        .input(
          "time of an emulated access", .time, 50e9...500e9,
          Double(access.faultCost.likely) / 1000),
      ],
      "Of a page that a fork has shared, by the one of two who writes first. At the prices of"
        + " \(profiles.measuredX86.name), which were measured, an access that the process emulates takes"
        + " \(Double(Int(Double(measured.faultCost.likely) / 1e11)) / 10) µs: what is more is the device's"
        + " own work."
    )
  }

  /// What a write to a page costs that another machine shares and keeps.
  private static func copyOfShared(_ profile: CostProfile) throws(ClaimError) -> Double {
    let pages: UInt64 = 100
    let ledger: Ledger
    do {
      var host = try Host(bytes: 1 << 30)
      var machine = try VirtualMachine(MachineConfiguration(.ept4, bytes: 16 << 20), on: &host)
      for page in 0..<pages {
        machine.touchPhysical(GuestPhysical(page << 12), .write, on: &host)
      }
      var copy = try machine.fork(on: &host)
      for page in 0..<pages { copy.touchPhysical(GuestPhysical(page << 12), .read, on: &host) }
      let before = copy.ledger
      for page in 0..<pages { copy.touchPhysical(GuestPhysical(page << 12), .write, on: &host) }
      ledger = copy.ledger.since(before)
    } catch {
      throw .machine(error)
    }
    do throws(PricingError) {
      let cost = try Bill(ledger, profile).cost(of: FaultKind.permission)
      return Double(cost.likely) / Double(pages)
    } catch {
      throw .pricing(error)
    }
  }
}
