import Costs
import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("New entries give the rights that the policy says")
struct MappingRightsTests {
  /// How many exits an access to one page after the other takes.
  private func exits(
    _ format: HostFormat, _ rights: MappingRights, _ accesses: [Access]
  ) throws -> [Int] {
    var test = try TestMachine(format, bytes: 4 << 20) {
      $0.policy.rights = rights
      $0.policy.mapsZeroFrame = false
    }
    let exits = accesses.map { access in test.touch(0x5000, access).exits }
    let permitted = test.count(.permission, .finalAccess, .permit)
    #expect(permitted == UInt64(exits.dropFirst().reduce(0, +)))
    let problems = test.problems()
    #expect(problems == [])
    return exits
  }

  @Test("read-only until written", arguments: TestMachine.formats)
  func readOnly(_ format: HostFormat) throws {
    let readFirst = try exits(format, .allButUnusedWrites, [.read, .fetch, .write, .write])
    #expect(readFirst == [1, 0, 1, 0])
    let writtenFirst = try exits(format, .allButUnusedWrites, [.write, .read, .fetch])
    #expect(writtenFirst == [1, 0, 0])
    let all = try exits(format, .all, [.read, .fetch, .write])
    #expect(all == [1, 0, 0])
  }

  @Test("execute-only where the format has it", arguments: TestMachine.formats)
  func executeOnly(_ format: HostFormat) throws {
    let fetched = try exits(format, .asAccessed, [.fetch, .fetch, .read, .write, .read])
    #expect(fetched == (format.hasExecuteOnly ? [1, 0, 1, 1, 0] : [1, 0, 0, 1, 0]))
    let read = try exits(format, .asAccessed, [.read, .fetch, .write])
    #expect(read == [1, 1, 1])
    let written = try exits(format, .asAccessed, [.write, .read, .fetch])
    #expect(written == [1, 0, 1])
  }

  @Test(
    "a large page that can't be executed is split by a fetch, and written as it is",
    arguments: [HostFormat.ept4, .ept5, .npt4])
  func notExecutable(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: 8 << 20) {
      $0.policy.backing = .large
      $0.policy.hasNonExecutableLargePages = true
    }
    for number in UInt64(0)..<3 { test.write(number, at: number << 21) }
    let fetches = [UInt64(0x3000), 0x4000].map { test.touch($0, .fetch).exits }
    #expect(fetches == [1, 0])
    // A write that is logged splits too, and leaves what can be executed.
    try test.machine.startDirtyLog(slot: 0, splitting: .onFault, on: &test.host)
    let written = [test.write(1, at: 0x20_3000).exits, test.touch(0x20_4000, .fetch).exits]
    #expect(written == [1, 0])
    test.machine.stopDirtyLog(slot: 0, recovery: .onFault, on: &test.host)
    try test.machine.startDirtyLog(slot: 0, splitting: .eager, on: &test.host)
    let eager = [test.touch(0x40_3000, .fetch).exits, test.write(1, at: 0x40_3000).exits]
    #expect(eager == [0, 1])
    // A page that is fetched first is small at once.
    let fresh = test.touch(0x60_1000, .fetch)
    #expect(fresh.exits == 1)
    let counters = test.machine.counters
    #expect((counters.pages2M, counters.pages4K) == (0, 3 * 512 + 1))
    let split = test.count(.permission, .finalAccess, .split)
    #expect(split == 2)
    let problems = test.problems()
    #expect(problems == [])
  }
}
