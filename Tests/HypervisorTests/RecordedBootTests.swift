import Costs
import Guests
import HostMemory
import Hypervisor
import Paging
import Testing

/// Recorded boots played on a virtual machine: what they say of themselves against what the second stage
/// counts.
@Suite("Recorded boots on a virtual machine")
struct RecordedBootTests {
  /// What a boot's touches must cost a machine that starts empty, from the recording alone.
  private struct Expected {
    var pages: UInt64 = 0
    /// Pages that are not written first, and written later: their frame of zeros is copied.
    var copies: UInt64 = 0

    init(_ trace: BootTrace) {
      var isWritable: [UInt32: Bool] = [:]
      for touch in trace.touches where touch.kind != .device {
        let writes = touch.kind == .write
        switch isWritable[touch.page] {
        case nil:
          pages += 1
          isWritable[touch.page] = writes
        case false?:
          if writes {
            copies += 1
            isWritable[touch.page] = true
          }
        case true?: break
        }
      }
    }
  }

  private func access(_ kind: BootTouch.Kind) -> Access? {
    switch kind {
    case .read: .read
    case .write: .write
    case .fetch: .fetch
    case .device: nil
    }
  }

  @Test(
    "Each page that the processor touches is one missing fault, at the second stage alone",
    arguments: RecordedBoot.allCases, [HostFormat.ept4, .arm4K, .sv39x4])
  func physical(_ recorded: RecordedBoot, _ format: HostFormat) throws {
    let trace = recorded.trace
    let profile = try GuestProfile(trace, GuestLayout(memoryBytes: trace.memoryBytes))
    let expected = Expected(trace)
    var test = try TestMachine(format, bytes: trace.memoryBytes)
    for case .touch(let touch) in profile.steps() {
      guard let access = access(touch.kind) else { continue }
      let outcome = test.machine.touchPhysical(touch.address, access, on: &test.host)
      #expect(outcome.end == .arrived)
      // A new page is always a fault, and one that is touched again in the same way never.
      switch touch.novelty {
      case .page: #expect(outcome.exits == 1)
      case .none: #expect(outcome.exits == 0)
      case .kind: break
      }
    }
    let ledger = test.machine.ledger
    #expect(ledger.faults(.missing) == expected.pages)
    #expect(ledger.exits == expected.pages + expected.copies)
  }

  @Test(
    "Through the guest's own map: the same pages, and walks fault only on tables that nobody wrote",
    arguments: [(.debian, 0), (.microvm, 3)] as [(RecordedBoot, UInt64)])
  func mapped(_ recorded: RecordedBoot, cascades: UInt64) throws {
    let trace = recorded.trace
    let profile = try GuestProfile(trace, GuestLayout(memoryBytes: trace.memoryBytes))
    let mapping = profile.mapping
    var test = try TestMachine(.ept4, bytes: trace.memoryBytes)
    var space = try test.machine.makeSpace(
      mapping.format, at: GuestPhysical(mapping.tableRange.lowerBound),
      bytes: UInt64(mapping.tableRange.count), on: &test.host)
    try test.machine.load(
      &space, mapping.base, bytes: trace.memoryBytes, to: GuestPhysical(0),
      .readWriteExecute, pageBytes: mapping.pageBytes, on: &test.host)
    try test.machine.run(space.root, processor: 0)
    var isMapped = false
    for step in profile.steps() {
      switch step {
      case .phase(let number): isMapped = profile.phases[number].addressing == .mapped
      case .touch(let touch):
        guard let access = access(touch.kind) else { continue }
        let outcome =
          isMapped
          ? test.machine.touch(
            processor: 0, mapping.virtual(touch.address), access, on: &test.host)
          : test.machine.touchPhysical(touch.address, access, on: &test.host)
        #expect(outcome.end == .arrived)
      default: break
      }
    }
    let expected = Expected(trace)
    // A table that a walk has brought in is no longer new when the guest writes it.
    #expect(test.machine.ledger.faults(.cascade) == cascades)
    #expect(test.machine.ledger.faults(.missing) == expected.pages - cascades)
  }
}
