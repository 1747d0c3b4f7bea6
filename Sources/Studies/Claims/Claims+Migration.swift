import Costs
import Hypervisor
import Paging

/// The figures on moving machines.
extension Claims {
  static let migrationRows: [Row] = [
    (
      "F80", "Post-copy",
      { (claims) throws(ClaimError) in try claims.postcopy() }
    )
  ]

  /// A guest whose pages are on another host, and that touches some of them twice.
  private func postcopy() throws(ClaimError) -> Found {
    let pages: UInt64 = 1000
    let profile = try textbook(.x86)
    var ledgers: [Ledger] = []
    let start: Int64
    let moved: MigrationOutcome
    do throws(MachineError) {
      var host = try Host(bytes: 1 << 30)
      let slot = Slot(at: GuestPhysical(0), bytes: 16 << 20, source: .network)
      var machine = try VirtualMachine(MachineConfiguration(.ept4, slots: [slot]), on: &host)
      start = machine.counters.pages4K
      for _ in 0..<2 {
        let before = machine.ledger
        for page in 0..<pages {
          machine.touchPhysical(GuestPhysical(page << 12), .write, on: &host)
        }
        ledgers.append(machine.ledger.since(before))
      }
    } catch {
      throw .machine(error)
    }
    var study = MigrationStudy(
      .ept4, memoryBytes: 16 << 20,
      writer: GuestWriter(bytes: 16 << 20, bitsPerSecond: 800_000_000), profile: profile)
    study.postcopy = PostcopyPolicy()
    do throws(MigrationError) {
      moved = try study.run()
    } catch {
      throw .unexpected(error.description)
    }
    let arrival = moved.arrival ?? ArrivalOutcome()
    return (
      [
        .model("pages that are mapped at the start", .count, 0, Double(start)),
        .model(
          "faults of as many first touches", .count, Double(pages), Double(ledgers[0].exits)),
        .model(
          "requests to the handler in user space", .count, Double(pages),
          Double(ledgers[0].amount(of: .userfault))),
        .model(
          "bytes that come over the network", .bytes, Double(pages * 4096),
          Double(ledgers[0].amount(of: .networkByte))),
        .model("faults of second touches", .count, 0, Double(ledgers[1].exits)),
        .model(
          "pages of a whole machine that come, asked for or not", .count, 4096,
          Double(arrival.requests) + Double(arrival.streamed)),
        .model(
          "pages that hold something else there", .count, 0, Double(moved.lostPages)),
      ],
      "The rest need not wait to be touched: a stream brings what nobody asked for, and most pages come"
        + " so."
    )
  }
}
