import Costs
import Guests
import HostMemory
import Hypervisor
import Paging

/// The figures on how long memory and storage take.
extension Claims {
  static let tierRows: [Row] = [
    ("F74", "Remote memory", { (claims) throws(ClaimError) in try claims.remote() }),
    ("F75", "Tiers of memory", { (claims) throws(ClaimError) in try claims.tiers() }),
    ("F76", "Minor and major faults", { (claims) throws(ClaimError) in try claims.faultTimes() }),
  ]

  private func remote() throws(ClaimError) -> Found {
    let profile = try textbook(.x86)
    let local = Double(try price(.localAccess, profile).likely)
    let far = try price(.remoteAccess, profile)
    return (
      [
        .input("times local memory, at least", .ratio, 1.5...1.5, Double(far.low) / local),
        .input("times local memory, at most", .ratio, 3...3, Double(far.high) / local),
      ],
      "The prices remoteAccess and localAccess. No fault's time has them in it: where a page lies is no part"
        + " of it."
    )
  }

  private func tiers() throws(ClaimError) -> Found {
    let profile = try textbook(.x86)
    let stated: [(String, Component, ClosedRange<Double>)] = [
      ("HBM", .packageAccess, 80...80), ("DDR5", .localAccess, 100...100),
      ("CXL DRAM", .cxlAccess, 200...300), ("CXL PMEM", .cxlPersistentAccess, 300...500),
      ("NVMe", .flashRead, 10_000...10_000),
    ]
    var checks: [ClaimCheck] = []
    for (name, component, nanoseconds) in stated {
      let found = try price(component, profile)
      let range = nanoseconds.lowerBound * 1e6...nanoseconds.upperBound * 1e6
      if found.high == found.low {
        checks.append(.input(name, .time, range, Double(found.likely)))
        continue
      }
      checks.append(.input("\(name), at least", .time, range, Double(found.low)))
      checks.append(.input("\(name), at most", .time, range, Double(found.high)))
    }
    return (checks, "Prices of their own names in the textbook profiles.")
  }

  private func faultTimes() throws(ClaimError) -> Found {
    let profile = try textbook(.x86)
    let storage = try price(.storageRequest, profile)
    let minor = try guestFault(.anonymous, .minor, profile)
    let major = try guestFault(.disk, .major, profile)
    return (
      [
        .input("minor fault", .time, 1e9...1e9, minor),
        .input("memory", .time, 1e8...1e8, Double(try price(.localAccess, profile).likely)),
        .input("SSD", .time, 16e9...16e9, Double(storage.low)),
        .input("disk", .time, 2e12...2e12, Double(storage.likely)),
        .model("major fault from the disk", .time, 10e12, major, within: 0.1),
        .model("times a minor fault", .ratio, 10_000, major / minor, within: 0.1),
      ],
      "A guest that fills its pages from memory and from its disk, at the row's own prices. One read of 2 ms is"
        + " no 10 ms: that is the price's upper end, five reads or a disk that is busy."
    )
  }

  /// What a guest's own fault costs, in femtoseconds, as its kernel resolves a hundred of them.
  private func guestFault(
    _ source: GuestArea.Source, _ fault: GuestFault, _ profile: CostProfile
  ) throws(ClaimError) -> Double {
    let ledger: Ledger
    do throws(MachineError) {
      var host = try Host(bytes: 64 << 20)
      var machine = try VirtualMachine(MachineConfiguration(.ept4, bytes: 32 << 20), on: &host)
      var space = try machine.makeSpace(
        .x86Level4, at: GuestPhysical(16 << 20), bytes: 1 << 20, on: &host)
      try machine.run(space.root, processor: 0)
      let start = GuestVirtual(0x10_0000_0000)
      var kernel = GuestKernel(
        memory: GuestPhysical(0), bytes: 8 << 20,
        areas: [GuestArea(at: start, bytes: 400 << 10, source)])
      for page in UInt64(0)..<100 {
        machine.access(
          processor: 0, start + page * 4096, Access(.write, .user), in: &space, &kernel, on: &host)
      }
      ledger = machine.ledger
    } catch {
      throw .machine(error)
    }
    let count = ledger.count(of: .guest(fault))
    guard count > 0 else { throw .unexpected("the guest took no such fault") }
    do throws(PricingError) {
      let bill = try Bill(ledger, profile)
      return Double(bill.cost(of: .guest(fault)).likely) / Double(count)
    } catch {
      throw .pricing(error)
    }
  }
}
