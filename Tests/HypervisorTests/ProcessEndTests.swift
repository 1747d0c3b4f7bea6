import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Processes of a guest, from outside")
struct ProcessEndTests {
  @Test("Rss, Private and Pss follow a fork and its copies", arguments: CascadeTests.Pair.all)
  func residence(_ pair: CascadeTests.Pair) throws {
    let pages: UInt64 = 60
    var guest = try KernelMachine(pair, pages: pages)
    for page in 0..<pages { _ = guest.access(page, .write) }
    var alone = guest.test.machine.residence(of: guest.space, guest.kernel, on: guest.test.host)
    #expect(alone.resident == pages && alone.alone == pages && alone.proportional == Double(pages))
    var child = try guest.test.machine.makeSpace(
      pair.guest, at: GuestPhysical(48 << 20), bytes: 8 << 20, on: &guest.test.host)
    _ = guest.test.machine.fork(
      &guest.space, into: &child, processor: 0, &guest.kernel, on: &guest.test.host)
    for page in UInt64(0)..<20 { _ = guest.access(page, .write) }
    alone = guest.test.machine.residence(of: guest.space, guest.kernel, on: guest.test.host)
    #expect(alone.resident == pages && alone.alone == 20 && alone.shared == 40)
    #expect(alone.proportional == 40)
    let other = guest.test.machine.residence(of: child, guest.kernel, on: guest.test.host)
    // What the parent has left is the child's alone.
    #expect(other == alone)
  }

  @Test(
    "a process that ends gives its guest what nobody shares, and its host nothing",
    arguments: CascadeTests.Pair.all)
  func end(_ pair: CascadeTests.Pair) throws {
    let pages: UInt64 = 60
    var guest = try KernelMachine(pair, pages: pages)
    for page in 0..<pages { _ = guest.access(page, .write) }
    var child = try guest.test.machine.makeSpace(
      pair.guest, at: GuestPhysical(48 << 20), bytes: 8 << 20, on: &guest.test.host)
    _ = guest.test.machine.fork(
      &guest.space, into: &child, processor: 0, &guest.kernel, on: &guest.test.host)
    for page in UInt64(0)..<20 { _ = guest.access(page, .write) }
    let free = guest.kernel.freePages
    let frames = guest.test.host.frames.freeFrames
    let freed = guest.test.machine.endProcess(child, &guest.kernel, on: &guest.test.host)
    #expect(freed == 20 && guest.kernel.freePages == free + 20)
    #expect(guest.test.host.frames.freeFrames == frames)
    // The rest is the parent's alone: a write takes a fault and no page.
    let before = guest.test.machine.ledger
    for page in UInt64(20)..<pages { _ = guest.access(page, .write) }
    let ledger = guest.test.machine.ledger.since(before)
    #expect(ledger.count(of: .guest(.copy)) == pages - 20)
    #expect(guest.kernel.freePages == free + 20)
    let problems = guest.test.problems()
    #expect(problems == [])
  }
}
