import Scenarios
import Simulation
import Studies
import Testing

@Suite("A launch comes from a measured boot")
struct MeasuredLaunchTests {
  private static let measured = VirtualDuration(nanoseconds: 40_000_000)

  private func launched(
    _ count: Int = 1, _ change: (inout Storm) -> Void = { _ in }
  ) throws -> StormOutcome {
    try StormTests.storm(count, processors: 4) { storm in
      storm.fleet[0].measuredReady = Self.measured
      change(&storm)
    }.run()
  }

  @Test("a machine alone is ready when the measured one was, to the nanosecond")
  func alone() throws {
    let ready = try launched().ready.most
    #expect(ready <= Self.measured)
    #expect((Self.measured - ready).picoseconds < 1000)
    let plain = try StormTests.storm(1, processors: 4).run().ready.most
    #expect(plain < ready)
  }

  @Test("the launch is the same whatever the policy, and in every mode")
  func policy() throws {
    let plain = try StormTests.storm(3, processors: 4).run()
    let added = try launched(3).ready.most - plain.ready.most
    let batched = try StormTests.storm(3, processors: 4) { $0.policy.batch = 16 }.run()
    let both = try launched(3) { $0.policy.batch = 16 }
    #expect(both.ready.most - batched.ready.most == added)
    let cohort = try launched(3)
    let every = try launched(3) { $0.mode = .everyVM }
    #expect(every.ready == cohort.ready)
    #expect(every.ledger == cohort.ledger)
  }

  @Test("processors that race have a launch of their own")
  func racing() throws {
    let ready = try launched { storm in
      storm.fleet[0].processors = 2
      storm.fleet[0].active = 2
    }.ready.most
    #expect(ready <= Self.measured)
    #expect((Self.measured - ready).picoseconds < 1000)
  }

  @Test("a boot that was measured to be shorter than its work is refused")
  func tooShort() throws {
    let storm = try StormTests.storm(1, processors: 4) {
      $0.fleet[0].measuredReady = VirtualDuration(nanoseconds: 5_000_000)
    }
    let known = try StormTests.storm(1, processors: 4).run().ready.most
    #expect(
      throws: StormError.measuredTooShort(
        flavour: "small", measured: VirtualDuration(nanoseconds: 5_000_000), known: known)
    ) {
      try storm.run()
    }
  }
}
