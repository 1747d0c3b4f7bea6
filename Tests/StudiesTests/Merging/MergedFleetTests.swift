import Costs
import HostMemory
import Paging
import Scenarios
import Testing

@testable import Studies

@Suite("Fleets whose memory is merged")
struct MergedFleetTests {
  /// Four VMs of a hundred pages: 20 zeros each, 30 of the image, 5 that change.
  private static func study(host: UInt64? = nil, writes: Double = 0) -> MergingStudy {
    var study = MergingStudy()
    study.vms = 4
    study.bytesPerVM = 100 * 4096
    study.seconds = 60
    study.samples = 60
    study.hostBytes = host
    study.writesPerSecond = writes
    study.profile = ShippedProfiles.textbook(.x86)
    return study
  }

  private static let pages: UInt64 = 4096

  @Test("whether the VMs fit follows from what the host has")
  func conditions() throws {
    let outcome = try Self.study(host: 1).outcome()
    let all = outcome.bytesOfVMs
    let least = all - UInt64(outcome.savedBytes)
    #expect(outcome.savedBytes == outcome.ceilingBytes)
    // Booted at once: the most is needed before anything is merged.
    #expect(outcome.mostNeededBytes == all)
    for (host, condition) in [
      (least - Self.pages, MergingDiagnosis.Condition.short), (least, .late),
      (all - Self.pages, .late), (all, .ample),
    ] {
      let outcome = try Self.study(host: host).outcome()
      let diagnosis = try #require(MergingDiagnosis(outcome))
      #expect(diagnosis.condition == condition, "\(host)")
      #expect((outcome.shortSeconds > 0) == (host < all))
      #expect(!diagnosis.cause.isEmpty && !diagnosis.remedies.isEmpty)
      #expect(diagnosis.findings.contains { $0.contains("major fault") })
    }
    // One after another, and merged meanwhile: they fit by merging alone.
    var slow = Self.study(host: least + 60 * Self.pages)
    slow.bootSeconds = 40
    let outcomeOfSlow = try slow.outcome()
    #expect(outcomeOfSlow.mostNeededBytes < all)
    #expect(try #require(MergingDiagnosis(outcomeOfSlow)).condition == .dependent)
    #expect(MergingDiagnosis(try Self.study().outcome()) == nil)
  }

  @Test(
    "VMs boot in a time that can be counted",
    arguments: [-1, 1e7 + 1, 1e12, .infinity, .nan] as [Double])
  func boots(_ seconds: Double) {
    var study = Self.study()
    study.bootSeconds = 1e7
    #expect(study.problems.isEmpty)
    study.bootSeconds = seconds
    #expect(study.problems.contains { $0.contains("to boot") })
  }

  @Test("a write to a shared page is a copy, and what it had given back is needed again")
  func writes() throws {
    let none = try Self.study().outcome()
    #expect(none.breaks == 0 && none.plainWrites == 0)
    #expect(none.firstTouches == 400)
    let some = try Self.study(writes: 1).outcome()
    // Four a second for a minute, the last at its end.
    #expect(239...240 ~= some.breaks + some.plainWrites)
    #expect(some.breaks > 0 && some.plainWrites > 0)
    #expect(some.savedBytes < none.savedBytes)
    #expect(some.samples.reduce(0) { $0 + $1.breaks } == some.breaks)
    // Half of the pages are such, and most of those 200 have been written to.
    let last = try #require(some.samples.last)
    #expect(last.neededBytes == some.bytesOfVMs - UInt64(some.savedBytes))
  }

  @Test(
    "a copy's fault is one of permission, with a frame, a page's bytes and a flush",
    arguments: [HostFormat.ept4, .npt4, .arm4K, .sv48x4])
  func fault(_ format: HostFormat) throws {
    let ledger = try CopyBreak.ledger(format)
    #expect(ledger.faults(.permission) == 64 && ledger.exits == 64)
    #expect(ledger.amount(of: .copyByte) == 64 * 4096)
    #expect(ledger.amount(of: .allocate) == 64)
    #expect(ledger.amount(of: .zeroByte) == 0)
  }

  @Test("it costs what the source texts say of a copy on write")
  func cost() throws {
    let found = try #require(CopyBreak.nanoseconds(ShippedProfiles.textbook(.x86)))
    #expect(abs(found / 10_000 - 1) < 0.05)
  }

  @Test(
    "beside a scanner of duty d a VM on one processor is ready after its work over 1 - d",
    arguments: [1_000_000, 3_000_000] as [UInt64], [25, 100])
  func processors(_ slice: UInt64, _ pages: Int) throws {
    var study = Self.study()
    study.vms = 1
    study.seconds = 15
    study.workSeconds = 10
    study.sliceNanoseconds = slice
    study.settings.pagesToScan = pages
    study.settings.isSmartScan = false
    study.settings.cost = MergingCost(scanNanoseconds: 66_000, source: "this test")
    study.mix = FleetMix()
    (study.mix.zeroPercent, study.mix.commonPercent, study.mix.volatilePercent) = (0, 0, 0)
    study.processors = 2
    let idle = try #require(try study.outcome().processorUse)
    #expect(idle.readySeconds == [10])
    #expect(idle.queuedSeconds == 0)
    study.processors = 1
    let use = try #require(try study.outcome().processorUse)
    let ready = try #require(use.readySeconds.first)
    let duty = idle.scannerSeconds / study.seconds
    // A wake-up stands in line for a slice at the most, and for another one after each of its own.
    let computing = 0.02 * duty / (1 - duty)
    let most = Double(pages) * 66e-6
    let slices = (most / (Double(slice) / 1e9)).rounded(.up) * Double(slice) / 1e9
    let least = computing / (computing + 0.02 + slices)
    #expect(duty > 0.03)
    #expect(ready <= 10 / (1 - duty) + 0.02, "\(ready), \(duty)")
    #expect(ready >= 10 / (1 - least) - 0.02, "\(ready), \(least)")
  }

  @Test("with a processor for each, merging is as where none is ever short")
  func ample() throws {
    var study = Self.study(host: 1 << 30, writes: 2)
    study.bootSeconds = 20
    let free = try study.outcome()
    study.processors = 8
    study.workSeconds = 5
    var shared = try study.outcome()
    let use = try #require(shared.processorUse)
    #expect(use.readySeconds == [5, 5, 5, 5])
    shared.processorUse = nil
    #expect(shared == free)
  }

  @Test("who never stands in line has waited for no time, whatever its work")
  func neverQueued() throws {
    var study = Self.study(host: 1 << 30)
    study.processors = 4000
    study.workSeconds = 0.333333333333
    let use = try #require(try study.outcome().processorUse)
    #expect(use.readySeconds.count == 4)
    #expect(use.queuedSeconds == 0)
  }

  @Test("without work only the scanner's time is told, with too much that no VM became ready")
  func work() throws {
    var study = Self.study(host: 1 << 30)
    study.processors = 1
    func finding() throws -> String {
      let diagnosis = try #require(MergingDiagnosis(try study.outcome()))
      return try #require(diagnosis.findings.first { $0.contains("1 processor") })
    }
    #expect(try finding().hasSuffix(" of 1 processor."))
    study.workSeconds = 1000
    #expect(try finding().hasSuffix("; no VM became ready."))
    study.workSeconds = 1
    #expect(try finding().contains("4 VMs that compute 1,000 ms are ready"))
  }
}
