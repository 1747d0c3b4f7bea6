import HostMemory
import Testing

@testable import Studies

@Suite("Groups above services")
struct PressureSliceTests {
  /// Four services of 8 MiB, two in each of two slices, on a host of 64 MiB.
  private static func study(swap: UInt64) -> PressureStudy {
    var host = PressureHost()
    host.memoryBytes = 64 << 20
    host.swapBytes = swap
    host.marks = PressureHost.Marks(min: 1 << 19, low: 1 << 20, high: 3 << 19)
    var services: [PressureService] = []
    for name in ["a1", "a2", "b1", "b2"] {
      var service = PressureService(name)
      service.memoryBytes = 8 << 20
      service.touches = 50
      service.slice = String(name.prefix(1))
      services.append(service)
    }
    var study = PressureStudy(host, services)
    study.slices = [PressureSlice("a"), PressureSlice("b")]
    study.durationNanoseconds = 50_000_000
    return study
  }

  @Test("A slice's limit kills the worst of its own, and touches no other")
  func kill() {
    var study = Self.study(swap: 0)
    study.services[0].memoryBytes = 10 << 20
    study.slices[0].limits.max = 16 << 20
    let outcome = study.run()
    #expect(outcome.services.map { $0.killedAt != nil } == [true, false, false, false])
    #expect(outcome.counters.kills == 1)
    // Who must not die does not: then its neighbour does.
    study.services[0].limits.oomScoreAdjustment = -1000
    let spared = study.run()
    #expect(spared.services.map { $0.killedAt != nil } == [false, true, false, false])
  }

  @Test("A slice's limit makes its services swap, and no other, at any depth")
  func limit() {
    var study = Self.study(swap: 64 << 20)
    var top = PressureSlice("top")
    top.limits.max = 12 << 20
    study.slices[0].slice = "top"
    study.slices.insert(top, at: 0)
    let outcome = study.run()
    #expect(outcome.services.allSatisfy { $0.killedAt == nil })
    #expect(outcome.services[0].counters.swapIns > 50)
    #expect(outcome.services[1].counters.swapIns > 50)
    #expect(outcome.services[2].counters.stolen.sum == 0)
    #expect(outcome.services[3].counters.stolen.sum == 0)
    #expect(outcome.counters.limitStalls > 0)
    #expect(outcome.counters.stalls == 0)
  }

  @Test("What a slice protects is shared out among its services")
  func protection() {
    var study = Self.study(swap: 64 << 20)
    study.host.memoryBytes = 24 << 20
    func taken(_ study: PressureStudy) -> [UInt64] {
      study.run().services.map { $0.counters.stolen.sum }
    }
    let even = taken(study)
    #expect(even.allSatisfy { $0 > 20 })
    // Protection holds from the top down: without the slice's a service's own is nothing.
    study.services[0].limits.low = 8 << 20
    study.services[1].limits.low = 8 << 20
    let unheld = taken(study)
    #expect(unheld[0] > 20 && unheld[1] > 20)
    study.slices[0].limits.low = 16 << 20
    let held = taken(study)
    #expect(held[0] == 0 && held[1] == 0)
    #expect(held[2] > 20 && held[3] > 20)
  }

  @Test("No more swap than a slice may have")
  func swap() {
    var study = Self.study(swap: 64 << 20)
    study.slices[0].limits.max = 12 << 20
    study.slices[0].limits.swapMax = 2 << 20
    let outcome = study.run()
    #expect(outcome.counters.kills >= 1)
    #expect(outcome.samples.allSatisfy { $0.swapBytes <= 2 << 20 })
    #expect(outcome.services[2].killedAt == nil && outcome.services[3].killedAt == nil)
  }

  @Test("Slices that are not there, or stand behind, are told")
  func problems() {
    var study = Self.study(swap: 0)
    study.services[0].slice = "c"
    study.slices[0].slice = "b"
    #expect(study.problems.contains { $0.contains("no such slice") })
    #expect(study.problems.contains { $0.contains("stands before") })
    study.slices.append(PressureSlice("a"))
    #expect(study.problems.contains { $0.contains("two slices") })
  }
}
