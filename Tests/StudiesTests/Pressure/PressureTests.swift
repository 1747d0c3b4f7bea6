import HostMemory
import Scenarios
import Studies
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The scenarios themselves are run through the release command, by `Tests/Reports/pressure.py`.
@Suite("Hosts under pressure")
struct PressureTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../Scenarios/pressure").standardizedFileURL

  private static func scenario(_ name: String) throws -> PressureScenario {
    let text = try Data(contentsOf: folder.appendingPathComponent("\(name).yaml"))
    return try PressureScenario.document.read([UInt8](text), file: "\(name).yaml")
  }

  @Test("What can't be modelled is told")
  func problems() throws {
    var study = try Self.scenario("thrash-120-on-64").study
    study.scale = 1
    study.services[0].memoryBytes = 1 << 40
    #expect(study.problems.contains { $0.contains("larger scale") })
  }

  @Test("who makes requests has something hot for them, and work that can be counted")
  func requests() {
    var service = PressureService("idle")
    service.memoryBytes = 1 << 20
    service.hotShare = 0
    var study = PressureStudy(PressureHost(), [service])
    #expect(study.problems.contains { $0.contains("is hot") })
    study.services[0].touches = 0
    #expect(study.problems.isEmpty)
    study.services[0].hotShare = 1
    study.services[0].touches = 1_000_000_000
    study.services[0].workNanoseconds = 1_000_000_000_000_000
    #expect(study.problems.contains { $0.contains("30 years") })
  }

  @Test(
    "at a scale, no request is done before its work, and requests have their touches on average",
    arguments: [1, 2, 7, 16, 64, 200] as [UInt64])
  func scaled(_ scale: UInt64) throws {
    var host = PressureHost()
    host.memoryBytes = 64 << 20
    host.marks = PressureHost.Marks(min: 1 << 20, low: 2 << 20, high: 3 << 20)
    var service = PressureService("steady")
    service.memoryBytes = 16 << 20
    service.touches = 100
    service.workNanoseconds = 100_000
    var study = PressureStudy(host, [service])
    study.durationNanoseconds = 1_000_000_000
    study.scale = scale
    let outcome = study.run().services[0]
    let least = try #require(outcome.latencies.first)
    let most = try #require(outcome.latencies.last)
    #expect(least >= outcome.requestWork)
    #expect(Double(most) < 1.1 * Double(outcome.requestWork))
    #expect(outcome.requests >= 90 && outcome.requests <= 100)
  }

  @Test("what is missing is asked for, and helps")
  func advice() throws {
    var host = PressureHost()
    host.memoryBytes = 12 << 20
    host.swapBytes = 64 << 20
    host.marks = PressureHost.Marks(min: 256 << 10, low: 320 << 10, high: 384 << 10)
    var service = PressureService("short")
    service.memoryBytes = 16 << 20
    service.touches = 100
    service.workNanoseconds = 20_000
    var study = PressureStudy(host, [service])
    study.durationNanoseconds = 2_000_000_000
    let diagnosis = PressureDiagnosis(study.run())
    #expect(diagnosis.condition == .thrashing)
    let more = try #require(diagnosis.moreMemoryBytes)
    #expect(more > 4 << 20 && more < 6 << 20)
    study.host.memoryBytes += more
    let better = PressureDiagnosis(study.run())
    #expect(better.condition == .ample)
    #expect(better.moreMemoryBytes == nil)
  }

  /// Two services of 4 MiB of files each, of which one has read none.
  private static func deploy(memory: UInt64) -> PressureStudy {
    var host = PressureHost()
    host.memoryBytes = memory
    host.marks = PressureHost.Marks(min: 256 << 10, low: 320 << 10, high: 384 << 10)
    var old = PressureService("old")
    old.fileBytes = 4 << 20
    old.touches = 100
    old.workNanoseconds = 20_000
    var new = old
    new.name = "new"
    new.cachedShare = 0
    new.startNanoseconds = 200_000_000
    var study = PressureStudy(host, [old, new])
    study.durationNanoseconds = 2_000_000_000
    return study
  }

  @Test("who starts cold reads each page once, and is warm then; where memory is short it is never")
  func cold() throws {
    let enough = Self.deploy(memory: 16 << 20).run()
    #expect(enough.services[1].counters.majorFaults == 1024)
    #expect(enough.services[0].counters.majorFaults == 0)
    #expect(enough.firstReads == 1024)
    let warmUp = try #require(enough.warmUp(of: 1))
    let time = try #require(warmUp.nanoseconds)
    #expect(time > 0 && time < 1_800_000_000)
    #expect(enough.warmUp(of: 0) == nil)
    #expect(PressureDiagnosis(enough).condition == .cold)
    let short = Self.deploy(memory: 6 << 20).run()
    #expect(short.warmUp(of: 1)?.nanoseconds == nil)
    #expect(PressureDiagnosis(short).condition != .cold)
    var cached = Self.deploy(memory: 16 << 20)
    cached.services[1].cachedShare = 1
    #expect(PressureDiagnosis(cached.run()).condition == .ample)
    cached.services[1].cachedShare = 0.5
    #expect(cached.run().services[1].counters.majorFaults == 512)
  }

  @Test("a fault that every host has is no sign of a short one")
  func growth() {
    var host = PressureHost()
    host.memoryBytes = 256 << 20
    var service = PressureService("growing")
    service.memoryBytes = 1 << 20
    service.touches = 0
    service.growthBytes = 16 << 20
    var study = PressureStudy(host, [service])
    study.durationNanoseconds = 1_000_000_000
    let outcome = study.run()
    #expect(outcome.lost > PressureDiagnosis.smallShare && outcome.waiting == 0)
    #expect(PressureDiagnosis(outcome).condition == .ample)
  }
}
