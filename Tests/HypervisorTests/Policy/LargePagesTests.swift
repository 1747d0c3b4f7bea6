import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("Large pages from where the policy says")
struct LargePagesTests {
  /// A machine of 8 MiB on a host with three free runs of 2 MiB, one of which is for tables.
  private func machine(_ largePages: LargePages, _ backing: FrameOrder) throws -> TestMachine {
    var configuration = MachineConfiguration(.ept4, bytes: 8 << 20)
    configuration.policy.backing = backing
    configuration.policy.largePages = largePages
    // The frame of zeros breaks up a fourth run.
    return try TestMachine(configuration, hostBytes: 8 << 20)
  }

  @Test(
    "transparent ones fall back to 4 KiB, which is counted", arguments: [FrameOrder.large, .huge])
  func transparent(_ backing: FrameOrder) throws {
    var test = try machine(.transparent, backing)
    let ends = (UInt64(0)..<4).map { test.touch($0 << 21, .write).end }
    #expect(ends == [.arrived, .arrived, .arrived, .arrived])
    let counted = test.machine.largePages
    #expect((counted.thpFaultAlloc, counted.thpFaultFallback) == (2, 2))
    let counters = test.machine.counters
    #expect((counters.pages2M, counters.pages4K) == (2, 2))
    // A page beside a small one of its 2 MiB could not be large: that is no fallback.
    _ = test.touch(2 << 21 | 0x1000, .write)
    #expect(test.machine.largePages.thpFaultFallback == 2)
    try test.machine.reclaim([TestMachine.range(0, 4096)], on: &test.host)
    #expect(test.machine.largePages.thpSplitPage == 1)
    let problems = test.problems()
    #expect(problems == [])
  }

  @Test("a pool's are not replaced by smaller ones")
  func pool() throws {
    var test = try machine(.pool, .large)
    let ends = (UInt64(0)..<4).map { test.touch($0 << 21, .write).end }
    #expect(ends == [.arrived, .arrived, .outOfMemory, .outOfMemory])
    #expect(test.machine.largePages.thpFaultFallback == 0)
    let problems = test.problems()
    #expect(problems == [])
  }
}
