import HostMemory
import Testing

@testable import Studies

/// What kswapd and ksmd take of processors that are short.
@Suite("Processors that the kernel's threads share with services")
struct SharedProcessorTests {
  /// A service that only computes, and asks for a touch every now and then.
  private static func study(
    processors: Int?, workers: Int = 1, seconds: UInt64 = 2
  ) -> PressureStudy {
    var host = PressureHost()
    host.memoryBytes = 64 << 20
    host.marks = PressureHost.Marks(min: 1 << 20, low: 2 << 20, high: 3 << 20)
    host.processors = processors
    var service = PressureService("steady")
    service.memoryBytes = 4 << 20
    service.touches = 10
    service.workNanoseconds = 100_000
    service.workers = workers
    var study = PressureStudy(host, [service])
    study.durationNanoseconds = seconds * 1_000_000_000
    return study
  }

  /// A host whose services want more than it has, with swap.
  private static func thrashing(processors: Int?) -> PressureStudy {
    var study = study(processors: processors, workers: 2)
    study.host.memoryBytes = 12 << 20
    study.host.swapBytes = 64 << 20
    study.host.marks = PressureHost.Marks(min: 256 << 10, low: 320 << 10, high: 384 << 10)
    study.services[0].memoryBytes = 16 << 20
    return study
  }

  @Test("where each actor has a processor, they are as good as never short")
  func ample() {
    let free = Self.study(processors: nil, workers: 3).run()
    var shared = Self.study(processors: 8, workers: 3).run()
    #expect(shared.processors == 8)
    #expect(shared.services[0].queuedNanoseconds == 0)
    shared.processors = nil
    #expect(shared == free)
  }

  @Test("one that reclaims is the same but for when kswapd learns of it")
  func ampleUnderPressure() {
    let free = Self.thrashing(processors: nil).run()
    let shared = Self.thrashing(processors: 8).run()
    let (one, other) = (Double(free.services[0].requests), Double(shared.services[0].requests))
    #expect(abs(one - other) <= 0.02 * one, "\(one) and \(other)")
    #expect(shared.services[0].queuedNanoseconds == 0)
    #expect(shared.kswapdNanoseconds > 0)
  }

  @Test(
    "on one processor the scanner leaves a service the rest of its time",
    arguments: [100, 500, 2000] as [UInt64], [100_000, 3_000_000] as [UInt64])
  func duty(_ pages: UInt64, _ slice: UInt64) throws {
    var study = Self.study(processors: 1, seconds: 4)
    study.host.sliceNanoseconds = slice
    let alone = study.run()
    var scanner = PressureScanner()
    scanner.pagesToScan = pages
    study.host.scanner = scanner
    let outcome = study.run()
    // Between two wake-ups it sleeps, and stands in line for no longer than a slice and a touch's work. Where it
    // computes for longer than a slice, the service has its own in between.
    let computing = Double(pages * 6600)
    let rounds = (computing / Double(slice)).rounded(.up)
    let longest = computing + 20e6 + rounds * (Double(slice) + 200_000)
    let most = scanner.duty
    let least = computing / longest
    let part = Double(outcome.services[0].requests) / Double(alone.services[0].requests)
    #expect(part >= 1 - most - 0.002 && part <= 1 - least + 0.002, "\(part), \(1 - most)")
    // To the slice: what the scanner had is what the service lacks.
    let lacks = outcome.services[0].queuedNanoseconds
    let scanned = try #require(outcome.ksmdNanoseconds)
    #expect(lacks + 2 * slice >= scanned * 99 / 100)
    #expect(lacks <= scanned + 2 * slice)
    study.host.processors = 2
    let two = study.run()
    #expect(two.services[0].queuedNanoseconds == 0)
    #expect(two.services[0].requests == alone.services[0].requests)
  }

  @Test("kswapd takes from the services what it computes, where there is one processor")
  func kswapd() {
    let one = Self.thrashing(processors: 1).run()
    let many = Self.thrashing(processors: 8).run()
    #expect(one.services[0].queuedNanoseconds > 0)
    #expect(one.services[0].requests < many.services[0].requests)
  }

  @Test("a scanner without processors is told of")
  func problems() {
    var study = Self.study(processors: nil)
    study.host.scanner = PressureScanner()
    #expect(study.problems.contains { $0.contains("scanner") })
    study.host.processors = 1
    #expect(study.problems.isEmpty)
  }

  @Test(
    "without a slice it is EEVDF's base slice, by the logarithm of up to eight processors",
    arguments: [
      (1, 700_000), (2, 1_400_000), (3, 1_400_000), (4, 2_100_000), (7, 2_100_000), (8, 2_800_000),
      (64, 2_800_000),
    ] as [(Int, UInt64)])
  func baseSlice(_ processors: Int, _ slice: UInt64) {
    #expect(BaseSlice.nanoseconds(processors: processors) == slice)
  }

  @Test("the kernel's slice holds on a host that gives none")
  func unsaidSlice() {
    var study = Self.study(processors: 2, workers: 3)
    study.services[0].workNanoseconds = 5_000_000
    study.services[0].touches = 1
    let unsaid = study.run()
    study.host.sliceNanoseconds = 1_400_000
    #expect(study.run() == unsaid)
    study.host.sliceNanoseconds = 3_000_000
    #expect(study.run() != unsaid)
  }

  @Test("a scanner's time is told where one ran, and nowhere else")
  func scannersTime() throws {
    var study = Self.study(processors: 2)
    let without = study.run()
    #expect(without.ksmdNanoseconds == nil)
    let findings = PressureDiagnosis(without).findings
    let (queues, scans) = (
      findings.contains { $0.contains("kswapd took") }, findings.contains { $0.contains("ksmd") }
    )
    #expect(queues && !scans)
    study.host.scanner = PressureScanner()
    let with = study.run()
    #expect(try #require(with.ksmdNanoseconds) > 0)
    let isTold = PressureDiagnosis(with).findings.contains { $0.contains(" and ksmd ") }
    #expect(isTold)
  }

  @Test("the request of a service that another's need kills is never done")
  func killed() throws {
    var study = Self.study(processors: 4)
    study.services[0].memoryBytes = 32 << 20
    study.services[0].touches = 1
    study.services[0].workNanoseconds = 1_000_000_000
    var grower = PressureService("grower")
    grower.memoryBytes = 1 << 20
    grower.workers = 0
    grower.growthBytes = 64 << 20
    study.services.append(grower)
    let outcome = study.run()
    let killedAt = try #require(outcome.services[0].killedAt)
    #expect(killedAt < 900_000_000)
    #expect(outcome.services[1].killedAt ?? .max > killedAt)
    #expect(outcome.services[0].requests == 0)
  }
}
