import HostMemory
import Paging
import Testing

@testable import Hypervisor

@Suite("The memory that the model takes itself")
struct ModelMemoryTests {
  private static let bytes: UInt64 = 256 << 20
  /// A page has an entry of 8 bytes at the second stage and 16 bytes for its frame; a fifth more is
  /// allowed, for tables above and what comes in whole pages.
  private static let most = 1.2 * 24 * Double(bytes / 4096)

  @Test("Pages that are touched one by one", arguments: TestMachine.formats)
  func touched(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: Self.bytes)
    let before = test.machine.modelMemory(on: &test.host)
    for page in 0..<Self.bytes / 4096 { _ = test.touch(page << 12, .write) }
    let after = test.machine.modelMemory(on: &test.host)
    #expect(test.machine.counters.pages4K == Int64(Self.bytes / 4096))
    #expect(Double(after.total - before.total) <= Self.most)
    // Each part is there: the words that must have been written.
    #expect(after.tables - before.tables >= Int(Self.bytes / 4096 * 8))
    #expect(after.frames - before.frames >= Int(Self.bytes / 4096 * 8))
    #expect(after.backing - before.backing >= Int(Self.bytes / 4096 * 8))
  }

  @Test("Pages that are populated, given back and populated again", arguments: TestMachine.formats)
  func populated(_ format: HostFormat) throws {
    var test = try TestMachine(format, bytes: Self.bytes)
    let before = test.machine.modelMemory(on: &test.host)
    let all = GuestPhysical(0)..<GuestPhysical(Self.bytes)
    for _ in 0..<2 {
      let summary = try test.machine.populate(to: .writing, on: &test.host)
      #expect(summary.entries == Self.bytes / 4096)
      #expect(summary.hostFaults == Self.bytes / 4096)
      let after = test.machine.modelMemory(on: &test.host)
      #expect(Double(after.total - before.total) <= Self.most)
      #expect(test.problems() == [])
      let zap = test.machine.inflateBalloon([all], on: &test.host)
      #expect(zap.freedFrames == Self.bytes / 4096)
      #expect(test.problems() == [])
    }
  }

  @Test("Large pages take no words of small ones", arguments: TestMachine.formats)
  func large(_ format: HostFormat) throws {
    let pages = 1024
    var test = try TestMachine(format, bytes: UInt64(pages) << 21) { $0.policy.backing = .large }
    let before = test.machine.modelMemory(on: &test.host).backing
    for page in 0..<UInt64(pages) { _ = test.touch(page << 21, .write) }
    let after = test.machine.modelMemory(on: &test.host).backing
    #expect(test.machine.counters.pages2M == Int64(pages))
    // A word each, in whole pages of the system; not even a page of zeros is behind the words of small ones.
    #expect(after - before >= pages * 8)
    #expect(after - before <= pages * 8 + 16384)
  }
}
