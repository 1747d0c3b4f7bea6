import Costs
import Guests
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("An Arm guest of each granule over a host of 4K pages, against a flat array")
struct GuestGranuleTests {
  /// A guest's granule, and the pages that its host takes.
  struct Run: Sendable, CustomStringConvertible {
    let guest: GuestFormat
    let backing: FrameOrder
    let seed: UInt64
    var description: String { "\(guest), \(backing.bytes) bytes, seed \(seed)" }
    static let all = [GuestFormat.arm4K, .arm16K, .arm64K].flatMap { guest in
      [FrameOrder.small, .large].flatMap { backing in
        (1...2).map { Run(guest: guest, backing: backing, seed: $0) }
      }
    }
  }

  @Test("contents are the array's through faults, copies, reclaim and collapse", arguments: Run.all)
  func contents(_ run: Run) throws {
    let pair = CascadeTests.Pair(guest: run.guest, host: .arm4K)
    let pages: UInt64 = 40
    var random = SplitMix64(seed: run.seed)
    var guest = try KernelMachine(pair, pages: pages) {
      $0.policy.backing = run.backing
      $0.core = CoreModel.all.first { $0.isa == .arm }
    }
    let count = pages * pair.pieces
    var words = [UInt64](repeating: 0, count: Int(count))
    for step in 0..<600 {
      let piece = random.below(count)
      let address = KernelMachine.base + piece * 4096
      switch random.below(12) {
      case 0:
        // A part of all memory, the guest's tables among it.
        let start = random.below(60) << 20
        let range = TestMachine.range(start, 1 << 20)
        _ = try guest.test.machine.reclaim([range], on: &guest.test.host)
      case 1:
        let place = GuestPhysical(random.below(32) << 21)
        _ = guest.test.machine.collapse(place, on: &guest.test.host)
      case 2: _ = guest.test.machine.scanAccessed(slot: 0, flush: .once, on: &guest.test.host)
      case let choice:
        let isWrite = choice < 8
        let outcome = guest.test.machine.access(
          processor: 0, address, Access(isWrite ? .write : .read, .user), in: &guest.space,
          &guest.kernel, on: &guest.test.host)
        let end = outcome.touch.end
        #expect(end == .arrived, "step \(step)")
        let place = outcome.touch.hostPhysical
        let found = guest.test.host.memory.word(at: place)
        #expect(found == words[Int(piece)], "step \(step)")
        guard isWrite else { continue }
        words[Int(piece)] = random.next()
        guest.test.note(words[Int(piece)], at: place)
      }
      if step % 50 == 0 {
        let problems = guest.test.problems()
        #expect(problems == [], "step \(step)")
      }
    }
    // Every page was touched, and some were met again after the host had taken them.
    let ledger = guest.test.machine.ledger
    #expect(ledger.count(of: .guest(.minor)) > pages / 2)
    #expect(ledger.exits > pages * pair.pieces / 2 || run.backing == .large)
  }
}
